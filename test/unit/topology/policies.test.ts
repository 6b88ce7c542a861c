import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src/config/parse.ts';
import { formatWarning } from '../../../src/config/mistakes.ts';
import { bug } from '../../../src/core/errors.ts';
import { utf8Octets } from '../../../src/core/text.ts';
import { portableCrypto } from '../../../src/crypto/portable.ts';
import { toName } from '../../../src/codec/dns/name.ts';
import { Type } from '../../../src/codec/dns/registry.ts';
import { PolicyRouting } from '../../../src/engine/dns/policy-routing.ts';
import type { GeoLookup } from '../../../src/policy/dns/group.ts';
import { placeOfCountry } from '../../../src/policy/dns/place.ts';
import { dnsServerOptions } from '../../../src/topology/dns.ts';

const ZONE =
  '$ORIGIN a.example.\n@ 60 SOA ns . 1 2 3 4 5\n@ 60 NS ns\nns 60 A 10.0.0.53\nold 60 A 10.0.0.9\n';
const SIGNED = `${ZONE}@ 60 RRSIG SOA 13 2 60 20380101000000 20250101000000 1 a.example. AAAA\n`;

function scenario(zone: string) {
  const text = `headend: 1
name: policies
net: { core: { kind: segment } }
services:
  dns:
    on: core
    ip: 10.0.0.53
    zones:
      a.example:
${zone}`;
  return parseScenario(text, 'lab.yaml');
}

function server(zone: string, file = ZONE, places?: GeoLookup) {
  const parsed = scenario(zone);
  const [dns] = parsed.services;
  const contents = {
    octets: () => utf8Octets(file),
    source: () => bug('no file is served'),
    folder: () => bug('no folder is served'),
    places: () => places ?? bug('no database is named'),
  };
  const world = { scenario: parsed, contents, crypto: portableCrypto, seed: 1, epoch: { us: 0 } };
  return dns?.kind === 'dns' ? dnsServerOptions(dns, world) : bug('one name server');
}

const ASKER = { source: 1 as never, subnet: undefined, dnssecOk: false, now: 0 as never };
const WWW =
  '          www: { type: A, policy: failover, targets: { one: { data: 10.0.0.1 }, two: { alias: old } } }';

describe('policies beside a zone file', () => {
  const FROM_FILE = `        file: a.zone\n        routing:\n${WWW}`;

  test('stand in the zone with its records, which aliases find', () => {
    const [zone] = server(FROM_FILE).zones.zones;
    const rrset = zone?.node(toName('www.a.example'))?.rrset(Type.A);
    expect(rrset?.routing).toBeInstanceOf(PolicyRouting);
    expect(rrset?.rdatas.map((rdata) => rdata.at(-1))).toEqual([1, 9]);
  });

  test('rule 1: records in the file under the same name and type are a mistake at the policy', () => {
    expect(() => server(FROM_FILE, `${ZONE}www 60 A 10.0.0.7\n`)).toThrow(
      /^lab[.]yaml:12:16 www[.]a[.]example[.] has records of type A in the zone/,
    );
  });

  test('rule 26: an alias to nothing is a mistake at its group', () => {
    expect(() => server(FROM_FILE.replace('old', 'older'))).toThrow(
      /^lab[.]yaml:12:16 .*has no records of type A/,
    );
  });

  test('rule 36: a zone that came signed has no policies', () => {
    expect(() => server(FROM_FILE, SIGNED)).toThrow(/^lab[.]yaml:12:16 a[.]example[.] came signed/);
    expect(server('        file: a.zone', SIGNED).zones.zones).toHaveLength(1);
  });
});

test('a zone of policies alone has SOA and NS', () => {
  const [zone] = server(
    '        routing:\n          www: { type: A, policy: simple, targets: { a: { data: 10.0.0.1 } } }',
  ).zones.zones;
  expect(zone?.node(toName('www.a.example'))?.rrset(Type.A)?.rdatas).toHaveLength(1);
  expect(zone?.node(toName('a.example'))?.rrset(Type.NS)?.rdatas).toHaveLength(1);
});

const find: GeoLookup['find'] = () => ({
  place: placeOfCountry('DE', undefined),
  at: undefined,
  prefixLength: 8,
});

test('a database is asked for places', () => {
  const options = server(
    `        routing:
          www: { type: A, policy: geolocation, targets: { de: { place: EU-DE, data: 10.0.0.1 }, all: { place: "*", data: 10.0.0.2 } } }
    geoip: lab.mmdb`,
    ZONE,
    { find },
  );
  const [zone] = options.zones.zones;
  const routing = zone?.node(toName('www.a.example'))?.rrset(Type.A)?.routing;
  if (zone === undefined || !(routing instanceof PolicyRouting)) throw new Error('a policy');
  expect(routing.explain(zone, ASKER)).toMatchObject({ chosen: ['de'] });
});

test('rule 37: a zone that is transferred says that its policies are not', () => {
  const { warnings } = scenario(`        allow-transfer: any\n        routing:\n${WWW}`);
  expect(warnings.map((warning) => formatWarning('lab.yaml', warning))).toEqual([
    expect.stringMatching(
      /^lab[.]yaml:12:16 services[.]dns[.]zones[.]a[.]example[.]routing[.]www: warning HE-ROUTE-034: /,
    ),
    expect.stringContaining('warning HE-ROUTE-030'),
  ]);
});

describe('mistakes of a file, each at its place', () => {
  test.each([
    {
      name: 'a key that is not there',
      zone: '          www: { type: A, policy: simple, target: {} }',
      says: /^lab[.]yaml:11:43 .*[.]target: there is no such key here: did you mean "targets"/m,
    },
    {
      name: 'a policy that is not there',
      zone: '          www: { type: A, policy: round-robin, targets: { a: { data: 10.0.0.1 } } }',
      says: /^lab[.]yaml:11:35 .*[.]policy: "round-robin" is no choice here/,
    },
    {
      name: 'data of another type',
      zone: '          www: { type: AAAA, policy: simple, targets: { a: { data: 10.0.0.1 } } }',
      says: /^lab[.]yaml:11:68 .*[.]a[.]data: /,
    },
    {
      name: 'a weight beside another policy',
      zone: '          www: { type: A, policy: failover, targets: { a: { data: 10.0.0.1, weight: 3 } } }',
      says: /^lab[.]yaml:11:77 .*[.]weight: it is for weighted, and this is failover/,
    },
    {
      name: 'sticky beside another policy',
      zone: '          www: { type: A, policy: failover, sticky: true, targets: { a: { data: 10.0.0.1 } } }',
      says: /^lab[.]yaml:11:45 .*[.]sticky: it is for the policy weighted/,
    },
    {
      name: 'a check that is not there',
      zone: '          www: { type: A, policy: failover, targets: { a: { data: 10.0.0.1, check: web } } }',
      says: /^lab[.]yaml:11:84 .*[.]check: "web" is no check of this server/,
    },
  ])('$name', ({ zone, says }) => {
    expect(() => scenario(`        routing:\n${zone}`)).toThrow(says);
  });

  test('records and a policy under one name', () => {
    const zone = `        records: { www: { type: A, data: 10.0.0.7 }, old: { type: A, data: 10.0.0.9 } }\n        routing:\n${WWW}`;
    expect(() => scenario(zone)).toThrow(/^lab[.]yaml:12:16 .*has A under records: too/);
  });

  test('policies of a copy', () => {
    const zone = `        primaries: 10.0.0.1\n        routing:\n${WWW}`;
    expect(() => scenario(zone)).toThrow(/a copy of another server’s zone has its records and no policies/);
  });
});
