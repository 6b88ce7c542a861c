import { visibleText } from '../core/text.ts';
import type { ExpectationResult, Verdict } from '../scenario/result.ts';
import { isCoverage, likelyCause, type UnitResult } from '../scenario/unit.ts';
import { cellText, expectationText } from './cell-text.ts';
import type { Put, Reporter, SweepEnd, SweepFacts } from './reporter.ts';

interface TestCase {
  readonly name: string;
  readonly verdict: Verdict;
  readonly message: string;
}

/**
 * JUnit's XML, as continuous integration reads it: a suite for each run, a case for each expectation. What was never judged is
 * an error there, not a skipped case: skipped is green.
 */
export class JunitReporter implements Reporter {
  readonly #put: Put;
  /** What is to be seen `sometimes` is judged over all seeds of a cell, where there are several. */
  #joins = false;

  constructor(put: Put) {
    this.#put = put;
  }

  begin({ cells, total }: SweepFacts): void {
    this.#joins = total > cells.length;
    this.#put('<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="headend">\n');
  }

  unit(unit: UnitResult): void {
    const { seed, error, simulated_us: simulatedUs } = unit;
    const name = [unit.scenario, cellText(unit.params), `seed ${seed}`]
      .filter((text) => text !== '')
      .join(' ');
    const cases = unit.expectations
      .filter((one) => !(this.#joins && isCoverage(one)))
      .map((one) => caseOf(one, unit));
    if (error !== undefined)
      cases.push({ name: 'runs to its end', verdict: 'error', message: error.messages.join('; ') });
    else if (cases.length === 0) cases.push({ name: 'runs to its end', verdict: 'pass', message: '' });
    const cause = likelyCause(unit);
    const properties = {
      file: unit.file,
      seed,
      digest: unit.digest ?? '',
      ...unit.params,
      ...(cause === undefined ? {} : { 'likely-cause': `${cause.id} ${cause.title}` }),
    };
    this.#suite(name, cases, { seconds: simulatedUs / 1e6, properties });
  }

  end({ tally, summaries }: SweepEnd): void {
    for (const { scenario, params, expectations, missing } of summaries) {
      const name = [scenario, cellText(params), 'all seeds'].filter((text) => text !== '').join(' ');
      const cases: TestCase[] = expectations
        .filter(({ kind }) => this.#joins && kind === 'sometimes')
        .map(({ text, verdict }) => ({
          name: text,
          verdict,
          message: verdict === 'pass' ? '' : 'under no seed',
        }));
      if (missing > 0)
        cases.push({ name: 'every seed has run', verdict: 'inconclusive', message: `${missing} have not` });
      if (cases.length > 0) this.#suite(name, cases, { seconds: 0, properties: {} });
    }
    const twice = tally.contradictions.map(({ cell, seed, digests }): TestCase => ({
      name: `${cell.scenario} ${cellText(cell.params)} seed ${seed} has one digest`,
      verdict: 'fail',
      message: digests.join(' and '),
    }));
    if (twice.length > 0) this.#suite('determinism', twice, { seconds: 0, properties: {} });
    this.#put('</testsuites>\n');
  }

  #suite(
    name: string,
    cases: readonly TestCase[],
    facts: { readonly seconds: number; readonly properties: Readonly<Record<string, unknown>> },
  ): void {
    const count = (...verdicts: readonly Verdict[]) =>
      cases.filter(({ verdict }) => verdicts.includes(verdict)).length;
    const attributes = {
      name,
      tests: cases.length,
      failures: count('fail'),
      errors: count('error', 'inconclusive'),
      skipped: 0,
      time: facts.seconds,
    };
    this.#put(`  <testsuite${attributesText(attributes)}>\n`);
    const properties = Object.entries(facts.properties);
    if (properties.length > 0) {
      const lines = properties.map(([key, value]) => `<property${attributesText({ name: key, value })}/>`);
      this.#put(`    <properties>${lines.join('')}</properties>\n`);
    }
    for (const one of cases) this.#case(name, one);
    this.#put('  </testsuite>\n');
  }

  #case(suite: string, { name, verdict, message }: TestCase): void {
    const open = `    <testcase${attributesText({ name, classname: suite, time: 0 })}`;
    const element = ELEMENTS[verdict];
    if (element !== undefined)
      this.#put(
        `${open}><${element}${attributesText({ message, type: verdict })}>${xml(message)}</${element}></testcase>\n`,
      );
    else if (verdict === 'warn')
      this.#put(`${open}><system-out>warning: ${xml(message)}</system-out></testcase>\n`);
    else this.#put(`${open}/>\n`);
  }
}

const ELEMENTS: Readonly<Record<Verdict, 'failure' | 'error' | undefined>> = {
  pass: undefined,
  warn: undefined,
  inconclusive: 'error',
  fail: 'failure',
  error: 'error',
};

function caseOf(
  { kind, text, verdict, detail, line, column }: ExpectationResult,
  unit: UnitResult,
): TestCase {
  const at = line === undefined ? '' : `${unit.file}:${line}:${column ?? 1}: `;
  const cause = verdict === 'fail' || verdict === 'inconclusive' ? likelyCause(unit) : undefined;
  const why = cause === undefined ? '' : `; likely cause: ${cause.id} ${cause.title}`;
  return { name: expectationText({ kind, text }), verdict, message: `${at}${detail}${why}` };
}

function attributesText(attributes: Readonly<Record<string, unknown>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${xml(String(value))}"`)
    .join('');
}

/** Text from packets and files may hold what XML 1.0 §2.2 has no place for: it is escaped as everywhere else, then as XML asks. */
function xml(text: string): string {
  return visibleText(text).replace(/[<>&"'\ufffe\uffff]/g, (character) => ENTITIES[character] ?? '\ufffd');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '<': '&lt;',
  '>': '&gt;',
  '&': '&amp;',
  '"': '&quot;',
  "'": '&apos;',
};
