import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need } from './support/netns.ts';

const LAB = `headend: 1
name: lab
net: { lan: { kind: segment } }
services:
  dhcp:
    on: lan
    ip: 10.60.0.2/24
    subnets:
      - { subnet: 10.60.0.0/24, range: 10.60.0.100-10.60.0.150, tftp: { server: 10.60.0.2, file: Gold.cfg } }
      - { subnet: 10.61.0.0/24, range: 10.61.0.100-10.61.0.150, relay: 10.61.0.1 }
  tftp: { on: lan, ip: 10.60.0.2/24, folder: ./tftp }
`;

interface Finding {
  readonly name: string;
  readonly verdict: string;
  readonly says: string;
  readonly cure: string;
}

let lab: Lab;
let file: string;

beforeAll(async () => {
  need('ip', 'nft', 'setpriv');
  built();
  lab = new Lab();
  // Where headend is to serve, the wire with another server on it, and a second way out.
  for (const namespace of ['srv', 'far']) lab.namespace(namespace);
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.60.0.2/24' },
    { in: 'far', as: 'eth0', address: '10.60.0.254/24' },
  );
  lab.cable(
    { in: 'srv', as: 'up0', address: '192.0.2.2/24' },
    { in: 'far', as: 'eth1', address: '192.0.2.1/24' },
  );
  lab.cable({ in: 'srv', as: 'down0' }, { in: 'far', as: 'eth2' });
  lab.run('srv', 'ip', 'link', 'set', 'down0', 'down');
  chmodSync(lab.folder, 0o755);
  const tftp = join(lab.folder, 'tftp');
  mkdirSync(join(tftp, 'locked'), { recursive: true });
  for (const name of ['gold.cfg', 'secret.cfg']) writeFileSync(join(tftp, name), name);
  chmodSync(join(tftp, 'secret.cfg'), 0o600);
  chmodSync(join(tftp, 'locked'), 0o700);
  symlinkSync('/etc/hostname', join(tftp, 'out.cfg'));
  symlinkSync('gone.cfg', join(tftp, 'dangling.cfg'));
  file = lab.file('lab.yaml', LAB);
});
afterAll(() => lab?.remove());

const NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];

/** The findings of doctor that are not plain passes, by what was looked at. */
function examine(
  namespace: string,
  flags: readonly string[],
  user: readonly string[] = [],
): { code: number; of: (name: string) => readonly Finding[] } {
  const shell = `exec "$0" "$@" 2>/dev/null`;
  const words = [...user, process.execPath, MAIN, 'doctor', ...flags, '--json'];
  const { code, out } = lab.attempt(namespace, 'sh', '-c', shell, ...words);
  const { findings } = JSON.parse(out) as { findings: readonly Finding[] };
  return {
    code,
    of: (name) => findings.filter((one) => one.name === name && one.verdict !== 'pass'),
  };
}

/** What one of them says, as far as a test is about it. */
function told(verdict: string, says: RegExp, cure: RegExp): unknown {
  return expect.objectContaining({
    verdict,
    says: expect.stringMatching(says) as unknown,
    cure: expect.stringMatching(cure) as unknown,
  });
}

function nft(command: string): void {
  lab.run('srv', 'nft', command);
}

function firewall(...flags: readonly string[]): readonly Finding[] {
  return examine('srv', [file, ...flags]).of('firewall');
}

describe('doctor on a machine of its own', () => {
  test('the wire as it should be, but for the way to the relay and two files', () => {
    const { code, of } = examine('srv', [file, '--interface', 'lan0']);
    expect(code).toBe(4);
    expect(of('route')).toEqual([
      told('fail', /no way to the relay 10\.61\.0\.1 .*ENETUNREACH/, /^ip route add 10\.61\.0\.0\/24 via/),
      told('warn', /no way to the clients such as 10\.61\.0\.1 /, /^ip route add/),
    ]);
    expect(of('boot file')).toEqual([
      told('fail', /names "Gold\.cfg".*only one in another case/, /mend the name/),
    ]);
    expect(of('tftp files')).toEqual([
      told('warn', /^\.\/tftp\/out\.cfg: they lead out of the folder/, /copy/),
      told('warn', /^\.\/tftp\/dangling\.cfg: they are links to nothing/, /mend or remove/),
    ]);
    for (const name of ['interface', 'address', 'firewall', 'udp/67', 'udp/69', 'rp_filter'])
      expect(of(name)).toEqual([]);
  });

  test('a strict reverse path filter, when the clients are reached by another interface', () => {
    lab.run('srv', 'ip', 'route', 'add', '10.61.0.0/24', 'via', '192.0.2.1');
    lab.run('srv', 'sh', '-c', 'echo 1 >/proc/sys/net/ipv4/conf/lan0/rp_filter');
    try {
      const { of } = examine('srv', [file, '--interface', 'lan0']);
      expect(of('route')).toEqual([]);
      expect(of('rp_filter')[0]).toEqual(told('warn', /lan0 filters by reverse path.* is up0$/, /sysctl -w/));
    } finally {
      lab.run('srv', 'sh', '-c', 'echo 0 >/proc/sys/net/ipv4/conf/lan0/rp_filter');
      lab.run('srv', 'ip', 'route', 'del', '10.61.0.0/24');
    }
  });

  test.each([
    {
      name: 'an interface that is down',
      interface: ['down0'],
      label: 'interface',
      tells: told('fail', /down0 is down/, /ip link set down0 up/),
    },
    {
      name: 'one that is not there',
      interface: ['lan1'],
      label: 'interface',
      tells: told('fail', /no interface lan1/, /did you mean lan0\?/),
    },
    {
      name: 'one of another network',
      interface: ['up0'],
      label: 'interface',
      tells: told('fail', /up0 has 192\.0\.2\.2\/24.*in no subnet/, /address of the subnet/),
    },
    {
      name: 'two of them',
      interface: ['lan0', 'up0'],
      label: 'interfaces',
      tells: told('fail', /given 2 times: lan0, up0/, /headend serve FILE --interface up0/),
    },
  ])('$name', ({ interface: names, label, tells }) => {
    const { code, of } = examine('srv', [file, ...names.flatMap((name) => ['--interface', name])]);
    expect(of(label)).toContainEqual(tells);
    expect(code).toBe(4);
  });

  test('packet filters: the question, the answer, and what follows in a transfer', () => {
    nft('add table inet fw');
    nft('add chain inet fw in { type filter hook input priority 0; policy accept; }');
    nft('add rule inet fw in iifname "lan*" udp dport { 67, 68 } counter drop');
    expect(firewall('--interface', 'lan0')).toEqual([
      told(
        'fail',
        /drops questions to udp\/67 \(DHCP\): inet fw in: .*udp dport \{ 67, 68 \} counter drop/,
        /nft insert rule inet fw in udp dport 67 accept/,
      ),
    ]);
    const listen = ['--listen', '10.60.0.2'];
    // The cure is what it takes.
    nft('insert rule inet fw in udp dport 67 accept');
    expect(firewall(...listen)).toEqual([]);
    nft('add rule inet fw in udp dport 69 accept');
    nft('add chain inet fw in { policy drop; }');
    expect(firewall(...listen)).toEqual([
      told('fail', /drops what follows the first packet of TFTP: policy drop/, /ct state established/),
    ]);
    nft('insert rule inet fw in ct state established,related accept');
    expect(firewall(...listen)).toEqual([]);
    nft('delete table inet fw');
  });

  test('a plain user is told what may not be seen, opened and read', () => {
    lab.run('srv', 'sh', '-c', 'echo 1024 >/proc/sys/net/ipv4/ip_unprivileged_port_start');
    try {
      const { code, of } = examine('srv', [file, '--interface', 'lan0', '--state', '/root/none'], NOBODY);
      expect(code).toBe(4);
      expect(of('rights')).toEqual([
        told('fail', /no right to udp\/67, udp\/69$/, /ip_unprivileged_port_start=67/),
      ]);
      expect(of('firewall')).toEqual([told('note', /nft needs root/, /^$/)]);
      expect(of('state')).toEqual([
        told('fail', /\/root\/none cannot be made by this user/, /StateDirectory/),
      ]);
      expect(of('tftp files')).toContainEqual(
        told('warn', /tftp\/locked, .*tftp\/secret\.cfg: they may not be read/, /chmod a\+r/),
      );
    } finally {
      lab.run('srv', 'sh', '-c', 'echo 0 >/proc/sys/net/ipv4/ip_unprivileged_port_start');
    }
  });

  test('ports that another serve holds, its state folder, and its own offers', async () => {
    const state = join(lab.folder, 'state');
    const running = await serve(lab, 'srv', file, '--interface', 'lan0', '--state', state);
    const flags = [file, '--interface', 'lan0'];
    const stranger = examine('srv', flags);
    expect(stranger.of('udp/67')).toEqual([
      told('fail', /^0\.0\.0\.0:67 is held by process \d+ \(node\)$/, /^stop it \(kill \d+\)/),
    ]);
    expect(stranger.of('other DHCP')).toHaveLength(1);
    const own = examine('srv', [...flags, '--state', state]);
    expect(own.of('udp/67')).toEqual([]);
    expect(own.of('other DHCP')).toEqual([]);
    expect(own.of('state')).toEqual([told('warn', /is in use by process \d+ \(node\)/, /headend leases/)]);
    await running.end('SIGTERM');
  });

  test('another DHCP server on the wire', async () => {
    const rogue = lab.file(
      'rogue.yaml',
      LAB.replaceAll('10.60.0.2', '10.60.0.254').replace(', folder: ./tftp', ''),
    );
    const running = await serve(lab, 'far', rogue, '--only', 'dhcp', '--interface', 'eth0');
    expect(examine('srv', [file, '--interface', 'lan0']).of('other DHCP')).toEqual([
      told('warn', /on lan0 addresses are offered by 10\.60\.0\.254/, /ip neigh show 10\.60\.0\.254/),
    ]);
    await running.end('SIGTERM');
  });
});

test('a state folder on a disk that is full, and in memory', () => {
  const disk = join(lab.folder, 'disk');
  mkdirSync(disk);
  // A mount of a namespace that ends with the command: nothing stays behind.
  const script = `mount -t tmpfs -o size=1m tmpfs "$0" && exec "$@" --state "$0" --json 2>/dev/null`;
  const { out } = lab.attempt(
    'srv',
    'unshare',
    '--mount',
    'sh',
    '-c',
    script,
    disk,
    process.execPath,
    MAIN,
    'doctor',
    file,
  );
  const { findings } = JSON.parse(out) as { findings: readonly Finding[] };
  expect(findings).toContainEqual(told('warn', /is on tmpfs/, /name a folder on a disk/));
  expect(findings).toContainEqual(told('fail', /are free on its disk/, /make room/));
});
