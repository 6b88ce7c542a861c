import { expect, test } from 'vitest';
import * as headend from '../../src/index.ts';

test('a program can run a scenario and read its verdict', async () => {
  const result = await headend.simulate('scenarios/dora-and-relay.yaml');
  expect(result).toMatchObject({ scenario: 'dora-and-relay', mode: 'virtual', verdict: 'pass' });
});

test('what a program imports', () => {
  expect(Object.keys(headend).sort()).toEqual([
    'InThread',
    'WorkerPool',
    'defineScenario',
    'loadCells',
    'loadScenario',
    'planSweep',
    'prepareLive',
    'prepareVirtual',
    'runScenario',
    'runSweep',
    'serve',
    'simulate',
  ]);
});
