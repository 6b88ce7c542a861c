import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromYaml } from '../../../src/config/yaml-text.ts';
import type { Plain } from '../../../src/core/service.ts';
import { formatNote } from '../../../src/import/notes.ts';
import { importZone } from '../../../src/import/zone/zone.ts';

const fixture = (name: string) => ({
  name,
  text: readFileSync(new URL(`../../../fixtures/import/route53/${name}`, import.meta.url), 'utf8'),
});

interface Made {
  readonly services: {
    readonly dns: {
      readonly checks: Readonly<Record<string, Plain>>;
      readonly zones: Readonly<
        Record<string, { readonly records: Record<string, Plain>; readonly routing: Record<string, Plain> }>
      >;
    };
  };
}
const plain = (scenario: string): Made => fromYaml(scenario, 'made.yaml').value as unknown as Made;

describe('record sets with every policy, and their health checks', () => {
  const made = importZone({
    files: [fixture('records.json'), fixture('checks.json')],
    address: '192.0.2.53',
  });
  const { dns } = plain(made.scenario).services;
  const { records, routing } = dns.zones['shop.example'] ?? { records: {}, routing: {} };

  test('what was made is a scenario without a mistake', () => {
    expect(made.mistakes).toEqual([]);
  });

  test.each([
    {
      owner: '@',
      group: { type: 'A', policy: 'simple', targets: { target: { alias: 'www', evaluate: true } } },
    },
    {
      owner: 'www',
      group: {
        type: 'A',
        policy: 'weighted',
        ttl: '60s',
        targets: {
          'blue-side': { data: ['192.0.2.10'], weight: 90, check: 'check-11111111-aaaa' },
          'green-side': { data: ['192.0.2.20'], weight: 10 },
        },
      },
    },
    {
      owner: 'api',
      group: {
        type: 'A',
        policy: 'failover',
        ttl: '30s',
        targets: {
          first: { data: ['192.0.2.31'], check: 'check-22222222-bbbb' },
          second: { data: ['192.0.2.32'] },
        },
      },
    },
    {
      owner: 'near',
      group: {
        type: 'A',
        policy: 'latency',
        ttl: '60s',
        targets: {
          eu: { data: ['192.0.2.41'], region: 'eu-central-1' },
          us: { data: ['192.0.2.42'], region: 'us-east-1' },
        },
      },
    },
    {
      owner: 'geo',
      group: {
        type: 'A',
        policy: 'geolocation',
        ttl: '60s',
        targets: {
          de: { data: ['192.0.2.51'], place: 'EU-DE' },
          ca: { data: ['192.0.2.52'], place: 'NA-US-CA' },
          asia: { data: ['192.0.2.53'], place: 'AS' },
          rest: { data: ['192.0.2.54'], place: '*' },
        },
      },
    },
    {
      owner: 'prox',
      group: {
        type: 'A',
        policy: 'geoproximity',
        ttl: '60s',
        targets: {
          here: { data: ['192.0.2.61'], at: [52.5, 13.4], bias: 20 },
          there: { data: ['192.0.2.62'], region: 'sa-east-1' },
        },
      },
    },
    {
      owner: 'many',
      group: {
        type: 'A',
        policy: 'multivalue',
        ttl: '60s',
        targets: {
          m1: { data: ['192.0.2.71'], check: 'check-33333333-cccc' },
          m2: { data: ['192.0.2.72'], check: 'check-44444444-dddd' },
        },
      },
    },
    {
      owner: 'net',
      group: {
        type: 'A',
        policy: 'ip',
        ttl: '60s',
        targets: {
          office: { data: ['192.0.2.81'], networks: ['198.51.100.0/24', '2001:db8:1::/48'] },
          rest: { data: ['192.0.2.82'], networks: '*' },
        },
      },
    },
  ])('$owner: $group.policy', ({ owner, group }) => {
    expect(routing[owner]).toEqual([group]);
  });

  test('records: octal stars, absolute names without a dot, quotes', () => {
    expect(records).toMatchObject({
      '@': [
        { type: 'SOA' },
        { type: 'NS' },
        { type: 'MX', ttl: '300s', data: ['10 mail.shop.example.'] },
        { type: 'TXT', ttl: '300s', data: ['"v=spf1 mx -all"'] },
      ],
      '*.dev': [{ type: 'A', ttl: '60s', data: ['192.0.2.99'] }],
    });
  });

  test('checks: HTTP with a text, TCP, calculated and turned over; what has no probe is an operator’s', () => {
    expect(dns.checks).toEqual({
      'check-11111111-aaaa': {
        kind: 'http',
        to: '192.0.2.10:8080',
        host: 'www.shop.example',
        path: '/health',
        contains: 'fine',
        every: '10s',
        threshold: 2,
      },
      'check-22222222-bbbb': {
        kind: 'calculated',
        of: ['check-11111111-aaaa', 'check-55555555-eeee'],
        'at-least': 1,
        invert: true,
      },
      'check-33333333-cccc': { kind: 'admin' },
      'check-44444444-dddd': { kind: 'admin' },
      'check-55555555-eeee': { kind: 'tcp', to: '[2001:db8::31]:25', every: '30s', threshold: 3 },
    });
  });

  test('what cannot be expressed is told, with its place', () => {
    const warnings = made.notes.filter(({ severity }) => severity === 'warning').map(formatNote);
    expect(warnings).toEqual([
      expect.stringMatching(/^records\.json:\d+:\d+ warning: an alias to d111\.cdn\.example\.net\./),
      expect.stringMatching(/the health check 44444444-dddd is not described/),
      expect.stringMatching(/^checks\.json:\d+:\d+ warning: a health check of type CLOUDWATCH_METRIC/),
    ]);
  });
});

const batch = (...changes: readonly object[]) => [
  { name: 'batch.json', text: JSON.stringify({ Changes: changes }) },
];
const set = (change: object) => ({
  Name: 'www.shop.example.',
  Type: 'A',
  TTL: 60,
  ResourceRecords: [{ Value: '192.0.2.1' }],
  ...change,
});

test.each([
  {
    name: 'a change batch; the zone is the shortest name unless it is said',
    origin: undefined,
    changes: [
      { Action: 'UPSERT', ResourceRecordSet: set({ Name: 'shop.example.' }) },
      { Action: 'CREATE', ResourceRecordSet: set({}) },
    ],
    owners: ['@', 'www'],
    says: /taken to be shop\.example/,
  },
  {
    name: 'a DELETE brings nothing',
    origin: 'shop.example',
    changes: [
      { Action: 'DELETE', ResourceRecordSet: set({ Name: 'old.shop.example.' }) },
      { Action: 'CREATE', ResourceRecordSet: set({}) },
    ],
    owners: ['www'],
    says: /a DELETE takes away/,
  },
  {
    name: 'a name of another zone is left out',
    origin: 'shop.example.',
    changes: [
      { Action: 'CREATE', ResourceRecordSet: set({ Name: 'www.notshop.example.' }) },
      { Action: 'CREATE', ResourceRecordSet: set({}) },
    ],
    owners: ['www'],
    says: /"www\.notshop\.example\." is not in shop\.example: it was left out/,
  },
])('$name', ({ origin, changes, owners, says }) => {
  const made = importZone({ files: batch(...changes), origin, address: '192.0.2.53' });
  const [zone] = Object.values(plain(made.scenario).services.dns.zones);
  expect(Object.keys(zone?.records ?? {})).toEqual(owners);
  expect(made.notes.map(formatNote).join('\n')).toMatch(says);
  expect(made.mistakes).toEqual([]);
});

test.each([
  { name: 'no JSON', text: '{', says: /batch\.json:1/ },
  { name: 'nothing in it', text: '{}', says: /there is no record in it/ },
  {
    name: 'another shape',
    text: '{ "Changes": 7, "ResourceRecordSets": [1, null] }',
    says: /is not in|no record/,
  },
])('$name', ({ text, says }) => {
  expect(() => importZone({ files: [{ name: 'batch.json', text }], address: '192.0.2.53' })).toThrow(says);
});
