import { expect, test } from 'vitest';
import { InterfaceRuns } from '../../../../src/driver/sim/interface-runs.ts';

test.each([
  { name: 'none', ifaces: [], runs: 0 },
  { name: 'a router beside a group', ifaces: [0, 7, 8, 9, 10], runs: 2 },
  { name: 'every other one', ifaces: [1, 3, 5], runs: 3 },
  { name: 'two groups with one between them', ifaces: [2, 3, 5, 6, 7], runs: 2 },
])('what was added comes back in order: $name', ({ ifaces, runs }) => {
  const added = new InterfaceRuns();
  for (const iface of ifaces) added.add(iface);
  expect([...added]).toEqual(ifaces);
  expect(added.count).toBe(runs);
});
