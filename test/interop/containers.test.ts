import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Engine } from './support/engine.ts';
import { Lab, need } from './support/netns.ts';

const COMPOSE = resolve('deploy/compose.yaml');
const PARTS = ['servers', 'cable', 'client'] as const;
type Part = (typeof PARTS)[number];

/** A client's image: busybox and what it is linked to. */
const CLIENT_IMAGE = `set -e
mkdir -p "$1/bin" "$1/tmp"
busybox=$(readlink -f "$(command -v busybox)")
cp "$busybox" "$1/bin/busybox"
ldd "$busybox" | sed -n 's/^[[:space:]].*=> \\(\\/[^ ]*\\).*/\\1/p; s/^[[:space:]]*\\(\\/[^ ]*\\) (.*/\\1/p' |
  while read -r object; do mkdir -p "$1$(dirname "$object")"; cp -L "$object" "$1$object"; done
for applet in sh udhcpc ip test tee rm; do ln -s busybox "$1/bin/$applet"; done
tar -C "$1" -c . | podman import --quiet --change 'ENV PATH=/bin' - localhost/headend-client
`;

/** A server on a wire of the machine. */
const LAN = `headend: 1
name: lan
net: { lan: { kind: segment } }
services:
  dhcp:
    on: lan
    ip: 10.60.0.2/24
    subnets: [{ subnet: 10.60.0.0/24, range: 10.60.0.100-10.60.0.110, lease: 1h, router: 10.60.0.1 }]
`;

let lab: Lab;
let engine: Engine;

beforeAll(async () => {
  need('ip', 'podman', 'runc', '/usr/lib/cni/bridge', 'iptables', 'docker-compose', 'mmdebstrap', 'udhcpc');
  lab = new Lab();
  lab.namespace('box');
  lab.namespace('lan');
  lab.cable({ in: 'box', as: 'wire0' }, { in: 'lan', as: 'eth0' });
  engine = new Engine(lab, 'box');
  engine.outside('sh', resolve('deploy/build-image.sh'), 'localhost/headend');
  engine.outside('sh', '-c', CLIENT_IMAGE, 'sh', `${lab.folder}/client`);
  await engine.start();
  compose('up', '-d', '--no-build');
}, 900_000);

afterAll(() => {
  try {
    compose('down', '--volumes', '--timeout', '2');
  } finally {
    engine?.remove();
    lab?.remove();
  }
});

function compose(...args: readonly string[]): string {
  const images = ['HEADEND_IMAGE=localhost/headend', 'HEADEND_CLIENT=localhost/headend-client'];
  return engine.outside('env', ...images, 'docker-compose', '-p', 'lab', '-f', COMPOSE, ...args);
}

const container = (part: Part): string => `lab_${part}_1`;

/** What the health check of the compose file comes to now. */
function isHealthy(part: Part): boolean {
  try {
    engine.podman('healthcheck', 'run', container(part));
    return true;
  } catch {
    return false;
  }
}

function leases(): readonly { address: string; mac: string; state: string }[] {
  const listed = engine.podman(
    'exec',
    container('servers'),
    '/usr/bin/headend',
    'leases',
    '--state',
    '/var/lib/headend',
    '--json',
  );
  const { leases: all } = JSON.parse(listed) as { leases: { address: string; mac: string; state: string }[] };
  return all.map(({ address, mac, state }) => ({ address, mac, state }));
}

test.each(PARTS)('the health check of %s is green', async (part) => {
  await expect.poll(() => isHealthy(part), { timeout: 150_000, interval: 500 }).toBe(true);
});

test('udhcpc has its lease by our relay, the modems theirs', async () => {
  // The engine may write the log down later than the client its file.
  await expect
    .poll(() => engine.podman('logs', container('client')))
    .toMatch(
      /bound 10\.91\.1\.1\/18 router=10\.91\.0\.1 server=10\.91\.0\.1 dns=10\.90\.0\.10 domain=lab\.example/,
    );
  const bound = leases().filter(({ state }) => state === 'bound');
  expect(bound.map(({ address }) => address)).toHaveLength(4);
});

test.each(['servers', 'cable'] as const)('%s is not root, has no capability, and can have none', (part) => {
  const status = readFileSync(`/proc/${engine.inspect(container(part)).Pid}/status`, 'utf8');
  const field = (name: string): string | undefined => new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(status)?.[1];
  expect(field('Uid')).toBe('65532\t65532\t65532\t65532');
  for (const set of ['CapPrm', 'CapEff', 'CapBnd', 'CapAmb']) expect(field(set), set).toBe('0'.repeat(16));
  expect(field('NoNewPrivs')).toBe('1');
});

test.each(['servers', 'cable'] as const)('%s can write to its volume, and else to memory alone', (part) => {
  const mounts = readFileSync(`/proc/${engine.inspect(container(part)).Pid}/mounts`, 'utf8')
    .trim()
    .split('\n');
  const onDisk = mounts
    .map((line) => line.split(' '))
    .filter(([device = '', , kind]) => device.startsWith('/dev/') || kind === 'overlay')
    // What the engine itself puts there: names of hosts and resolvers.
    .filter(([, where = '']) => !where.startsWith('/etc/host') && !/^\/(etc\/resolv.conf|run\/)/.test(where))
    .map(([, where, , options = '']) => `${where} ${options.split(',')[0]}`);
  expect(onDisk.toSorted()).toEqual(['/ ro', '/etc/headend ro', '/var/lib/headend rw']);
});

test('servers that are killed come back with every lease', async () => {
  const before = leases();
  expect(before.length).toBeGreaterThanOrEqual(4);
  const { Pid: killed } = engine.inspect(container('servers'));
  process.kill(killed, 'SIGKILL');
  // Docker starts it again by itself, as compose.yaml says; podman leaves that to systemd, and its own clearing up takes a moment.
  await expect
    .poll(
      () => {
        const { Pid: pid, Running: isRunning } = engine.inspect(container('servers'));
        if (!isRunning) compose('start', 'servers');
        return isRunning && pid !== killed && isHealthy('servers');
      },
      { timeout: 150_000, interval: 500 },
    )
    .toBe(true);
  expect(leases()).toEqual(expect.arrayContaining(before.filter(({ state }) => state === 'bound')));
});

test('a reload is told to the servers from inside of their container', async () => {
  const out = engine.podman(
    'exec',
    container('servers'),
    '/usr/bin/headend',
    'reload',
    '--state',
    '/var/lib/headend',
  );
  expect(out).toMatch(/reloaded 1 host in \d+ ms/);
  await expect.poll(() => isHealthy('servers'), { interval: 500 }).toBe(true);
});

test('told to stop, both settle and end with 0', () => {
  compose('stop', '--timeout', '90', 'servers', 'cable');
  for (const part of ['servers', 'cable'] as const)
    expect([part, engine.inspect(container(part)).ExitCode]).toEqual([part, 0]);
});

/** Runs the image on the wire, and udhcpc at the other end of it. */
function leaseOnTheWire(name: string, flags: readonly string[], at: string): string {
  const file = lab.file(`${name}.yaml`, LAN);
  const hardened = ['--read-only', '--cap-drop', 'all', '--security-opt', 'no-new-privileges'];
  const run = ['run', '--detach', '--name', name, ...hardened, '--volume', `${file}:/lan.yaml:ro`, ...flags];
  const serve = ['serve', '/lan.yaml', '--interface', at, '--state', '/var/lib/headend'];
  engine.podman(...run, 'localhost/headend', ...serve);
  const asked = lab.attempt('lan', 'sh', '-c', 'udhcpc -n -q -i eth0 -s /bin/true -t 60 -T 1 2>&1');
  engine.podman('rm', '--force', '--time', '2', name);
  return asked.out;
}

test('by macvlan: broadcasts of the network reach a container that has no capability at all', () => {
  engine.podman(
    'network',
    'create',
    '-d',
    'macvlan',
    '-o',
    'parent=wire0',
    '--subnet',
    '10.60.0.0/24',
    'wire',
  );
  const sysctl = ['--sysctl', 'net.ipv4.ip_unprivileged_port_start=0'];
  const out = leaseOnTheWire('macvlan', ['--network', 'wire', '--ip', '10.60.0.2', ...sysctl], '10.60.0.2');
  expect(out).toMatch(/lease of 10\.60\.0\.1\d\d obtained from 10\.60\.0\.2/);
});

test('with the network of the host: the right to the ports is all it takes', () => {
  lab.run('box', 'ip', 'address', 'add', '10.60.0.2/24', 'dev', 'wire0');
  const out = leaseOnTheWire('host', ['--network', 'host', '--cap-add', 'NET_BIND_SERVICE'], 'wire0');
  expect(out).toMatch(/lease of 10\.60\.0\.1\d\d obtained from 10\.60\.0\.2/);
});
