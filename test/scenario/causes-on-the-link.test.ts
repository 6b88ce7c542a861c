import { expect, test } from 'vitest';
import { CauseFinder } from '../../src/analysis/cause/finder.ts';
import { loadScenario, prepareVirtual } from '../../src/api/scenario.ts';

const plant = (range: string, timeline: readonly object[]) => ({
  headend: 1,
  name: 'on-the-link',
  duration: '2m',
  net: { lan: { kind: 'segment', delay: '1ms' } },
  services: {
    dhcp: { on: 'lan', ip: '10.0.0.1', subnets: [{ subnet: '10.0.0.0/24', range, lease: '30s' }] },
  },
  devices: { pc: { kind: 'host', count: 3, on: 'lan', mac: '00:00:5e:00:53:{n:02x}' } },
  timeline,
});

test.each([
  {
    name: 'a pool that is too small for a link',
    range: '10.0.0.10-10.0.0.11',
    timeline: [],
    cause: 'HE-CAUSE-009',
  },
  {
    name: 'a server that is not there',
    range: '10.0.0.10-10.0.0.19',
    timeline: [{ at: '0s', do: 'crash', who: 'dhcp' }],
    cause: 'HE-CAUSE-031',
  },
])('$name: $cause', async ({ range, timeline, cause }) => {
  const run = prepareVirtual(loadScenario(plant(range, timeline) as never));
  const finder = new CauseFinder(run.topology.hosts);
  await run.execute([finder]);
  expect(finder.causes()[0]?.id).toBe(cause);
});
