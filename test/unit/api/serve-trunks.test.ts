import { expect, test } from 'vitest';
import { hostsElsewhere, splitInterfaces } from '../../../src/api/serve-trunks.ts';
import type { HostSpec, Topology } from '../../../src/core/driver.ts';
import { toMac } from '../../../src/core/address.ts';

test('an interface alone is for broadcasts, one with a cable before it carries that cable', () => {
  const { named, trunks } = splitInterfaces(['eth1', 'hfc=veth0', 'far=veth1']);
  expect({ named, trunks: [...trunks] }).toEqual({
    named: ['eth1'],
    trunks: [
      ['hfc', 'veth0'],
      ['far', 'veth1'],
    ],
  });
});

test.each([
  { name: 'no cable', words: ['=veth0'], says: 'a cable and an interface, such as hfc=veth0' },
  { name: 'no interface', words: ['hfc='], says: 'a cable and an interface, such as hfc=veth0' },
  {
    name: 'two for one cable',
    words: ['hfc=a', 'hfc=b'],
    says: 'one interface for hfc: join several by a bridge',
  },
])('a mistake in a flag: $name', ({ words, says }) => {
  expect(() => splitInterfaces(words)).toThrow(says);
});

function host(name: string, segments: readonly string[], forwards = false): HostSpec {
  return {
    name,
    kind: forwards ? 'cmts' : 'cable-modem',
    group: name,
    interfaces: segments.map((segment, index) => ({ segment, mac: toMac(index), addresses: [] })),
    routes: [],
    forwards,
    udpPorts: [],
    tcpPorts: [],
    create: () => {
      throw new Error('nobody runs here');
    },
  };
}

const QUALITY = { delayUs: 0, jitterUs: 0, lossRatio: 0, bitsPerSecond: 0 };
const CMTS = host('cmts', ['hfc', 'core'], true);
const MODEMS = [host('cm[0]', ['hfc']), host('cm[1]', ['hfc'])];
const PLANT: Topology = {
  segments: [
    { name: 'core', kind: 'ethernet', quality: QUALITY },
    { name: 'hfc', kind: 'cable', quality: QUALITY },
  ],
  links: [],
  hosts: [host('dhcp', ['core']), CMTS, ...MODEMS],
};

test.each([
  { name: 'modems here, their CMTS there', chosen: MODEMS, elsewhere: ['cmts'] },
  { name: 'the CMTS here, its modems there', chosen: [CMTS], elsewhere: ['cm[0]', 'cm[1]'] },
  { name: 'some here, some there', chosen: [CMTS, ...MODEMS.slice(0, 1)], elsewhere: ['cm[1]'] },
])('who runs elsewhere: $name', ({ chosen, elsewhere }) => {
  const found = hostsElsewhere(PLANT, chosen, new Map([['hfc', 'veth0']]));
  expect(found.map(({ name, live }) => ({ name, live }))).toEqual(
    elsewhere.map((name) => ({ name, live: { kind: 'headend', interface: 'veth0' } })),
  );
});

test.each([
  { name: 'no such cable', cable: 'hfx', chosen: MODEMS, says: 'the cable of a CMTS: did you mean hfc?' },
  { name: 'no cable', cable: 'core', chosen: MODEMS, says: 'the cable of a CMTS: hfc' },
  {
    name: 'nobody of it runs here',
    cable: 'hfc',
    chosen: PLANT.hosts.slice(0, 1),
    says: 'hosts of hfc that run here: name them with --only',
  },
  {
    name: 'all of it runs here',
    cable: 'hfc',
    chosen: [CMTS, ...MODEMS],
    says: 'hosts of hfc that run elsewhere: --only names all of them',
  },
])('a cable that does not go on: $name', ({ cable, chosen, says }) => {
  expect(() => hostsElsewhere(PLANT, chosen, new Map([[cable, 'veth0']]))).toThrow(says);
});
