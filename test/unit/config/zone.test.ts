import { describe, expect, test } from 'vitest';
import { mistakesIn, plantWith } from './plant.ts';

const RECORD = '{ portal: { type: A, data: 10.0.0.80 } }';

/** The plant with other records in its zone, in lines of their own from line 37 on. */
function recordsOf(...lines: readonly string[]): readonly string[] {
  const indented = lines.map((line) => `\n          ${line}`).join('');
  return mistakesIn(
    plantWith(`{ lab.example: { records: ${RECORD} } }`, `\n      lab.example:\n        records:${indented}`),
  );
}

describe('a mistake in a zone that stands in the scenario is shown at the record', () => {
  test.each([
    {
      name: 'an address that is none, at the data',
      records: ['portal: { type: A, data: 10.0.0.800 }'],
      says: 'small.yaml:37:36 services.dns.zones.lab.example.records.portal.data: "10.0.0.800" will not do: write an IPv4 address such as 192.0.2.1',
    },
    {
      name: 'the second of two data, at the word that is wrong',
      records: ["mail: { type: MX, data: ['10 a', 'ten b'] }"],
      says: 'small.yaml:37:45 services.dns.zones.lab.example.records.mail.data[1]: "ten" will not do: write ',
    },
    {
      name: 'the second of two records',
      records: ['portal:', '  - { type: A, data: 10.0.0.80 }', '  - { type: A, data: x }'],
      says: 'small.yaml:39:32 services.dns.zones.lab.example.records.portal[1].data: "x" will not do: write an IPv4',
    },
    {
      name: 'a type that is none',
      records: ['portal: { type: AAAAA, data: x }'],
      says: 'small.yaml:37:19 services.dns.zones.lab.example.records.portal: "AAAAA" will not do: write ',
    },
    {
      name: 'a CNAME beside other data',
      records: ['portal: [{ type: A, data: 10.0.0.80 }, { type: CNAME, data: a }]'],
      says: 'small.yaml:37:',
    },
    {
      name: 'a bracket that is not closed',
      records: ["portal: { type: TXT, data: '(' }"],
      says: 'small.yaml:37:',
    },
  ])('$name', ({ records, says }) => {
    const mistakes = recordsOf(...records);
    expect(mistakes).toHaveLength(1);
    expect(mistakes[0]).toContain(says);
  });

  test('an apex that is too long', () => {
    const apex = Array.from({ length: 5 }, () => 'a'.repeat(60)).join('.');
    const [mistake = ''] = mistakesIn(plantWith('lab.example: {', `${apex}: {`));
    expect(mistake).toMatch(
      /^small\.yaml:34:14 .* is no domain name: it takes a name of at most 255 octets$/,
    );
  });

  test('escape sequences in data come back escaped', () => {
    const [mistake = ''] = recordsOf('portal: { type: A, data: "\\u202e\\u001b[31m" }');
    expect(mistake).not.toMatch(/[\u001b\u202e]/);
    expect(mistake).toContain('portal');
  });
});

describe('what a name server is told', () => {
  const ZONES = `{ lab.example: { records: ${RECORD} } }`;
  const mistakes = (settings: string): readonly string[] =>
    mistakesIn(plantWith(`zones: ${ZONES}`, `${settings}\n    zones: ${ZONES}`));

  test.each([
    {
      settings: 'allow-query: 10.0.0.0/33',
      says: '"10.0.0.0/33" will not do: write a network such as 10.9.0.0/18',
    },
    { settings: 'allow-query: [10.0.0.0/8, everyone]', says: 'allow-query[1]: "everyone" will not do' },
    { settings: 'udp-size: 100', says: 'udp-size' },
    { settings: 'cookies: maybe', says: 'cookies' },
    {
      settings: 'cookies: off\n    cookie-secret-file: x',
      says: 'cookies are off',
    },
    { settings: 'rate-limit: { per-second: 0 }', says: 'per-second' },
    { settings: 'rate-limit: { slip: 11 }', says: 'slip' },
    { settings: 'tls: { certificate-file: a.pem }', says: 'key-file' },
    { settings: 'nsid: [a]', says: 'nsid' },
    { settings: `nsid: ${'n'.repeat(129)}`, says: 'the name is too long: write at most 128 octets' },
  ])('refused: $settings', ({ settings, says }) => {
    expect(mistakes(settings).join('\n')).toContain(says);
  });

  test.each([
    'allow-query: any',
    'allow-query: none',
    "allow-query: ['10.0.0.0/8', '!10.9.0.0/16', 'fd00::/8', 192.0.2.1]",
    'rate-limit: {}',
    'rate-limit: { per-second: 10, window: 5s, slip: 0, ipv4-prefix: 32, ipv6-prefix: 48, flows: 1000 }',
    'cookies: required',
  ])('taken: %s', (settings) => {
    expect(mistakes(settings)).toEqual([]);
  });
});
