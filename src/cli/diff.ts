import { Option } from 'commander';
import { compareRuns, cutText, differenceLines, type DiffSubject } from '../api/diff.ts';
import { EXIT } from '../api/exit.ts';
import { UsageError } from '../api/failure.ts';
import { isTraceFile } from '../api/trace.ts';
import { addLoadFlags, gather, loadOptionsOf } from './load-flags.ts';
import { defineVerb, jsonFlag, seedFlag, seedOf, type Flags } from './program.ts';

/** `diff`: the first event in which two runs differ. */
export const diff = defineVerb(
  'diff',
  (command) => {
    command
      .argument('<a>', 'a trace file, or a scenario that is run')
      .argument('[b]', 'another one; left out, the same scenario with --with or --with-seed')
      .addOption(seedFlag())
      .addOption(new Option('--with-seed <number>', 'the dice of the second run'))
      .addOption(
        new Option(
          '--with <name=value>',
          'what the second run has otherwise, as --set has it; again for more',
        ).argParser(gather),
      )
      .addOption(jsonFlag());
    addLoadFlags(command);
  },
  async ({ output, signal }, [a = '', b = a], flags) => {
    const second = (flags['with'] ?? []) as readonly string[];
    const subjects = [
      subjectOf(a, flags, []),
      subjectOf(b, { ...flags, seed: flags['withSeed'] ?? flags['seed'] }, second),
    ];
    const [one, other] = subjects;
    if (one === undefined || other === undefined) return EXIT.bug;
    const isChanged = second.length > 0 || flags['withSeed'] !== undefined;
    if (other.kind === 'trace' && isChanged)
      throw new UsageError(`--with and --with-seed change a run: ${b} is a trace, of one that is over`);
    if (a === b && !isChanged)
      throw new UsageError(
        `${a} with itself: name a second file, or say --with name=value or --with-seed number`,
      );
    const { difference, events, cut } = await compareRuns(one, other, signal);
    const names = a === b ? { a: 'as it is', b: 'changed' } : { a, b };
    if (cut !== undefined) output.note(`headend: ${cutText(cut, names)}`);
    if (flags['json'] === true)
      output.json({
        format_version: 1,
        verdict: difference === undefined ? 'pass' : 'fail',
        a,
        b,
        events,
        cut: cut === undefined ? null : { of: cut.of, at_us: cut.atUs, why: cut.why },
        difference: difference ?? null,
      });
    else if (difference === undefined) output.text(`no difference in ${events} events\n`);
    else output.lines(differenceLines(difference, names));
    return difference === undefined ? EXIT.passed : EXIT.failed;
  },
);

function subjectOf(path: string, flags: Flags, more: readonly string[]): DiffSubject {
  if (isTraceFile(path)) return { kind: 'trace', path };
  const load = loadOptionsOf(flags);
  return { kind: 'run', path, load: { ...load, set: [...(load.set ?? []), ...more] }, seed: seedOf(flags) };
}
