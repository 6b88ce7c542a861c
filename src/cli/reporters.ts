import { UsageError } from '../api/failure.ts';
import { lineText, type Line } from '../api/report.ts';
import type { Written } from '../api/overwrite.ts';
import { makeFileReporter, makeReporter, OutputFile, REPORTER_NAMES } from '../api/reporting.ts';
import type { Reporter, ReporterName, SweepEnd, SweepFacts } from '../api/reporting.ts';
import type { UnitResult } from '../api/sweep.ts';
import type { Output } from './output.ts';
import type { Flags } from './program.ts';

/** Where results go: one form on standard output, others to files. */
export class Reporters implements Reporter {
  /** Whether a person reads standard output. */
  readonly isPretty: boolean;
  readonly #output: Output;
  readonly #reporters: readonly Reporter[];
  readonly #files: readonly OutputFile[];

  constructor(output: Output, flags: Flags) {
    this.#output = output;
    const asked = readReporters(flags);
    this.isPretty = asked.every(({ name, file }) => file !== undefined || !isAlone(name));
    const reporters: Reporter[] = [];
    const files: OutputFile[] = [];
    for (const { name, file } of asked) {
      if (name === 'pretty') files.push(...(file === undefined ? [] : [new OutputFile(file)]));
      else if (file === undefined) reporters.push(makeReporter(name, (text) => output.text(text)));
      else reporters.push(makeFileReporter(name, file));
    }
    this.#reporters = reporters;
    this.#files = files;
  }

  /** What a person reads. */
  lines(lines: readonly Line[]): void {
    if (this.isPretty) this.#output.lines(lines);
    for (const file of this.#files) for (const line of lines) file.line(lineText(line).trimEnd());
  }

  begin(facts: SweepFacts): void {
    for (const reporter of this.#reporters) reporter.begin(facts);
  }

  unit(unit: UnitResult): void {
    for (const reporter of this.#reporters) reporter.unit(unit);
  }

  end(end: SweepEnd): void {
    for (const reporter of this.#reporters) reporter.end(end);
    for (const file of this.#files) file.close();
  }
}

interface Asked {
  readonly name: ReporterName | 'pretty';
  /** undefined: standard output. */
  readonly file: string | undefined;
}

/** Whether what it writes is spoilt by anything else between. */
function isAlone(name: Asked['name']): boolean {
  return name !== 'pretty' && name !== 'github';
}

/** What `--reporter` and `--json` ask for. */
export function readReporters(flags: Flags): readonly Asked[] {
  const asked = ((flags['reporter'] ?? []) as readonly string[]).map(readReporter);
  if (flags['json'] === true) asked.push({ name: 'json', file: undefined });
  const shown = asked.filter(({ file }) => file === undefined).map(({ name }) => name);
  const alone = shown.find((name) => isAlone(name));
  if (alone === undefined || shown.length === 1) return asked;
  throw new UsageError(
    `--reporter ${alone} wants standard output for itself: give the others files, such as --reporter junit=out/junit.xml`,
  );
}

/** The files that `--reporter` asks for. */
export function filesReported(flags: Flags): readonly Written[] {
  return readReporters(flags).flatMap(({ name, file }) =>
    file === undefined ? [] : [{ flag: `--reporter ${name}`, path: file }],
  );
}

/** `junit`, or `junit=out/junit.xml`. */
function readReporter(text: string): Asked {
  const equals = text.indexOf('=');
  const word = equals < 0 ? text : text.slice(0, equals);
  const file = equals < 0 ? undefined : text.slice(equals + 1);
  const names = ['pretty', ...REPORTER_NAMES] as const;
  const name = names.find((each) => each === word);
  if (name === undefined)
    throw new UsageError(`there is no reporter "${word.slice(0, 30)}": there are ${names.join(', ')}`);
  if (file === '') throw new UsageError(`--reporter ${text}: a file's name is missing after the =`);
  return { name, file };
}
