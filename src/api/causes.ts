import { CauseFinder } from '../analysis/cause/finder.ts';
import type { Topology } from '../core/driver.ts';
import { toInstant } from '../core/time.ts';
import type { RunResult } from '../scenario/result.ts';
import { prepareVirtual, type LoadedScenario } from './scenario.ts';
import type { Pace } from './virtual-run.ts';
import { evidenceFor, withFailures } from './why-failed.ts';

/** To run again what has more packets than this takes longer than anybody waits for a reason. */
const PACKETS_MAX = 3_000_000;
/** Told in JSON; a person reads the first. */
export const CAUSES_MAX = 5;

/** A finder for a run that cannot be repeated: it listens from the start. */
export function liveFinder({ hosts }: Topology): CauseFinder {
  const finder = new CauseFinder(hosts);
  finder.begin(toInstant(Date.now() * 1_000));
  return finder;
}

/**
 * The result of a run that did not pass, with what is behind it. A virtual run is run again from its seed with the finder
 * listening, so that runs that pass pay nothing.
 */
export async function withCauses(
  result: RunResult,
  run: {
    readonly loaded: LoadedScenario;
    readonly seed: number | undefined;
    readonly pace: Pace;
    readonly live: CauseFinder | undefined;
    /** The command that repeats the run; left out, the failures' packets are not looked for. */
    readonly reproduce?: string | undefined;
  },
): Promise<RunResult> {
  const { loaded, seed, pace, live, reproduce } = run;
  if (live !== undefined) return { ...result, causes: live.causes().slice(0, CAUSES_MAX) };
  if (result.packets > PACKETS_MAX) return result;
  const again = prepareVirtual(loaded, { seed });
  const finder = new CauseFinder(again.topology.hosts);
  const evidence = evidenceFor(result, again.topology);
  await again.execute(reproduce === undefined ? [finder] : [finder, evidence], pace);
  const told = { ...result, causes: finder.causes().slice(0, CAUSES_MAX) };
  return reproduce === undefined ? told : withFailures(told, evidence, reproduce);
}
