import { expect, test } from 'vitest';
import { ipv4 } from '../../../../src/core/address.ts';
import { NET_RULES } from '../../../../src/core/rules/net.ts';
import { toInstant } from '../../../../src/core/time.ts';
import { Refusals } from '../../../../src/driver/real/refusals.ts';

const FROM = { address: ipv4(0x0a000043), port: 67 };
const peer = (last: number) => ({ address: ipv4(0x0a090000 + last), port: 67 });

function bench() {
  const told: string[] = [];
  let now = 0;
  const refusals = new Refusals(FROM, {
    now: () => toInstant(now),
    because: (rule, detail) => told.push(`${rule === NET_RULES.sendRefused ? 'refused' : 'again'} ${detail}`),
  });
  const pass = (seconds: number): void => {
    now += seconds * 1_000_000;
  };
  return { told, refusals, pass };
}

test('the first is told with what it means, then one a minute with how many, then that it goes out again', () => {
  const { told, refusals, pass } = bench();
  for (let second = 0; second < 90; second++) {
    refusals.refused('ENETUNREACH', peer(1));
    pass(1);
  }
  refusals.sent(peer(1).address);
  refusals.sent(peer(1).address);
  expect(told).toEqual([
    'refused 10.0.0.67:67 to 10.9.0.1:67: ENETUNREACH (no route leads there, or the interface is down)',
    'refused 10.0.0.67:67 to 10.9.0.1:67: ENETUNREACH (no route leads there, or the interface is down), 61 times',
    'again 10.0.0.67:67 to 10.9.0.1, after 90 refused',
  ]);
  expect(refusals.isEmpty).toBe(true);
});

test('what goes out to one peer says nothing of another', () => {
  const { told, refusals } = bench();
  refusals.refused('EPERM', peer(1));
  refusals.sent(peer(2).address);
  expect(told).toHaveLength(1);
  expect(refusals.isEmpty).toBe(false);
});

test('a code without a meaning of ours is told as it is', () => {
  const { told, refusals } = bench();
  refusals.refused('EWEIRD', peer(1));
  expect(told).toEqual(['refused 10.0.0.67:67 to 10.9.0.1:67: EWEIRD']);
});

test('so many peers are remembered and no more: the oldest is forgotten', () => {
  const { told, refusals } = bench();
  for (let index = 0; index < 1_000; index++) refusals.refused('EINVAL', peer(index));
  for (let index = 0; index < 1_000; index++) refusals.sent(peer(index).address);
  expect(told.filter((text) => text.startsWith('again'))).toHaveLength(64);
});
