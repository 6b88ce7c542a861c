import { describe, expect, test } from 'vitest';
import type { Capacity, Fate, FrameEvent, HostSpec } from '../../src/core/driver.ts';
import type { SourceOf } from '../../src/core/limiter.ts';
import { LIMIT_RULES } from '../../src/core/rules/limit.ts';
import { NEVER, toInstant } from '../../src/core/time.ts';
import { SimDriver } from '../../src/driver/sim/driver.ts';
import { FairQueue } from '../../src/driver/sim/fair-queue.ts';
import { Fifo } from '../../src/driver/sim/fifo.ts';
import { limiterSpec, type LimiterKind } from '../../src/policy/limit/limiter.ts';
import { burst, go } from './runs.ts';
import { Actor } from './world.ts';

/** Six datagrams at once, numbered in their first octet, to a host with this before its service. */
function sixTo(
  door: Pick<HostSpec, 'capacity' | 'limiter'>,
  before: (driver: SimDriver) => void = go('left'),
): {
  readonly took: number[];
  readonly moments: number[];
  readonly fates: Fate[];
  readonly measures: Record<string, number[]>;
  readonly driver: SimDriver;
} {
  const right = new Actor();
  const events: FrameEvent[] = [];
  const measures: Record<string, number[]> = {};
  const driver = new SimDriver({
    topology: burst(6, {}, right, door),
    seed: 1,
    trace: [
      {
        frame: (event) => events.push(event),
        measure: (_at, _host, name, value) => (measures[name] ??= []).push(value),
      },
    ],
  });
  before(driver);
  driver.run(NEVER);
  const took = right.of('datagram').map(({ octets }) => octets[0]!);
  const start = right.moments[0] ?? 0;
  const fates = events.filter(({ body }) => body.kind === 'udp').map(({ fate }) => fate);
  return { took, moments: right.moments.map((moment) => moment - start), fates, measures, driver };
}

const ONE: SourceOf = () => 0;

function limited(kind: LimiterKind): Pick<HostSpec, 'limiter'> {
  return { limiter: limiterSpec({ kind, rate: 100, burst: 4, windowUs: 40_000 }, 'dhcp', ONE) };
}

describe('a limiter before a service', () => {
  test.each(['token-bucket', 'fixed-window', 'sliding-window'] as const)(
    'a %s lets four of six through at once, and the others are told as limited',
    (kind) => {
      const { took, moments, fates, measures } = sixTo(limited(kind));
      expect(took).toEqual([0, 1, 2, 3]);
      expect(moments).toEqual([0, 0, 0, 0]);
      expect(fates.filter((fate) => fate === 'limited')).toHaveLength(2);
      expect(measures).toEqual({ 'dhcp.limited': [1, 2] });
    },
  );

  test('a leaky bucket lets four of six through, ten milliseconds apart', () => {
    const { took, moments, fates, measures, driver } = sixTo(limited('leaky-bucket'));
    expect(took).toEqual([0, 1, 2, 3]);
    expect(moments).toEqual([0, 10_000, 20_000, 30_000]);
    expect(fates.filter((fate) => fate === 'delivered')).toHaveLength(4);
    expect(measures).toEqual({ 'dhcp.limiter.wait.us': [10_000, 20_000, 30_000], 'dhcp.limited': [1, 2] });
    expect(driver.countOf(LIMIT_RULES.bucketLeaks)).toBe(3);
    expect(driver.countOf(LIMIT_RULES.bucketFull)).toBe(2);
  });

  test('what a leaky bucket holds passes the queue when its turn comes', () => {
    const capacity: Capacity = { rate: 60, queue: 1, whenFull: 'drop-newest', name: 'dhcp' };
    const { took, moments, measures } = sixTo({ ...limited('leaky-bucket'), capacity });
    // Served at 0, 16.7 and 33.3 ms; the fourth comes at 30 ms, while the third waits.
    expect(took).toEqual([0, 1, 2]);
    expect(moments).toEqual([0, 16_667, 33_334]);
    expect(measures['dhcp.queue.dropped']).toEqual([1]);
    expect(measures['dhcp.queue.wait.us']).toEqual([0, 6_667, 13_334]);
  });

  test('what it holds for a host that goes down is heard by nobody', () => {
    const { took, fates } = sixTo(limited('leaky-bucket'), (driver) => {
      go('left')(driver);
      driver.crash(toInstant(15_000), 'right');
    });
    expect(took).toEqual([0, 1]);
    expect(fates.filter((fate) => fate === 'unheard')).toHaveLength(2);
  });

  test('after a crash it begins anew', () => {
    const { fates } = sixTo(limited('token-bucket'), (driver) => {
      go('left')(driver);
      driver.crash(toInstant(5_000), 'right');
      driver.restart(toInstant(5_001), 'right');
      go('left', 6_000)(driver);
    });
    expect(fates.filter((fate) => fate === 'limited')).toHaveLength(4);
  });
});

/** Of six, the first five are of one source, and the sixth of another. */
const FIVE_AND_ONE: SourceOf = (octets) => (octets[0]! < 5 ? 'greedy' : 'modest');

describe('a queue of sources', () => {
  test('full: the newest of the greedy one goes, and the modest one is next but one', () => {
    const capacity: Capacity = {
      rate: 100,
      queue: 3,
      whenFull: 'per-source',
      sourceOf: FIVE_AND_ONE,
      name: 'dhcp',
    };
    const { took, fates, driver } = sixTo({ capacity });
    // 0 is served; 1, 2, 3 wait; 4 is its own source's newest; 5 takes the place of 3.
    expect(took).toEqual([0, 1, 5, 2]);
    expect(fates.filter((fate) => fate === 'overflow')).toHaveLength(2);
    expect(driver.countOf(LIMIT_RULES.crowdedOut)).toBe(2);
  });

  test('without a reader of sources, by address', () => {
    const capacity: Capacity = { rate: 100, queue: 3, whenFull: 'per-source', name: 'dhcp' };
    expect(sixTo({ capacity }).took).toEqual([0, 1, 2, 3]);
  });

  test('of sources with as many each, those that wait keep their places', () => {
    const capacity: Capacity = {
      rate: 100,
      queue: 3,
      whenFull: 'per-source',
      sourceOf: (octets) => octets[0]!,
      name: 'dhcp',
    };
    expect(sixTo({ capacity }).took).toEqual([0, 1, 2, 3]);
  });

  test('an empty queue drops what cannot be served at once', () => {
    const capacity: Capacity = { rate: 100, queue: 0, whenFull: 'per-source', name: 'dhcp' };
    expect(sixTo({ capacity }).took).toEqual([0]);
  });

  test('sources are served in turn, whatever each has', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']) queue.push(item[0]!, item);
    const order: (string | undefined)[] = [];
    for (let count = 0; count < 7; count++) order.push(queue.shift());
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'c2', 'a3', undefined]);
    expect(queue.length).toBe(0);
    expect(queue.dropFromLongest()).toBeUndefined();
  });

  test('the longest is found again after it was cut', () => {
    const queue = new FairQueue<string>();
    for (const item of ['a1', 'a2', 'a3', 'b1', 'b2']) queue.push(item[0]!, item);
    const longest = (): boolean[] => ['a', 'b', 'z'].map((source) => queue.wouldBeLongest(source));
    expect(longest()).toEqual([true, true, false]);
    expect(queue.dropFromLongest()).toBe('a3');
    expect(queue.dropFromLongest()).toBe('b2');
    expect(queue.dropFromLongest()).toBe('a2');
    expect(longest()).toEqual([true, true, true]);
    expect(queue.length).toBe(2);
  });
});

test('first come, first served: a list of any length, from both ends', () => {
  const fifo = new Fifo<number>();
  for (let item = 0; item < 100; item++) fifo.push(item);
  const first = Array.from({ length: 60 }, () => fifo.shift());
  expect(first).toEqual(Array.from({ length: 60 }, (_, index) => index));
  expect([fifo.pop(), fifo.length, fifo.shift()]).toEqual([99, 39, 60]);
  while (fifo.length > 0) fifo.shift();
  expect([fifo.pop(), fifo.shift()]).toEqual([undefined, undefined]);
});
