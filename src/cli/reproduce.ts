import { EXIT } from '../api/exit.ts';
import type { SweptCell } from '../api/unit.ts';
import { shellWord, type Session } from './program.ts';

/** The command that gives one run of a cell again. */
export function reproduceText({ program }: Session, cell: SweptCell, seed: number): string {
  const { file, params, changes = {} } = cell;
  const { set = [], expect = [], allow_path: anyPath, until_us: untilUs, mode, interfaces = [] } = changes;
  const values = Object.entries(params).map(([name, value]) => `${name}=${String(value)}`);
  // A param that --set names is in the cell with that value.
  const others = set.filter((text) => !values.includes(text));
  return [
    program,
    'run',
    shellWord(file),
    ...[...values, ...others].map((text) => `--set ${shellWord(text)}`),
    ...expect.map((text) => `--expect ${shellWord(text)}`),
    ...(untilUs === undefined ? [] : [`--until ${untilUs}us`]),
    ...(mode === undefined ? [] : [`--mode ${mode}`]),
    ...interfaces.map((text) => `--interface ${shellWord(text)}`),
    ...(anyPath === true ? ['--allow-path'] : []),
    `--seed ${seed}`,
  ].join(' ');
}

export function interruptedCode({ reason }: AbortSignal): number {
  return reason === 'SIGTERM' ? EXIT.terminated : EXIT.interrupted;
}
