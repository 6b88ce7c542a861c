import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runSweep } from '../../src/api/sweep.ts';
import { planSweep } from '../../src/api/sweep-plan.ts';
import { WorkerPool } from '../../src/api/worker-pool.ts';
import { cellText } from '../../src/report/cell-text.ts';
import { secondsSince, type Finding } from './findings.ts';

const JOBS = 2;

/** Every cell of every shipped scenario under many seeds, each twice: it passes, its digest repeats, and no two seeds share one. */
export async function soakSeeds(
  root: string,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<readonly Finding[]> {
  const folders = [join(root, 'scenarios'), join(root, 'scenarios/incidents')];
  const findings: Finding[] = [];
  const pool = new WorkerPool(JOBS);
  for (const folder of folders.filter((path) => existsSync(path)))
    for (const name of readdirSync(folder).filter((each) => each.endsWith('.yaml')))
      findings.push(...(await soakScenario(pool, join(folder, name), { count, seed })));
  await pool.close();
  return findings;
}

async function soakScenario(
  pool: WorkerPool,
  file: string,
  { count, seed }: { readonly count: number; readonly seed: number },
): Promise<readonly Finding[]> {
  const startedAt = performance.now();
  const plan = planSweep({
    files: [file],
    load: {},
    mode: 'virtual',
    seeds: [{ first: seed, last: seed + count - 1 }],
    cells: [],
    untilUs: undefined,
    twice: true,
  });
  const digests = new Map<string, Set<string | null>>();
  const { tally, differing } = await runSweep(plan, pool, {
    signal: new AbortController().signal,
    bail: false,
    unit: ({ params, digest }) => {
      const seen = digests.get(cellText(params)) ?? new Set();
      digests.set(cellText(params), seen.add(digest));
    },
  });
  const seconds = secondsSince(startedAt);
  return tally.summaries().map(({ scenario, params, verdict, verdicts, failing, failing_seeds: seeds }) => {
    const faults = differing
      .filter(({ unit }) => cellText(unit.params) === cellText(params))
      .map(({ unit }) => `seed ${unit.seed}: two digests`);
    if (verdict !== 'pass' && verdict !== 'warn') {
      const [first] = failing;
      faults.push(`${verdict} under seeds ${seeds}: ${first?.text ?? ''}: ${first?.detail ?? ''}`);
    }
    const distinct = digests.get(cellText(params))?.size ?? 0;
    if (distinct < count) faults.push(`${count} seeds gave ${distinct} digests`);
    return {
      part: 'seeds',
      what: [scenario, cellText(params)].filter((text) => text !== '').join(' '),
      count,
      seconds,
      note: `seeds ${seed} to ${seed + count - 1}, each twice, ${verdicts.warn} with a warning`,
      fault: faults.length === 0 ? undefined : faults.slice(0, 10).join('; '),
    };
  });
}
