import { mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Lab } from './netns.ts';
import { serve } from './headend.ts';

/** A zone and its master file. */
export interface ServedZone {
  readonly apex: string;
  readonly path: string;
  /** It carries signatures and proves by these; PowerDNS has to be told. */
  readonly proof: 'NSEC' | 'NSEC3' | undefined;
}

/** The servers that answer side by side, each at an address of its own in one namespace. */
export const ADDRESSES = {
  headend: '127.0.0.10',
  NSD: '127.0.0.11',
  Knot: '127.0.0.12',
  BIND: '127.0.0.13',
  PowerDNS: '127.0.0.14',
} as const;
export type ServerName = keyof typeof ADDRESSES;

/** Starts headend, NSD, Knot, BIND and PowerDNS in the foreground on the same zones; the lab ends them. */
export async function startNameServers(
  lab: Lab,
  namespace: string,
  zones: readonly ServedZone[],
): Promise<void> {
  // BIND listens on addresses that an interface has.
  for (const address of Object.values(ADDRESSES))
    lab.run(namespace, 'ip', 'address', 'add', `${address}/8`, 'dev', 'lo');
  await Promise.all([
    startHeadend(lab, namespace, zones),
    startNsd(lab, namespace, zones),
    startKnot(lab, namespace, zones),
    startBind(lab, namespace, zones),
    startPowerDns(lab, namespace, zones),
  ]);
}

function folderOf(lab: Lab, name: string): string {
  const folder = join(lab.folder, name);
  mkdirSync(folder);
  return folder;
}

async function startHeadend(lab: Lab, namespace: string, zones: readonly ServedZone[]): Promise<void> {
  const entries = zones.map(
    ({ apex, path }) => `      ${apex}: { file: ${relative(lab.folder, path)}, check: lenient }`,
  );
  const file = lab.file(
    'headend.yaml',
    `headend: 1
name: beside-others
net: { lan: { kind: segment } }
services:
  dns:
    on: lan
    ip: ${ADDRESSES.headend}
    zones:
${entries.join('\n')}
`,
  );
  await serve(lab, namespace, file, '--listen', ADDRESSES.headend);
}

async function startNsd(lab: Lab, namespace: string, zones: readonly ServedZone[]): Promise<void> {
  const folder = folderOf(lab, 'nsd');
  const config = lab.file(
    'nsd.conf',
    `server:
  ip-address: ${ADDRESSES.NSD}
  username: ""
  database: ""
  zonesdir: "${folder}"
  pidfile: "${folder}/pid"
  xfrdfile: "${folder}/xfrd"
  zonelistfile: "${folder}/zones"
  minimal-responses: yes
remote-control:
  control-enable: no
${zones.map(({ apex, path }) => `zone:\n  name: ${apex}\n  zonefile: ${path}\n`).join('')}`,
  );
  await lab.start(namespace, /nsd started/, 'nsd', '-d', '-c', config);
}

async function startKnot(lab: Lab, namespace: string, zones: readonly ServedZone[]): Promise<void> {
  const folder = folderOf(lab, 'knot');
  const config = lab.file(
    'knot.conf',
    `server:
  listen: ${ADDRESSES.Knot}@53
  rundir: ${folder}
log:
  - target: stderr
    any: info
database:
  storage: ${folder}
template:
  - id: default
    semantic-checks: soft
    zonefile-load: whole
    journal-content: none
zone:
${zones.map(({ apex, path }) => `  - domain: ${apex}\n    file: ${path}\n`).join('')}`,
  );
  await lab.start(namespace, /server started/, 'knotd', '-c', config);
}

async function startBind(lab: Lab, namespace: string, zones: readonly ServedZone[]): Promise<void> {
  const folder = folderOf(lab, 'bind');
  const config = lab.file(
    'named.conf',
    `options {
  directory "${folder}";
  pid-file none;
  listen-on { ${ADDRESSES.BIND}; };
  listen-on-v6 { none; };
  recursion no;
  dnssec-validation no;
  minimal-responses yes;
  check-integrity no;
  check-names primary ignore;
};
controls { };
${zones.map(({ apex, path }) => `zone "${apex}" { type primary; file "${path}"; };\n`).join('')}`,
  );
  await lab.start(namespace, / running$/m, 'named', '-g', '-c', config);
}

async function startPowerDns(lab: Lab, namespace: string, zones: readonly ServedZone[]): Promise<void> {
  const folder = folderOf(lab, 'pdns');
  const names = lab.file(
    'pdns-zones.conf',
    zones.map(({ apex, path }) => `zone "${apex}" { type master; file "${path}"; };\n`).join(''),
  );
  lab.file(
    'pdns/pdns.conf',
    `launch=bind
bind-config=${names}
bind-dnssec-db=${folder}/dnssec.db
local-address=${ADDRESSES.PowerDNS}
socket-dir=${folder}
guardian=no
daemon=no
disable-syslog=yes
loglevel=5
dname-processing=yes
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
security-poll-suffix=
`,
  );
  const tool = (...args: readonly string[]): string =>
    lab.run(namespace, 'pdnsutil', '--config-dir', folder, ...args);
  tool('create-bind-db', `${folder}/dnssec.db`);
  for (const { apex, proof } of zones) {
    if (proof === 'NSEC3') tool('set-nsec3', apex, '1 0 0 -');
    if (proof !== undefined) tool('set-presigned', apex);
  }
  await lab.start(
    namespace,
    /ready to distribute|Done launching threads/,
    'pdns_server',
    `--config-dir=${folder}`,
  );
}
