import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { secondsSince, type Finding } from './findings.ts';

/** The property tests, each with more cases than `npm test` gives it. */
export function soakProperties(root: string, runs: number): readonly Finding[] {
  return [
    runTests(root, ['--project', 'property'], {
      part: 'properties',
      count: runs,
      env: { FUZZ_RUNS: String(runs) },
      usual: 300,
    }),
  ];
}

/** The statistics of routing policies (dns.md 40 to 42), over more seeds than `npm test` takes. */
export function soakPolicies(root: string, seeds: number): readonly Finding[] {
  return [
    runTests(root, ['--project', 'unit', 'test/unit/policy/dns'], {
      part: 'policies',
      count: seeds,
      env: { HEADEND_POLICY_SEEDS: String(seeds) },
      usual: 5,
    }),
  ];
}

interface TestRun {
  readonly part: string;
  readonly count: number;
  readonly env: Readonly<Record<string, string>>;
  /** The count of `npm test`. */
  readonly usual: number;
}

function runTests(
  root: string,
  which: readonly string[],
  { part, count, env: own, usual }: TestRun,
): Finding {
  const startedAt = performance.now();
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const { HEADEND_TEST_REPORT: _ours, ...env } = process.env;
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [vitest, 'run', ...which, '--testTimeout', '3600000'],
    { cwd: root, env: { ...env, ...own, NO_COLOR: '1' }, encoding: 'utf8' },
  );
  const tests = /Tests\s+.*?(\d+) passed/.exec(stdout)?.[1];
  const setting = Object.entries(own).map(([name, value]) => `${name}=${value}`);
  return {
    part,
    what: `${tests ?? 'no'} tests`,
    count,
    seconds: secondsSince(startedAt),
    note: `${setting.join(' ')}: the usual is ${usual}`,
    fault: status === 0 && tests !== undefined ? undefined : `${stdout}\n${stderr}`,
  };
}
