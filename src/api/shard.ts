import { UsageError } from './failure.ts';

/** A part of a sweep: every `count`th unit, beginning with the one at `index`, from 1. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** More machines than a sweep is given to. */
const SHARDS_MAX = 10_000;

/** `3/8`, from 1. */
export function parseShard(text: string): Shard {
  const match = /^(\d{1,5})\/(\d{1,5})$/.exec(text);
  const shard = { index: Number(match?.[1]), count: Number(match?.[2]) };
  if (match !== null && isShard(shard)) return shard;
  throw new UsageError(
    `--shard "${text.slice(0, 20)}" is not a part such as 3/8: the third of eight, at most ${SHARDS_MAX}`,
  );
}

/**
 * The part that an Indexed Job of Kubernetes gives this pod: JOB_COMPLETION_INDEX counts from 0; how many there are is in no
 * variable of Kubernetes' own, so the Job's manifest says it once more. undefined: this is no such pod.
 */
export function shardOfEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Shard | undefined {
  const { JOB_COMPLETION_INDEX: index, HEADEND_SHARDS: shards, JOB_COMPLETIONS: completions } = environment;
  if (index === undefined || index === '') return undefined;
  const count = shards ?? completions;
  if (count === undefined || count === '')
    throw new UsageError(
      'JOB_COMPLETION_INDEX is set, and HEADEND_SHARDS is not: set it to the number of completions, or use --shard 1/1 to run all here',
    );
  const shard = { index: wholeNumber(index) + 1, count: wholeNumber(count) };
  if (isShard(shard)) return shard;
  throw new UsageError(
    `JOB_COMPLETION_INDEX=${index.slice(0, 20)} is not a place among ${count.slice(0, 20)} shards: it counts from 0`,
  );
}

function wholeNumber(text: string): number {
  return /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
}

function isShard({ index, count }: Shard): boolean {
  return index >= 1 && index <= count && count <= SHARDS_MAX;
}
