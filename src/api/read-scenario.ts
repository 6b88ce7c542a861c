import { realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { ScenarioData } from '../config/data.ts';
import { quote, ScenarioError } from '../config/mistakes.ts';
import type { Overrides } from '../config/override.ts';
import { parseCells, parseOne, resolvedData } from '../config/parse.ts';
import type { ParseOptions, ResolvedData, ScenarioCell, Written } from '../config/parse.ts';
import { TEXT_MAX } from '../config/source.ts';
import { isInside } from './beside.ts';
import type { Reach } from './contents.ts';
import { FileError } from './failure.ts';
import { readOctets } from './files.ts';
import { scenarioText } from './scenario-text.ts';

/** The path of a file, or a scenario as a program's plain data. */
export type ScenarioInput = string | ScenarioData;

export interface LoadOptions extends Overrides {
  /** The folder from which a program's data names files; left out, the one the program runs in. No file has it. */
  readonly base?: string | undefined;
  /** `any`: files may lie outside of the scenario's folder. Left out: `inside`. */
  readonly reach?: Reach | undefined;
}

/** UTF-8 takes at most three octets for a character of the text. */
const FILE_OCTETS_MAX = TEXT_MAX * 3;

/** Where a scenario's paths start, and what its outputs are called after. */
export function pathOf(scenario: ScenarioInput, { base = '.' }: LoadOptions): string {
  return typeof scenario === 'string' ? scenario : join(base, 'scenario');
}

/** The scenario with the values of params that it has itself or is given; of the files it names none is opened. */
export function readScenario(scenario: ScenarioInput, options: LoadOptions): ScenarioCell {
  const path = pathOf(scenario, options);
  return parseOne(written(scenario), path, asParsed(path, options));
}

export function readCells(scenario: ScenarioInput, options: LoadOptions): readonly ScenarioCell[] {
  const path = pathOf(scenario, options);
  return parseCells(written(scenario), path, asParsed(path, options));
}

/** The scenario of `readScenario` as plain data with nothing left to put in. */
export function resolveScenario(scenario: ScenarioInput, options: LoadOptions): ResolvedData {
  const path = pathOf(scenario, options);
  return resolvedData(written(scenario), path, asParsed(path, options));
}

function written(scenario: ScenarioInput): Written {
  if (typeof scenario !== 'string') return { data: scenario };
  const text = scenarioText(readOctets(scenario, FILE_OCTETS_MAX));
  if (typeof text !== 'string') throw new ScenarioError(scenario, [text]);
  return text;
}

function asParsed(path: string, { reach = 'inside', params, set, expect }: LoadOptions): ParseOptions {
  return { params, set, expect, paths: reach, readBase: (base) => readBase(path, base, reach) };
}

/** The text of a file that a scenario extends, which may leave its folder no more than others that it names, by links either. */
function readBase(
  path: string,
  base: string,
  reach: Reach,
): ReturnType<NonNullable<ParseOptions['readBase']>> {
  const folder = dirname(resolve(path));
  const file = resolve(folder, base);
  try {
    if (reach === 'inside' && !isInside(realpathSync(file), realpathSync(folder)))
      return {
        message: `${quote(base)} leads out of the scenario's folder`,
        hint: 'put the file there, or allow it with --allow-path',
      };
    const text = scenarioText(readOctets(file, FILE_OCTETS_MAX));
    if (typeof text === 'string') return text;
    return { message: `${quote(base)}, line ${text.line}: ${text.message}`, hint: text.hint };
  } catch (error) {
    const hint = `it was looked for as ${quote(file)}`;
    if (error instanceof FileError) return { message: `${quote(base)}: ${error.reason}`, hint };
    if (!(error instanceof Error && 'code' in error)) throw error;
    return { message: `there is no file ${quote(base)} to extend`, hint };
  }
}
