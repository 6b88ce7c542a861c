import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src/config/parse.ts';
import { bug } from '../../../src/core/errors.ts';
import { utf8Octets } from '../../../src/core/text.ts';
import { portableCrypto } from '../../../src/crypto/portable.ts';
import { buildTopology } from '../../../src/topology/build.ts';
import type { Contents } from '../../../src/topology/contents.ts';

const PLANT = `headend: 1
name: kinds
net: { core: { kind: segment } }
services:
  dhcp:
    on: core
    ip: 10.0.0.67
    subnets: [{ subnet: 10.0.0.0/24, range: 10.0.0.100-10.0.0.110 }]
  tftp: { on: core, ip: 10.0.0.67, files: { a.cfg: { text: a } } }
  tod: { on: core, ip: 10.0.0.37 }
`;

const NO_FILES: Contents = {
  octets: ({ path }) => bug(`${path} is not named`),
  source: ({ path }) => bug(`${path} is not named`),
  folder: ({ path }) => bug(`${path} is not named`),
};

const DHCP = PLANT.slice(PLANT.indexOf('  dhcp:'), PLANT.indexOf('  tftp:'));

test.each([
  { order: 'DHCP first', plant: PLANT, kind: 'dhcp+tftp', udpPorts: [67, 69] },
  {
    order: 'DHCP last: its leases are kept under the name',
    plant: PLANT.replace(DHCP, '') + DHCP,
    kind: 'tftp+dhcp',
    udpPorts: [69, 67],
  },
])(
  'a server of several services is of all their kinds, and named after its DHCP: $order',
  ({ plant, kind, udpPorts }) => {
    const scenario = parseScenario(plant, 'kinds.yaml', { paths: 'inside' });
    const { hosts } = buildTopology({
      scenario,
      seed: 1,
      epoch: { us: 0 },
      contents: NO_FILES,
      crypto: portableCrypto,
    });
    expect(hosts).toMatchObject([
      { name: 'dhcp', kind, udpPorts },
      { name: 'tod', kind: 'tod', udpPorts: [37] },
    ]);
  },
);

const CABLE = `headend: 1
name: cable
net: { core: { kind: segment }, hfc: { kind: segment } }
services:
  dhcp: { on: core, ip: 10.0.0.67, subnets: [{ subnet: 10.9.0.0/24, relay: 10.9.0.1, range: 10.9.0.100-10.9.0.110 }] }
devices:
  cmts: { kind: cmts, cable: hfc, uplink: core, giaddr: 10.9.0.1, helper: 10.0.0.67, secret-file: plant.key }
  cm: { kind: cable-modem, on: hfc, mac: "02:00:00:00:00:01" }
`;
const revisions = (file: string, key = 'hidden', reloads = true) => {
  const { hosts } = buildTopology({
    scenario: parseScenario(file, 'cable.yaml', { paths: 'inside' }),
    seed: 1,
    epoch: { us: 0 },
    contents: { ...NO_FILES, octets: () => utf8Octets(key) },
    crypto: portableCrypto,
    reloads,
  });
  return new Map(hosts.map(({ name, revision }) => [name, revision]));
};
const many = (count: number) =>
  CABLE.replace('kind: cable-modem,', `kind: cable-modem, count: ${count},`).replace('00:01', '00:{n:02x}');

describe('what a reload needs', () => {
  const before = revisions(CABLE);

  test.each([
    { name: 'a line above', file: `# moved\n${CABLE}`, changed: [] },
    { name: 'a pool', file: CABLE.replace('.110', '.120'), changed: [] },
    {
      name: 'a helper',
      file: CABLE.replace('helper: 10.0.0.67', 'helper: 10.0.0.68'),
      changed: ['cmts'],
    },
    { name: 'a hardware address', file: CABLE.replace('00:01', '00:02'), changed: ['cm'] },
  ])('$name changes the revision of $changed', ({ file, changed }) => {
    const after = revisions(file);
    expect(
      [...after].filter(([name, revision]) => before.get(name) !== revision).map(([name]) => name),
    ).toEqual(changed);
  });

  test('one more of a kind leaves the others alone', () => {
    const [two, three] = [revisions(many(2)), revisions(many(3))];
    expect(two.get('cm[0]')).toBeDefined();
    expect(['cm[0]', 'cm[1]'].map((name) => three.get(name) === two.get(name))).toEqual([true, true]);
  });

  test('a secret in a file changes it, too, and is not in it; servers have none', () => {
    expect(revisions(CABLE, 'other').get('cmts')).not.toBe(before.get('cmts'));
    expect(before.get('cmts')).not.toContain('hidden');
    expect(before.get('dhcp')).toBeUndefined();
  });

  test('elsewhere nobody asks for it', () => {
    expect([...revisions(CABLE, 'hidden', false).values()]).toEqual([undefined, undefined, undefined]);
  });
});
