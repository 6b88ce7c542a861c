import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { askControl } from '../../src/api/control.ts';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need, type Running } from './support/netns.ts';

const LEASE_SECONDS = 20;
const GOLD = readFileSync(resolve('scenarios/files/gold.yaml'), 'utf8');

/** A plant of which some modems are another headend's. Two RNG-REQ of one are lost on the cable, and one OFFER. */
const PLANT = `headend: 1
name: cable-between-two
duration: 2m
net: { core: { kind: segment, delay: 1ms }, hfc: { kind: segment, delay: 4ms, jitter: 2ms } }
services:
  dhcp:
    on: core
    ip: 10.70.0.67/24
    subnets:
      - { subnet: 10.71.0.0/24, range: 10.71.0.100-10.71.0.150, lease: ${LEASE_SECONDS}s, router: 10.71.0.1, member: modem,
          tftp: { server: 10.70.0.69, file: gold.cfg }, options: { time-servers: [10.70.0.37], time-offset: 0 } }
  tftp: { on: core, ip: 10.70.0.69/24, files: { gold.cfg: { docsis: ./gold.yaml, secret: lab } } }
  tod: { on: core, ip: 10.70.0.37/24 }
devices:
  cmts: { kind: cmts, cable: hfc, uplink: core, giaddr: 10.71.0.1/24, helper: 10.70.0.67, uplink-ip: 10.70.0.2, secret: lab }
  cm: { kind: cable-modem, on: hfc, count: 2, mac: "00:10:18:00:00:{n:02x}" }
  far: { kind: cable-modem, on: hfc, count: 3, mac: "00:10:18:00:01:{n:02x}", place: headend }
timeline:
  - { at: 0s, do: drop, id: ranging, packet: "RNG REQ far[0]>cmts", first: 2, must-fire: 2 }
  - { at: 0s, do: drop, id: offer, packet: "DHCP OFFER cmts>far[1]", first: 1, must-fire: 1 }
expect:
  - always: leases.unique
  - eventually: { all: cm, state: operational }
  - eventually: { all: far, state: bound }
  - eventually: { all: far, cmts-state: online }
  - sequence:
      each: far
      steps:
        - RNG REQ far>cmts
        - RNG RSP cmts>far
        - DHCP DISCOVER far>cmts
        - DHCP DISCOVER cmts>dhcp giaddr=10.71.0.1
        - DHCP ACK cmts>far yiaddr=$ip file=gold.cfg
        - STATE far bound
        - TFTP RRQ far>tftp file=gold.cfg
        - TFTP DATA tftp>far last
        - REG REQ far>cmts
        - REG RSP cmts>far
        - DHCP REQUEST far>dhcp ciaddr=$ip
        - DHCP ACK dhcp>far yiaddr=$ip
`;

let lab: Lab;
let file: string;
beforeAll(() => {
  need('ip', 'tshark');
  built();
});
afterEach(() => lab?.remove());

/** Two machines with a cable between them, and the same file on both; `cable` is free of other addresses than these. */
function machines(text = PLANT): void {
  lab = new Lab();
  for (const name of ['hub', 'home']) lab.namespace(name);
  lab.cable(
    { in: 'hub', as: 'hub0', address: '192.0.2.1/24' },
    { in: 'home', as: 'home0', address: '192.0.2.2/24' },
  );
  lab.file('gold.yaml', GOLD);
  file = lab.file('plant.yaml', text);
}

interface Result {
  readonly verdict: string;
  readonly devices: readonly { readonly name: string; readonly state: string; readonly cmts_state: string }[];
  readonly faults: readonly { readonly id: string; readonly fired: number }[];
}

/** The whole of `--json` is there. */
const ENDED = /\n\}\n/;

test("a live run ranges, boots, registers and renews another headend's modems, and breaks their packets", async () => {
  machines();
  const capture = join(lab.folder, 'run.pcapng');
  await serve(lab, 'home', file, '--only', 'far', '--interface', 'hfc=home0', '--log-level', 'warn');
  const flags = ['--mode', 'live', '--interface', 'hfc=hub0', '--json', '--pcap', capture];
  const running = await lab.start('hub', /^/, process.execPath, MAIN, 'run', file, ...flags);
  await running.until(ENDED, 200);
  const { verdict, devices, faults } = JSON.parse(
    running.output.slice(running.output.indexOf('{\n')),
  ) as Result;
  expect({ verdict, faults }).toEqual({
    verdict: 'pass',
    faults: [
      { id: 'ranging', fired: 2 },
      { id: 'offer', fired: 1 },
    ],
  });
  expect(devices.map(({ name, state, cmts_state }) => `${name} ${state} ${cmts_state}`)).toEqual([
    'cmts on undefined',
    'cm[0] operational online',
    'cm[1] operational online',
    'far[0] bound online',
    'far[1] bound online',
    'far[2] bound online',
  ]);
  // What crossed the cable stands in the capture as what the modem sent, not as what carried it.
  const asked = lab.run(
    'hub',
    'tshark',
    '-r',
    capture,
    '-Y',
    'tftp.opcode == 1',
    '-T',
    'fields',
    '-e',
    'eth.src',
  );
  expect(asked).toContain('00:10:18:00:01:02');
  expect(lab.run('hub', 'tshark', '-r', capture, '-Y', 'udp.port == 4789')).toBe('');
});

interface Table {
  readonly modems: readonly { readonly state: string }[];
}

async function modemsOnline(state: string): Promise<number | undefined> {
  const [cmts] = (await askControl(state, 'modems')) as unknown as Table[];
  return cmts?.modems.filter((modem) => modem.state === 'online').length;
}

const MODEMS = 5;

interface Leases {
  readonly leases: readonly { readonly expires: number }[];
}

test('modems under one serve boot by the CMTS and the servers of another, over reloads of both and a restart', async () => {
  machines();
  const [hub, home] = [join(lab.folder, 'hub'), join(lab.folder, 'home')];
  const modems = (): Promise<Running> =>
    serve(lab, 'home', file, '--only', 'cm,far', '--interface', 'hfc=home0', '--state', home);
  // They find no CMTS yet, and go on trying.
  const first = await modems();
  const servers = ['--only', 'cmts,dhcp,tftp,tod', '--interface', 'hfc=hub0', '--log-level', 'warn'];
  await serve(lab, 'hub', file, ...servers, '--state', hub);
  await expect.poll(() => modemsOnline(hub), { timeout: 120_000, interval: 200 }).toBe(MODEMS);

  for (const state of [hub, home])
    expect(await askControl(state, 'reload')).toMatchObject({ reloaded: true, restarted: [] });
  const begun = Date.now() / 1_000;
  const renewed = async (): Promise<boolean> => {
    const [{ leases }] = (await askControl(hub, 'leases')) as unknown as [Leases];
    return leases.length === MODEMS && leases.every(({ expires }) => expires > begun + LEASE_SECONDS);
  };
  await expect.poll(renewed, { timeout: 60_000, interval: 500 }).toBe(true);
  expect(await modemsOnline(hub)).toBe(MODEMS);

  expect(await first.end('SIGTERM')).toBe(0);
  const second = await modems();
  for (const name of ['cm\\[0\\]', 'cm\\[1\\]', 'far\\[0\\]', 'far\\[1\\]', 'far\\[2\\]'])
    await second.until(new RegExp(`"host":"${name}","machine":"modem","state":"operational"`), 90);
  // The CMTS knows it when the modem's last message has come.
  await expect.poll(() => modemsOnline(hub), { interval: 200 }).toBe(MODEMS);
});

test.each([
  {
    name: 'a segment that is no cable',
    flags: ['--only', 'cm', '--interface', 'core=home0'],
    code: 2,
    says: /--interface: core=home0.*the cable of a CMTS: hfc/s,
  },
  {
    name: 'nobody of the cable',
    flags: ['--interface', 'hfc=home0'],
    code: 2,
    says: /hosts of hfc that run here: name them with --only/,
  },
  {
    name: 'an interface that is not there',
    flags: ['--only', 'cm', '--interface', 'hfc=nosuch0'],
    code: 4,
    says: /there is no interface nosuch0 that is up/,
  },
  {
    name: 'an interface without an address',
    flags: ['--only', 'cm', '--interface', 'hfc=bare0'],
    code: 4,
    says: /bare0 has no IPv4 address.*ip address add/s,
  },
])('serve carries no cable: $name', ({ flags, code, says }) => {
  machines();
  lab.cable({ in: 'home', as: 'bare0' }, { in: 'hub', as: 'bare1' });
  expect(lab.attempt('home', process.execPath, MAIN, 'serve', file, ...flags)).toEqual({
    code,
    out: expect.stringMatching(says),
  });
});

test('the port of the trunk is held by somebody, who is named', async () => {
  machines();
  await serve(lab, 'home', file, '--only', 'far', '--interface', 'hfc=home0', '--log-level', 'warn');
  const second = lab.attempt(
    'home',
    process.execPath,
    MAIN,
    'serve',
    file,
    '--only',
    'cm',
    '--interface',
    'hfc=home0',
  );
  expect(second).toEqual({ code: 4, out: expect.stringMatching(/udp 0\.0\.0\.0:4789 is in use/) });
});

test('what is no frame, of nobody, or of another file is told of once, and changes nothing', async () => {
  machines();
  const hub = join(lab.folder, 'hub');
  const flags = [
    '--only',
    'cmts,dhcp,tftp,tod',
    '--interface',
    'hfc=hub0',
    '--log-level',
    'warn',
    '--state',
    hub,
  ];
  const running = await serve(lab, 'hub', file, ...flags);
  const send = (hex: string): void => {
    const program = `require('node:dgram').createSocket('udp4').send(Buffer.from('${hex}', 'hex'), 4789, '192.0.2.1', () => process.exit())`;
    lab.run('home', process.execPath, '-e', program);
  };
  for (const hex of ['', '00', '0800000000000200', '00'.repeat(9000), `0800000000000200${'ff'.repeat(60)}`])
    send(hex);
  // A RNG-REQ from an address that the file does not have.
  send('080000000000020000005e0053fe001018000901000a00000301040000000100');
  await running.until(/192\.0\.2\.2 sends what is no frame of a cable/);
  await running.until(/00:10:18:00:09:01 is heard on hub0, and nobody who runs elsewhere has this address/);
  expect(running.output.match(/is no frame of a cable/g)).toHaveLength(1);
  await serve(lab, 'home', file, '--only', 'cm,far', '--interface', 'hfc=home0', '--log-level', 'warn');
  await expect.poll(() => modemsOnline(hub), { timeout: 120_000, interval: 200 }).toBe(MODEMS);
});
