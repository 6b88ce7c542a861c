import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { plugsOf } from '../../../src/api/live-places.ts';
import { loadScenario } from '../../../src/api/load-scenario.ts';
import { planScenario } from '../../../src/api/plan.ts';
import { planLines } from '../../../src/cli/plan.ts';

const PLANT = `headend: 1
name: plant
net: { core: { kind: segment }, hfc: { kind: segment } }
services:
  dhcp: { on: core, ip: 10.70.0.67/24, subnets: [{ subnet: 10.71.0.0/24, range: 10.71.0.100-10.71.0.150 }] }
  tftp: { on: core, ip: 10.70.0.69/24, files: { gold.cfg: { text: gold } } }
devices:
  cmts: { kind: cmts, cable: hfc, uplink: core, giaddr: 10.71.0.1/24, helper: 10.70.0.67, uplink-ip: 10.70.0.2, secret: lab }
  cm: { kind: cable-modem, on: hfc, count: 2, mac: "00:10:18:00:00:{n:02x}" }
`;
const REAL = `  cm-a: { kind: cable-modem, on: hfc, mac: "02:00:5e:00:71:01", place: live, interface: wire0 }
  cm-b: { kind: cable-modem, on: hfc, mac: "02:00:5e:00:71:02", place: live }
`;
const FAR = `  pc: { kind: host, on: core, mac: "02:00:5e:00:71:03", place: live, interface: wire9 }
`;
const FAR_MODEMS =
  '  cm-far: { kind: cable-modem, on: hfc, count: 2, mac: "02:00:5e:00:72:{n:02x}", place: headend }\n';
const TRUNK = {
  interface: 'eth1',
  segment: 'hfc',
  by: 'serve --only',
  real: [],
  here: ['cmts', 'cm'].map((host) => ({ host, address: null })),
};
const SERVED = [
  { segment: 'core', by: 'serve', real: [], here: [{ host: 'dhcp', address: '10.70.0.67/24' }] },
  { segment: 'hfc', by: 'serve', real: [], here: [{ host: 'cmts', address: '10.71.0.1/24' }] },
];
const CMTS = [{ host: 'cmts', address: '10.71.0.1/24' }];

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headend-plan-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function written(text: string): string {
  const file = join(folder, 'plant.yaml');
  writeFileSync(file, text);
  return file;
}

function planned(text: string, flags: readonly string[]) {
  return planScenario(written(text), {}, flags);
}

test.each([
  { name: 'no flag: nothing is joined', text: PLANT + REAL, flags: [], joined: [] },
  {
    name: 'an interface alone is where serve answers',
    text: PLANT,
    flags: ['eth1'],
    joined: SERVED.map((part) => ({ interface: 'eth1', ...part })),
  },
  {
    name: 'what no flag names is where the file has it',
    text: PLANT + REAL + FAR,
    flags: ['hfc=eth1'],
    joined: [
      { interface: 'eth1', segment: 'hfc', by: 'run --mode live', real: ['cm-a', 'cm-b'], here: CMTS },
      {
        interface: 'wire9',
        segment: 'core',
        by: 'run --mode live',
        real: ['pc'],
        here: [
          { host: 'dhcp', address: '10.70.0.67/24' },
          { host: 'tftp', address: '10.70.0.69/24' },
          { host: 'cmts', address: '10.70.0.2/24' },
        ],
      },
      TRUNK,
    ],
  },
  {
    name: "another headend's modems need no address, and under serve the cable goes on there",
    text: PLANT + FAR_MODEMS,
    flags: ['hfc=eth1'],
    joined: [
      {
        interface: 'eth1',
        segment: 'hfc',
        by: 'run --mode live',
        real: ['cm-far[0]', 'cm-far[1]'],
        here: [{ host: 'cmts', address: null }],
      },
      { ...TRUNK, here: ['cmts', 'cm', 'cm-far'].map((host) => ({ host, address: null })) },
    ],
  },
  {
    name: 'all real devices of a segment',
    text: PLANT + REAL,
    flags: ['hfc=eth1'],
    joined: [
      { interface: 'eth1', segment: 'hfc', by: 'run --mode live', real: ['cm-a', 'cm-b'], here: CMTS },
      TRUNK,
    ],
  },
])('$name', ({ text, flags, joined }) => {
  expect(planned(text, flags).joined).toEqual(joined);
});

test.each([
  {
    name: 'no such segment',
    text: PLANT + REAL,
    flag: 'hfx=eth1',
    says: 'no real device has that name, or is on such a segment: did you mean "hfc"?',
  },
  { name: 'no interface', text: PLANT + REAL, flag: 'hfc=', says: 'names no interface: write hfc=veth0' },
  {
    name: 'nobody to meet',
    text: 'headend: 1\nname: empty\nnet: { lan: { kind: segment } }\nservices: { tod: { on: lan, ip: 10.0.0.37/24 } }\n',
    flag: 'eth1',
    says: '--interface joins nothing',
  },
])('a mistake, $name', ({ text, flag, says }) => {
  expect(() => planned(text, [flag])).toThrow(says);
});

test('what is real has its place by the flag, and the lines say who meets whom', () => {
  const plan = planned(PLANT + REAL, ['eth1']);
  expect(plan.real.map(({ host, where }) => [host, where])).toEqual([
    ['cm-a', 'eth1'],
    ['cm-b', 'eth1'],
  ]);
  const lines = planLines(plan, 200).map((line) => line.map(({ text }) => text).join(''));
  expect(lines).toEqual(
    expect.arrayContaining([
      ' joined  by --interface',
      '   hfc with eth1: under run --mode live cm-a, cm-b meet cmts (10.71.0.1/24) there',
      '   hfc with eth1: under serve cmts (10.71.0.1/24) answers DHCP there, where eth1 has that address',
    ]),
  );
});

test('real devices of one segment on two interfaces are a mistake: the kernel would find one of them', () => {
  const { scenario } = loadScenario(written(PLANT + REAL));
  expect(() => plugsOf(scenario, ['cm-b=eth1'])).toThrow(
    /plant\.yaml:11:\d+ devices\.cm-b\.place: it is on eth1, and others of hfc are on wire0: a segment is on one interface.*a bridge/,
  );
  expect([...plugsOf(scenario, ['hfc=eth1'])]).toEqual([
    ['cm-a', 'eth1'],
    ['cm-b', 'eth1'],
  ]);
});
