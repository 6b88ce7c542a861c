import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { quote } from '../config/mistakes.ts';
import type { Overrides } from '../config/override.ts';
import { parseCells, parseOne, type ParseOptions, type ScenarioCell } from '../config/parse.ts';
import { TEXT_MAX } from '../config/source.ts';
import { isInside } from './beside.ts';
import type { Reach } from './contents.ts';
import { FileError } from './failure.ts';
import { readText } from './files.ts';

export interface LoadOptions extends Overrides {
  /** `any`: files may lie outside of the scenario's folder. Left out: `inside`. */
  readonly reach?: Reach | undefined;
}

/** UTF-8 takes at most three octets for a character of the text. */
const FILE_OCTETS_MAX = TEXT_MAX * 3;

/** The scenario of a file, with the values of params that it has itself or is given; of the files it names none is opened. */
export function readScenario(path: string, options: LoadOptions): ScenarioCell {
  return parseOne(readText(path, FILE_OCTETS_MAX), path, asParsed(path, options));
}

export function readCells(path: string, options: LoadOptions): readonly ScenarioCell[] {
  return parseCells(readText(path, FILE_OCTETS_MAX), path, asParsed(path, options));
}

function asParsed(path: string, { reach = 'inside', ...overrides }: LoadOptions): ParseOptions {
  return { ...overrides, paths: reach, readBase: (base) => readBase(path, base, reach) };
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
    return readText(file, FILE_OCTETS_MAX);
  } catch (error) {
    const hint = `it was looked for as ${quote(file)}`;
    if (error instanceof FileError) return { message: `${quote(base)}: ${error.reason}`, hint };
    if (!(error instanceof Error && 'code' in error)) throw error;
    return { message: `there is no file ${quote(base)} to extend`, hint };
  }
}
