import { Option } from 'commander';
import { differenceLines } from '../api/diff.ts';
import { EXIT } from '../api/exit.ts';
import { replayRun, resultLines, type Replay, type ReplayCut } from '../api/replay-run.ts';
import { formatCount, formatDuration } from '../api/report.ts';
import { headendVersion } from '../api/version.ts';
import { gather } from './load-flags.ts';
import { defineVerb, jsonFlag, reachFlag, reachOf, seedOf } from './program.ts';

/** `replay`: the run of a trace or a result once more. */
export const replay = defineVerb(
  'replay <file>',
  (command) => {
    command
      .addOption(
        new Option('--file <scenario>', 'the scenario, where it is not where the trace or result says'),
      )
      .addOption(new Option('--seed <number>', 'of many results the one of this seed'))
      .addOption(
        new Option('--cell <name=value>', 'of many results those with this value; again for more').argParser(
          gather,
        ),
      )
      .addOption(reachFlag())
      .addOption(jsonFlag());
  },
  async ({ output, signal }, [path = ''], flags) => {
    const request = {
      path,
      file: flags['file'] as string | undefined,
      reach: reachOf(flags),
      seed: seedOf(flags),
      cells: (flags['cell'] ?? []) as readonly string[],
    };
    const done = await replayRun(request, signal);
    const { of, same } = done;
    output.note(...notesOf(done).map((text) => `headend: ${text}`));
    if (flags['json'] === true) output.json(jsonOf(path, done));
    else if (same) output.text(`${sameText(done)}\n`);
    else if (of.kind === 'result') output.lines(resultLines(of));
    else if (of.difference !== undefined)
      output.lines(differenceLines(of.difference, { a: 'then', b: 'now' }));
    return same ? EXIT.passed : EXIT.failed;
  },
);

function sameText({ of, seed, file, cut }: Replay): string {
  const upTo = cut === undefined ? '' : `, up to ${formatDuration(cut.atUs)} where ${CUTS[cut.why]}`;
  const what = of.kind === 'trace' ? `${formatCount(of.events)} events` : `digest ${of.digest.now}`;
  return `the same again: ${what}, ${file}, seed ${seed}${upTo}`;
}

const CUTS: Readonly<Record<ReplayCut['why'], string>> = {
  interrupted: 'the run was interrupted',
  until: 'the run was to end',
  killed: 'the trace breaks off',
};

/** What may be the reason why they differ. */
function notesOf({ file, hash, version }: Replay): readonly string[] {
  const now = headendVersion();
  const notes: string[] = [];
  if (hash.before === undefined)
    notes.push(`whether ${file} has changed since is not known: the trace has no hash of it`);
  else if (hash.before !== hash.now)
    notes.push(
      `${file}, or a file that it names, has changed since: hash ${hash.before} then, ${hash.now} now`,
    );
  if (version !== undefined && version !== now)
    notes.push(`it was run by headend ${version}, and this is ${now}`);
  return notes;
}

function jsonOf(path: string, { file, seed, same, hash, version, cut, of }: Replay): object {
  return {
    format_version: 1,
    verdict: same ? 'pass' : 'fail',
    replayed: path,
    file,
    seed,
    changed: hash.before === undefined ? null : hash.before !== hash.now,
    hash: { before: hash.before ?? null, now: hash.now },
    version: { before: version ?? null, now: headendVersion() },
    cut: cut === undefined ? null : { at_us: cut.atUs, why: cut.why },
    ...(of.kind === 'trace'
      ? { events: of.events, difference: of.difference ?? null }
      : { digest: of.digest, parts: of.parts }),
  };
}
