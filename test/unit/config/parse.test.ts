import { describe, expect, test } from 'vitest';
import { formatIp, formatMac, formatPrefix } from '../../../src/core/address.ts';
import { ScenarioError } from '../../../src/config/mistakes.ts';
import { parseScenario } from '../../../src/config/parse.ts';
import type { CmtsDeviceConfig, DhcpServiceConfig, Scenario } from '../../../src/config/scenario.ts';
import { memberMac, memberName, parseMacTemplate } from '../../../src/config/template.ts';
import { PLANT, plantWith } from './plant.ts';

function parsed(text: string): Scenario {
  return parseScenario(text, 'small.yaml');
}

function dhcpOf({ services }: Scenario): DhcpServiceConfig {
  const dhcp = services.find((service) => service.kind === 'dhcp');
  if (dhcp === undefined) throw new Error('no dhcp');
  return dhcp;
}

function routersOf(text: string): string[] | undefined {
  return dhcpOf(parsed(text)).subnets[0]?.routers.map(formatIp);
}

function cmtsOf({ devices }: Scenario): CmtsDeviceConfig {
  const cmts = devices.find((device) => device.kind === 'cmts');
  if (cmts === undefined) throw new Error('no cmts');
  return cmts;
}

describe('values are in the units of the core', () => {
  const scenario = parsed(PLANT);

  test('qualities of segments and links', () => {
    expect(scenario.segments.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'hfc cable',
      'core ethernet',
      'lan ethernet',
    ]);
    expect(scenario.segments[0]?.quality).toEqual({
      delayUs: 8000,
      jitterUs: 0,
      lossRatio: 0.02,
      bitsPerSecond: 0,
    });
    expect(scenario.links[0]).toMatchObject({ between: ['core', 'lan'], quality: { delayUs: 12_000 } });
  });

  test('a DHCP subnet', () => {
    const [subnet] = dhcpOf(scenario).subnets;
    expect(subnet && formatPrefix(subnet.subnet)).toBe('10.9.0.0/18');
    expect(subnet?.relays.map(formatIp)).toEqual(['10.9.0.1']);
    expect(subnet?.lease).toMatchObject({ defaultSeconds: 86_400, minSeconds: 86_400, maxSeconds: 86_400 });
    expect(subnet?.tftp[0]?.siaddr).toBe(subnet?.tftp[0]?.server);
    expect(subnet?.options).toEqual([
      {
        name: 'time-servers',
        value: ['10.0.0.37'],
        at: 'services.dhcp.subnets[0].options.time-servers',
      },
    ]);
  });

  test('the router is the relay in the subnet when the file names none', () => {
    const without = plantWith('        router: 10.9.0.1\n', '');
    expect(routersOf(without)).toEqual(['10.9.0.1']);
    expect(routersOf(without.replace('relay: 10.9.0.1', 'relay: [10.8.0.1, 10.9.0.1]'))).toEqual([
      '10.9.0.1',
    ]);
    expect(routersOf(plantWith('router: 10.9.0.1', 'router: 10.9.0.9'))).toEqual(['10.9.0.9']);
  });

  test('what the file leaves out', () => {
    expect(scenario.epochUs).toBe(Date.UTC(2026, 0, 1) * 1000);
    expect(dhcpOf(scenario).capacity).toEqual({ rate: 200, queue: 400, whenFull: 'drop-newest' });
    expect(dhcpOf(scenario).authoritative).toBe(false);
    expect(parsed(plantWith('duration: 2m\n', '')).durationUs).toBe(600_000_000);
  });

  test('files that are named, with their places', () => {
    expect(
      scenario.files.map(({ path, at, place }) => `${path} ${at} ${place.line}:${place.column}`),
    ).toEqual([
      './files/plant.key services.tftp.files.gold.cfg.secret-file 28:59',
      './files/gold.yaml services.tftp.files.gold.cfg.docsis 28:27',
    ]);
  });
});

describe("a CMTS's addresses", () => {
  test('the length of the giaddr is that of its subnet, the uplink gets the first free address', () => {
    const cmts = cmtsOf(parsed(PLANT));
    expect(cmts.giaddr.prefixLength).toBe(18);
    expect(formatIp(cmts.uplinkAddress.address)).toBe('10.0.0.1');
  });

  test('the first free address is behind those of the file', () => {
    const cmts = cmtsOf(parsed(plantWith('ip: 10.0.0.37', 'ip: 10.0.0.1')));
    expect(formatIp(cmts.uplinkAddress.address)).toBe('10.0.0.2');
  });

  test('it is the router of each further subnet behind its giaddr', () => {
    const further = `      - { subnet: 10.10.0.0/24, relay: 10.9.0.1, range: 10.10.0.10-10.10.0.20, router: 10.10.0.1, member: cpe }\n`;
    const cmts = cmtsOf(parsed(plantWith('  tftp:\n    on', `${further}  tftp:\n    on`)));
    expect(
      cmts.secondaries.map(({ address, prefixLength }) => `${formatIp(address)}/${prefixLength}`),
    ).toEqual(['10.10.0.1/24']);
  });
});

describe('hardware addresses of a group', () => {
  test.each([
    { text: '00:10:18:00:00:{n:02x}', index: 10, mac: '00:10:18:00:00:0a' },
    { text: '00:10:18:00:00:{n}', index: 255, mac: '00:10:18:00:00:ff' },
    { text: '00:10:18:{n:06x}', index: 4999, mac: '00:10:18:00:13:87' },
    { text: '00:10:18:ab:cd:ef', index: 0, mac: '00:10:18:ab:cd:ef' },
  ])('$text, member $index', ({ text, index, mac }) => {
    const template = parseMacTemplate(text);
    expect(template && formatMac(memberMac(template, index))).toBe(mac);
  });

  test.each([
    '00:10:18:{n:02x}',
    '00:10:18:00:00:{n:03x}',
    '{n}:10:18:00:00:00',
    '00:10:18:00:00:{m:02x}',
    '',
  ])('"%s" is none', (text) => {
    expect(parseMacTemplate(text)).toBeUndefined();
  });

  test('members are counted from 0, one alone has no number', () => {
    expect([memberName('cm', 3, 2), memberName('cmts', undefined, 0)]).toEqual(['cm[2]', 'cmts']);
  });
});

test('JSON is read as well, with the same places', () => {
  const text = '{ "headend": 1, "name": "j",\n  "net": { "core": { "kind": "segment", "delay": 5 } } }';
  expect(() => parsed(text)).toThrow('small.yaml:2:50 net.core.delay: "5" has no unit');
});

test('a service under a name of its own says its kind', () => {
  const rogue = `  rogue: { kind: dhcp, on: core, ip: 10.0.0.66, subnets: [ { subnet: 10.66.0.0/24, range: 10.66.0.2-10.66.0.9 } ] }\n`;
  const scenario = parsed(plantWith('  tod:', `${rogue}  tod:`));
  expect(scenario.services.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
    'dhcp dhcp',
    'tftp tftp',
    'rogue dhcp',
    'tod tod',
    'dns dns',
  ]);
});

test('services of two kinds may share an address, two of one kind may not', () => {
  expect(parsed(plantWith('ip: 10.0.0.37', 'ip: 10.0.0.67')).services).toHaveLength(4);
  const twice = plantWith(
    'tod: { on: core, ip: 10.0.0.37 }',
    'tod: { on: core, ip: 10.0.0.37 }\n  tod2: { kind: tod, on: core, ip: 10.0.0.37 }',
  );
  expect(() => parsed(twice)).toThrow('10.0.0.37 already has a tod service, tod');
});

test('inline records make a zone with SOA, NS and the address of the server', () => {
  const dns = parsed(PLANT).services.find((service) => service.kind === 'dns');
  const [zone] = dns?.kind === 'dns' ? dns.zones : [];
  expect(zone?.source.kind === 'text' ? zone.source.text.split('\n') : []).toEqual([
    '$ORIGIN lab.example.',
    '$TTL 300',
    '@ 60 SOA ns hostmaster 1 86400 7200 3600000 60',
    '@ NS ns',
    'ns A 10.0.0.53',
    'portal A 10.0.0.80',
    '',
  ]);
});

test('other paths are a choice of the caller', () => {
  const text = plantWith('./files/gold.yaml', '../gold.yaml');
  expect(() => parsed(text)).toThrow(ScenarioError);
  expect(parseScenario(text, 'small.yaml', { paths: 'any' }).files[1]?.path).toBe('../gold.yaml');
});

/** A server with this subnet and nothing else. */
const subnets = (subnet: string): string =>
  `headend: 1
name: x
net: { core: { kind: segment } }
services: { dhcp: { on: core, ip: 10.0.0.67, subnets: [ ${subnet} ] } }
`;

describe('the router of a subnet', () => {
  test.each([
    [
      'is its relay, when that is on the link',
      '{ subnet: 10.9.0.0/18, relay: 10.9.0.1, range: 10.9.1.1-10.9.1.9 }',
      ['10.9.0.1'],
    ],
    [
      'is nobody, when the relay is on another link',
      '{ subnet: 10.9.0.0/18, relay: 10.8.0.1, range: 10.9.1.1-10.9.1.9 }',
      [],
    ],
    [
      'is what the file says',
      '{ subnet: 10.9.0.0/18, relay: 10.9.0.1, router: 10.9.0.9, range: 10.9.1.1-10.9.1.9 }',
      ['10.9.0.9'],
    ],
  ])('%s', (_, subnet, routers) => {
    expect(dhcpOf(parsed(subnets(subnet))).subnets[0]?.routers.map(formatIp)).toEqual(routers);
  });
});
