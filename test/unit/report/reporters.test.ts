import { describe, expect, test } from 'vitest';
import { GithubReporter } from '../../../src/report/github.ts';
import { JsonReporter, jsonText, NdjsonReporter } from '../../../src/report/json.ts';
import { JunitReporter } from '../../../src/report/junit.ts';
import type { Put, Reporter } from '../../../src/report/reporter.ts';
import { Tally } from '../../../src/scenario/tally.ts';
import type { SweptCell, UnitResult } from '../../../src/scenario/unit.ts';
import { causeResult, expectation, unitResult } from '../../support/unit-results.ts';

function cellOf({ file, scenario, scenario_hash, params, version }: UnitResult): SweptCell {
  return { file, scenario, scenario_hash, params, version };
}

/** What a reporter writes of some units, of which `last` were to run. */
function written(make: (put: Put) => Reporter, units: readonly UnitResult[], last = units.length): string {
  let text = '';
  const reporter = make((piece) => {
    text += piece;
  });
  const [first] = units;
  const cells = first === undefined ? [] : [{ cell: cellOf(first), seeds: [{ first: 1, last }] }];
  const tally = new Tally(cells);
  reporter.begin({
    version: '0.1.0',
    cells,
    total: last,
    count: last,
    shard: { index: 1, count: 1 },
    isSingle: last === 1,
  });
  for (const unit of units) {
    tally.add(unit);
    reporter.unit(unit);
  }
  reporter.end({ tally, summaries: tally.summaries(), verdict: tally.verdict, exitCode: 0 });
  return text;
}

const json = (put: Put): Reporter => new JsonReporter(put);
const ndjson = (put: Put): Reporter => new NdjsonReporter(put);
const junit = (put: Put): Reporter => new JunitReporter(put);
const github = (put: Put): Reporter => new GithubReporter(put);

const PASS = unitResult(1, [expectation('always', 'pass')]);
const FAIL = unitResult(2, [
  expectation('metric', 'fail', { text: 'boot.p95 < 2s', detail: 'got 3 s', line: 12, column: 5 }),
]);

const KNOWN = unitResult(1, FAIL.expectations, {
  causes: [causeResult('HE-CAUSE-006', 'The <relay> has no helper.')],
});

describe('json', () => {
  test('one run is itself', () => {
    expect(JSON.parse(written(json, [PASS]))).toEqual(PASS);
  });

  test('several are under the worst verdict, fail before inconclusive', () => {
    const other = unitResult(3, [expectation('always', 'inconclusive')]);
    expect(JSON.parse(written(json, [PASS, FAIL, other]))).toMatchObject({
      format_version: 1,
      verdict: 'fail',
      units: 3,
      missing: 0,
      plan: [{ scenario: 'storm', seeds: '1..3' }],
      runs: [{ verdict: 'pass' }, { verdict: 'fail' }, { verdict: 'inconclusive' }],
      cells: [{ runs: 3, verdicts: { pass: 1, inconclusive: 1, fail: 1 } }],
    });
  });

  test('a line for each run, and none is an object as well', () => {
    const text = written(json, [PASS, FAIL]);
    expect(text.split('\n').filter((line) => line.includes('"digest":"'))).toHaveLength(2);
    expect(JSON.parse(written(json, [], 5))).toMatchObject({ runs: [], verdict: 'pass' });
  });

  test('nothing that a terminal obeys; numbers in one line', () => {
    const text = jsonText(
      { name: '\u001b[2J\u202e\u009b', list: [1, -2.5, 3e21], lists: [[1], ['[\n 1\n]']] },
      2,
    );
    expect(text).not.toMatch(/[\u001b\u202e\u009b]/);
    expect(text).toContain('"list": [1, -2.5, 3e+21]');
    expect(JSON.parse(text)).toEqual({
      name: '\u001b[2J\u202e\u009b',
      list: [1, -2.5, 3e21],
      lists: [[1], ['[\n 1\n]']],
    });
  });
});

test('ndjson: the plan, each run as it comes, the end', () => {
  const lines = written(ndjson, [PASS, FAIL], 3).trimEnd().split('\n');
  expect(lines.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
    'plan',
    'run',
    'run',
    'end',
  ]);
  expect(JSON.parse(lines[3] ?? '')).toMatchObject({ missing: 1, verdict: 'fail' });
});

describe('junit', () => {
  test.each([
    { name: 'a pass has nothing in it', unit: PASS, has: /<testcase name="always holds" [^>]*\/>/ },
    {
      name: 'a failure says where and what',
      unit: FAIL,
      has: /<failure message="storm\.yaml:12:5: got 3 s" type="fail">storm\.yaml:12:5: got 3 s<\/failure>/,
    },
    {
      name: 'what was never judged is no skipped case, which is green',
      unit: unitResult(1, [expectation('always', 'inconclusive')]),
      has: /errors="1" skipped="0"[^]*<error message="it was inconclusive" type="inconclusive">/,
    },
    {
      name: 'a warning is said and passes',
      unit: unitResult(1, [expectation('metric', 'warn')]),
      has: /failures="0" errors="0"[^]*<system-out>warning: it was warn<\/system-out>/,
    },
    {
      name: 'a run without an end',
      unit: unitResult(1, [], {
        verdict: 'error',
        error: { kind: 'environment', messages: ['no memory', 'less'] },
      }),
      has: /<testcase name="runs to its end"[^>]*><error message="no memory; less" type="error">/,
    },
    {
      name: 'a run that expects nothing has a case all the same',
      unit: unitResult(1, []),
      has: /tests="1" failures="0"[^]*<testcase name="runs to its end"/,
    },
    {
      name: 'hostile text',
      unit: unitResult(1, [expectation('always', 'fail', { detail: '<b>&"\'\u0000\u001b\ufffe]]>' })]),
      has: /&lt;b&gt;&amp;&quot;&apos;\\x00\\x1b\\u\{fffe\}\]\]&gt;<\/failure>/,
    },
    {
      name: 'the likely cause of a failure stands behind it',
      unit: KNOWN,
      has: /<failure message="storm\.yaml:12:5: got 3 s; likely cause: HE-CAUSE-006 The &lt;relay&gt; has no helper\."/,
    },
    {
      name: 'and is a property of the suite',
      unit: KNOWN,
      has: /<property name="likely-cause" value="HE-CAUSE-006 The &lt;relay&gt; has no helper\."\/>/,
    },
  ])('$name', ({ unit, has }) => {
    expect(written(junit, [unit])).toMatch(has);
  });

  test('a suite for each seed; what is seen sometimes, and what is missing, in one for all', () => {
    const units = [1, 2].map((seed) =>
      unitResult(seed, [
        expectation('sometimes', seed === 1 ? 'fail' : 'pass'),
        expectation('never', 'pass'),
      ]),
    );
    const text = written(junit, units, 3);
    expect(text.match(/<testsuite name="[^"]*" tests="\d" failures="\d" errors="\d"/g)).toEqual([
      '<testsuite name="storm seed 1" tests="1" failures="0" errors="0"',
      '<testsuite name="storm seed 2" tests="1" failures="0" errors="0"',
      '<testsuite name="storm all seeds" tests="2" failures="0" errors="1"',
    ]);
  });
});

describe('github', () => {
  test('an annotation at the line that did not hold', () => {
    expect(written(github, [PASS, FAIL])).toBe(
      '::error file=storm.yaml,line=12,col=5,title=storm seed 2::fail: metric: boot.p95 < 2s%0Agot 3 s\n',
    );
  });

  test('the likely cause of a failure is in its annotation', () => {
    expect(written(github, [KNOWN])).toMatch(
      /::fail: metric: boot\.p95 < 2s%0Agot 3 s%0Alikely cause: HE-CAUSE-006 The <relay> has no helper\.\n$/,
    );
  });

  test('a hundred seeds that fail alike say it once, a warning is a warning', () => {
    const failing = Array.from({ length: 100 }, (_, index) =>
      unitResult(index + 1, [expectation('always', 'fail'), expectation('metric', 'warn')]),
    );
    expect(written(github, failing).match(/^::\w+/gm)).toEqual(['::error', '::warning']);
  });

  test('no more than are shown, and then how many more', () => {
    const wide = Array.from({ length: 30 }, (_, index) =>
      expectation('always', 'fail', { text: `claim ${index}` }),
    );
    const lines = written(github, [unitResult(1, wide)])
      .trimEnd()
      .split('\n');
    expect(lines).toHaveLength(11);
    expect(lines[10]).toBe('::notice title=headend::and 20 more of the kind error: see the log');
  });

  test('text of a file makes no command of its own', () => {
    const hostile = expectation('always', 'fail', {
      text: 'x\n::set-env name=A::b',
      detail: '100%\r\n::stop::',
    });
    const text = written(github, [unitResult(1, [hostile], { scenario: 'a,b:c%' })]);
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toContain('title=a%2Cb%3Ac%25 seed 1::');
    expect(text).toContain('100%25');
  });
});
