import type { CauseResult, ExpectationResult, Verdict } from '../../src/scenario/result.ts';
import { worst } from '../../src/scenario/result.ts';
import type { UnitResult } from '../../src/scenario/unit.ts';

export function expectation(
  kind: ExpectationResult['kind'],
  verdict: Verdict,
  more: Partial<ExpectationResult> = {},
): ExpectationResult {
  return { kind, text: `${kind} holds`, verdict, detail: `it was ${verdict}`, ...more };
}

/** A cause that a run may have. */
export function causeResult(id: string, title: string): CauseResult {
  return {
    id,
    title,
    sure: 'likely',
    what: 'cm[0] waits for an offer',
    evidence: [],
    check: 'look at the relay',
    learn: `headend explain ${id}`,
    affected: 1,
  };
}

/** One unit of a sweep, as a run would make it. */
export function unitResult(
  seed: number,
  expectations: readonly ExpectationResult[],
  more: Partial<UnitResult> = {},
): UnitResult {
  return {
    format_version: 1,
    scenario: 'storm',
    file: 'storm.yaml',
    scenario_hash: '0123456789abcdef',
    params: {},
    version: '0.1.0',
    mode: 'virtual',
    seed,
    digest: seed.toString(16).padStart(16, '0'),
    verdict: worst(expectations.map(({ verdict }) => verdict)),
    simulated_us: 1_500_000,
    packets: 10,
    events: 20,
    devices: [],
    expectations,
    faults: [],
    metrics: {},
    histograms: {},
    ...more,
  };
}
