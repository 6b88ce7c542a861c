import { expect, test } from 'vitest';
import { decodeConfigFile, findTlv } from '../../../src/codec/docsis/config-file.ts';
import { verifyCmMic, verifyCmtsMic } from '../../../src/codec/docsis/mic.ts';
import { parseScenario } from '../../../src/config/parse.ts';
import type { TftpServiceConfig } from '../../../src/config/scenario.ts';
import { type Ip, ipOctets, parseIp } from '../../../src/core/address.ts';
import { utf8Octets } from '../../../src/core/text.ts';
import { portableCrypto } from '../../../src/crypto/portable.ts';
import { SimDriver } from '../../../src/driver/sim/driver.ts';
import { ScenarioRun } from '../../../src/scenario/run.ts';
import { buildTopology } from '../../../src/topology/build.ts';
import { buildFileTable } from '../../../src/topology/files.ts';

/** Each modem is sent to a file of its own name. */
const PLANT = `headend: 1
name: own
duration: 1m
net: { hfc: { kind: segment, delay: 5ms }, core: { kind: segment, delay: 1ms } }
services:
  dhcp: { on: core, ip: 10.0.0.67, subnets: [ { subnet: 10.9.0.0/18, relay: 10.9.0.1, range: 10.9.16.1-10.9.16.99,
          tftp: { server: 10.0.0.69, file: "cm-{mac}.cfg" } } ] }
  tftp: { on: core, ip: 10.0.0.69, files: {
          "cm-{mac}.cfg": { secret: plant, docsis: { network-access: true,
            upstream-service-flow: { reference: 1, qos-parameter-set: 7 },
            downstream-service-flow: { reference: 2, qos-parameter-set: 7 } } },
          "{mac}/{mac}.txt": "one text for all" } }
devices:
  cmts: { kind: cmts, cable: hfc, uplink: core, giaddr: 10.9.0.1, helper: 10.0.0.67, secret: plant }
  cm: { kind: cable-modem, count: 3, on: hfc, mac: "00:10:18:00:00:{n:02x}" }
expect:
  - eventually: { all: cm, cmts-state: online, within: 30s }
  - sequence: { each: cm, steps: [ "DHCP ACK cmts>cm yiaddr=$ip", "TFTP RRQ cm>tftp file=$own", "STATE cm operational" ] }
`;

const scenario = parseScenario(PLANT, 'own.yaml');
const making = {
  scenario,
  crypto: portableCrypto,
  contents: {
    octets: () => new Uint8Array(0),
    source: () => ({ size: 0, read: () => -1 }),
    folder: () => [],
  },
};
const tftp = scenario.services.find((service): service is TftpServiceConfig => service.kind === 'tftp')!;
const table = buildFileTable(tftp, making);

function asked(name: string, client: string): Uint8Array | undefined {
  const source = table.find(utf8Octets(name), parseIp(client) as Ip);
  if (source === undefined) return undefined;
  const octets = new Uint8Array(source.size);
  source.read(0, octets, 0, octets.length);
  return octets;
}

test('a file is made when it is asked for, with the address of who asks, and both MICs hold', () => {
  const octets = asked('cm-001018000001.cfg', '10.9.16.7')!;
  expect(findTlv(decodeConfigFile(octets), 20)).toEqual(ipOctets(parseIp('10.9.16.7')!));
  expect(verifyCmMic(octets, portableCrypto)).toBe('good');
  expect(verifyCmtsMic(octets, utf8Octets('plant'), portableCrypto)).toBe('good');
  expect(octets.length % 4).toBe(0);
  expect(asked('cm-001018000001.cfg', '10.9.16.8')).not.toEqual(octets);
});

test('a text is the same for all, under every name that fits', () => {
  expect(asked('001018000001/001018000001.txt', '10.9.16.7')).toEqual(utf8Octets('one text for all'));
});

test.each([
  'cm-{mac}.cfg',
  'cm-.cfg',
  'cm-00101800000.cfg',
  'cm-0010180000011.cfg',
  'cm-00101800000G.cfg',
  'cm-00:10:18:00:00:01.cfg',
  'xcm-001018000001.cfg',
  'cm-001018000001.cfgx',
  '001018000001/001018000002.txt',
])('%j is no name of it', (name) => expect(asked(name, '10.9.16.7')).toBeUndefined());

test('modems come online, each with its own file', () => {
  const topology = buildTopology({ ...making, seed: 1, epoch: { us: scenario.epochUs } });
  const run = new ScenarioRun({ scenario, topology, mode: 'virtual', seed: 1 });
  const files: string[] = [];
  const listener = {
    frame: ({
      body,
      segment,
    }: {
      body: { kind: string; octets?: Uint8Array; to?: unknown };
      segment: string;
    }) => {
      const text = Buffer.from(body.octets ?? []).toString('latin1');
      if (segment === 'hfc' && text.startsWith('\u0000\u0001'))
        files.push(text.slice(2, text.indexOf('\u0000', 2)));
    },
  };
  const driver = new SimDriver({ topology, seed: 1, trace: [run.trace, listener] });
  run.start(driver);
  driver.run(run.endsAt);
  expect(run.judge(true, driver.now).map(({ verdict }) => verdict)).toEqual(['pass', 'pass']);
  expect([...new Set(files)].sort()).toEqual([
    'cm-001018000000.cfg',
    'cm-001018000001.cfg',
    'cm-001018000002.cfg',
  ]);
});
