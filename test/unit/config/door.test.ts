import { describe, expect, test } from 'vitest';
import { parseScenario } from '../../../src/config/parse.ts';
import type { ServiceConfig } from '../../../src/config/scenario.ts';
import { mistakesIn, plantWith } from './plant.ts';

const CAPACITY = 'capacity: { rate: 200/s, queue: 400 }';

function dhcpWith(lines: string): ServiceConfig | undefined {
  return parseScenario(
    plantWith(CAPACITY, lines).replace('dhcp.queue.depth <= 400', 'boot.us < 5m'),
    'small.yaml',
  ).services.find(({ name }) => name === 'dhcp');
}

describe('limiter:', () => {
  test('burst gives the window, and window the burst', () => {
    const bucket = { kind: 'token-bucket', rate: 200, burst: 50, windowUs: 250_000, by: 'source' };
    expect(dhcpWith('limiter: { kind: token-bucket, rate: 200/s, burst: 50 }')?.limiter).toEqual(bucket);
    const window = { kind: 'fixed-window', rate: 200, burst: 100, windowUs: 500_000, by: 'relay' };
    expect(
      dhcpWith('limiter: { kind: fixed-window, rate: 200/s, window: 500ms, by: relay }')?.limiter,
    ).toEqual(window);
  });

  test('needs no capacity', () => {
    expect(dhcpWith('limiter: { kind: leaky-bucket, rate: 1/s, burst: 1 }')?.capacity).toBeUndefined();
  });

  test('a queue of sources', () => {
    expect(dhcpWith('capacity: { rate: 200/s, queue: 400, when-full: per-source }')?.capacity?.whenFull).toBe(
      'per-source',
    );
  });

  test.each([
    {
      name: 'a kind that is none',
      by: 'limiter: { kind: tokn-bucket, rate: 200/s, burst: 50 }',
      says: [
        'small.yaml:14:22 services.dhcp.limiter.kind: "tokn-bucket" is no choice here: did you mean "token-bucket"?',
      ],
    },
    {
      name: 'neither burst nor window',
      by: 'limiter: { kind: token-bucket, rate: 200/s }',
      says: [
        'small.yaml:14:14 services.dhcp.limiter: a limiter says how much may come at once by burst or by window, and this has neither: write one of them, such as burst: 50',
      ],
    },
    {
      name: 'both',
      by: 'limiter: { kind: token-bucket, rate: 200/s, burst: 5, window: 1s }',
      says: [
        'small.yaml:14:14 services.dhcp.limiter: a limiter says how much may come at once by burst or by window, and this has both: write one of them, such as burst: 50',
      ],
    },
    {
      name: 'a window that has room for nobody',
      by: 'limiter: { kind: sliding-window, rate: 2/s, window: 100ms }',
      says: [
        'small.yaml:14:57 services.dhcp.limiter.window: 100ms at 2/s is room for 0 datagrams: write a window in which 1 to 1000000 come',
      ],
    },
    {
      name: 'a burst that takes longer than any run',
      by: 'limiter: { kind: fixed-window, rate: 0.001/s, burst: 1000000 }',
      says: [
        'small.yaml:14:58 services.dhcp.limiter.burst: 0.001/s does not make 1000000 in any time that a run has: write a smaller burst',
      ],
    },
  ])('$name', ({ by, says }) => {
    expect(mistakesIn(plantWith(CAPACITY, `${by}\n    ${CAPACITY}`))).toEqual(says);
  });

  test('relays of a service that has none', () => {
    const text = plantWith(
      'ip: 10.0.0.69',
      'ip: 10.0.0.69\n    limiter: { kind: token-bucket, rate: 2/s, burst: 1, by: relay }',
    );
    expect(mistakesIn(text)).toEqual([
      'small.yaml:27:61 services.tftp.limiter.by: nothing is relayed to a tftp service: write source, or all',
    ]);
  });

  test('two services at one address have one door', () => {
    const text = plantWith('ip: 10.0.0.69', 'ip: 10.0.0.67\n    capacity: { rate: 20/s, queue: 4 }').replace(
      'server: 10.0.0.69',
      'server: 10.0.0.67',
    );
    expect(mistakesIn(text)).toEqual([
      'small.yaml:27:15 services.tftp.capacity: dhcp is at 10.0.0.67 too, and has a capacity already: keep one of them, or give this service an address of its own',
    ]);
  });

  test('a measure of a limiter that is not there', () => {
    expect(mistakesIn(plantWith('dhcp.queue.depth <= 400', 'dhcp.limited <= 400'))).toEqual([
      'small.yaml:46:13 expect[2].always: nothing measures dhcp.limited: dhcp is no service that has a limiter: give dhcp a limiter',
    ]);
  });
});
