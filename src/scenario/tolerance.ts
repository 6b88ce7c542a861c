import type { Expectation } from '../config/expectation.ts';

/** A machine that runs other things too is late now and then: live mode adds 50 ms and a tenth to every deadline. */
const LATE_US = 50_000;
const LATE_RATIO = 0.1;

export function tolerate(expectation: Expectation): Expectation {
  if (expectation.kind === 'always' || expectation.kind === 'never') return expectation;
  const { withinUs } = expectation;
  if (withinUs === undefined) return expectation;
  return { ...expectation, withinUs: Math.round(withinUs * (1 + LATE_RATIO)) + LATE_US };
}
