import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { lease, leasedBy } from './support/dhcp-clients.ts';
import { built, MAIN } from './support/headend.ts';
import { Lab, need, type Running } from './support/netns.ts';

const GOLD = readFileSync(resolve('scenarios/files/gold.yaml'), 'utf8');
const REAL_MAC = '02:00:5e:00:71:01';
const MODEMS = `
  cmts: { kind: cmts, cable: hfc, uplink: core, giaddr: 10.71.0.1/24, helper: 10.70.0.67, uplink-ip: 10.70.0.2, secret: lab }
  cm: { kind: cable-modem, on: hfc, count: 2, mac: "00:10:18:00:00:{n:02x}" }
`;
const NET = `
  core: { kind: segment, delay: 1ms }
  hfc: { kind: segment, delay: 4ms, jitter: 2ms }
`;

/** Modems of which one is real: what it does is expected as of the others, and its second OFFER is lost on the way. */
const ONE_REAL = `headend: 1
name: one-real-modem
duration: 2m
net:${NET}
services:
  dhcp:
    on: core
    ip: 10.70.0.67/24
    subnets:
      - { subnet: 10.71.0.0/24, range: 10.71.0.100-10.71.0.150, lease: 5m, router: 10.71.0.1, member: modem,
          tftp: { server: 10.70.0.69, file: gold.cfg }, options: { time-servers: [10.70.0.37], time-offset: 0 } }
  tftp: { on: core, ip: 10.70.0.69/24, files: { gold.cfg: { docsis: ./gold.yaml, secret: lab } } }
  tod: { on: core, ip: 10.70.0.37/24 }
  dns: { on: core, ip: 10.70.0.53/24, zones: { lab.example: { records: { www: [{ type: A, data: 192.0.2.80 }] } } } }
devices:${MODEMS}
  cm-real: { kind: cable-modem, on: hfc, mac: "${REAL_MAC}", place: live }
timeline:
  - { at: 0s, do: drop, id: first-offer, packet: "DHCP OFFER cmts>cm-real", first: 1, must-fire: 1 }
expect:
  - always: leases.unique
  - eventually: { all: cm, state: operational }
  - eventually: { who: cm-real, state: bound }
  - eventually: { who: cm-real, cmts-state: init(o) }
  - sequence:
      steps:
        - DHCP DISCOVER cm-real>cmts
        - DHCP DISCOVER cmts>dhcp giaddr=10.71.0.1
        - DHCP ACK cmts>cm-real yiaddr=$ip file=gold.cfg
        - STATE cm-real bound
        - TFTP RRQ cm-real>tftp file=gold.cfg
        - TFTP DATA tftp>cm-real last
        - DNS QUERY cm-real>dns qname=www.lab.example
        - DNS ANSWER dns>cm-real answer=192.0.2.80
        - TCP SYN cm-real>dns dport=53
        - TCP FIN cm-real>dns
        - DHCP REQUEST cm-real>dhcp ciaddr=$ip
        - DHCP ACK dhcp>cm-real yiaddr=$ip
`;

/** What udhcpc calls: it takes the address, fetches the file that it was told of, and looks a name up. */
const SCRIPT = `#!/bin/sh
[ "$1" = bound ] || [ "$1" = renew ] || exit 0
ip address replace "$ip/$mask" dev "$interface"
ip route replace default via "$router"
echo "$1 $ip boot=$boot_file"
[ "$1" = bound ] || exit 0
cd "$(dirname "$0")" && tftp -m binary "$siaddr" -c get "$boot_file" fetched && echo "fetched $(wc -c < fetched)"
dig +short +tries=3 @10.70.0.53 www.lab.example | sed 's/^/found /'
dig +short +tcp @10.70.0.53 www.lab.example | sed 's/^/streamed /'
`;

/** The whole of `--json` is there. */
const ENDED = /\n\}\n/;

let lab: Lab;
beforeAll(() => {
  need('ip', 'udhcpc', 'dhclient', 'tftp', 'dig', 'dnsmasq', 'tshark');
  built();
});
afterEach(() => lab?.remove());

interface Result {
  readonly verdict: string;
  readonly devices: readonly { readonly name: string; readonly state: string; readonly ip: string | null }[];
  readonly faults: readonly { readonly id: string; readonly fired: number }[];
}

function resultOf({ output }: Running): Result {
  return JSON.parse(output.slice(output.indexOf('{\n'))) as Result;
}

/** Starts a live run in a namespace. */
function run(file: string, ...flags: readonly string[]): Promise<Running> {
  return lab.start('hub', /^/, process.execPath, MAIN, 'run', file, '--mode', 'live', '--json', ...flags);
}

test('a real modem boots beside simulated ones, and its packets are expected, broken and captured as theirs', async () => {
  lab = new Lab();
  for (const name of ['hub', 'cli']) lab.namespace(name);
  lab.cable({ in: 'hub', as: 'hfc0' }, { in: 'cli', as: 'eth0' });
  lab.run('cli', 'ip', 'link', 'set', 'eth0', 'address', REAL_MAC);
  lab.file('gold.yaml', GOLD);
  const file = lab.file('real.yaml', ONE_REAL);
  const capture = join(lab.folder, 'run.pcapng');

  // What the machine lacks is said as commands that give it that.
  const command = [process.execPath, MAIN, 'run', file, '--mode', 'live', '--interface', 'hfc=hfc0'] as const;
  const refused = lab.attempt('hub', ...command);
  expect(refused.code).toBe(4);
  const remedy = /as root: (.*)/.exec(refused.out)?.[1]?.split('; ') ?? [];
  expect(remedy.toSorted()).toEqual([
    'ip address add 10.70.0.37/32 dev lo',
    'ip address add 10.70.0.53/32 dev lo',
    'ip address add 10.70.0.67/32 dev lo',
    'ip address add 10.70.0.69/32 dev lo',
    'ip address add 10.71.0.1/24 dev hfc0',
  ]);
  for (const line of remedy) lab.run('hub', 'sh', '-c', line);

  const script = lab.file('script', SCRIPT);
  lab.run('cli', 'chmod', '755', script);
  const flags = [
    '-f',
    '-i',
    'eth0',
    '-s',
    script,
    '-V',
    'docsis3.1:',
    '-O',
    'bootfile',
    '-t',
    '60',
    '-T',
    '1',
  ];
  const client = await lab.start('cli', /discover/, 'udhcpc', ...flags);
  const running = await run(file, '--interface', 'hfc=hfc0', '--pcap', capture);
  await client.until(
    /bound 10\.71\.0\.1\d\d boot=gold\.cfg\s+fetched \d+\s+found 192\.0\.2\.80\s+streamed 192\.0\.2\.80/,
    120,
  );
  // SIGUSR1: renew now, by unicast to the server.
  client.child.kill('SIGUSR1');
  await client.until(/renew 10\.71\.0\.1\d\d/);
  await running.until(ENDED, 200);

  const { verdict, devices, faults } = resultOf(running);
  const leased = /bound (\S+)/.exec(client.output)?.[1];
  expect({ verdict, faults }).toEqual({ verdict: 'pass', faults: [{ id: 'first-offer', fired: 1 }] });
  expect(devices.map(({ name, state, ip }) => ({ name, state, ip }))).toEqual([
    { name: 'cmts', state: 'on', ip: '10.71.0.1' },
    { name: 'cm[0]', state: 'operational', ip: expect.stringMatching(/^10\.71\.0\.1/) },
    { name: 'cm[1]', state: 'operational', ip: expect.stringMatching(/^10\.71\.0\.1/) },
    { name: 'cm-real', state: 'bound', ip: leased },
  ]);
  const own = `eth.src == ${REAL_MAC} && tftp.opcode == 1`;
  const asked = lab.run(
    'hub',
    'tshark',
    '-r',
    capture,
    '-Y',
    own,
    '-T',
    'fields',
    '-e',
    'ip.src',
    '-e',
    'ip.dst',
  );
  // A client that has no answer soon asks again.
  expect([...new Set(asked.trim().split('\n'))]).toEqual([`${leased}\t10.70.0.69`]);
});

/** No relay between: broadcasts of the real one are heard by the server, and those of the simulated ones stay in the plant. */
const ONE_LAPTOP = `headend: 1
name: one-real-host
duration: 2m
net: { lan: { kind: segment, delay: 1ms } }
services:
  dhcp: { on: lan, ip: 10.72.0.1/24, subnets: [{ subnet: 10.72.0.0/24, range: 10.72.0.100-10.72.0.150, lease: 20s, router: 10.72.0.1 }] }
devices:
  pc: { kind: host, on: lan, count: 2 }
  laptop: { kind: host, on: lan, mac: "${REAL_MAC}", place: live, interface: lan0 }
expect:
  - always: leases.unique
  - eventually: { all: pc, state: bound }
  - sequence: { steps: [DHCP ACK dhcp>laptop yiaddr=$ip, STATE laptop bound, DHCP REQUEST laptop>dhcp ciaddr=$ip, DHCP ACK dhcp>laptop] }
`;

test('dhclient on a segment without a relay has a lease beside simulated hosts, and renews it', async () => {
  lab = new Lab();
  for (const name of ['hub', 'cli']) lab.namespace(name);
  lab.cable({ in: 'hub', as: 'lan0', address: '10.72.0.1/24' }, { in: 'cli', as: 'eth0' });
  lab.run('cli', 'ip', 'link', 'set', 'eth0', 'address', REAL_MAC);
  const running = await run(lab.file('laptop.yaml', ONE_LAPTOP));
  const client = await lease(lab, 'cli', 'dhclient');
  await running.until(ENDED, 200);
  const { verdict, devices } = resultOf(running);
  expect(verdict).toBe('pass');
  expect(devices.at(-1)).toMatchObject({ name: 'laptop', state: 'bound', ip: leasedBy('dhclient', client) });
  // The simulated clients' questions to all did not come out, so none of them was heard as a stranger.
  expect(running.output).not.toContain('is heard');
});

/** A plant whose DHCP, TFTP and DNS are somebody else's; the time is ours. */
const REAL_SERVERS = `headend: 1
name: real-servers
duration: 2m
net:${NET}
services:
  dhcp: { on: core, ip: 10.70.0.67/24, place: live, subnets: [{ subnet: 10.71.0.0/24, range: 10.71.0.100-10.71.0.150 }] }
  tftp: { on: core, ip: 10.70.0.67/24, place: live }
  dns: { on: core, ip: 10.70.0.53/24, place: live, outside: "10.70.0.67:5353", zones: { lab.example: { records: {} } } }
  tod: { on: core, ip: 10.70.0.37/24 }
devices:${MODEMS}
  home: { kind: stub, on: core, ip: 10.70.0.99/24, resolver: dns, ask: www.lab.example A }
  long: { kind: stub, on: core, ip: 10.70.0.98/24, resolver: dns, ask: long.lab.example TXT }
expect:
  - eventually: { all: cm, state: operational }
  - eventually: { who: home, sees: 192.0.2.80 }
  - eventually: { who: long, state: answered }
  - sequence:
      each: cm
      steps: [DHCP OFFER dhcp>cmts, DHCP ACK cmts>cm yiaddr=$ip, TFTP RRQ cm>tftp file=gold.cfg, TFTP DATA tftp>cm last]
`;

test('simulated modems boot from the DHCP, TFTP and DNS of dnsmasq', async () => {
  lab = new Lab();
  for (const name of ['hub', 'far']) lab.namespace(name);
  lab.cable(
    { in: 'hub', as: 'core0', address: '10.70.0.1/24' },
    { in: 'far', as: 'core0', address: '10.70.0.67/24' },
  );
  lab.run('far', 'ip', 'route', 'add', '10.71.0.0/24', 'via', '10.70.0.1');
  const file = lab.file('servers.yaml', REAL_SERVERS);

  const refused = lab.attempt('hub', process.execPath, MAIN, 'run', file, '--mode', 'live');
  expect(refused).toEqual({
    code: 4,
    out: expect.stringContaining('real hosts would not find cmts at 10.71.0.1'),
  });
  lab.run('hub', 'sh', '-c', /as root: (.*)/.exec(refused.out)?.[1] ?? 'false');

  const gold = lab.file('gold.yaml', GOLD);
  const key = lab.file('key', 'lab');
  const made = join(lab.folder, 'gold.cfg');
  lab.run('hub', process.execPath, MAIN, 'docsis', 'encode', gold, '--secret-file', key, '-o', made);
  // More than a datagram holds: it is asked again by TCP.
  const texts = Array.from(
    { length: 8 },
    (_, index) => `--txt-record=long.lab.example,${String(index).repeat(250)}`,
  );
  const daemon = '-k -C /dev/null -u root --log-facility=- --port=5353 --no-resolv --no-hosts --enable-tftp';
  const dhcp = '--dhcp-boot=gold.cfg,,10.70.0.67 --dhcp-no-override --no-ping --dhcp-option=3,10.71.0.1';
  const more = '--dhcp-option=4,10.70.0.37 --dhcp-option=2,0 --address=/www.lab.example/192.0.2.80';
  const files = [`--tftp-root=${lab.folder}`, `--dhcp-leasefile=${join(lab.folder, 'leases')}`];
  const range = '--dhcp-range=10.71.0.100,10.71.0.150,255.255.255.0,5m';
  const words = [daemon, dhcp, more, range].flatMap((line) => line.split(' '));
  await lab.start('far', /started/, 'dnsmasq', ...words, ...files, ...texts);
  const running = await run(file);
  await running.until(ENDED, 200);
  expect(resultOf(running)).toMatchObject({ verdict: 'pass' });
});

test('plan says where real hosts are and what they need, validate and doctor take the file', () => {
  lab = new Lab();
  lab.namespace('hub');
  lab.file('gold.yaml', GOLD);
  const file = lab.file('real.yaml', ONE_REAL);
  const planned = JSON.parse(lab.run('hub', process.execPath, MAIN, 'plan', file, '--json')) as {
    real: unknown;
  };
  expect(planned.real).toEqual([
    {
      host: 'cm-real',
      where: 'where --interface hfc=NAME says',
      needs: [
        'ip address add 10.70.0.67/32 dev lo',
        'ip address add 10.70.0.69/32 dev lo',
        'ip address add 10.70.0.37/32 dev lo',
        'ip address add 10.70.0.53/32 dev lo',
        'ip address add 10.71.0.1/24 dev NAME',
      ],
    },
  ]);
  const servers = lab.file('servers.yaml', REAL_SERVERS);
  const shown = lab.run('hub', process.execPath, MAIN, 'plan', servers);
  expect(shown).toMatch(/dhcp +10\.70\.0\.67:67, 10\.70\.0\.67:69\n +dns +10\.70\.0\.67:5353\n/);
  expect(shown).toMatch(/as root:\n +ip address add 10\.71\.0\.1\/32 dev lo\n/);
  expect(lab.attempt('hub', process.execPath, MAIN, 'validate', file, servers).code).toBe(0);
  expect(lab.attempt('hub', process.execPath, MAIN, 'doctor', file).out).not.toMatch(/✗ file/);
});

test.each([
  {
    name: 'in a simulation',
    flags: [],
    code: 2,
    says: /real\.yaml:\d+:\d+ devices\.cm-real\.place: it is real, and .*: headend run --mode live runs it/,
  },
  {
    name: 'in many simulations',
    flags: ['--seeds', '1..3'],
    code: 2,
    says: /real\.yaml:\d+:\d+ devices\.cm-real\.place: it is real, and .*: headend run --mode live runs it/,
  },
  {
    name: 'on no interface',
    flags: ['--mode', 'live'],
    code: 2,
    says: /devices\.cm-real\.place: nothing says on which interface .* headend run --mode live --interface hfc=NAME/,
  },
  {
    name: 'on an interface that this machine has not',
    flags: ['--mode', 'live', '--interface', 'nosuch0'],
    code: 4,
    says: /there is no interface nosuch0 that is up\s.*what to do: name one of/,
  },
  {
    name: 'on a segment with nobody real',
    flags: ['--mode', 'live', '--interface', 'cor=lo'],
    code: 2,
    says: /--interface cor=lo: no real device has that name, or is on such a segment: there are cm-real, hfc/,
  },
  {
    name: 'with an interface and no live mode',
    flags: ['--interface', 'lo'],
    code: 2,
    says: /--interface says where real devices are: add --mode live/,
  },
])('what is real, $name', ({ flags, code, says }) => {
  lab = new Lab();
  lab.namespace('hub');
  lab.file('gold.yaml', GOLD);
  const file = lab.file('real.yaml', ONE_REAL);
  expect(lab.attempt('hub', process.execPath, MAIN, 'run', file, ...flags)).toEqual({
    code,
    out: expect.stringMatching(says),
  });
});
