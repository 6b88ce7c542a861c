import { Option } from 'commander';
import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { EXIT } from '../api/exit.ts';
import { FileError, UsageError } from '../api/failure.ts';
import { writeOctets } from '../api/files.ts';
import { shrinkScenario, type ShrinkState } from '../api/shrink.ts';
import { addLoadFlags, loadOptionsOf } from './load-flags.ts';
import { defineVerb, jsonFlag, seedFlag, seedOf, shellWord } from './program.ts';

const TRIES_MAX = 1_000;
const PROGRESS_MS = 1_000;

/** `shrink`: the smallest scenario that still fails. */
export const shrink = defineVerb(
  'shrink <file>',
  (command) => {
    command
      .addOption(
        new Option(
          '-o, --out <file>',
          'where to write, in the folder of the scenario; left out, standard output',
        ),
      )
      .addOption(new Option('--tries <number>', `runs at most; default ${TRIES_MAX}`))
      .addOption(new Option('--force', 'write over a file that is there'))
      .addOption(seedFlag())
      .addOption(jsonFlag());
    addLoadFlags(command);
  },
  async ({ output, signal, program }, [file = ''], flags) => {
    const out = flags['out'] as string | undefined;
    if (out !== undefined) checkPlace(out, file, flags['force'] === true);
    let shownAt = performance.now();
    const progress = (state: ShrinkState): void => {
      if (performance.now() - shownAt < PROGRESS_MS) return;
      shownAt = performance.now();
      output.note(`headend: ${stateText(state)}`);
    };
    const request = {
      path: file,
      load: loadOptionsOf(flags),
      seed: seedOf(flags),
      triesMax: triesOf(flags['tries'] as string | undefined),
    };
    const shrunk = await shrinkScenario(request, { signal, progress });
    if (out !== undefined) writeOctets(out, shrunk.text);
    const { tries, devices, actions, seconds, failing, small, seed, text } = shrunk;
    if (flags['json'] === true)
      output.json({
        format_version: 1,
        verdict: 'pass',
        file,
        out: out ?? null,
        seed,
        tries,
        devices,
        actions,
        seconds: seconds ?? null,
        failing,
        small,
        scenario: out === undefined ? text : null,
      });
    else if (out === undefined) output.text(text);
    output.note(`headend: ${stateText(shrunk)}`, `headend: it fails still: ${small.text}: ${small.detail}`);
    if (out !== undefined) output.note(`headend: wrote ${out}; next:`, `  ${program} run ${shellWord(out)}`);
    return EXIT.passed;
  },
);

function stateText({ tries, devices, actions, seconds }: ShrinkState): string {
  const time = seconds === undefined ? '' : `, ${seconds} s`;
  return `${count(devices, 'device')}, ${count(actions, 'action')}${time} after ${count(tries, 'run')}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The files that a scenario names are looked for from its own folder. */
function checkPlace(out: string, file: string, mayReplace: boolean): void {
  if (dirname(resolve(out)) !== dirname(resolve(file)))
    throw new UsageError(
      `--out ${out}: the scenario names files from its own folder: write into ${dirname(file)}`,
    );
  if (existsSync(out) && !mayReplace)
    throw new FileError(out, 'there is such a file already', 'write elsewhere, or over it with --force');
}

function triesOf(text: string | undefined): number {
  if (text === undefined) return TRIES_MAX;
  if (/^[1-9]\d{0,5}$/.test(text)) return Number(text);
  throw new UsageError(`--tries "${text.slice(0, 20)}" is not a whole number from 1`);
}
