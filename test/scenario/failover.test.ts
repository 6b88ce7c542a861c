import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadScenario, prepareVirtual } from '../../src/api/scenario.ts';
import type { Rule } from '../../src/core/rules.ts';
import type { HostSpec } from '../../src/core/driver.ts';
import { SECOND } from '../../src/core/time.ts';

/** A crossing of the segment takes a millisecond: a round trip two, an ARP answer before it two more. */
const TRIP_US = 1_000;
const SEEDS = 12;

interface Said {
  readonly at: number;
  readonly host: string;
  readonly id: string;
  readonly detail: string;
}

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headend-failover-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function saidIn(text: string): Promise<readonly Said[]> {
  const file = join(folder, 'failover.yaml');
  writeFileSync(file, text);
  const said: Said[] = [];
  const because = (at: number, host: HostSpec, rule: Rule, detail = ''): void => {
    said.push({ at, host: host.name, id: rule.id, detail });
  };
  await prepareVirtual(loadScenario(file)).execute([{ because, explains: true } as never]);
  return said;
}

const plant = (seed: number, timeline: string): string => `headend: 1
name: failover
seed: ${seed}
duration: 6m
net: { core: { kind: segment, delay: ${TRIP_US}us } }
services:
  dns:
    on: core
    ip: 10.0.0.53
    checks:
      slow: { kind: tcp, to: 10.0.0.80:80, every: 20s, threshold: 3, connect-within: 5s }
      quick: { kind: http, to: 10.0.0.80, every: 10s, threshold: 2 }
      gdnsd: { kind: http, to: 10.0.0.80, every: 10s, threshold: { up: 4, ok: 2, down: 3 } }
      safe: { kind: https, to: 10.0.0.80 }
    zones: { lab.example: { records: { www: { type: A, data: 10.0.0.80 } } } }
devices:
  web: { kind: web, on: core, ip: 10.0.0.80, port: [80, 443] }
timeline:
${timeline}
`;

describe('failover falls in [(k-1)I+t, kI+t] after the failure, for every seed: dns.md 2.4', () => {
  test.each([
    { check: 'slow', act: 'crash', k: 3, everySeconds: 20, tUs: 5 * SECOND },
    { check: 'quick', act: 'crash', k: 2, everySeconds: 10, tUs: 4 * SECOND },
    { check: 'gdnsd', act: 'crash', k: 3, everySeconds: 10, tUs: 4 * SECOND },
    // A connection, then two seconds for an answer that does not come.
    { check: 'quick', act: 'fail, how: silent', k: 2, everySeconds: 10, tUs: 2 * TRIP_US + 2 * SECOND },
    // An answer at once: two round trips.
    { check: 'gdnsd', act: 'fail', k: 3, everySeconds: 10, tUs: 4 * TRIP_US },
  ])('$check, $act: k $k, I $everySeconds s, t $tUs us', async ({ check, act, k, everySeconds, tUs }) => {
    const found: number[] = [];
    for (let seed = 1; seed <= SEEDS; seed++) {
      const downAt = 60 * SECOND + seed * 3_333_333;
      const said = await saidIn(plant(seed, `  - { at: ${downAt}us, do: ${act}, who: web }`));
      const change = said.find(({ id, detail }) => id === 'HE-HEALTH-002' && detail.startsWith(`${check}:`));
      const us = (change?.at ?? Infinity) - downAt;
      // A probe that was on its way when it happened saw it, too.
      expect(us).toBeGreaterThanOrEqual((k - 1) * everySeconds * SECOND + tUs - 4 * TRIP_US);
      expect(us).toBeLessThanOrEqual(k * everySeconds * SECOND + tUs);
      found.push(us);
    }
    // The moments are the seed's.
    expect(new Set(found).size).toBeGreaterThan(SEEDS / 2);
  });
});

/** With this check alone: of many first packets to a neighbour few wait for its hardware address. */
async function alone(check: string): Promise<readonly Said[]> {
  const lines = plant(1, '  - { at: 1m, do: fail, who: web, status: 500 }').split('\n');
  const kept = lines.filter(
    (line) => !/^ {6}(slow|quick|gdnsd|safe):/.test(line) || line.includes(`${check}:`),
  );
  return saidIn(kept.join('\n'));
}

function firstPassAt(said: readonly Said[]): number {
  return said.find(({ id }) => id === 'HE-HEALTH-003')?.at ?? 0;
}

test('a simulated HTTPS pays for a handshake as long as the one before it, and sees the same as HTTP', async () => {
  const [quick, safe] = [await alone('quick'), await alone('safe')];
  // ARP and TCP: two round trips, so that TLS takes two more.
  expect(firstPassAt(safe) - firstPassAt(quick)).toBe(4 * TRIP_US);
  expect(safe).toContainEqual(expect.objectContaining({ id: 'HE-HEALTH-004', detail: 'safe: HTTP 500' }));
});

test('what ends a connection at once speaks no TLS', async () => {
  const said = await saidIn(plant(1, '  - { at: 1m, do: fail, who: web, how: refuse }'));
  const reasons = said.filter(({ at, id }) => id === 'HE-HEALTH-004' && at > 60 * SECOND);
  const of = (check: string) => reasons.find(({ detail }) => detail.startsWith(`${check}:`))?.detail;
  expect(of('safe')).toMatch(/^safe: connection (refused or lost|reset)$/);
  expect(of('quick')).toBe('quick: connection reset');
});

/** When `quick` was probed, with `more` among the checks before the last. */
async function momentsOfQuick(more: string): Promise<readonly number[]> {
  const text = plant(3, '  - { at: 1m, do: fail, who: web }').replace('      safe:', `${more}      safe:`);
  const ends = ['HE-HEALTH-003', 'HE-HEALTH-004'];
  const said = await saidIn(text);
  return said.flatMap(({ at, id, detail }) => (ends.includes(id) && detail.startsWith('quick:') ? [at] : []));
}

test('another check moves nobody else’s moments', async () => {
  const before = await momentsOfQuick('');
  expect(await momentsOfQuick('      more: { kind: tcp, to: 10.0.0.80:443, every: 11s }\n')).toEqual(before);
  expect(before.length).toBeGreaterThan(30);
});
