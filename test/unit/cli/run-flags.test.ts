import { describe, expect, test } from 'vitest';
import { planSweep } from '../../../src/api/sweep-plan.ts';
import { readReporters } from '../../../src/cli/reporters.ts';
import { jobsOf, refuseLooks, seedsOf, speedOf, untilOf } from '../../../src/cli/run-flags.ts';

describe('what flags say', () => {
  test.each([
    { read: jobsOf({ jobs: 'auto' }), is: undefined },
    { read: jobsOf({ jobs: '4' }), is: 4 },
    { read: seedsOf({}), is: undefined },
    { read: seedsOf({ seeds: '1..3' }), is: [{ first: 1, last: 3 }] },
    { read: untilOf({}), is: undefined },
    { read: untilOf({ until: '2m30s' }), is: 150_000_000 },
    { read: speedOf({ speed: 'max' }), is: undefined },
    { read: speedOf({ speed: '0.5x' }), is: 0.5 },
    { read: readReporters({}), is: [] },
    {
      read: readReporters({ reporter: ['pretty', 'github', 'junit=out/a=b.xml'] }),
      is: [
        { name: 'pretty', file: undefined },
        { name: 'github', file: undefined },
        { name: 'junit', file: 'out/a=b.xml' },
      ],
    },
  ])('$is', ({ read, is }) => {
    expect(read).toEqual(is);
  });

  test.each([
    { read: () => seedsOf({ seeds: '5..1' }), says: /--seeds "5\.\.1" is no range/ },
    { read: () => seedsOf({ seeds: '1..3', seed: '1' }), says: /--seed and --seeds/ },
    {
      read: () => refuseLooks({ speed: 'max', ladder: ['pc'] }),
      says: /--ladder is for one run, and these are many/,
    },
    { read: () => refuseLooks({ speed: '1x' }), says: /--speed is for one run/ },
    { read: () => jobsOf({ jobs: '0' }), says: /--jobs "0" is not auto/ },
    { read: () => untilOf({ until: 'soon' }), says: /--until "soon" is no time/ },
    { read: () => untilOf({ until: '0s' }), says: /--until "0s" is no time/ },
    { read: () => speedOf({ speed: 'fast' }), says: /--speed "fast" is not max/ },
    { read: () => speedOf({ speed: '0x' }), says: /--speed "0x" is not max/ },
    { read: () => readReporters({ reporter: ['xml'] }), says: /no reporter "xml": there are pretty, json/ },
    { read: () => readReporters({ reporter: ['junit='] }), says: /a file's name is missing/ },
    { read: () => readReporters({ reporter: ['junit'], json: true }), says: /junit wants standard output/ },
  ])('refused: $says', ({ read, says }) => {
    expect(read).toThrow(says);
  });
});

describe('a plan', () => {
  const request = {
    files: ['scenarios/dora-and-relay.yaml'],
    load: {},
    mode: 'virtual',
    seeds: [{ first: 1, last: 7 }],
    cells: [],
    untilUs: undefined,
    twice: false,
  } as const;
  const plan = planSweep(request);

  test.each([1, 2, 3, 7])('%i shards have every run once between them', (count) => {
    const seeds: number[] = [];
    for (let index = 1; index <= count; index++) {
      const part = plan.part({ index, count });
      expect(part.cells[0]?.count).toBe(part.count);
      for (let unit = 0; unit < part.count; unit++) seeds.push(part.unit(unit)?.seed ?? -1);
      expect(part.unit(part.count)).toBeUndefined();
    }
    expect(seeds.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test.each([
    {
      name: 'more shards than runs',
      make: () => plan.part({ index: 1, count: 8 }),
      says: /7 runs for 8 shards/,
    },
    {
      name: 'more runs than anybody looks at',
      make: () => planSweep({ ...request, seeds: [{ first: 1, last: 2_000_000 }] }),
      says: /2000000 runs are more than 1000000/,
    },
    {
      name: 'a cell where there is no matrix',
      make: () => planSweep({ ...request, cells: ['loss=1%'] }),
      says: /no cell has loss=1%: it has no matrix/,
    },
    {
      name: 'a cell without a value',
      make: () => planSweep({ ...request, cells: ['loss'] }),
      says: /--cell "loss" is not NAME=VALUE/,
    },
  ])('refused: $name', ({ make, says }) => {
    expect(make).toThrow(says);
  });
});
