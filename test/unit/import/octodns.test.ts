import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { fromYaml } from '../../../src/config/yaml-text.ts';
import type { Plain } from '../../../src/core/service.ts';
import { formatNote } from '../../../src/import/notes.ts';
import { importZone } from '../../../src/import/zone/zone.ts';

const NAME = 'zones/shop.example.yaml';
const TEXT = readFileSync(
  new URL('../../../fixtures/import/octodns/shop.example.yaml', import.meta.url),
  'utf8',
);

interface Zone {
  readonly records: Readonly<Record<string, readonly { readonly type: string; readonly data: Plain }[]>>;
  readonly routing: Readonly<Record<string, Plain>>;
}

function zoneOf(text: string, name = NAME, origin?: string) {
  const made = importZone({ files: [{ name, text }], address: '192.0.2.53', origin });
  const { services } = fromYaml(made.scenario, 'made.yaml').value as unknown as {
    services: { dns: { checks?: Record<string, Plain>; zones: Record<string, Partial<Zone>> } };
  };
  const [[apex, zone] = ['', {}]] = Object.entries(services.dns.zones);
  return {
    made,
    apex,
    checks: services.dns.checks ?? {},
    records: zone.records ?? {},
    routing: zone.routing ?? {},
  };
}

const whole = zoneOf(TEXT);

test('what was made is a scenario without a mistake, of the zone that the file is called after', () => {
  expect(whole.made.mistakes).toEqual([]);
  expect(whole.apex).toBe('shop.example');
});

test.each([
  ['zones/shop.example.yaml', 'shop.example'],
  ['zones/shop.example./www.yaml', 'shop.example'],
  ['$shop.example.yaml', 'shop.example'],
])('the zone of %s is %s', (name, apex) => {
  expect(zoneOf('www: { type: A, value: 192.0.2.1 }', name).apex).toBe(apex);
});

test('--origin says it better', () => {
  expect(zoneOf('www: { type: A, value: 192.0.2.1 }', NAME, 'lab.example.').apex).toBe('lab.example');
});

describe('records', () => {
  test.each([
    ['@', 'A', ['192.0.2.10', '192.0.2.11']],
    ['@', 'NS', ['ns1.shop.example.', 'ns2.shop.example.']],
    ['@', 'CAA', ['0 issue "ca.example"']],
    ['@', 'MX', ['10 mail.shop.example.']],
    ['mail', 'AAAA', ['2001:db8::25']],
    ['txt', 'TXT', ['"v=DKIM1; k=rsa; p=abc"', String.raw`"says \"hello\" in \195\188mlauts"`]],
    ['_sip._tcp', 'SRV', ['1 2 5060 mail.shop.example.']],
    ['spf', 'TXT', ['"v=spf1 -all"']],
    ['place', 'LOC', ['31 58 52.1 S 115 49 11.7 E 20m 10m 10m 2m']],
    ['svc', 'HTTPS', ['1 . alpn="h2,h3" port="8443"']],
    ['key', 'SSHFP', ['1 1 bf6b6825d2977c511a475bbefb88aad54a92ac73']],
    ['sub', 'DS', ['60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118']],
    ['tls', 'TLSA', ['3 1 1 8cb0fc6c527506a053f4f14c8464bebbd6dede2738d11468dd953d7d6a3021f1']],
    ['naptr', 'NAPTR', ['100 50 "S" "SIP+D2U" "" _sip._tcp.shop.example.']],
    ['old', 'A', ['192.0.2.2']],
  ])('%s %s', (owner, type, data) => {
    expect(whole.records[owner]?.find((set) => set.type === type)?.data).toEqual(data);
  });

  test('a text longer than one string holds is several', () => {
    const { records, made } = zoneOf(`long: { type: TXT, value: "${'aü'.repeat(100)}" }`);
    const data = records['long']?.[0]?.data;
    expect(data).toEqual([`"${String.raw`a\195\188`.repeat(85)}" "${String.raw`a\195\188`.repeat(15)}"`]);
    expect(made.mistakes).toEqual([]);
  });
});

describe('pools and rules', () => {
  test('a rule is a failover through its pools, the name a choice by place', () => {
    const { routing } = whole;
    expect(routing['www']).toEqual([
      {
        type: 'A',
        policy: 'geolocation',
        targets: {
          'rule-1-apac': { place: ['AS', 'OC'], alias: '_rule-1.www' },
          'rule-2-eu': { place: ['AF', 'EU-DE'], networks: ['198.51.100.0/24'], alias: '_rule-2.www' },
          'rule-4-na': { place: '*', alias: '_rule-4.www' },
        },
      },
    ]);
    expect(routing['_rule-1.www']).toEqual([
      {
        type: 'A',
        policy: 'failover',
        targets: {
          'pool-apac': { alias: '_pool-apac.www' },
          'pool-na': { alias: '_pool-na.www' },
          values: { data: ['192.0.2.80', '192.0.2.81'] },
        },
      },
    ]);
    expect(routing['_pool-eu.www']).toEqual([
      {
        type: 'A',
        policy: 'weighted',
        ttl: '60s',
        targets: {
          'value-1': { data: '192.0.2.41', weight: 2, check: 'check-3' },
          'value-2': { data: '192.0.2.42', weight: 3, check: 'check-4' },
        },
      },
    ]);
  });

  test('each address has its check, but for those that always serve', () => {
    expect(whole.checks['check-1']).toEqual({
      kind: 'https',
      to: '192.0.2.31:8443',
      path: '/ok',
      host: 'www.shop.example',
    });
    expect(whole.routing['_pool-apac.www']).toMatchObject([
      { targets: { 'value-1': { check: 'check-1' }, 'value-2': { data: '192.0.2.32' } } },
    ]);
    expect(JSON.stringify(whole.checks)).not.toContain('192.0.2.32');
  });

  test('one rule for all needs no choice by place', () => {
    expect(whole.routing['even']).toEqual([
      {
        type: 'CNAME',
        policy: 'failover',
        targets: { 'pool-both': { alias: '_pool-both.even' }, values: { data: ['ns1.shop.example.'] } },
      },
    ]);
  });
});

test('what was not taken over, or was chosen, is told with its place', () => {
  expect(whole.made.notes.map(formatNote)).toEqual([
    `${NAME}:2:1 note: the zone was taken to be shop.example, as the file is called: give its name with --origin`,
    `${NAME}:77:7 warning: records of type URLFWD have no place here: left out`,
    `${NAME}:78:9 note: a record that octoDNS ignores was left out`,
    `${NAME}:81:8 warning: geo: is how octoDNS said it before dynamic: its values were left out: write it as dynamic: with pools and rules`,
    `${NAME}:83:8 note: an ALIAS became a policy of type A: write one of type AAAA beside it if it has such`,
    `${NAME}:84:7 warning: an ALIAS to elsewhere.example, which is not in shop.example, was left out: write its addresses, or a CNAME below the apex`,
    `${NAME}:85:27 warning: a value of type MX lacks something: it was left out`,
    `${NAME}:86:10 warning: a record of type A without a value was left out`,
    `${NAME}:101:70 note: 192.0.2.52 never serves: it was left out`,
    `${NAME}:102:13 warning: the pool dark has nothing that serves: it was left out`,
    `${NAME}:102:53 note: 192.0.2.61 never serves: it was left out`,
    `${NAME}:104:26 warning: nothing is known of the place "XX": it was left out`,
    `${NAME}:109:3 note: names are not probed here: those of a CNAME are taken as healthy`,
    `${NAME}:116:23 warning: there is no pool "lost": it was left out`,
  ]);
});

test.each([
  ['[]', 'there is no record in it that headend can serve'],
  ['a: { value: 1 }', 'there is no record in it that headend can serve'],
  ['a: { type: A, value: 192.0.2.1', 'close it'],
])('%s is refused', (text, message) => {
  expect(() => zoneOf(text)).toThrow(message);
});
