const UNIT_US: Readonly<Record<string, number>> = {
  us: 1,
  ms: 1_000,
  s: 1_000_000,
  m: 60_000_000,
  h: 3_600_000_000,
  d: 86_400_000_000,
};

/** Ten years: the sum of any two moments of a run stays exact in a double. */
export const DURATION_US_MAX = 3_650 * 86_400_000_000;

export const DURATION_EXPECTED =
  'a duration with its unit, such as 200us, 8ms, 1.5s, 2m, 24h, 7d or 3m15s, up to 3650d';

/** Whole microseconds of `8ms`, `1.5s`, `3m15s`, `0s`; undefined for anything else. */
export function parseDurationUs(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?(?:us|ms|s|m|h|d))+$/.test(text) || text.length > 64) return undefined;
  let sum = 0;
  let smaller = Infinity;
  for (const [, number = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)(us|ms|s|m|h|d)/g)) {
    const unitUs = UNIT_US[unit] ?? 0;
    if (unitUs >= smaller) return undefined;
    smaller = unitUs;
    sum += Number(number) * unitUs;
  }
  const whole = Math.round(sum);
  return whole <= DURATION_US_MAX ? whole : undefined;
}

/** The shortest text with the same meaning: `8ms`, `3m15s`, `0s`. */
export function formatDurationUs(us: number): string {
  if (us === 0) return '0s';
  let text = '';
  let left = us;
  for (const unit of ['d', 'h', 'm', 's', 'ms', 'us']) {
    const unitUs = UNIT_US[unit] ?? 1;
    const count = Math.floor(left / unitUs);
    if (count > 0) text += `${count}${unit}`;
    left -= count * unitUs;
  }
  return text;
}

export const SIGNED_DURATION_EXPECTED =
  'a duration with its unit, and "-" before it for back, such as 1h, -1d or -30s';

/** Microseconds of `1h`, negative for `-1d`. */
export function parseSignedDurationUs(text: string): number | undefined {
  if (!text.startsWith('-')) return parseDurationUs(text);
  const us = parseDurationUs(text.slice(1));
  return us === undefined ? undefined : -us;
}

export const SKEW_EXPECTED = 'millionths such as 200ppm or -50ppm, from -100000ppm to 100000ppm';

/** `-50ppm` is -50. */
export function parseSkew(text: string): number | undefined {
  const ppm = Number(/^(-?\d{1,6}(?:\.\d{1,3})?)ppm$/.exec(text)?.[1] ?? NaN);
  return Math.abs(ppm) <= 100_000 ? ppm : undefined;
}

export const RATIO_EXPECTED = 'a percentage from 0% to 100%, such as 2% or 0.1%';

/** `2%` is 0.02. */
export function parseRatio(text: string): number | undefined {
  const digits = /^(\d{1,3}(?:\.\d{1,9})?)%$/.exec(text)?.[1];
  const percent = Number(digits ?? NaN);
  return percent <= 100 ? percent / 100 : undefined;
}

export const RATE_EXPECTED = 'a rate such as 200/s, from 0.001/s to 10000000/s';

/** `200/s` is 200. */
export function parseRate(text: string): number | undefined {
  const digits = /^(\d{1,8}(?:\.\d{1,3})?)\/s$/.exec(text)?.[1];
  const rate = Number(digits ?? NaN);
  return rate >= 0.001 && rate <= 10_000_000 ? rate : undefined;
}

export const BANDWIDTH_EXPECTED = 'a bandwidth such as 64kbit/s, 10Mbit/s or 1Gbit/s';

const BIT_UNITS: Readonly<Record<string, number>> = { '': 1, k: 1e3, M: 1e6, G: 1e9 };

/** `10Mbit/s` is 10,000,000. */
export function parseBandwidth(text: string): number | undefined {
  const parts = /^(\d{1,9}(?:\.\d{1,3})?)(k|M|G|)bit\/s$/.exec(text);
  if (parts === null) return undefined;
  const bits = Math.round(Number(parts[1]) * (BIT_UNITS[parts[2] ?? ''] ?? 1));
  return bits >= 1 && bits <= 1e12 ? bits : undefined;
}
