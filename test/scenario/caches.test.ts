import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { loadScenario, prepareVirtual } from '../../src/api/scenario.ts';
import { SECOND } from '../../src/core/time.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'headend-caches-'));

afterAll(() => rmSync(FOLDER, { recursive: true }));

interface Measured {
  readonly second: number;
  readonly host: string;
  readonly name: string;
  readonly value: number;
}

/** All that hosts measured in a run of a scenario's text. */
async function measuresOf(text: string, seed: number): Promise<readonly Measured[]> {
  const path = join(FOLDER, 'run.yaml');
  writeFileSync(path, text);
  const all: Measured[] = [];
  await prepareVirtual(loadScenario(path), { seed }).execute([
    {
      measure: (at, host, name, value) =>
        void all.push({ second: Math.round(at / SECOND), host: host.name, name, value }),
    },
  ]);
  return all;
}

describe('why 50/50 is not 50/50', () => {
  const SHARES = [0.6, 0.3, 0.1];

  test('the variance of the share is w(1-w) times the sum of the squares of the resolvers’ shares', async () => {
    const shipped = readFileSync(
      join(import.meta.dirname, '../../scenarios/why-50-50-is-not-50-50.yaml'),
      'utf8',
    );
    // Windows much shorter than the TTL, so that each sees one draw of each resolver.
    const text = shipped.replace('report: 1m', 'report: 5s');
    expect(text).not.toBe(shipped);
    const shares: number[] = [];
    for (const seed of [1, 2, 3, 4])
      for (const { name, value } of await measuresOf(text, seed))
        if (name === 'share.203.0.113.1') shares.push(value / 100);
    const expected = 0.25 * SHARES.reduce((sum, share) => sum + share * share, 0);
    const variance = shares.reduce((sum, share) => sum + (share - 0.5) ** 2, 0) / shares.length;
    expect(shares.length).toBeGreaterThan(2_000);
    expect(variance / expected).toBeGreaterThan(0.75);
    expect(variance / expected).toBeLessThan(1.25);
    // Were each visitor drawn for, fifty in a window would vary as a coin does: about twenty times less.
    expect(variance).toBeGreaterThan(15 * (0.25 / 50));
  });
});

describe('failover against caches', () => {
  const RESOLVERS = 40;
  const TTL = 60;
  const FAILS_AT = 130;

  /** Forty resolvers whose caches were filled one after the other, over one TTL. */
  function plant(): string {
    const numbers = Array.from({ length: RESOLVERS }, (_, index) => index + 1);
    const lines = (line: (index: number) => string): string => numbers.map(line).join('\n');
    return `headend: 1
name: many-caches
duration: 5m
net: { lan: { kind: segment, delay: 1ms } }
services:
  auth:
    kind: dns
    on: lan
    ip: 10.0.0.53/16
    checks: { first: { kind: http, to: 10.0.0.80, every: 10s, threshold: 3 } }
    zones:
      .:
        routing:
          www.shop.example:
            - { type: A, policy: failover, ttl: ${TTL}s, targets: { first: { data: 10.0.0.80, check: first }, second: { data: 10.0.0.81 } } }
${lines((index) => `  r${index}: { kind: resolver, on: lan, ip: 10.0.1.${index}/16, roots: auth }`)}
devices:
  first: { kind: web, on: lan, ip: 10.0.0.80/16 }
${lines((index) => `  p${index}: { kind: population, on: lan, ip: 10.0.2.${index}/16, stubs: 1, rate: 8/s, ask: www.shop.example A, resolvers: r${index}, report: 1s }`)}
timeline:
${lines((index) => `  - { at: ${((index - 1) * TTL * 1000) / RESOLVERS + 1}ms, do: power-on, who: p${index} }`)}
  - { at: ${FAILS_AT}s, do: fail, who: first, how: refuse }
`;
  }

  test.each([1, 2, 3])(
    'seed %i: found in (k-1)I to kI, and then the stale part falls as 1 - t/T',
    async (seed) => {
      const measured = await measuresOf(plant(), seed);
      const found = measured.find(({ name }) => name === 'share.10.0.0.81')?.second ?? 0;
      // The first cache to run out afterwards shows it: 1.5 s at most, and the window's second.
      expect(found - FAILS_AT).toBeGreaterThanOrEqual(20);
      expect(found - FAILS_AT).toBeLessThanOrEqual(30 + TTL / RESOLVERS + 2);
      for (let after = 2; after <= TTL + 10; after += 2) {
        const stale = staleAt(measured, found + after);
        expect(Math.abs(stale - Math.max(0, 1 - after / TTL)), `${after} s after`).toBeLessThan(0.1);
      }
    },
  );

  /** The share of populations that were sent to the dead address last. */
  function staleAt(measured: readonly Measured[], second: number): number {
    const last = new Map<string, number>();
    for (const { second: at, host, name, value } of measured)
      if (name === 'share.10.0.0.80' && at <= second) last.set(host, value / 100);
    return [...last.values()].reduce((sum, value) => sum + value, 0) / RESOLVERS;
  }
});
