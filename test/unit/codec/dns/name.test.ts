import { describe, expect, test } from 'vitest';
import { Reader, fromHex, toHex } from '../../../../src/core/bytes.ts';
import { DecodeError } from '../../../../src/core/errors.ts';
import {
  Name,
  ROOT,
  compareNames,
  formatName,
  parseName,
  readName,
  skipName,
  toName,
} from '../../../../src/codec/dns/name.ts';
import { countedOctets } from '../../../support/counted-octets.ts';

const label63 = 'a'.repeat(63);
const name255 = `${label63}.${label63}.${label63}.${'b'.repeat(61)}`;

describe('text to name', () => {
  test.each([
    { text: '.', wire: '00' },
    { text: 'example.com', wire: '07 6578616d706c65 03 636f6d 00' },
    { text: 'example.com.', wire: '07 6578616d706c65 03 636f6d 00' },
    { text: String.raw`a\.b.example`, wire: '03 612e62 07 6578616d706c65 00' },
    { text: String.raw`\000\255.x`, wire: '02 00ff 01 78 00' },
    { text: String.raw`\1234.x`, wire: '02 7b34 01 78 00' },
    { text: String.raw`a\@\\b.x`, wire: '04 61405c62 01 78 00' },
    { text: name255, wire: undefined },
  ])('$text', ({ text, wire }) => {
    const name = parseName(text);
    expect(name).toBeInstanceOf(Name);
    if (wire !== undefined) expect(toHex((name as Name).octets)).toBe(wire.replaceAll(' ', ''));
  });

  test.each([
    { name: 'empty', text: '', fault: /nothing/ },
    { name: 'two dots', text: 'a..b', fault: /between two dots/ },
    { name: 'a leading dot', text: '.a', fault: /between two dots/ },
    { name: 'a label of 64', text: `${label63}a`, fault: /63 octets/ },
    { name: 'a name of 256', text: `${name255}b`, fault: /255 octets/ },
    { name: 'one digit escaped', text: String.raw`a\1.b`, fault: /\\DDD/ },
    { name: 'an escape over 255', text: String.raw`\256`, fault: /\\DDD/ },
    { name: 'a backslash at the end', text: 'a\\', fault: /\\DDD/ },
    { name: 'a space', text: 'a b', fault: /printable/ },
    { name: 'a letter that is not ASCII', text: 'bücher', fault: /printable/ },
  ])('$name is refused', ({ text, fault }) => {
    expect(parseName(text)).toEqual({ fault: expect.stringMatching(fault) });
  });

  test('a relative name ends in the origin, an absolute one does not', () => {
    const origin = toName('lab.example');
    expect(formatName(parseName('www', origin) as Name)).toBe('www.lab.example.');
    expect(formatName(parseName('www.', origin) as Name)).toBe('www.');
  });
});

test.each([
  { name: 'dots and specials of a master file', octets: '05 2e5c22403b', text: String.raw`\.\\\"\@\;.` },
  {
    name: 'controls, a space, escape, high octets',
    octets: '05 00201b7fff',
    text: String.raw`\000\032\027\127\255.`,
  },
])('name to text, $name', ({ octets, text }) => {
  const name = new Name(fromHex(`${octets} 00`)!);
  expect(formatName(name)).toBe(text);
  expect((parseName(text) as Name).octets).toEqual(name.octets);
});

describe('comparison', () => {
  test.each([
    { name: 'ASCII case is folded', a: 'WWW.Example', b: 'www.eXAMPLE', equal: true },
    { name: 'only ASCII case: [ is not {', a: 'a[', b: 'a{', equal: false },
    {
      name: 'only ASCII case: octet 0xC0 is not 0xE0',
      a: String.raw`\192`,
      b: String.raw`\224`,
      equal: false,
    },
    { name: 'a dot inside of a label is not two labels', a: String.raw`a\.b`, b: 'a.b', equal: false },
  ])('$name', ({ a, b, equal }) => {
    expect(toName(a).equals(toName(b))).toBe(equal);
    expect(toName(a).key === toName(b).key).toBe(equal);
    expect(compareNames(toName(a), toName(b)) === 0).toBe(equal);
  });

  test.each([
    { name: 'www.example.org', ancestor: 'example.org', below: true },
    { name: 'EXAMPLE.org', ancestor: 'example.ORG', below: true },
    { name: 'notexample.org', ancestor: 'example.org', below: false },
    { name: 'example.org', ancestor: 'www.example.org', below: false },
    { name: 'example.org', ancestor: '.', below: true },
    { name: String.raw`x\003org`, ancestor: 'org', below: false },
  ])('$name is at or below $ancestor: $below', ({ name, ancestor, below }) => {
    expect(toName(name).isSubdomainOf(toName(ancestor))).toBe(below);
  });

  test('canonical order is that of RFC 4034 §6.1', () => {
    const ordered = [
      'example',
      'a.example',
      'yljkjljk.a.example',
      'Z.a.example',
      'zABC.a.EXAMPLE',
      'z.example',
      String.raw`\001.z.example`,
      '*.z.example',
      String.raw`\200.z.example`,
    ].map(toName);
    expect([...ordered].reverse().sort(compareNames)).toEqual(ordered);
  });
});

describe('parts', () => {
  test('rebase keeps the first labels: RFC 6672 §2.2', () => {
    expect(formatName(toName('a.x.example').rebase(1, toName('y.test'))!)).toBe('a.y.test.');
    expect(toName(name255).rebase(4, toName('com'))).toBeUndefined();
  });

  test('ancestor, wildcard', () => {
    expect(formatName(toName('a.b.c').ancestor(2))).toBe('c.');
    expect(toName('*.c').isWildcard).toBe(true);
    expect(toName('*a.c').isWildcard).toBe(false);
    expect(ROOT.isRoot).toBe(true);
  });
});

function skipped(hex: string): number {
  const reader = new Reader(fromHex(hex)!);
  skipName(reader, 'name');
  return reader.offset;
}

describe('names in a message', () => {
  const header = '00'.repeat(12);
  const read = (hex: string, offset: number) => {
    const reader = new Reader(fromHex(header + hex.replaceAll(' ', ''))!, offset);
    const name = readName(reader, 'name');
    return { text: formatName(name), offset: reader.offset };
  };

  test('a pointer leads to what was written before, and reading goes on behind it', () => {
    expect(read('03 636f6d 00 01 61 c00c ff', 17)).toEqual({ text: 'a.com.', offset: 21 });
  });

  test.each([
    { name: 'to itself', hex: 'c00c', offset: 12, reason: 'malformed' },
    { name: 'forward', hex: '0161 c010 0162 00', offset: 12, reason: 'malformed' },
    { name: 'into the header', hex: 'c004', offset: 12, reason: 'malformed' },
    { name: 'to its own first label', hex: '0161 c00c', offset: 12, reason: 'malformed' },
    { name: 'two that lead to each other', hex: 'c00e c00c', offset: 14, reason: 'malformed' },
    { name: 'cut in two', hex: 'c0', offset: 12, reason: 'truncated' },
    { name: 'a label that overruns', hex: '05 6162', offset: 12, reason: 'truncated' },
    { name: 'no end', hex: '0161', offset: 12, reason: 'truncated' },
    { name: 'label type 01', hex: '41 00', offset: 12, reason: 'malformed' },
    { name: 'label type 10', hex: '80 00', offset: 12, reason: 'malformed' },
    {
      name: 'over 255 octets',
      hex: `${`3f${'61'.repeat(63)}`.repeat(4)}00`,
      offset: 12,
      reason: 'malformed',
    },
  ])('refused: $name', ({ hex, offset, reason }) => {
    let thrown: unknown;
    try {
      read(hex, offset);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(DecodeError);
    expect((thrown as DecodeError).reason).toBe(reason);
  });

  test('a chain of pointers of 16,000 links costs 127 steps and is refused', () => {
    const octets = new Uint8Array(12 + 16_000 * 2);
    for (let link = 1; link < 8_000; link++) {
      const target = 12 + (link - 1) * 2;
      octets[12 + link * 2] = 0xc0 | (target >>> 8);
      octets[13 + link * 2] = target;
    }
    const counted = countedOctets(octets);
    expect(() => readName(new Reader(counted.octets, 12 + 7_999 * 2), 'name')).toThrow(/pointer/);
    // Two octets a pointer, and those of the one too many.
    expect(counted.reads).toBeLessThanOrEqual((127 + 1) * 2);
  });

  test('skipping stops at a pointer, at the end, and at 255 octets', () => {
    expect(skipped('0161c00cff')).toBe(4);
    expect(skipped('016100ff')).toBe(3);
    expect(() => skipped(`${`3f${'61'.repeat(63)}`.repeat(4)}00`)).toThrow(DecodeError);
  });
});
