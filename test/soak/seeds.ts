import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { loadScenario, prepareVirtual } from '../../src/api/scenario.ts';
import { secondsSince, type Finding } from './findings.ts';

/** Every shipped scenario under many seeds, each twice: it passes, its digest repeats, and no two seeds share one. */
export async function soakSeeds(
  root: string,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<readonly Finding[]> {
  const folder = join(root, 'scenarios');
  const findings: Finding[] = [];
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.yaml')))
    findings.push(await soakScenario(join(folder, name), name, seed, count));
  return findings;
}

async function soakScenario(path: string, what: string, seed: number, count: number): Promise<Finding> {
  const startedAt = performance.now();
  const loaded = loadScenario(path);
  const digests = new Set<string | null>();
  const faults: string[] = [];
  for (let each = seed; each < seed + count; each++) {
    const first = await prepareVirtual(loaded, { seed: each }).execute([]);
    const second = await prepareVirtual(loaded, { seed: each }).execute([]);
    digests.add(first.digest);
    if (first.verdict !== 'pass') faults.push(`seed ${each}: ${first.verdict}`);
    if (first.digest === null || first.digest !== second.digest) faults.push(`seed ${each}: two digests`);
  }
  if (digests.size < count) faults.push(`${count} seeds gave ${digests.size} digests`);
  return {
    part: 'seeds',
    what,
    count,
    seconds: secondsSince(startedAt),
    note: `seeds ${seed} to ${seed + count - 1}, each twice`,
    fault: faults.length === 0 ? undefined : faults.slice(0, 10).join('; '),
  };
}
