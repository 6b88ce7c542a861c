import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { JunitReporter } from '../../src/report/junit.ts';
import { VERDICTS } from '../../src/scenario/result.ts';
import { Tally } from '../../src/scenario/tally.ts';
import { expectation, unitResult } from '../support/unit-results.ts';

const SCHEMA = resolve(import.meta.dirname, '../../fixtures/junit.xsd');
const folder = mkdtempSync(join(tmpdir(), 'headend-junit-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** All of C0 and C1, what Unicode has no character for, and what ends an element. */
const HOSTILE = `${Array.from({ length: 0xa0 }, (_, code) => String.fromCharCode(code)).join('')}\ud800\uffff]]></failure>`;

test('xmllint finds the shape that continuous integration reads, whatever the verdicts and the text', () => {
  const units = VERDICTS.map((verdict, index) =>
    unitResult(
      index + 1,
      [expectation('always', verdict, { detail: HOSTILE }), expectation('sometimes', 'fail')],
      {
        scenario: `storm "${HOSTILE}"`,
        params: { text: HOSTILE },
        ...(verdict === 'error' ? { error: { kind: 'bug', messages: [HOSTILE, HOSTILE] } } : {}),
      },
    ),
  );
  const [first] = units;
  const cells = first === undefined ? [] : [{ cell: first, seeds: [{ first: 1, last: 9 }] }];
  let text = '';
  const reporter = new JunitReporter((piece) => {
    text += piece;
  });
  const tally = new Tally(cells);
  const shard = { index: 1, count: 1 };
  reporter.begin({ version: '0.1.0', cells, total: 9, count: 9, shard, isSingle: false });
  for (const unit of units) {
    tally.add(unit);
    reporter.unit(unit);
  }
  // The same seed with another digest has a suite of its own.
  tally.add({ ...units[0]!, digest: 'ffffffffffffffff' });
  reporter.end({ tally, summaries: tally.summaries(), verdict: tally.verdict, exitCode: 5 });
  const path = join(folder, 'junit.xml');
  writeFileSync(path, text);
  expect(() =>
    execFileSync('xmllint', ['--noout', '--schema', SCHEMA, path], { stdio: 'pipe' }),
  ).not.toThrow();
  writeFileSync(path, text.replace('<testcase ', '<testcas '));
  expect(() => execFileSync('xmllint', ['--noout', '--schema', SCHEMA, path], { stdio: 'pipe' })).toThrow();
});
