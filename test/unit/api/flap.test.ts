import { describe, expect, test } from 'vitest';
import { compareFlapping } from '../../../src/api/flap.ts';
import { ConfigError } from '../../../src/core/errors.ts';

const ASKED = { history: '+++-+++xxxxxx++++++', every: '10s', route53: '3', gdnsd: '5,3,3' };

test('one history through both models', () => {
  expect(compareFlapping(ASKED)).toEqual([
    {
      model: 'route53',
      threshold: '3',
      states: 'UUUUUUUUUDDDDDDUUUU',
      changes: 2,
      falseDownSeconds: 20,
      missedDownSeconds: 20,
    },
    {
      model: 'gdnsd',
      threshold: '5,3,3',
      states: 'UUUUUUUUUDDDDDDDDUU',
      changes: 2,
      falseDownSeconds: 40,
      missedDownSeconds: 20,
    },
  ]);
});

describe('what cannot be compared', () => {
  test.each([
    { name: 'another sign', change: { history: '+?' }, says: 'history: +?' },
    { name: 'nothing', change: { history: '' }, says: 'history' },
    { name: 'no unit', change: { every: '10' }, says: '--every: 10' },
    { name: 'no time', change: { every: '0s' }, says: '--every: 0s' },
    { name: 'zero in a row', change: { route53: '0' }, says: '--route53: 0: expected COUNT, each from 1' },
    { name: 'two of three', change: { gdnsd: '5,3' }, says: '--gdnsd: 5,3: expected UP,OK,DOWN' },
  ])('$name', ({ change, says }) => {
    expect(() => compareFlapping({ ...ASKED, ...change })).toThrowError(ConfigError);
    expect(() => compareFlapping({ ...ASKED, ...change })).toThrowError(says);
  });
});
