import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../../../src/core/errors.ts';
import { toName } from '../../../../src/codec/dns/name.ts';
import { formatRecord } from '../../../../src/codec/dns/record.ts';
import { parseZoneText } from '../../../../src/codec/dns/zone-text.ts';

function records(text: string, files: Readonly<Record<string, string>> = {}): string[] {
  const list: string[] = [];
  const include = (file: string) => files[file] ?? { fault: 'a file that is there' };
  parseZoneText(text, { file: 'z', origin: toName('lab.example'), include }, (record) =>
    list.push(formatRecord(record)),
  );
  return list;
}

describe('what is read', () => {
  test.each([
    { name: 'TTL, class, type', text: 'a 60 IN A 10.0.0.1', is: ['a.lab.example. 60 IN A 10.0.0.1'] },
    { name: 'class, TTL, type', text: 'a IN 60 A 10.0.0.1', is: ['a.lab.example. 60 IN A 10.0.0.1'] },
    {
      name: 'mnemonics in any case',
      text: 'a 60 in aaaa 2001:DB8::1',
      is: ['a.lab.example. 60 IN AAAA 2001:db8::1'],
    },
    {
      name: 'the last TTL stated',
      text: 'a 60 A 10.0.0.1\nb A 10.0.0.2',
      is: ['a.lab.example. 60 IN A 10.0.0.1', 'b.lab.example. 60 IN A 10.0.0.2'],
    },
    {
      name: '$TTL goes before the last stated',
      text: '$TTL 1h30m\na 60 A 10.0.0.1\nb A 10.0.0.2',
      is: ['a.lab.example. 60 IN A 10.0.0.1', 'b.lab.example. 5400 IN A 10.0.0.2'],
    },
    { name: 'times in units', text: 'a 1w2d3h4m5s A 10.0.0.1', is: ['a.lab.example. 788645 IN A 10.0.0.1'] },
    {
      name: 'the owner is inherited',
      text: 'a 60 A 10.0.0.1\n  A 10.0.0.2\n\t\tA 10.0.0.3',
      is: ['1', '2', '3'].map((n) => `a.lab.example. 60 IN A 10.0.0.${n}`),
    },
    {
      name: '@ and the absolute name',
      text: '@ 60 NS @\nx. 60 NS y.',
      is: ['lab.example. 60 IN NS lab.example.', 'x. 60 IN NS y.'],
    },
    {
      name: '$ORIGIN, relative to the one before',
      text: '$ORIGIN sub\na 60 A 10.0.0.1\n$ORIGIN .\nb 60 A 10.0.0.2',
      is: ['a.sub.lab.example. 60 IN A 10.0.0.1', 'b. 60 IN A 10.0.0.2'],
    },
    {
      name: 'parentheses, comments, blank lines, CRLF',
      text: '; zone\r\n\r\na 60 ( ; open\r\n  A ; type\r\n  10.0.0.1 ) ; closed\r\n   \r\nb 60 A 10.0.0.2\r\n',
      is: ['a.lab.example. 60 IN A 10.0.0.1', 'b.lab.example. 60 IN A 10.0.0.2'],
    },
    {
      name: 'parentheses inside of each other',
      text: 'a 60 (A (10.0.0.1))',
      is: ['a.lab.example. 60 IN A 10.0.0.1'],
    },
    {
      name: 'strings: quotes, semicolons, escapes, UTF-8',
      text: 'a 60 TXT "x;y" z\\;w "\\"" \\065 "é"',
      is: [String.raw`a.lab.example. 60 IN TXT "x;y" "z;w" "\"" "A" "\195\169"`],
    },
    {
      name: 'names with escapes',
      text: 'a\\.b 60 PTR \\@.x.',
      is: [String.raw`a\.b.lab.example. 60 IN PTR \@.x.`],
    },
    { name: 'a quoted @ is no origin', text: 'a 60 TXT "@"', is: ['a.lab.example. 60 IN TXT "@"'] },
    {
      name: 'unknown types and known ones in the generic form: RFC 3597 §5',
      text: 'a 60 TYPE731 \\# 6 abcd (\n ef 01 23 45 )\ne 60 CLASS1 TYPE1 \\# 4 0A000001\nf 60 TYPE1 10.0.0.2',
      is: [
        String.raw`a.lab.example. 60 IN TYPE731 \# 6 ABCDEF012345`,
        'e.lab.example. 60 IN A 10.0.0.1',
        'f.lab.example. 60 IN A 10.0.0.2',
      ],
    },
    {
      name: 'rdata of no octets',
      text: 'a 60 TYPE62347 \\# 0',
      is: [String.raw`a.lab.example. 60 IN TYPE62347 \# 0`],
    },
    { name: 'a byte order mark', text: '\ufeffa 60 A 10.0.0.1', is: ['a.lab.example. 60 IN A 10.0.0.1'] },
    {
      name: 'no newline at the end',
      text: 'a 60 A 10.0.0.1 ; last',
      is: ['a.lab.example. 60 IN A 10.0.0.1'],
    },
    { name: 'nothing', text: ' \n;\n', is: [] },
  ])('$name', ({ text, is }) => {
    expect(records(text)).toEqual(is);
  });

  test('$INCLUDE: an origin of its own, and the owner comes back', () => {
    const text = 'a 60 A 10.0.0.1\n$INCLUDE hosts sub\n  A 10.0.0.3\n$INCLUDE hosts';
    expect(records(text, { hosts: '$TTL 7\n@ A 10.0.0.2' })).toEqual([
      'a.lab.example. 60 IN A 10.0.0.1',
      'sub.lab.example. 7 IN A 10.0.0.2',
      'a.lab.example. 7 IN A 10.0.0.3',
      'lab.example. 7 IN A 10.0.0.2',
    ]);
  });
});

describe('mistakes, each with its place', () => {
  test.each([
    {
      name: 'an address',
      text: 'a 60 A 10.0.0.300',
      at: 'z:1:8',
      found: '"10.0.0.300"',
      expected: /IPv4 address/,
    },
    {
      name: 'an address, on the line where it stands',
      text: 'a 60 (\n A\n 1.2.3 )',
      at: 'z:3:2',
      found: '"1.2.3"',
      expected: /IPv4/,
    },
    { name: 'a missing field', text: 'a 60 MX 10', at: 'z:1:11', found: 'nothing', expected: /exchange/ },
    {
      name: 'a field too many',
      text: 'a 60 A 10.0.0.1 10.0.0.2',
      at: 'z:1:17',
      found: '"10.0.0.2"',
      expected: /end of the record/,
    },
    {
      name: 'a misspelt type',
      text: 'a 60 CNMAE b',
      at: 'z:1:6',
      found: '"CNMAE"',
      expected: /did you mean CNAME/,
    },
    {
      name: 'a type of messages',
      text: 'a 60 AXFR x',
      at: 'z:1:6',
      found: '"AXFR"',
      expected: /messages only/,
    },
    {
      name: 'an unknown type in words',
      text: 'a 60 TYPE731 x',
      at: 'z:1:14',
      found: '"x"',
      expected: /\\# LENGTH HEX/,
    },
    { name: 'another class', text: 'a 60 CH A x', at: 'z:1:6', found: '"CH"', expected: /IN/ },
    {
      name: 'a TTL over 2^31 - 1',
      text: 'a 2147483648 A 10.0.0.1',
      at: 'z:1:3',
      found: '"2147483648"',
      expected: /TTL/,
    },
    { name: 'a TTL that is none', text: 'a 5x A 10.0.0.1', at: 'z:1:3', found: '"5x"', expected: /1h30m/ },
    { name: 'no TTL at all', text: 'a A 10.0.0.1', at: 'z:1:1', found: 'no TTL', expected: /\$TTL/ },
    {
      name: 'a number too large',
      text: 'a 60 MX 65536 b',
      at: 'z:1:9',
      found: '"65536"',
      expected: /0 to 65535/,
    },
    {
      name: 'a label of 64',
      text: `${'x'.repeat(64)} 60 A 10.0.0.1`,
      at: 'z:1:1',
      found: `"${'x'.repeat(64)}"`,
      expected: /63 octets/,
    },
    { name: 'an escape', text: 'a 60 TXT "\\999"', at: 'z:1:10', found: '"\\\\999"', expected: /000 to 255/ },
    {
      name: 'a string of 256 octets',
      text: `a 60 TXT ${'x'.repeat(256)}`,
      at: 'z:1:10',
      found: expect.any(String),
      expected: /255 octets/,
    },
    {
      name: 'hexadecimal that is none',
      text: 'a 60 DS 1 8 2 xyz',
      at: 'z:1:15',
      found: '"xyz"',
      expected: /hexadecimal/,
    },
    {
      name: 'the wrong length of the generic form',
      text: 'a 60 A \\# 5 0A000001',
      at: 'z:1:13',
      found: '"0A000001"',
      expected: /5 octets/,
    },
    {
      name: 'the generic form of a known type, too short',
      text: 'a 60 A \\# 2 0A00',
      at: 'z:1:13',
      found: '"0A00"',
      expected: /truncated/,
    },
    {
      name: 'an owner to inherit that is not there',
      text: '  60 A 10.0.0.1',
      at: 'z:1:3',
      found: '"60"',
      expected: /owner/,
    },
    {
      name: 'a parenthesis never closed',
      text: 'a 60 A (\n10.0.0.1\n',
      at: 'z:1:8',
      found: '"("',
      expected: /closes it/,
    },
    {
      name: 'a parenthesis never opened',
      text: 'a 60 A 10.0.0.1 )',
      at: 'z:1:17',
      found: '")"',
      expected: /before it/,
    },
    {
      name: 'a quote never closed',
      text: 'a 60 TXT "x\nb 60 A 10.0.0.1',
      at: 'z:1:10',
      found: 'a quote',
      expected: /same line/,
    },
    {
      name: 'a misspelt directive',
      text: '$ORIGN x',
      at: 'z:1:1',
      found: '"$ORIGN"',
      expected: /did you mean \$ORIGIN/,
    },
    {
      name: '$GENERATE backwards',
      text: '$GENERATE 9-1 h$ 60 A 10.0.0.$',
      at: 'z:1:11',
      found: '"9-1"',
      expected: /range/,
    },
    {
      name: '$GENERATE by nothing',
      text: '$GENERATE 1-9/0 h$ 60 A 10.0.0.$',
      at: 'z:1:11',
      found: '"1-9/0"',
      expected: /range/,
    },
    {
      name: '$GENERATE of more than a zone holds',
      text: '$GENERATE 0-1048576 h$ 60 A 10.0.0.$',
      at: 'z:1:11',
      found: '"0-1048576"',
      expected: /at most 1048576/,
    },
    {
      name: '$GENERATE with braces that are none',
      text: '$GENERATE 1-2 h$ 60 A 10.0.0.${x}',
      at: 'z:1:23',
      found: '"10.0.0.${x}"',
      expected: /offset,width,base/,
    },
    {
      name: '$GENERATE below zero',
      text: '$GENERATE 0-2 h$ 60 A 10.0.0.${-1}',
      at: 'z:1:23',
      found: '"10.0.0.${-1}"',
      expected: /leaves 0 at 0/,
    },
    {
      name: '$GENERATE whose third address is none',
      text: '$GENERATE 254-256 h$ 60 A 10.0.0.$',
      at: 'z:1:1',
      found: '"10.0.0.256"',
      expected: /IPv4/,
    },
    {
      name: 'a file that is not there',
      text: '$INCLUDE nowhere',
      at: 'z:1:10',
      found: '"nowhere"',
      expected: /there/,
    },
    {
      name: 'a file that includes itself',
      text: '$INCLUDE loop',
      at: 'loop:1:10',
      found: '"loop"',
      expected: /8 files/,
    },
    {
      name: 'a mistake inside of an included file',
      text: '\n$INCLUDE bad',
      at: 'bad:2:8',
      found: '"x"',
      expected: /IPv4/,
    },
  ])('$name', ({ text, at, found, expected }) => {
    let thrown: unknown;
    try {
      records(text, { loop: '$INCLUDE loop', bad: '\na 60 A x' });
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(ConfigError);
    expect(thrown).toMatchObject({ path: at, found, expected: expect.stringMatching(expected) });
  });

  test('without a loader nothing is included', () => {
    expect(() => parseZoneText('$INCLUDE x', { file: 'z' }, () => undefined)).toThrow(
      /z:1:10: "x": expected no \$INCLUDE/,
    );
  });
});
