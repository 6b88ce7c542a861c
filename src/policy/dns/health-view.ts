import type { Instant } from '../../core/time.ts';

/** The health of targets as policies see it: stored state, so that a question never waits for a probe. */
export interface HealthView {
  /** The checks whose first probe the server awaits before it answers at all; none, it answers. */
  readonly awaited: readonly string[];
  /** `check` is the position of a check among those of its server, in the file's order, from 0. */
  isHealthy(check: number): boolean;
  /** Seconds until its state could change at the earliest: interval times probes to go. Infinity where nothing probes. */
  secondsToChange(check: number): number;
  /** For people. */
  explain(check: number): CheckReport;
}

/** What is known of one check. */
export interface CheckReport {
  readonly name: string;
  readonly isHealthy: boolean;
  /** Since when; undefined: from the start. */
  readonly changedAt: Instant | undefined;
  /** When it was last looked at; undefined: never. */
  readonly probedAt: Instant | undefined;
  /** Probes in a row, as its threshold counts them. */
  readonly successes: number;
  readonly failures: number;
  /** Why it is as it is, such as `connect timed out` or `forced up`. */
  readonly reason: string;
}

/** Where policies find the health of the server that they serve in: whoever probes puts itself here. */
export interface HealthSource {
  current: HealthView;
}

/** What holds while nobody probes: a target is healthy until something says otherwise. */
export const ALL_HEALTHY: HealthView = {
  awaited: [],
  isHealthy: () => true,
  secondsToChange: () => Infinity,
  explain: (check) => ({
    name: `check ${check}`,
    isHealthy: true,
    changedAt: undefined,
    probedAt: undefined,
    successes: 0,
    failures: 0,
    reason: 'nothing probes it',
  }),
};
