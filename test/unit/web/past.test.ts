import { describe, expect, test } from 'vitest';
import type { PageData } from '../../../src/report/page/page-data.ts';
import { Past, upOverTime } from '../../../src/web/past.ts';
import { STAGES, stageOf } from '../../../src/web/stages.ts';

/** Host 0 goes through a boot, host 1 is seen by the CMTS, host 0 loses it again. */
const data = {
  end_us: 100,
  states: {
    words: [
      ['modem', 'other'],
      ['modem', 'operational'],
      ['cmts', 'online'],
      ['modem', 'off'],
    ],
    at: [10, 20, 5, 30],
    host: [0, 0, 1, 0],
    word: [0, 1, 2, 3],
  },
} as unknown as PageData;

const stages = (past: Past) => [...past.stages].map((stage) => STAGES[stage]);

describe('the states at a moment', () => {
  test.each([
    { at: 0, shown: ['dark', 'dark'] },
    { at: 10, shown: ['ranging', 'dark'] },
    { at: 30, shown: ['up', 'dark'] },
    { at: 64, shown: ['up', 'dark'] },
    { at: 65, shown: ['dark', 'dark'] },
  ])('at $at', ({ at, shown }) => {
    expect(stages(new Past(data, 2, 'own').goTo(at))).toEqual(shown);
  });

  test('going back is as if one had never been further', () => {
    const past = new Past(data, 2, 'own').goTo(100);
    expect(stages(past.goTo(30))).toEqual(['up', 'dark']);
    expect(past.stateOf(0)).toBe('operational');
  });

  test('what the CMTS shows is another matter', () => {
    expect(stages(new Past(data, 2, 'cmts').goTo(100))).toEqual(['dark', 'up']);
  });

  test('who is up is counted when it changes', () => {
    expect(upOverTime(data, 2, 1_000).y).toEqual([0, 1, 0, 0]);
  });
});

test.each([
  ['modem', 'waitingForDhcpOffer', 'dhcp'],
  ['cmts', 'init(o)', 'file'],
  ['cmts', 'reject(m)', 'trouble'],
  ['host', 'bound', 'up'],
  ['check portal', 'unhealthy', 'trouble'],
  ['check portal', 'healthy', 'up'],
])('%s %s is %s', (machine, state, stage) => {
  expect(stageOf(machine, state)).toBe(stage);
});
