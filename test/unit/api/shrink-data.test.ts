import { describe, expect, test } from 'vitest';
import { ShrinkData } from '../../../src/api/shrink-data.ts';
import type { ResolvedData } from '../../../src/config/parse.ts';

const DATA: ResolvedData = {
  duration: '90s',
  devices: { cmts: { kind: 'cmts' }, cm: { count: 40, mac: '{n}' }, 'far-cm': { count: 3 } },
  services: { dhcp: {} },
  net: { hfc: {} },
  timeline: [
    { at: '0s', do: 'power-on', who: 'cm' },
    { at: '80s', do: 'drop', packet: 'DHCP OFFER dhcp>cm[17]', 'must-fire': 2 },
    { at: '1s', do: 'crash', who: 'far-cm[2]' },
  ],
  expect: [{ always: 'leases.unique' }, { eventually: { who: 'cm[30]', state: 'operational' } }],
};
const data = new ShrinkData(DATA);

test('alone with one expectation, faults need not act', () => {
  const { value } = data.expectingOnly(1);
  expect(value['expect']).toEqual([{ eventually: { who: 'cm[30]', state: 'operational' } }]);
  expect(JSON.stringify(value)).not.toContain('must-fire');
  expect(JSON.stringify(DATA)).toContain('must-fire');
});

describe('fewer members', () => {
  test('groups and how many they are', () => {
    expect(data.counts).toEqual([
      ['cm', 40],
      ['far-cm', 3],
    ]);
    expect(data.deviceCount).toBe(44);
  });

  test('those that are spoken of move up in their order, other groups stay', () => {
    const text = JSON.stringify(data.withCount('cm', 2).value);
    expect(text).toContain('dhcp>cm[0]"');
    expect(text).toContain('"who":"cm[1]"');
    expect(text).toContain('far-cm[2]');
  });

  test('where all of them are there still, nothing moves', () => {
    expect(JSON.stringify(data.withCount('cm', 31).value)).toContain('cm[30]');
  });
});

test('faults are what does harm', () => {
  expect(data.faults).toBe(2);
  expect(data.withoutFaults().timeline).toEqual([{ at: '0s', do: 'power-on', who: 'cm' }]);
});

test('less time takes what would begin after it', () => {
  expect(data.seconds).toBe(90);
  const short = data.withSeconds(60);
  expect(short.value['duration']).toBe('1m');
  expect(short.timeline.length).toBe(2);
});

test('parts that may be left out', () => {
  expect(data.parts.map(([section, name]) => `${section}.${name}`)).toEqual([
    'devices.cmts',
    'devices.cm',
    'devices.far-cm',
    'services.dhcp',
    'net.hfc',
  ]);
  expect(data.without('services', 'dhcp').value['services']).toEqual({});
});
