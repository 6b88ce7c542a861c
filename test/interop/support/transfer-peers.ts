import type { Lab, Running } from './netns.ts';

/** Every server in a namespace of its own, all on one switch: headend is 10.62.0.2. */
export const PEERS = { nsd: 3, knot: 4, bind: 5, pdns: 6 } as const;
export type Peer = keyof typeof PEERS;
export const NAMES = Object.keys(PEERS) as Peer[];
export const addressOf = (peer: Peer): string => `10.62.0.${PEERS[peer]}`;

/** 32 octets in base 64, for all of them. */
export const SECRET = 'c2VjcmV0IG9mIHRoZSB0cmFuc2ZlciB0ZXN0cy4uLi4=';
export const KEY = `key "xfer" { algorithm hmac-sha256; secret "${SECRET}"; };`;

const folderOf = (lab: Lab, peer: Peer): string => {
  const path = `${lab.folder}/${peer}`;
  lab.run('srv', 'mkdir', '-p', path);
  return path;
};

async function startNsd(lab: Lab): Promise<Running> {
  const folder = folderOf(lab, 'nsd');
  const config = lab.file(
    'nsd.conf',
    `server:
  ip-address: 10.62.0.3
  username: ""
  zonesdir: "${folder}"
  database: ""
  pidfile: "${folder}/pid"
  xfrdfile: "${folder}/xfrd"
  zonelistfile: "${folder}/list"
  xfrd-reload-timeout: 0
  verbosity: 2
remote-control:
  control-enable: no
key:
  name: xfer
  algorithm: hmac-sha256
  secret: "${SECRET}"
zone:
  name: nsd.example
  zonefile: ${lab.folder}/nsd.zone
  provide-xfr: 10.62.0.0/24 xfer
  notify: 10.62.0.2 xfer
zone:
  name: out.example
  zonefile: out.zone
  request-xfr: 10.62.0.2 xfer
  allow-notify: 10.62.0.2 xfer
`,
  );
  return lab.start('nsd', /nsd started/, 'nsd', '-d', '-c', config);
}

async function startKnot(lab: Lab): Promise<Running> {
  const folder = folderOf(lab, 'knot');
  const config = lab.file(
    'knot.conf',
    `server:
  rundir: "${folder}"
  listen: 10.62.0.4@53
database:
  storage: "${folder}"
log:
  - target: stdout
    any: info
key:
  - id: xfer
    algorithm: hmac-sha256
    secret: ${SECRET}
remote:
  - id: headend
    address: 10.62.0.2
    key: xfer
acl:
  - id: all
    address: 10.62.0.0/24
    key: xfer
    action: [transfer, update, notify]
zone:
  - domain: knot.example
    file: ${lab.folder}/knot.zone
    storage: "${folder}"
    notify: headend
    acl: all
    zonefile-sync: -1
    journal-content: changes
  - domain: out.example
    storage: "${folder}"
    master: headend
    acl: all
`,
  );
  return lab.start('knot', /server started/, 'knotd', '-c', config);
}

async function startBind(lab: Lab): Promise<Running> {
  const folder = folderOf(lab, 'bind');
  const config = lab.file(
    'named.conf',
    `${KEY}
options {
  directory "${folder}";
  pid-file "${folder}/pid";
  session-keyfile none;
  listen-on { 10.62.0.5; };
  listen-on-v6 { none; };
  recursion no;
  dnssec-validation no;
  notify explicit;
};
controls { };
server 10.62.0.2 { keys { xfer; }; };
zone "bind.example" {
  type primary;
  file "${lab.folder}/bind.zone";
  journal "${folder}/bind.jnl";
  allow-transfer { key xfer; };
  allow-update { key xfer; };
  also-notify { 10.62.0.2 key xfer; };
  notify-delay 0;
};
zone "out.example" {
  type secondary;
  file "out.zone";
  primaries { 10.62.0.2 key xfer; };
};
`,
  );
  return lab.start('bind', /running/, 'named', '-g', '-c', config);
}

async function startPdns(lab: Lab): Promise<Running> {
  const folder = folderOf(lab, 'pdns');
  lab.file(
    'pdns-named.conf',
    `zone "pdns.example" { type master; file "${lab.folder}/pdns.zone"; };
zone "out.example" { type slave; masters { 10.62.0.2; }; file "${folder}/out.zone"; };
`,
  );
  lab.file(
    'pdns.conf',
    `launch=bind
bind-config=${lab.folder}/pdns-named.conf
bind-check-interval=1
local-address=10.62.0.6
socket-dir=${folder}
setuid=
setgid=
primary=yes
secondary=yes
allow-axfr-ips=10.62.0.0/24
also-notify=10.62.0.2
only-notify=
xfr-cycle-interval=1
xfr-max-received-mbytes=10
consistent-backends=yes
loglevel=6
`,
  );
  const flags = ['--daemon=no', '--guardian=no', '--disable-syslog', '--write-pid=no'];
  return lab.start('pdns', /Done launching threads/, 'pdns_server', `--config-dir=${lab.folder}`, ...flags);
}

export const START: Readonly<Record<Peer, (lab: Lab) => Promise<Running>>> = {
  nsd: startNsd,
  knot: startKnot,
  bind: startBind,
  pdns: startPdns,
};
