import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { CauseFinder } from '../../src/analysis/cause/finder.ts';
import type { Cause } from '../../src/analysis/cause/cause.ts';
import { loadScenario, prepareVirtual } from '../../src/api/scenario.ts';

const SCENARIOS = join(import.meta.dirname, '../../scenarios');

/** What is wrong in scenarios that show something wrong; in all others nothing is. */
const WRONG: Readonly<Record<string, string>> = {
  'boot-storm-5000': 'HE-CAUSE-004',
  'missing-config': 'HE-CAUSE-013',
  'siaddr-is-not-option-66': 'HE-CAUSE-010',
  'tftp-through-a-firewall': 'HE-CAUSE-014',
  'wrong-shared-secret': 'HE-CAUSE-017',
};

async function causesOf(path: string, seed?: number): Promise<readonly Cause[]> {
  const run = prepareVirtual(loadScenario(path), { seed });
  const finder = new CauseFinder(run.topology.hosts);
  await run.execute([finder]);
  return finder.causes();
}

describe('the causes of shipped scenarios', () => {
  const names = readdirSync(SCENARIOS).filter((name) => name.endsWith('.yaml'));

  test.each(names.map((name) => name.replace('.yaml', '')))(
    '%s',
    async (name) => {
      const causes = await causesOf(join(SCENARIOS, `${name}.yaml`));
      const wrong = WRONG[name];
      expect(causes.map(({ id }) => id)).toEqual(wrong === undefined ? [] : [wrong]);
    },
    60_000,
  );
});
