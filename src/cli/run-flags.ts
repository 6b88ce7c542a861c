import { Option, type Command } from 'commander';
import { UsageError } from '../api/failure.ts';
import type { Written } from '../api/overwrite.ts';
import { parseSeeds, type SeedRange } from '../api/sweep-plan.ts';
import { parseDuration } from '../api/sweep-plan.ts';
import { gather } from './load-flags.ts';
import type { Flags } from './program.ts';
import { filesReported } from './reporters.ts';

/** The flags of `run` that make it many runs, and those that say how a run goes. */
export function addRunFlags(command: Command): void {
  command
    .option('--seeds <ranges>', 'run under each of these seeds: 1..100, or 1..10,42')
    .addOption(
      new Option(
        '--cell <name=value>',
        'of a matrix only the cells with this value; again for more',
      ).argParser(gather),
    )
    .option('--jobs <number>', 'worker threads for many runs, or auto: one for each core', 'auto')
    .option('--shard <part>', 'only a part of many runs, such as 3/8; headend merge joins the results')
    .option('--bail', 'end at the first run that fails')
    .addOption(
      new Option(
        '--reporter <name>',
        'pretty, json, ndjson, junit or github; NAME=FILE writes a file; again for more',
      ).argParser(gather),
    )
    .option('--until <time>', 'stop there, such as 30s: what was not seen by then is inconclusive')
    .addOption(
      new Option(
        '--interface <where=name>',
        'with --mode live, the interface of a device with place: live or of all on a segment: hfc=veth0',
      ).argParser(gather),
    )
    .option('--speed <factor>', 'simulated time for real time: max, 1x, 10x', 'max')
    .option('--watch', 'run again whenever the file, or one that it names, changes');
}

/** As given: which of them fit, the scenario says. */
export function interfacesOf(flags: Flags): readonly string[] {
  return (flags['interface'] ?? []) as readonly string[];
}

/** Flags that look at one run. */
const LOOKS = ['ladder', 'pcap', 'trace', 'report', 'svg', 'mermaid', 'screen', 'step'] as const;

export function refuseLooks(flags: Flags): void {
  const asked = LOOKS.filter((name) => flags[name] !== undefined);
  if (flags['speed'] !== 'max') asked.push('speed' as never);
  if (asked.length === 0) return;
  throw new UsageError(
    `--${asked[0] ?? ''} is for one run, and these are many: name one with --seed N, and with --cell if there is a matrix`,
  );
}

/** The files that a run is asked to write. */
export function writtenBy(flags: Flags): readonly Written[] {
  const named = (['pcap', 'trace', 'report', 'svg', 'mermaid'] as const).flatMap((name) => {
    const path = flags[name] as string | undefined;
    return path === undefined ? [] : [{ flag: `--${name}`, path }];
  });
  return [...named, ...filesReported(flags)];
}

export function seedsOf(flags: Flags): readonly SeedRange[] | undefined {
  const text = flags['seeds'] as string | undefined;
  if (text === undefined) return undefined;
  if (flags['seed'] !== undefined) throw new UsageError('--seed and --seeds: name one of the two');
  const seeds = parseSeeds(text);
  if (seeds !== undefined) return seeds;
  throw new UsageError(
    `--seeds "${text.slice(0, 40)}" is no range of whole numbers from 0 to 4294967295, such as 1..100, without one named twice`,
  );
}

/** More threads than a machine is given to have. */
const JOBS_MAX = 256;

/** undefined: as many as there are cores. */
export function jobsOf(flags: Flags): number | undefined {
  const text = flags['jobs'] as string;
  if (text === 'auto') return undefined;
  if (/^\d{1,3}$/.test(text) && Number(text) >= 1 && Number(text) <= JOBS_MAX) return Number(text);
  throw new UsageError(`--jobs "${text.slice(0, 20)}" is not auto, nor a number from 1 to ${JOBS_MAX}`);
}

export function untilOf(flags: Flags): number | undefined {
  const text = flags['until'] as string | undefined;
  if (text === undefined) return undefined;
  const us = parseDuration(text);
  if (us !== undefined && us > 0) return us;
  throw new UsageError(`--until "${text.slice(0, 20)}" is no time of a run, such as 30s or 2m30s`);
}

/** undefined: as fast as can be. */
export function speedOf(flags: Flags): number | undefined {
  const text = flags['speed'] as string;
  if (text === 'max') return undefined;
  const match = /^(\d{1,6}(?:\.\d{1,3})?)x$/.exec(text);
  const speed = Number(match?.[1]);
  if (speed > 0) return speed;
  throw new UsageError(`--speed "${text.slice(0, 20)}" is not max, nor a factor such as 1x, 0.5x or 10x`);
}

/** What `--step` does not go with. */
export function checkStep(files: readonly string[], flags: Flags): void {
  if (files.length > 1) throw new UsageError('--step is for one scenario');
  if (flags['mode'] === 'live')
    throw new UsageError('--step is for the simulation: a live run does not wait');
  const others = ['json', 'reporter', 'watch', 'checkDeterminism'].filter(
    (name) => flags[name] !== undefined,
  );
  if (others.length > 0 || flags['speed'] !== 'max')
    throw new UsageError(
      '--step shows a run to a person: leave out --json, --reporter, --watch, --speed and --check-determinism',
    );
}
