import { expect, test } from 'vitest';
import {
  formatDurationUs,
  parseBandwidth,
  parseDurationUs,
  parseRate,
  parseRatio,
} from '../../../src/config/units.ts';
import { parseEpochUs } from '../../../src/config/values.ts';

test.each([
  ['0s', 0],
  ['200us', 200],
  ['8ms', 8_000],
  ['1.5s', 1_500_000],
  ['3m15s', 195_000_000],
  ['24h', 86_400_000_000],
  ['1d12h', 129_600_000_000],
  ['3650d', 315_360_000_000_000],
  ['3651d', undefined],
  ['15s3m', undefined],
  ['1s1s', undefined],
  ['8', undefined],
  ['-8ms', undefined],
  ['1e3s', undefined],
  ['8 ms', undefined],
  ['', undefined],
])('the duration %s is %s microseconds', (text, us) => {
  expect(parseDurationUs(text)).toBe(us);
});

test.each([0, 1, 999, 1_000, 195_000_000, 86_400_000_001, 90_061_001_001])(
  '%s microseconds come back from their text',
  (us) => {
    expect(parseDurationUs(formatDurationUs(us))).toBe(us);
  },
);

test.each([
  ['2%', 0.02],
  ['0.1%', 0.001],
  ['100%', 1],
  ['101%', undefined],
  ['2', undefined],
  ['-1%', undefined],
])('the percentage %s is the ratio %s', (text, ratio) => {
  expect(parseRatio(text)).toBe(ratio);
});

test.each([
  ['200/s', 200],
  ['0.5/s', 0.5],
  ['0/s', undefined],
  ['200', undefined],
  ['20000000/s', undefined],
])('the rate %s is %s a second', (text, rate) => {
  expect(parseRate(text)).toBe(rate);
});

test.each([
  ['10Mbit/s', 10_000_000],
  ['64kbit/s', 64_000],
  ['2.5Gbit/s', 2_500_000_000],
  ['1bit/s', 1],
  ['0bit/s', undefined],
  ['10MB/s', undefined],
])('the bandwidth %s is %s bits a second', (text, bits) => {
  expect(parseBandwidth(text)).toBe(bits);
});

test.each([
  ['1970-01-01T00:00:00Z', 0],
  ['2026-01-01T00:00:00Z', Date.UTC(2026, 0, 1) * 1000],
  ['2024-02-29T23:59:59Z', Date.UTC(2024, 1, 29, 23, 59, 59) * 1000],
  ['2000-03-01T12:00:00Z', Date.UTC(2000, 2, 1, 12) * 1000],
  ['2100-03-01T00:00:00Z', Date.UTC(2100, 2, 1) * 1000],
  ['2026-02-29T00:00:00Z', undefined],
  ['2026-13-01T00:00:00Z', undefined],
  ['2026-01-01', undefined],
])('the moment %s is %s microseconds after 1970', (text, us) => {
  expect(parseEpochUs(text)).toBe(us);
});
