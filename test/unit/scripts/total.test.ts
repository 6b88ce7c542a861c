import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const TOTAL = resolve(import.meta.dirname, '../../../scripts/total.mjs');
let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'headend-total-'))));
afterEach(() => rmSync(folder, { recursive: true }));

type Outcome = 'passed' | 'failed' | 'skipped' | 'pending';

/** A file of tests in a report of Vitest. */
function file(status: 'passed' | 'failed', ...outcomes: readonly Outcome[]) {
  return { status, assertionResults: outcomes.map((outcome) => ({ status: outcome })) };
}

function report(...files: readonly ReturnType<typeof file>[]): string {
  const count = (wanted: Outcome): number =>
    files.flatMap(({ assertionResults }) => assertionResults).filter(({ status }) => status === wanted)
      .length;
  return JSON.stringify({
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    testResults: files,
  });
}

/** As the soak writes it. */
const soak = (passed: number, failed: number): string =>
  JSON.stringify({ numPassedTests: passed, numFailedTests: failed, testResults: [] });

const good = report(file('passed', 'passed', 'passed'));

test.each([
  { name: 'nothing ran', reports: {}, steps: [], says: '0 passed, 0 failed' },
  { name: 'all is well', reports: { check: good, soak: soak(7, 0) }, steps: [], says: '9 passed, 0 failed' },
  {
    name: 'a test that is left out is neither',
    reports: { check: report(file('passed', 'passed', 'skipped')) },
    steps: [],
    says: '1 passed, 0 failed',
  },
  {
    name: 'tests that failed count, and not their step as well',
    reports: { check: report(file('failed', 'passed', 'failed', 'failed')), soak: soak(6, 1) },
    steps: ['check', 'soak'],
    says: '7 passed, 3 failed',
  },
  {
    name: 'a step without tests, or whose tests never began',
    reports: { interop: good },
    steps: ['start', 'check'],
    says: '2 passed, 2 failed',
  },
  {
    name: 'a step that failed although each of its tests passed: an error outside of them',
    reports: { check: good, interop: good },
    steps: ['check'],
    says: '4 passed, 1 failed',
  },
  {
    name: 'a file that could not be loaded',
    reports: { check: report(file('failed'), file('passed', 'passed')) },
    steps: ['check'],
    says: '1 passed, 1 failed',
  },
  {
    name: 'a hook before the tests of a file: none of them was made',
    reports: { check: report(file('failed', 'skipped', 'skipped')) },
    steps: ['check'],
    says: '0 passed, 1 failed',
  },
  {
    name: 'a hook after tests that all passed',
    reports: { check: report(file('failed', 'passed', 'passed')) },
    steps: ['check'],
    says: '2 passed, 1 failed',
  },
  {
    name: 'a process that died in the middle of a file, which Vitest calls passed',
    reports: { check: report(file('passed', 'passed', 'pending', 'pending')) },
    steps: ['check'],
    says: '1 passed, 2 failed',
  },
  {
    name: 'a report that ends in the middle',
    reports: { check: good.slice(0, 40), interop: good },
    steps: ['check'],
    says: '2 passed, 1 failed',
  },
])('$name: $says', ({ reports, steps, says }) => {
  for (const [name, text] of Object.entries(reports)) writeFileSync(join(folder, `${name}.json`), text);
  const out = execFileSync(process.execPath, [TOTAL, folder, ...steps], { encoding: 'utf8' });
  expect(out.trimEnd().split('\n').at(-1)).toBe(says);
});
