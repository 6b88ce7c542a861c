import type { Expectation, MetricExpectation } from '../config/expectation.ts';
import { formatDurationUs } from '../config/units.ts';
import type { Tolerance } from '../config/values.ts';

/** A machine that runs other things too is late now and then. */
const DEFAULT: Tolerance = { us: 50_000, ratio: 0.1 };

/** What live mode expects: every deadline, and every bound of a time, is later by the expectation's tolerance. */
export function tolerate(expectation: Expectation): Expectation {
  const tolerance = expectation.tolerance ?? DEFAULT;
  switch (expectation.kind) {
    case 'sequence':
    case 'eventually': {
      const { withinUs } = expectation;
      return withinUs === undefined ? expectation : { ...expectation, withinUs: late(withinUs, tolerance) };
    }
    case 'never':
      // What was sent before its time begins may come a little after.
      if (expectation.fromUs === 0) return expectation;
      return { ...expectation, fromUs: Math.min(expectation.fromUs + tolerance.us, expectation.untilUs) };
    case 'metric':
      return tolerateMetric(expectation, tolerance);
    default:
      return expectation;
  }
}

function tolerateMetric(expectation: MetricExpectation, tolerance: Tolerance): MetricExpectation {
  const { metric, operator, bound, aggregate } = expectation.claim;
  const isTime = metric.unit === 'us' && aggregate !== 'count' && aggregate !== 'rate';
  if (!isTime || !operator.startsWith('<')) return expectation;
  const longer = late(bound, tolerance);
  return {
    ...expectation,
    text: `${expectation.text} (live: ${operator} ${formatDurationUs(longer)})`,
    claim: { ...expectation.claim, bound: longer },
  };
}

function late(us: number, { us: more, ratio }: Tolerance): number {
  return Math.round(us * (1 + ratio)) + more;
}
