import { expect, test } from 'vitest';
import { parseScenario } from '../../../src/config/parse.ts';
import { formatMac } from '../../../src/core/address.ts';
import { connections } from '../../../src/topology/behind.ts';

const SCENARIO = parseScenario(
  `headend: 1
name: homes
net: { core: { kind: segment }, east: { kind: segment }, west: { kind: segment } }
services:
  dhcp:
    on: core
    ip: 10.0.0.67
    subnets:
      - { subnet: 10.1.0.0/24, relay: 10.1.0.1, range: 10.1.0.10-10.1.0.99 }
      - { subnet: 10.2.0.0/24, relay: 10.2.0.1, range: 10.2.0.10-10.2.0.99 }
devices:
  cmts-east: { kind: cmts, cable: east, uplink: core, giaddr: 10.1.0.1, helper: 10.0.0.67, secret: lab }
  cmts-west: { kind: cmts, cable: west, uplink: core, giaddr: 10.2.0.1, helper: 10.0.0.67, secret: lab }
  cm: { kind: cable-modem, count: 2, on: east, mac: "00:10:18:00:00:{n:02x}" }
  far: { kind: cable-modem, on: west, mac: "00:10:18:00:01:00" }
  pc: { kind: host, count: 3, behind: cm, mac: "00:00:5e:00:53:{n:02x}" }
  tablet: { kind: stub, behind: 'cm[1]', mac: "00:00:5e:00:53:10", ask: a.example A, resolver: 10.0.0.53 }
  lodger: { kind: host, on: east, mac: "00:00:5e:00:53:20" }
  other: { kind: host, behind: far, mac: "00:00:5e:00:53:30" }
timeline: [{ at: 0s, do: power-on, who: cm }]
expect: [{ always: leases.unique }]
`,
  'homes',
);

const told = (cable?: string): string[] =>
  connections(SCENARIO, cable).map(
    ({ computer, mac, modem, modemMac }) =>
      `${computer} ${formatMac(mac).slice(-2)} ${modem} ${formatMac(modemMac).slice(-5)}`,
  );

test('members stand behind members in turn, and who names one behind that one', () => {
  expect(told('east')).toEqual([
    'pc[0] 00 cm[0] 00:00',
    'pc[1] 01 cm[1] 00:01',
    'pc[2] 02 cm[0] 00:00',
    'tablet 10 cm[1] 00:01',
  ]);
  expect(told('west')).toEqual(['other 30 far 01:00']);
  expect(told()).toHaveLength(5);
});

test('a host behind a modem is on the cable of the modem', () => {
  const on = SCENARIO.devices.flatMap((device) =>
    device.kind === 'host' || device.kind === 'stub' ? [`${device.name} ${device.on}`] : [],
  );
  expect(on).toEqual(['pc east', 'tablet east', 'lodger east', 'other west']);
});
