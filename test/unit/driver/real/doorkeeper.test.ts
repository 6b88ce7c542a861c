import { expect, test } from 'vitest';
import { ipv4, parseIp } from '../../../../src/core/address.ts';
import { noRules } from '../../../../src/driver/real/world.ts';
import { LIMIT_RULES } from '../../../../src/core/rules/limit.ts';
import { type Instant, SECOND, toInstant } from '../../../../src/core/time.ts';
import { Doorkeeper } from '../../../../src/driver/real/doorkeeper.ts';
import { SourceLimiter } from '../../../../src/driver/real/source-limiter.ts';

function bench() {
  let at = toInstant(1_800_000_000 * SECOND);
  const now = () => at;
  const waiting: { readonly at: Instant; readonly run: () => void }[] = [];
  const schedule = { at: (when: Instant, run: () => void) => void waiting.push({ at: when, run }) };
  const pass = (seconds: number): void => {
    const until = at + seconds * SECOND;
    for (let next = waiting[0]; next !== undefined && next.at <= until; next = waiting[0]) {
      waiting.shift();
      at = next.at;
      next.run();
    }
    at = toInstant(until);
  };
  const rules = noRules();
  const told: string[] = [];
  const host = { tell: (_rule: unknown, detail: string) => void told.push(detail) };
  const limits = { rate: 10, burst: 5, sources: 65_536, exempt: [] };
  // With a drawn seed, sources may meet in the table, and one of them begins anew with a full burst.
  const keeper = new Doorkeeper(limits, { now, schedule, rules }, new SourceLimiter(limits, 1));
  const flood = (address: string, count: number): void => {
    for (let index = 0; index < count; index++) keeper.admits(parseIp(address)!, host);
  };
  return { keeper, host, told, rules, flood, pass, waiting };
}

test('a source over its rate is named at once with the rate, then how many more came, then no more', () => {
  const { keeper, told, rules, flood, pass, waiting } = bench();
  flood('10.0.0.9', 1_005);
  expect(told).toEqual(['10.0.0.9: more than 10/s']);
  pass(10.1);
  expect(told.slice(1)).toEqual(['10.0.0.9: and 999 more in 10 s']);
  expect(keeper.dropped).toBe(1_000);
  expect(rules[LIMIT_RULES.datagrams.index]).toBe(1_000);
  pass(60);
  expect(told).toHaveLength(2);
  expect(waiting).toEqual([]);
  flood('10.0.0.9', 6);
  expect(told).toHaveLength(3);
});

test('a flood from everywhere is told of in a bounded number of lines', () => {
  const { keeper, host, told, pass } = bench();
  for (let round = 0; round < 7; round++)
    for (let index = 0; index < 200; index++) keeper.admits(ipv4(0x0a00_0000 + index), host);
  expect(told).toHaveLength(64);
  pass(10.1);
  expect(told).toHaveLength(64 + 64 + 1);
  expect(told.at(-1)).toBe('other sources: and 272 more in 10 s');
});
