// The last line of .ci/run: `node scripts/total.mjs FOLDER [STEP...]` adds up the reports in FOLDER (one of each step, by its name) and says
// N passed, N failed. The steps named are those that failed: one that shows no failed test of its own counts as one.

import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const [folder, ...failedSteps] = process.argv.slice(2);
let passed = 0;
let failed = 0;

/** What fails in a file of tests beside those that failed: one that was never done (its process died), or the file as a whole (an import, a hook). */
function brokenOf({ status, assertionResults }) {
  const unfinished = assertionResults.filter((test) => test.status === 'pending').length;
  const isToldBy = assertionResults.some((test) => test.status === 'failed');
  return unfinished + (status === 'failed' && !isToldBy ? 1 : 0);
}

function failuresIn(path) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    console.log(`${path} ends in the middle`);
    return 1;
  }
  passed += report.numPassedTests;
  return report.testResults.reduce((sum, file) => sum + brokenOf(file), report.numFailedTests);
}

const shown = new Set();
for (const name of readdirSync(folder).filter((file) => file.endsWith('.json'))) {
  const failures = failuresIn(join(folder, name));
  failed += failures;
  if (failures > 0) shown.add(basename(name, '.json'));
}
failed += failedSteps.filter((step) => !shown.has(step)).length;
console.log(`${passed} passed, ${failed} failed`);
