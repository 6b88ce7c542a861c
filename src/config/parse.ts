import type { Plain } from '../core/service.ts';
import { buildScenario } from './build-scenario.ts';
import { Cells, isWhen, type Cell, type When } from './cells.ts';
import { readChain, type ReadBase } from './chain.ts';
import { dataSource, locateData } from './data.ts';
import { Findings } from './findings.ts';
import { mistakesOf } from './issues.ts';
import { quote, ScenarioError, type Mistake } from './mistakes.ts';
import { Overriding, type Overrides } from './override.ts';
import { Substitution } from './params.ts';
import type { Place } from './place.ts';
import type { Scenario } from './scenario.ts';
import { scenarioFile, type ScenarioFile } from './schema.ts';
import { makingOnly } from './schema-params.ts';
import { isMistakes, readSource, type Located } from './source.ts';
import { mistakeAtKey, withoutKeys } from './tree.ts';
import type { Single } from './values.ts';

export interface ParseOptions extends Overrides {
  /** Whether files named by the scenario may lie outside of its folder; left out: `inside`. */
  readonly paths?: 'inside' | 'any' | undefined;
  /** Left out: a text that extends no file. */
  readonly readBase?: ReadBase | undefined;
}

/** One cell of the matrix, and the scenario that it is. */
export interface ScenarioCell {
  readonly scenario: Scenario;
  /** Empty without a matrix. */
  readonly cell: Cell;
  /** All params with their values, in the file's order. */
  readonly params: Readonly<Record<string, Single>>;
  /** The files that it extends, nearest first, by their paths from its folder. */
  readonly bases: readonly string[];
}

/** More than a person reads at once. */
const MISTAKES_MAX = 50;

/** The scenario that a text says, or a `ScenarioError` with all that is wrong with it. No file it names is opened. */
export function parseScenario(text: string, fileName: string, options: ParseOptions = {}): Scenario {
  return parseOne(text, fileName, options).scenario;
}

/** A scenario as a file's text, or as a program's plain data. */
export type Written = string | { readonly data: unknown };

/** The cell of the params' own values, and of those given. */
export function parseOne(written: Written, fileName: string, options: ParseOptions): ScenarioCell {
  const making = readMaking(written, fileName, options);
  return makeCell(making, making.cells.first);
}

/** All cells of the matrix, in its order: the last axis fastest. */
export function parseCells(
  written: Written,
  fileName: string,
  options: ParseOptions,
): readonly ScenarioCell[] {
  const making = readMaking(written, fileName, options);
  return making.cells.all().map((cell) => makeCell(making, cell));
}

/**
 * The scenario of `parseOne` as plain data with nothing left to put in: what it extends, flags change and params say is in its
 * place, and expectations of other cells are gone.
 */
export function resolvedData(written: Written, fileName: string, options: ParseOptions): ResolvedData {
  const making = readMaking(written, fileName, options);
  const params = making.cells.paramsOf(making.cells.first);
  const { value } = new Substitution(params).in(withoutKeys(making.root, ['params', 'matrix']));
  const data = { ...(value as ResolvedData) };
  if (Array.isArray(data['expect']))
    data['expect'] = (data['expect'] as readonly ResolvedData[]).flatMap(({ when, ...expectation }) =>
      isWhen(listsOf(when), params) ? [expectation] : [],
    );
  return data;
}

export interface ResolvedData {
  readonly [key: string]: Plain;
}

/** `when:` as the schema has it after reading: each value a list. */
function listsOf(when: Plain | undefined): When | undefined {
  if (when === undefined || when === null || typeof when !== 'object') return undefined;
  return Object.fromEntries(
    Object.entries(when).map(([name, value]) => [name, (Array.isArray(value) ? value : [value]) as Single[]]),
  );
}

/** A file with what it extends and what flags change, before params are put in. */
interface Making {
  readonly fileName: string;
  readonly paths: 'inside' | 'any';
  readonly root: Located;
  readonly cells: Cells;
  readonly bases: readonly string[];
}

function readMaking(written: Written, fileName: string, options: ParseOptions): Making {
  const { paths = 'inside', readBase } = options;
  const own =
    typeof written === 'string' ? readSource(written) : locateData(written.data, dataSource('scenario'));
  if (isMistakes(own)) throw new ScenarioError(fileName, own);
  const { root: read, bases } = readChain(own, { fileName, readBase, paths });
  const overriding = new Overriding(read, Object.keys(scenarioFile.shape));
  overriding.apply(options);
  failWith(fileName, overriding.mistakes);
  const { root, given } = overriding;
  const checked = makingOnly.safeParse(root.value);
  if (!checked.success) throw new ScenarioError(fileName, mistakesOf(checked.error.issues, root));
  const cells = new Cells(checked.data, given, root);
  failWith(fileName, cells.mistakes);
  return { fileName, paths, root, cells, bases };
}

function makeCell({ fileName, paths, root: written, cells, bases }: Making, cell: Cell): ScenarioCell {
  const params = cells.paramsOf(cell);
  const substitution = new Substitution(params);
  const root = substitution.in(withoutKeys(written, ['params', 'matrix']));
  failWith(fileName, substitution.mistakes);
  const fail = (mistakes: readonly Mistake[]): void =>
    failWith(fileName, withWritten(mistakes, substitution.written));
  const first = scenarioFile.safeParse(root.value);
  const unknown = first.success ? [] : mistakesOf(first.error.issues, root);
  // Keys that should not be there do not hide what else is wrong.
  const checked = first.success
    ? first
    : scenarioFile.safeParse(withoutUnknownKeys(root.value, first.error.issues));
  if (!checked.success) {
    fail(unknown);
    throw checked.error;
  }
  const findings = new Findings(root, paths);
  const scenario = buildScenario(checked.data, { fileName, params }, findings);
  const speaking = whensOf(checked.data, cells);
  fail([...unknown, ...findings.mistakes, ...speaking.mistakes]);
  fail(unusedIn(written, [...substitution.used, ...speaking.names]));
  return { scenario, cell, params: Object.fromEntries(params), bases };
}

function failWith(fileName: string, mistakes: readonly Mistake[]): void {
  if (mistakes.length > 0) throw new ScenarioError(fileName, inOrder(mistakes));
}

/** The params that expectations ask for, and what is wrong with that. */
function whensOf(
  { expect = [] }: ScenarioFile,
  cells: Cells,
): { readonly names: readonly string[]; readonly mistakes: readonly Mistake[] } {
  return {
    names: expect.flatMap(({ when = {} }) => Object.keys(when)),
    mistakes: expect.flatMap(({ when = {} }, index) => cells.mistakesOfWhen(when, ['expect', index, 'when'])),
  };
}

/** Somebody who sets such a param would believe that it did something. */
function unusedIn(root: Located, used: readonly string[]): Mistake[] {
  const names = [...(root.children.get('params')?.keys.keys() ?? [])];
  return names
    .filter((name) => !used.includes(name))
    .map((name) =>
      mistakeAtKey(
        root,
        ['params', name],
        'nothing uses it',
        `write "\${${name}}" where it belongs, or take it out`,
      ),
    );
}

/** A person looks for what was written, which is not what was wrong. */
function withWritten(mistakes: readonly Mistake[], written: ReadonlyMap<string, string>): Mistake[] {
  return mistakes.map((mistake) => {
    const text = written.get(mistake.path);
    return text === undefined
      ? mistake
      : { ...mistake, message: `${mistake.message} (written ${quote(text)})` };
  });
}

type Issues = NonNullable<ReturnType<typeof scenarioFile.safeParse>['error']>['issues'];

/** Changes the value, which nobody else reads any more. */
function withoutUnknownKeys(value: Plain, issues: Issues): Plain {
  for (const issue of issues) {
    if (issue.code !== 'unrecognized_keys') continue;
    let at: unknown = value;
    for (const part of issue.path) at = isKeyed(at) ? at[String(part)] : undefined;
    if (isKeyed(at)) for (const key of issue.keys) delete at[key];
  }
  return value;
}

function isKeyed(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function nameOf({ source }: Place): string {
  return source?.name ?? '';
}

/** The scenario's own file first. */
function inOrder(mistakes: readonly Mistake[]): Mistake[] {
  const sorted = [...mistakes].sort((a, b) =>
    nameOf(a) < nameOf(b) ? -1 : nameOf(a) > nameOf(b) ? 1 : a.line - b.line || a.column - b.column,
  );
  return sorted.slice(0, MISTAKES_MAX);
}
