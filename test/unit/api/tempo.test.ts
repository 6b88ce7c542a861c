import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadScenario, prepareVirtual } from '../../../src/api/scenario.ts';
import { Tempo } from '../../../src/api/tempo.ts';
import { SCENARIOS } from '../../support/command-line.ts';

/** A run that keeps up: what is due has been run by the next press. */
function play(
  speed: number,
  ...events: readonly (number | 'faster' | 'slower' | 'pause' | 'step')[]
): number {
  const tempo = new Tempo(speed);
  let nowMs = 0;
  let atUs = 0;
  tempo.begin(nowMs, atUs);
  for (const event of events) {
    if (typeof event === 'number') nowMs += event;
    else tempo[event]();
    atUs = Math.max(atUs, tempo.due(nowMs, atUs));
  }
  return atUs;
}

test.each([
  { name: 'real time', speed: 1, events: [500], at: 500_000 },
  { name: 'a quarter', speed: 0.25, events: [1_000], at: 250_000 },
  { name: 'twice as fast from the middle on', speed: 1, events: [500, 'faster', 500], at: 1_500_000 },
  { name: 'half as fast', speed: 4, events: ['slower', 500], at: 1_000_000 },
  { name: 'paused, time passes for nobody', speed: 1, events: [500, 'pause', 9_000], at: 500_000 },
  { name: 'going on after a pause', speed: 1, events: [500, 'pause', 9_000, 'pause', 100], at: 600_000 },
  { name: 'two steps', speed: 1, events: ['pause', 'step', 100, 'step', 100], at: 200_000 },
  { name: 'a step of a run that is not paused', speed: 1, events: ['step', 100], at: 100_000 },
  { name: 'a step that comes after the pause', speed: 1, events: ['pause', 'pause', 'step'], at: 0 },
] as const)('$name', ({ speed, events, at }) => {
  expect(play(speed, ...events)).toBe(at);
});

test('two steps at once are two', () => {
  const tempo = new Tempo(1);
  tempo.pause();
  tempo.step();
  tempo.step();
  expect(tempo.due(0, 0)).toBe(200_000);
  expect(tempo.due(0, 200_000)).toBe(200_000);
});

test('a machine that is too slow catches up: what was due stays due', () => {
  const tempo = new Tempo(10);
  tempo.begin(0, 0);
  expect(tempo.due(1_000, 0)).toBe(10_000_000);
  expect(tempo.due(1_500, 4_000_000)).toBe(15_000_000);
});

test.each([
  { from: 1, faster: 20, speed: 1_000 },
  { from: 0.25, faster: 0, slower: 3, speed: 0.25 },
  { from: 1, slower: 9, speed: 0.25 },
  { from: 5_000, faster: 1, speed: 5_000 },
  { from: 0.1, slower: 1, speed: 0.1 },
  { from: 1, faster: 3, slower: 1, speed: 4 },
])('$from x, faster $faster times, slower $slower: $speed x', ({ from, faster = 0, slower = 0, speed }) => {
  const tempo = new Tempo(from);
  for (let times = 0; times < faster; times++) tempo.faster();
  for (let times = 0; times < slower; times++) tempo.slower();
  expect(tempo.speed).toBe(speed);
});

test.each([
  { name: 'to the end at its speed', steer: () => {} },
  {
    name: 'paused, stepped, and going on',
    steer: (tempo: Tempo) => (tempo.pause(), tempo.step()),
    after: 'pause',
  },
  { name: 'given up on the way', steer: () => {}, after: 'giveUp' },
] as const)('a run $name has the digest of one without a tempo', async ({ steer, after }) => {
  const loaded = loadScenario(join(SCENARIOS, 'cable-modem-boot.yaml'));
  const untilUs = 12_000_000;
  const tempo = new Tempo(1_000);
  steer(tempo);
  let asked = 0;
  const progress = (): void => {
    if (++asked === 2 && after !== undefined) tempo[after]();
  };
  const { digest } = await prepareVirtual(loaded).execute([], { untilUs, tempo, progress });
  expect(digest).toBe((await prepareVirtual(loaded).execute([], { untilUs })).digest);
});
