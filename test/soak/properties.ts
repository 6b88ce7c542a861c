import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { secondsSince, type Finding } from './findings.ts';

/** The property tests, each with more cases than `npm test` gives it. */
export function soakProperties(root: string, runs: number): readonly Finding[] {
  const startedAt = performance.now();
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { HEADEND_TEST_REPORT: _ours, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [vitest, 'run', '--project', 'property', '--testTimeout', '3600000'],
    { cwd: root, env: { ...env, FUZZ_RUNS: String(runs), NO_COLOR: '1' }, encoding: 'utf8' },
  );
  const tests = /Tests\s+.*?(\d+) passed/.exec(stdout)?.[1];
  return [
    {
      part: 'properties',
      what: `${tests ?? 'no'} tests`,
      count: runs,
      seconds: secondsSince(startedAt),
      note: `FUZZ_RUNS=${runs}: the usual is 300`,
      fault: status === 0 && tests !== undefined ? undefined : `${stdout}\n${stderr}`,
    },
  ];
}
