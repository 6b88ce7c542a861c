import type { ThresholdSpec } from '../../policy/dns/check.ts';
import { makeThreshold } from './threshold.ts';

/** One probe of a history. */
export interface Observation {
  readonly passed: boolean;
  /** Whether the target was well in truth; a probe can be lost. */
  readonly wasUp: boolean;
}

/** What one model makes of a history of probes. */
export interface FlapReport {
  /** The state after each probe: `U` or `D`. */
  readonly states: string;
  readonly changes: number;
  /** How long it was held for down while it was well, and for up while it was not. */
  readonly falseDownSeconds: number;
  readonly missedDownSeconds: number;
}

/** Runs one history through a threshold that begins with the target up: each probe stands for the interval that follows it. */
export function reportFlapping(
  history: readonly Observation[],
  spec: ThresholdSpec,
  intervalSeconds: number,
): FlapReport {
  const threshold = makeThreshold(spec, true);
  let states = '';
  let changes = 0;
  let falseDown = 0;
  let missedDown = 0;
  for (const { passed, wasUp } of history) {
    if (threshold.observe(passed)) changes++;
    states += threshold.isUp ? 'U' : 'D';
    if (wasUp && !threshold.isUp) falseDown++;
    if (!wasUp && threshold.isUp) missedDown++;
  }
  return {
    states,
    changes,
    falseDownSeconds: falseDown * intervalSeconds,
    missedDownSeconds: missedDown * intervalSeconds,
  };
}

/** A history as text: `+` and `-` for probes of a target that is well, `!` for one that passed and `x` for one that failed while it was not. */
export function parseHistory(text: string): readonly Observation[] | undefined {
  if (!/^[-+!x]+$/.test(text)) return undefined;
  return Array.from(text, (sign) => ({
    passed: sign === '+' || sign === '!',
    wasUp: sign === '+' || sign === '-',
  }));
}
