import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadScenario, prepareVirtual } from '../../src/api/scenario.ts';
import { shrinkScenario, type ShrinkState } from '../../src/api/shrink.ts';
import { fromYaml } from '../../src/config/yaml-text.ts';

const ROOT = join(import.meta.dirname, '../..');
const STORM = join(ROOT, 'fixtures/scenarios/storm-of-ten-faults.yaml');
const BOOT = join(ROOT, 'scenarios/cable-modem-boot.yaml');
const { signal } = new AbortController();

test('of a storm with ten faults the one that matters is left, with two devices', async () => {
  const states: ShrinkState[] = [];
  const load = { set: ['devices.cm.count=40'] };
  const shrunk = await shrinkScenario(
    { path: STORM, load, seed: 3, triesMax: 200 },
    { signal, progress: (state) => states.push(state) },
  );
  expect(shrunk).toMatchObject({ devices: 2, actions: 2, seed: 3 });
  const data = fromYaml(shrunk.text, 'small.yaml').value as { timeline: { do: string; id?: string }[] };
  expect(data.timeline.map(({ do: what, id }) => id ?? what)).toEqual(['power-on', 'n9']);
  expect(shrunk.small.text).toBe(shrunk.failing.text);
  // Each step was smaller than the one before.
  for (const [index, { devices, actions }] of states.entries()) {
    const before = states[index - 1];
    if (before !== undefined) expect(devices + actions).toBeLessThanOrEqual(before.devices + before.actions);
  }
  const again = await prepareVirtual(
    loadScenario(data as never, { base: join(ROOT, 'fixtures/scenarios') }),
  ).execute([]);
  expect(again.verdict).toBe('fail');
});

test('what passes cannot be made smaller', async () => {
  const request = { path: BOOT, load: {}, seed: undefined, triesMax: 10 };
  await expect(shrinkScenario(request, { signal, progress: () => undefined })).rejects.toThrow(
    'does not fail, its verdict is pass',
  );
});

test('the budget of runs is kept, and what was found until then is given', async () => {
  const load = { set: ['devices.cm.count=40'] };
  const shrunk = await shrinkScenario(
    { path: STORM, load, seed: 3, triesMax: 4 },
    { signal, progress: () => undefined },
  );
  expect(shrunk.tries).toBeLessThanOrEqual(4);
  expect(shrunk.text).toContain('storm-of-ten-faults');
});

test('what there was no run left for without its faults is not kept', async () => {
  const load = { set: ['devices.cm.count=40'] };
  const shrunk = await shrinkScenario(
    { path: STORM, load, seed: 3, triesMax: 2 },
    { signal, progress: () => undefined },
  );
  // One run without the faults, and one of a smaller plant, which fails: with its faults alone, or nobody knows.
  expect(shrunk).toMatchObject({ tries: 2, devices: 41 });
});

test('Ctrl-C ends it', async () => {
  const stopped = AbortSignal.abort();
  const request = { path: STORM, load: { set: ['devices.cm.count=40'] }, seed: 3, triesMax: 200 };
  await expect(shrinkScenario(request, { signal: stopped, progress: () => undefined })).rejects.toThrow();
});
