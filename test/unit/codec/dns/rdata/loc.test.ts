import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../../../src/core/bytes.ts';
import { Type } from '../../../../../src/codec/dns/registry.ts';
import { textOf, wireOf } from '../../../../support/rdata.ts';

describe('the examples of RFC 1876 §4', () => {
  test.each([
    {
      text: '42 21 54 N 71 06 18 W -24m 30m',
      wire: '00331613 89172dd0 70be15f0 00988d20',
      again: '42 21 54.000 N 71 6 18.000 W -24.00m 30m 10000m 10m',
    },
    {
      text: '42 21 43.952 N 71 5 6.344 W -24m 1m 200m',
      wire: '00122413 89170690 70bf2dd8 00988d20',
      again: '42 21 43.952 N 71 5 6.344 W -24.00m 1m 200m 10m',
    },
    {
      text: '52 14 05 N 00 08 50 E 10m',
      wire: '00121613 8b3556c8 80081650 00989a68',
      again: '52 14 5.000 N 0 8 50.000 E 10.00m 1m 10000m 10m',
    },
    {
      text: '32 7 19 S 116 2 25 E 10m',
      wire: '00121613 791b7d28 98e64868 00989a68',
      again: '32 7 19.000 S 116 2 25.000 E 10.00m 1m 10000m 10m',
    },
  ])('$text', ({ text, wire, again }) => {
    expect(wireOf(Type.LOC, text)).toBe(wire.replaceAll(' ', ''));
    expect(textOf(Type.LOC, fromHex(wire)!)).toBe(again);
    expect(wireOf(Type.LOC, again)).toBe(wire.replaceAll(' ', ''));
  });
});

test.each([
  { name: 'degrees alone', text: '90 S 180 W -100000.00m 0m 90000000m 0.01m' },
  { name: 'the highest place', text: '0 N 0 E 42849672.95' },
])('the ends of the ranges: $name', ({ text }) => {
  const wire = wireOf(Type.LOC, text);
  expect(wireOf(Type.LOC, textOf(Type.LOC, fromHex(wire)!))).toBe(wire);
});

test.each([
  { name: 'latitude beyond the pole', text: '91 N 0 E 0', expected: /0 to 90/ },
  { name: 'a minute beyond the pole', text: '90 1 N 0 E 0', expected: /degrees, minutes/ },
  { name: 'sixty minutes', text: '42 60 N 0 E 0', expected: /degrees, minutes/ },
  { name: 'four decimals of a second', text: '42 0 0.0001 N 0 E 0', expected: /degrees, minutes/ },
  { name: 'no altitude', text: '42 N 71 W', expected: /altitude in metres/ },
  { name: 'below the base', text: '42 N 71 W -100000.01', expected: /-100000 to/ },
  { name: 'a letter for the other axis', text: '42 E 71 W 0', expected: /degrees, minutes/ },
])('refused: $name', ({ text, expected }) => {
  expect(() => wireOf(Type.LOC, text)).toThrow(
    expect.objectContaining({ expected: expect.stringMatching(expected) }),
  );
});

test.each([
  { name: 'another version', wire: '0112161300', again: String.raw`\# 5 0112161300` },
  {
    name: 'a size with a digit above nine',
    wire: '00a21613800000008000000000989680',
    again: String.raw`\# 16 00A21613800000008000000000989680`,
  },
])('$name is kept and shown as octets', ({ wire, again }) => {
  expect(textOf(Type.LOC, fromHex(wire)!)).toBe(again);
});

test('version 0 of another length is malformed', () => {
  expect(() => textOf(Type.LOC, fromHex('0012161300')!)).toThrow('malformed');
});
