import { describe, expect, test } from 'vitest';
import { toName } from '../../../../src/codec/dns/name.ts';
import { formatRecord } from '../../../../src/codec/dns/record.ts';
import { parseZoneText } from '../../../../src/codec/dns/zone-text.ts';

function records(text: string): string[] {
  const list: string[] = [];
  parseZoneText(text, { file: 'z', origin: toName('lab.example') }, (record) =>
    list.push(formatRecord(record)),
  );
  return list;
}

describe('$GENERATE', () => {
  test.each([
    {
      name: 'both ends, each with its number',
      text: '$GENERATE 1-3 h$ 60 A 10.0.0.$',
      is: [1, 2, 3].map((n) => `h${n}.lab.example. 60 IN A 10.0.0.${n}`),
    },
    {
      name: 'a step',
      text: '$GENERATE 0-10/5 $ 60 PTR h$',
      is: [0, 5, 10].map((n) => `${n}.lab.example. 60 IN PTR h${n}.lab.example.`),
    },
    {
      name: 'offset, width and base',
      text: '$GENERATE 9-10 h${1,4}-${0,0,x}-${0,3,X}-${-9,2,o} 60 CNAME x',
      is: [
        'h0010-9-009-00.lab.example. 60 IN CNAME x.lab.example.',
        'h0011-a-00A-01.lab.example. 60 IN CNAME x.lab.example.',
      ],
    },
    {
      name: 'nibbles for ip6.arpa, the width with its dots',
      text: '$GENERATE 26-27 ${0,7,n}.8 60 PTR h${0,3,N}.',
      is: ['a.1.0.0.8.lab.example. 60 IN PTR hA.1.', 'b.1.0.0.8.lab.example. 60 IN PTR hB.1.'],
    },
    {
      name: 'rdata of several words, in quotes and not',
      text: '$GENERATE 1-1 a$ 60 IN MX "10 m$"\n$GENERATE 1-1 b$ 60 IN MX 20 m$',
      is: ['a1.lab.example. 60 IN MX 10 m1.lab.example.', 'b1.lab.example. 60 IN MX 20 m1.lab.example.'],
    },
    {
      name: 'a dollar sign itself',
      text: String.raw`$GENERATE 1-1 a\$$ 60 CNAME b$$`,
      is: [String.raw`a\$1.lab.example. 60 IN CNAME b\$.lab.example.`],
    },
  ])('$name', ({ text, is }) => {
    expect(records(text)).toEqual(is);
  });
});

describe('what can be forgiven', () => {
  const text = 'a A 10.0.0.1\nb 60 A x\nc 60 A 10.0.0.3\n$INCLUDE nowhere\nd 60 A 10.0.0.4';
  test('an entry that cannot be read is passed over, and told', () => {
    const mistakes: string[] = [];
    const owners: string[] = [];
    parseZoneText(
      text,
      { file: 'z', ttlOf: ({ line }) => line * 100, mistake: ({ path }) => mistakes.push(path) },
      ({ owner, ttl }) => owners.push(`${owner.toString()} ${ttl}`),
    );
    expect(owners).toEqual(['a. 100', 'c. 60', 'd. 60']);
    expect(mistakes).toEqual(['z:2:8', 'z:4:10']);
  });
});
