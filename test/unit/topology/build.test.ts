import { expect, test } from 'vitest';
import { parseScenario } from '../../../src/config/parse.ts';
import { bug } from '../../../src/core/errors.ts';
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

test('a server of several services is of all their kinds: who looks for the DHCP servers finds it', () => {
  const scenario = parseScenario(PLANT, 'kinds.yaml', { paths: 'inside' });
  const { hosts } = buildTopology({
    scenario,
    seed: 1,
    epochUs: 0,
    contents: NO_FILES,
    crypto: portableCrypto,
  });
  expect(hosts.map(({ name, kind, udpPorts }) => ({ name, kind, udpPorts }))).toEqual([
    { name: 'dhcp', kind: 'dhcp+tftp', udpPorts: [67, 69] },
    { name: 'tod', kind: 'tod', udpPorts: [37] },
  ]);
});
