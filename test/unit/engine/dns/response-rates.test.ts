import { describe, expect, test } from 'vitest';
import { type Ip, ipv4, parseIp } from '../../../../src/core/address.ts';
import { type Instant, SECOND, toInstant } from '../../../../src/core/time.ts';
import { toName } from '../../../../src/codec/dns/name.ts';
import {
  DEFAULT_RATES,
  ResponseRates,
  type ResponseKind,
} from '../../../../src/engine/dns/response-rates.ts';

const WWW = toName('www.lab.example');
const at = (seconds: number): Instant => toInstant(seconds * SECOND);
const from = (text: string): Ip => parseIp(text)!;
const LIMITS = { ...DEFAULT_RATES, perSecond: 5, windowSeconds: 2, flowsMax: 64 };

function fates(rates: ResponseRates, count: number, now: Instant, source = from('192.0.2.1')): string {
  return Array.from({ length: count }, () => rates.judge(source, 'answer', WWW, now).charAt(1)).join('');
}

test('as many as a second allows, then every second one slips: e send, r drop, l slip', () => {
  expect(fates(new ResponseRates(LIMITS, 1), 10, at(0))).toBe('eeeeerlrlr');
});

test.each([
  { slip: 0, seen: 'eeeeerrrr' },
  { slip: 1, seen: 'eeeeellll' },
  { slip: 3, seen: 'eeeeerrlr' },
])('slip $slip', ({ slip, seen }) => {
  expect(fates(new ResponseRates({ ...LIMITS, slip }, 1), 9, at(0))).toBe(seen);
});

test('a flow that pauses is let in again: a second’s worth after the window, never more', () => {
  const rates = new ResponseRates({ ...LIMITS, slip: 0 }, 1);
  fates(rates, 1_000, at(0));
  // The balance fell to the window's bound of -10: two seconds earn that back, one more second earns 5.
  expect(fates(rates, 1, at(2))).toBe('r');
  expect(fates(rates, 6, at(60))).toBe('eeeeer');
});

describe('what counts together', () => {
  const cases: readonly {
    name: string;
    source?: string;
    kind?: ResponseKind;
    about?: string;
    together: boolean;
  }[] = [
    { name: 'the same network', source: '192.0.2.250', together: true },
    { name: 'another network', source: '192.0.3.1', together: false },
    { name: 'another name', about: 'mail.lab.example', together: false },
    { name: 'the same name in another case', about: 'WWW.lab.example', together: true },
    { name: 'another kind of response', kind: 'no-name', together: false },
  ];
  test.each(cases)(
    '$name: $together',
    ({ source = '192.0.2.1', kind = 'answer', about = 'www.lab.example', together }) => {
      const rates = new ResponseRates({ ...LIMITS, slip: 0 }, 1);
      fates(rates, 5, at(0));
      expect(rates.judge(from(source), kind, toName(about), at(0))).toBe(together ? 'drop' : 'send');
    },
  );

  test.each([
    { source: '2001:db8:1:1ff::9', together: true },
    { source: '2001:db8:1:200::9', together: false },
  ])('IPv6 by /56: $source: $together', ({ source, together }) => {
    const rates = new ResponseRates({ ...LIMITS, slip: 0 }, 1);
    fates(rates, 5, at(0), from('2001:db8:1:100::1'));
    expect(rates.judge(from(source), 'answer', WWW, at(0))).toBe(together ? 'drop' : 'send');
  });
});

test('more networks than there is room for: the one not heard of for longest makes room, and memory stays', () => {
  const rates = new ResponseRates({ ...LIMITS, slip: 0 }, 1);
  for (let index = 0; index < 10_000; index++)
    expect(rates.judge(ipv4(index << 8), 'answer', WWW, toInstant(index))).toBe('send');
  fates(rates, 5, at(1));
  expect(fates(rates, 1, at(1))).toBe('r');
});
