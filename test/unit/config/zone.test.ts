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
