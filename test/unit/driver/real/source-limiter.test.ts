import { describe, expect, test } from 'vitest';
import { ipv4, parseIp, parsePrefix } from '../../../../src/core/address.ts';
import { type DatagramLimits, LIMITS_DEFAULT } from '../../../../src/core/limits.ts';
import { SECOND, toInstant } from '../../../../src/core/time.ts';
import { SourceLimiter } from '../../../../src/driver/real/source-limiter.ts';

const NOON = 1_800_000_000_000_000;
const limiter = (limits: Partial<DatagramLimits> = {}) =>
  new SourceLimiter({ rate: 10, burst: 5, sources: 1024, exempt: [], ...limits }, 7);

/** How many of `count` datagrams are let in at one moment, `afterUs` after noon. */
function admitted(at: SourceLimiter, address: string, count: number, afterUs = 0): number {
  const from = parseIp(address)!;
  let sum = 0;
  for (let index = 0; index < count; index++) if (at.admits(from, toInstant(NOON + afterUs))) sum++;
  return sum;
}

test('a source has its burst, and then its rate', () => {
  const limits = limiter();
  expect(admitted(limits, '10.0.0.9', 100)).toBe(5);
  expect(admitted(limits, '10.0.0.9', 100, SECOND / 10)).toBe(1);
  expect(admitted(limits, '10.0.0.9', 100, SECOND / 2)).toBe(4);
  expect(admitted(limits, '10.0.0.9', 100, 60 * SECOND)).toBe(5);
});

test('in the long run exactly the rate comes in, however it is offered', () => {
  const limits = limiter();
  let sum = 0;
  for (let us = 0; us < 100 * SECOND; us += 7_777) sum += admitted(limits, '10.0.0.9', 1, us);
  expect(sum).toBeGreaterThanOrEqual(1000);
  expect(sum).toBeLessThanOrEqual(1005);
});

test('one source does not take from another', () => {
  const limits = limiter();
  expect(admitted(limits, '10.0.0.9', 100)).toBe(5);
  expect(admitted(limits, '10.0.0.10', 3)).toBe(3);
  expect(admitted(limits, 'fd00::9', 3)).toBe(3);
});

test.each([
  { name: 'another address of the same /56', other: 'fd00:0:0:1ff:8:7:6:5', left: 0 },
  { name: 'the next /56', other: 'fd00:0:0:200::9', left: 5 },
  { name: 'another /32', other: 'fd01:0:0:100::9', left: 5 },
])('IPv6: $name', ({ other, left }) => {
  const limits = limiter();
  expect(admitted(limits, 'fd00:0:0:100::9', 100)).toBe(5);
  expect(admitted(limits, other, 100)).toBe(left);
});

describe('who is exempt is never refused', () => {
  const exempt = ['10.9.0.1/32', '10.20.0.0/16', 'fd00:9::/32'].map((text) => parsePrefix(text)!);
  test.each([
    { address: '10.9.0.1', count: 1000 },
    { address: '10.9.0.2', count: 5 },
    { address: '10.20.255.1', count: 1000 },
    { address: '10.21.0.0', count: 5 },
    { address: 'fd00:9:ffff::1', count: 1000 },
    { address: 'fd00:a::1', count: 5 },
  ])('$address', ({ address, count }) => {
    expect(admitted(limiter({ exempt }), address, 1000)).toBe(count);
  });

  test.each(['127.0.0.1', '127.255.0.9', '::1'])('by default this machine itself: %s', (address) => {
    const limits = new SourceLimiter(LIMITS_DEFAULT.datagrams, 7);
    expect(admitted(limits, address, LIMITS_DEFAULT.datagrams.burst + 10)).toBe(
      LIMITS_DEFAULT.datagrams.burst + 10,
    );
  });
});

test('a flood from more sources than are remembered does not free one that was over its rate for long', () => {
  const limits = limiter({ rate: 1, burst: 1_000 });
  expect(admitted(limits, '192.0.2.1', 5_000)).toBe(1_000);
  const now = toInstant(NOON);
  for (let index = 0; index < 100_000; index++) limits.admits(ipv4(0x0a00_0000 + index), now);
  expect(admitted(limits, '192.0.2.1', 5_000)).toBe(0);
});
