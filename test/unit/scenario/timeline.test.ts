import { describe, expect, test } from 'vitest';
import { PlantIndex } from '../../../src/scenario/plant.ts';
import { powerMoments, scheduleTimeline } from '../../../src/scenario/timeline.ts';
import { at, scenarioWith, TOPOLOGY } from './plant.ts';

function momentsOf(timeline: string, seed = 1): string[] {
  const scenario = scenarioWith('  - always: leases.unique', timeline);
  const moments = powerMoments(scenario, seed, new PlantIndex(scenario, TOPOLOGY));
  return moments.map(({ at: moment, host, verb }) => `${moment} ${host.name} ${verb}`);
}

describe('who is told what, and when', () => {
  test.each([
    {
      name: 'all at once',
      timeline: '[{ at: 1s, do: power-on, who: cm }]',
      moments: [
        '1000000 cm[0] power-on',
        '1000000 cm[1] power-on',
        '1000000 cm[2] power-on',
        '0 home power-on',
      ],
    },
    {
      name: 'evenly, the last at the end of the spread',
      timeline:
        '[{ at: 1s, do: power-on, who: cm, spread: { over: 4s, by: even } }, { at: 0s, do: power-on, who: home }]',
      moments: [
        '1000000 cm[0] power-on',
        '3000000 cm[1] power-on',
        '5000000 cm[2] power-on',
        '0 home power-on',
      ],
    },
    {
      name: 'one of a group: the others have power from the start',
      timeline: '[{ at: 1s, do: power-on, who: "cm[1]" }, { at: 2s, do: power-off, who: home }]',
      moments: [
        '1000000 cm[1] power-on',
        '2000000 home power-off',
        '0 cm[0] power-on',
        '0 cm[2] power-on',
        '0 home power-on',
      ],
    },
  ])('$name', ({ timeline, moments }) => {
    expect(momentsOf(timeline)).toEqual(moments);
  });

  test('by chance: inside of the spread, the same for the same seed only', () => {
    const timeline = '[{ at: 1s, do: power-on, who: cm, spread: { over: 4s, by: uniform } }]';
    const once = momentsOf(timeline);
    expect(momentsOf(timeline)).toEqual(once);
    expect(momentsOf(timeline, 2)).not.toEqual(once);
    const moments = once.slice(0, 3).map((text) => Number(text.split(' ')[0]));
    expect(new Set(moments).size).toBe(3);
    for (const moment of moments) expect(moment >= 1_000_000 && moment < 5_000_000).toBe(true);
  });
});

test('faults go to the driver, all moments counted from its start', () => {
  const scenario = scenarioWith(
    '  - always: leases.unique',
    `[{ at: 1s, do: impair, id: noise, where: hfc, loss: 2%, delay: 5ms, for: 30s },
      { at: 2s, do: crash, who: dhcp }, { at: 3s, do: restart, who: dhcp }, { at: 0s, do: power-on, who: cm }]`,
  );
  const told: unknown[] = [];
  const tell =
    (what: string) =>
    (...args: unknown[]) => {
      told.push([what, ...args]);
    };
  const driver = {
    now: at(100),
    command: () => undefined,
    impair: tell('impair'),
    crash: tell('crash'),
    restart: tell('restart'),
    troubleDisk: tell('disk'),
    faults: () => [],
  };
  scheduleTimeline(scenario, 1, new PlantIndex(scenario, TOPOLOGY), driver, at(100));
  expect(told).toEqual([
    [
      'impair',
      expect.objectContaining({ id: 'noise', where: 'hfc', lossRatio: 0.02, delayUs: 5000, jitterUs: 0 }),
      at(101),
      at(131),
    ],
    ['crash', at(102), 'dhcp', { id: 'crash-1', memory: 'lose', disk: 'keep' }],
    ['restart', at(103), 'dhcp'],
  ]);
});
