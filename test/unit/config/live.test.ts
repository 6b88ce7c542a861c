import { expect, test } from 'vitest';
import { formatIp } from '../../../src/core/address.ts';
import { parseScenario } from '../../../src/config/parse.ts';
import { mistakesIn, PLANT, plantWith } from './plant.ts';

const MODEM = '  web: { kind: host, on: lan, ip: 10.2.0.10 }\n';
const REAL = 'kind: cable-modem, on: hfc, mac: "02:00:5e:00:09:01", place: live';
const FAR = 'kind: cable-modem, on: hfc, count: 2, mac: "02:00:5e:00:09:{n:02x}", place: headend';
const TFTP = '  tod: { on: core, ip: 10.0.0.37 }\n';
const TIMELINE = '  - { at: 10s, do: impair, id: noise, where: hfc, loss: 2%, for: 30s }\n';
const EXPECT = '  - always: leases.unique\n';

/** The plant with a real modem, and a line more in its timeline or expectations. */
function withReal(line = '', after = EXPECT): string {
  return plantWith(MODEM, `${MODEM}  real: { ${REAL} }\n`).replace(after, () => `${after}${line}`);
}

function realModem(keys: string): unknown {
  const { devices } = parseScenario(plantWith(MODEM, `${MODEM}  real: { ${keys} }\n`), 'small.yaml');
  const found = devices.find(({ name }) => name === 'real');
  return found !== undefined && 'live' in found ? found.live : undefined;
}

test.each([
  {
    name: 'on an interface that the command names',
    keys: REAL,
    live: { who: 'real', interface: undefined, at: { line: 39, column: 72 } },
  },
  {
    name: 'on an interface of the file',
    keys: `${REAL}, interface: veth0`,
    live: { who: 'real', interface: 'veth0', at: { line: 39, column: 72 } },
  },
  {
    name: 'a computer',
    keys: 'kind: host, on: lan, mac: "02:00:5e:00:09:02", place: live',
    live: { who: 'real', interface: undefined, at: { line: 39, column: 65 } },
  },
  {
    name: "a group of another headend's, with keys of its own",
    keys: `${FAR}, reinit-after: 30s, interface: veth0`,
    live: { who: 'headend', interface: 'veth0', at: { line: 39, column: 87 } },
  },
  { name: 'simulated', keys: 'kind: host, on: lan, place: virtual', live: undefined },
])('a real device: $name', ({ keys, live }) => {
  expect(realModem(keys)).toEqual(live);
});

test.each([
  {
    name: 'a device that is not real is plugged in nowhere',
    text: plantWith(MODEM, '  web: { kind: host, on: lan, interface: veth0 }\n'),
    says: [
      'small.yaml:38:31 devices.web.interface: only a device with place: live is plugged in anywhere: write place: live beside it, or leave it out',
    ],
  },
  {
    name: 'a host without a hardware address',
    text: plantWith(MODEM, '  web: { kind: host, on: lan, place: live }\n'),
    says: [
      'small.yaml:38:8 devices.web: a real device is known by its hardware address: write mac: with the one it has',
    ],
  },
  {
    name: 'what a real device says itself',
    text: plantWith(MODEM, `${MODEM}  real: { ${REAL}, class: "docsis3.1:" }\n`),
    says: [
      'small.yaml:39:78 devices.real.class: a real device says this itself: leave it out, or let the device be virtual',
    ],
  },
  {
    name: 'a state of its own',
    text: withReal('  - eventually: { who: real, state: operational }\n'),
    says: [
      'small.yaml:47:37 expect[2].eventually.state: as seen from here a real device has no state "operational": its states are bound',
    ],
  },
  {
    name: 'a state of its own, in a sequence',
    text: withReal('  - sequence: { steps: ["STATE real init"] }\n'),
    says: [
      'small.yaml:47:37 expect[2].sequence.steps[0]: as seen from here a real device has no state "init": its states are bound',
    ],
  },
  {
    name: 'a state that a CMTS cannot know of it',
    text: withReal('  - eventually: { who: real, cmts-state: online }\n'),
    says: [
      'small.yaml:47:42 expect[2].eventually.cmts-state: of a real modem a CMTS has no state "online": its states are init(d), init(i), init(t), init(o)',
    ],
  },
  {
    name: "another headend's computer",
    text: plantWith(MODEM, '  web: { kind: host, on: lan, place: headend }\n'),
    says: ['small.yaml:38:38 devices.web.place: "headend" is no choice here: write one of virtual, live'],
  },
  {
    name: "reasons, a state, and the power switch of another headend's modem",
    text: plantWith(MODEM, `${MODEM}  far: { ${FAR} }\n`)
      .replace(
        EXPECT,
        () =>
          `${EXPECT}  - eventually: { who: "far[1]", rule: HE-MODEM-001 }\n  - eventually: { all: far, state: operational }\n`,
      )
      .replace(TIMELINE, () => `${TIMELINE}  - { at: 20s, do: power-off, who: far }\n`),
    says: [
      `small.yaml:44:36 timeline[2].who: "far" is another headend's (place: headend): nobody here sees or moves what is inside of it: do it there by hand; what it sends and receives is impaired, cut and dropped here as with any other host`,
      `small.yaml:48:40 expect[2].eventually.rule: "far[1]" is another headend's (place: headend): nobody here sees or moves what is inside of it: expect what is seen of it from here: state: bound, a packet that it sends or gets, a decision of who answers it`,
      `small.yaml:49:36 expect[3].eventually.state: as seen from here another headend's modem has no state "operational": its states are bound`,
    ],
  },
  {
    name: 'its reasons',
    text: withReal('  - eventually: { who: real, rule: HE-HOST-001 }\n'),
    says: [
      'small.yaml:47:36 expect[2].eventually.rule: "real" is real (place: live): nobody here sees or moves what is inside of it: expect what is seen of it from here: state: bound, a packet that it sends or gets, a decision of who answers it',
    ],
  },
  {
    name: 'its power switch',
    text: withReal('  - { at: 20s, do: power-off, who: real }\n', TIMELINE),
    says: [
      'small.yaml:44:36 timeline[2].who: "real" is real (place: live): nobody here sees or moves what is inside of it: do it there by hand; what it sends and receives is impaired, cut and dropped here as with any other host',
    ],
  },
  {
    name: 'a crash of it',
    text: withReal('  - { at: 20s, do: crash, who: real }\n', TIMELINE),
    says: [
      'small.yaml:44:32 timeline[2].who: "real" is real (place: live): nobody here sees or moves what is inside of it: do it there by hand; what it sends and receives is impaired, cut and dropped here as with any other host',
    ],
  },
  {
    name: 'an interface that is no text on one line',
    text: plantWith(MODEM, `${MODEM}  real: { ${REAL}, interface: 7 }\n`),
    says: [
      'small.yaml:39:89 devices.real.interface: YAML read this as "7", which is no text: write the name of an interface, such as veth0',
    ],
  },
])('$name', ({ text, says }) => {
  expect(mistakesIn(text)).toEqual(says);
});

test('what is seen of a real modem may be expected, and what is between may be broken', () => {
  const text = withReal(
    [
      '  - eventually: { who: real, state: bound }',
      '  - eventually: { who: real, cmts-state: init(o) }',
      '  - sequence: { steps: ["DHCP DISCOVER real>cmts", "STATE real bound"] }',
      '  - metric: "packets DHCP ACK *>real >= 1"',
      '',
    ].join('\n'),
  ).replace(TIMELINE, `${TIMELINE}  - { at: 20s, do: partition, from: real, to: cmts, for: 5s }\n`);
  expect(mistakesIn(text)).toEqual([]);
});

test("of another headend's modem its CMTS shows every state", () => {
  const text = plantWith(MODEM, `${MODEM}  far: { ${FAR} }\n`).replace(
    EXPECT,
    () =>
      `${EXPECT}  - eventually: { all: far, cmts-state: online }\n  - eventually: { who: "far[0]", cmts-state: init(r1) }\n`,
  );
  expect(mistakesIn(text)).toEqual([]);
});

function serverPlace(lines: string): unknown {
  const { services } = parseScenario(
    plantWith(TFTP, `  tod: { on: core, ip: 10.0.0.37, ${lines} }\n`),
    'small.yaml',
  );
  const place = services.find(({ name }) => name === 'tod')?.place;
  if (place?.kind !== 'live') return place;
  const { outside } = place;
  return { ...place, outside: outside && { ...outside, address: formatIp(outside.address) } };
}

test.each([
  { name: 'at its own address', lines: 'place: live', outside: undefined },
  {
    name: 'at another',
    lines: 'place: live, outside: 192.0.2.7',
    outside: { address: '192.0.2.7', port: undefined },
  },
  {
    name: 'at another port',
    lines: 'place: live, outside: 127.0.0.1:6937',
    outside: { address: '127.0.0.1', port: 6937 },
  },
  {
    name: 'in IPv6',
    lines: 'place: live, outside: "[2001:db8::7]:6937"',
    outside: { address: '2001:db8::7', port: 6937 },
  },
])('a real server: $name', ({ lines, outside }) => {
  expect(serverPlace(lines)).toEqual({ kind: 'live', outside, at: { line: 30, column: 42 } });
});

test.each([
  {
    name: 'a server that is not real is nowhere else',
    text: plantWith('ip: 10.0.0.37 }', 'ip: 10.0.0.37, outside: 192.0.2.7 }'),
    says: [
      'small.yaml:30:44 services.tod.outside: only a service with place: live has this: write place: live beside it, or leave it out',
    ],
  },
  {
    name: 'an endpoint that is none',
    text: plantWith('ip: 10.0.0.37 }', 'ip: 10.0.0.37, place: live, outside: 192.0.2.7:70000 }'),
    says: [
      'small.yaml:30:57 services.tod.outside: "192.0.2.7:70000" will not do: write an address with or without a port, such as 192.0.2.7, 192.0.2.7:6969 or "[2001:db8::7]:6969"',
    ],
  },
  {
    name: 'a queue of a server that has its own',
    text: plantWith('ip: 10.0.0.67\n', 'ip: 10.0.0.67\n    place: live\n').replace(
      '  - always: leases.unique\n  - always: dhcp.queue.depth <= 400\n',
      '',
    ),
    says: [
      'small.yaml:15:5 services.dhcp.capacity: a real server has its own: leave it out, or let the service be virtual',
    ],
  },
  {
    name: 'leases of a server that is real',
    text: plantWith('    capacity: { rate: 200/s, queue: 400 }\n', '    place: live\n').replace(
      '  - always: dhcp.queue.depth <= 400\n',
      '',
    ),
    says: [
      'small.yaml:45:13 expect[1].always: nobody here sees the leases of dhcp, which is real (place: live): expect the packets, such as sequence: { each: cm, steps: ["DHCP ACK cmts>cm yiaddr=$ip"] }',
    ],
  },
  {
    name: 'two services at one address, one of them real',
    text: plantWith('ip: 10.0.0.37 }', 'ip: 10.0.0.69, place: live }'),
    says: [
      'small.yaml:30:24 services.tod.ip: tftp is at 10.0.0.69 too, and one of both is real: let both be live, or give tod another address',
    ],
  },
  {
    name: 'a fault inside of a real server',
    text: plantWith('ip: 10.0.0.37 }', 'ip: 10.0.0.37, place: live }').replace(
      TIMELINE,
      `${TIMELINE}  - { at: 20s, do: slow, who: tod, by: 1s }\n`,
    ),
    says: [
      'small.yaml:43:31 timeline[2].who: "tod" is real (place: live): nobody here sees or moves what is inside of it: do it there by hand; what it sends and receives is impaired, cut and dropped here as with any other host',
    ],
  },
])('$name', ({ text, says }) => {
  expect(mistakesIn(text)).toEqual(says);
});

test('a file without real hosts has none', () => {
  expect(
    parseScenario(PLANT, 'small.yaml').devices.flatMap((one) => ('live' in one ? [one.live] : [])),
  ).toEqual([undefined, undefined, undefined]);
});
