import { describe, expect, test } from 'vitest';
import { Writer, fromHex, toHex } from '../../../src/core/bytes.ts';
import { DecodeError } from '../../../src/core/errors.ts';
import { decodeTod, encodeTod, todOfUnixSeconds, unixSecondsOfTod } from '../../../src/codec/tod.ts';

describe('the examples of RFC 868, and the wrap', () => {
  test.each([
    { date: '1970-01-01T00:00:00Z', tod: 2_208_988_800 },
    { date: '1976-01-01T00:00:00Z', tod: 2_398_291_200 },
    { date: '1980-01-01T00:00:00Z', tod: 2_524_521_600 },
    { date: '1983-05-01T00:00:00Z', tod: 2_629_584_000 },
    { date: '2026-01-01T00:00:00Z', tod: 0xed003780 },
    { date: '2036-02-07T06:28:15Z', tod: 0xffffffff },
    { date: '2036-02-07T06:28:16Z', tod: 0 },
    { date: '2036-02-07T06:28:17Z', tod: 1 },
  ])('$date is $tod', ({ date, tod }) => {
    const unixSeconds = Date.parse(date) / 1000;
    expect(todOfUnixSeconds(unixSeconds)).toBe(tod);
    expect(unixSecondsOfTod(tod)).toBe(unixSeconds);
  });

  test('before 1970 the number stays in 32 bits', () => {
    expect(todOfUnixSeconds(-2_208_988_800)).toBe(0);
    expect(todOfUnixSeconds(-2_208_988_801)).toBe(0xffffffff);
  });
});

test('four octets, most significant first', () => {
  const writer = new Writer(new Uint8Array(4));
  encodeTod(writer, 0xed003780);
  expect(toHex(writer.written())).toBe('ed003780');
  expect(decodeTod(fromHex('ed003780')!)).toBe(0xed003780);
});

test.each(['', 'ed', 'ed0037', 'ed00378000'])('"%s" is no answer', (hex) => {
  expect(() => decodeTod(fromHex(hex)!)).toThrow(DecodeError);
});
