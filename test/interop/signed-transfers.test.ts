import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CASES_ZONE } from '../support/signed-zone.ts';
import { built, serve } from './support/headend.ts';
import { Lab, type Running, need } from './support/netns.ts';
import { type Peer, SECRET, START, addressOf } from './support/transfer-peers.ts';

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');

/** PowerDNS would sign what it gets with keys of its own database. */
const SECONDARIES = ['nsd', 'knot', 'bind'] as const satisfies readonly Peer[];
const HEADEND = '10.62.0.2';

const ZONE = CASES_ZONE.replace('signed.example.', 'out.example.');

let lab: Lab;
let headend: Running;
/** For `delv`. */
let anchors = '';
/** The key that the zone begins with. */
let first = '';
let startedAt = 0;
const running: Running[] = [];

const run = (...args: string[]): string =>
  execFileSync(process.execPath, [MAIN, ...args], { cwd: lab.folder, encoding: 'utf8' });

const fileOf = (keys: string): string => `headend: 1
name: signs
net: { lan: { kind: segment } }
services:
  dns:
    on: lan
    ip: ${HEADEND}
    keys: { xfer: { secret-file: xfer.key } }
    zones:
      out.example:
        file: ./out.zone
        dnssec: { keys: ${keys} }
        allow-transfer: [ key xfer, 10.62.0.9 ]
        allow-update: [ key xfer ]
        notify: [ ${SECONDARIES.map((peer) => `"${addressOf(peer)} key xfer"`).join(', ')} ]
`;

const start = (): Promise<Running> => {
  const path = join(lab.folder, 'lab.yaml');
  const state = join(lab.folder, 'state');
  return serve(lab, 'srv', path, '--listen', HEADEND, '--state', state, '--log-level', 'debug');
};

beforeAll(async () => {
  need('ip', 'nsd', 'knotd', 'named', 'nsupdate', 'dig', 'delv', 'dnssec-verify', 'ldns-verify-zone');
  built();
  lab = new Lab();
  lab.namespace('srv');
  lab.bridge('srv', 'br0', `${HEADEND}/24`);
  for (const [name, number] of [
    ['nsd', 3] as const,
    ['knot', 4] as const,
    ['bind', 5] as const,
    ['cli', 9] as const,
  ]) {
    lab.namespace(name);
    lab.cable(
      { in: 'srv', as: `p${number}`, bridge: 'br0' },
      { in: name, as: 'eth0', address: `10.62.0.${number}/24` },
    );
  }
  lab.file('xfer.key', SECRET);
  lab.file('out.zone', ZONE);
  for (const peer of SECONDARIES)
    lab.file(`${peer}.zone`, CASES_ZONE.replace('signed.example.', `${peer}.example.`));
  [first = ''] = run('zone', 'keygen', 'out.example').split('\n');
  // Made long ago: a key that comes begins an edition at the next minute, in the middle of a test.
  execFileSync('sed', ['-i', 's/2[0-9]\\{13\\}$/20260101000000/', `${first}.key`, `${first}.private`], {
    cwd: lab.folder,
  });
  const ds = /DS (\d+) (\d+) (\d+) (\S+)/.exec(run('zone', 'ds', `${first}.key`)) ?? [];
  anchors = lab.file(
    'anchors',
    `trust-anchors { "out.example." static-ds ${ds[1]} ${ds[2]} ${ds[3]} "${ds[4]}"; };\n`,
  );
  lab.file('lab.yaml', fileOf(first));
  running.push(...(await Promise.all(SECONDARIES.map((peer) => START[peer](lab)))));
  startedAt = Date.now();
  headend = await start();
});
afterAll(() => lab?.remove());

const dig = (server: string, ...args: string[]): string =>
  lab.attempt('cli', 'dig', `@${server}`, '+tries=1', '+time=15', ...args).out.trim();

const serialAt = (server: string): number =>
  Number(dig(server, '+short', 'out.example', 'SOA').split(' ')[2] ?? Number.NaN);

/** Until every secondary has the version that headend serves. */
async function follow(seconds = 120): Promise<number> {
  const deadline = performance.now() + seconds * 1_000;
  for (;;) {
    const wanted = serialAt(HEADEND);
    const there = SECONDARIES.map((peer) => serialAt(addressOf(peer)));
    if (wanted > 0 && there.every((serial) => serial === wanted)) return wanted;
    if (performance.now() > deadline)
      throw new Error(
        [`wanted ${wanted}, got ${there.join(' ')}`, headend, ...running]
          .map((each) => (typeof each === 'string' ? each : each.output.slice(-3_000)))
          .join('\n---\n'),
      );
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

const delv = (server: string, name: string, type: string): string =>
  lab.run(
    'cli',
    'sh',
    '-c',
    `delv @${server} -a ${anchors} +root=out.example ${name}.out.example ${type} 2>&1 || true`,
  );

describe.each(SECONDARIES)('what %s has of a zone that headend signs', (peer) => {
  beforeAll(async () => {
    await follow();
  });

  test.each([
    { name: 'an answer', ask: 'www A', says: /^; fully validated[^]*192\.0\.2\.80/ },
    { name: 'a wildcard', ask: 'x.y.wild A', says: /fully validated[^]*192\.0\.2\.99/ },
    {
      name: 'a tree with another name',
      ask: 'host.old A',
      says: /fully validated[^]*DNAME[^]*192\.0\.2\.90/,
    },
    { name: 'no such name', ask: 'none A', says: /negative response, fully validated/ },
    { name: 'no such type', ask: 'www AAAA', says: /negative response, fully validated/ },
    { name: 'an empty non-terminal', ask: 'deep A', says: /negative response, fully validated/ },
    { name: 'no such type at a wildcard', ask: 'x.wild AAAA', says: /negative response, fully validated/ },
    { name: 'no DS at a cut', ask: 'plain DS', says: /negative response, fully validated/ },
  ])('delv finds valid: $name', ({ ask, says }) => {
    const [name = '', type = ''] = ask.split(' ');
    expect(delv(addressOf(peer), name, type)).toMatch(says);
  });
});

/** The zone as a client gets it by AXFR, as a file. */
const fetched = (kind: string): string => {
  const key = ['-y', `hmac-sha256:xfer:${SECRET}`];
  const records = dig(HEADEND, ...key, '+noall', '+answer', '+onesoa', 'out.example', kind);
  return lab.file('fetched.zone', `${records}\n`);
};

test.each([{ kind: 'AXFR' }, { kind: 'IXFR=1' }])(
  'dnssec-verify and ldns-verify-zone find the whole zone good, by $kind',
  ({ kind }) => {
    const path = fetched(kind);
    expect(execFileSync('ldns-verify-zone', [path], { encoding: 'utf8' })).toContain('Zone is verified');
    execFileSync('dnssec-verify', ['-z', '-q', '-o', 'out.example', path], { encoding: 'utf8' });
  },
);

describe('what becomes of its serial', () => {
  // Not in the middle of the tests below.
  test('keys that are new to a server begin an edition at the next full minute', async () => {
    const edition = Math.ceil(startedAt / 60_000);
    await expect.poll(() => serialAt(HEADEND), { timeout: 150_000, interval: 500 }).toBeGreaterThan(edition);
  });

  test('an update reaches every secondary, signed', async () => {
    const before = await follow();
    const script = lab.file(
      'update.txt',
      `server ${HEADEND}\nzone out.example\nupdate add new.out.example. 60 A 192.0.2.77\nsend\n`,
    );
    expect(lab.attempt('cli', 'nsupdate', '-y', `hmac-sha256:xfer:${SECRET}`, script).out).toBe('');
    expect(await follow()).toBe(before + 1);
    for (const peer of SECONDARIES)
      expect(delv(addressOf(peer), 'new', 'A')).toMatch(/fully validated[^]*192\.0\.2\.77/);
  });

  test('the serial is what it was after kill -9', async () => {
    const before = await follow();
    await headend.end('SIGKILL');
    headend = await start();
    expect(serialAt(HEADEND)).toBe(before);
  });

  test('another key is a new edition: secondaries have it within a minute and a bit', async () => {
    const before = await follow();
    const [other = ''] = run('zone', 'keygen', 'out.example', '--zsk').split('\n');
    lab.file('lab.yaml', fileOf(`[${first}, ${other}]`));
    run('reload', '--state', join(lab.folder, 'state'));
    const deadline = performance.now() + 150_000;
    while (serialAt(HEADEND) === before && performance.now() < deadline)
      await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await follow()).toBeGreaterThan(before);
    for (const peer of SECONDARIES) {
      expect(dig(addressOf(peer), '+short', 'out.example', 'DNSKEY').split('\n')).toHaveLength(2);
      expect(delv(addressOf(peer), 'www', 'A')).toMatch(/fully validated/);
    }
  });
});
