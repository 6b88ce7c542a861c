import type { Topology } from '../core/driver.ts';
import { EvidenceListener } from '../scenario/evidence.ts';
import type { ExpectationResult, RunResult } from '../scenario/result.ts';

/** Listens to the second run of a run that failed: for each expectation that did, the packets about it. */
export function evidenceFor({ expectations }: RunResult, topology: Topology): EvidenceListener {
  const wheres = expectations.map(({ verdict, where }) => (verdict === 'fail' ? where : undefined));
  return new EvidenceListener(topology, wheres);
}

/** The result, with what each failure is known to be. */
export function withFailures(result: RunResult, evidence: EvidenceListener, reproduce: string): RunResult {
  const [cause] = result.causes ?? [];
  const lines = evidence.lines();
  const expectations = result.expectations.map((one, index): ExpectationResult => {
    if (one.verdict !== 'fail') return one;
    const { expected, came, ...rest } = one;
    const failure = {
      expected: expected ?? one.text,
      came: came ?? one.detail,
      packets: lines[index] ?? [],
      cause: cause?.id ?? null,
      reproduce,
      learn: cause === undefined ? learnOf(one) : `headend explain ${cause.id}`,
    };
    return { ...rest, failure };
  });
  return { ...result, expectations };
}

/** Where no cause is known, what teaches what was expected. */
function learnOf({ kind, text }: ExpectationResult): string {
  const rule = /\bHE-[A-Z]+-\d{3}\b/.exec(text)?.[0];
  if (rule !== undefined) return `headend explain ${rule}`;
  if (kind === 'metric' && /boot|retransmit|queue/.test(text)) return 'headend explain avalanche';
  return text.includes('leases.unique') ? 'headend explain dora' : 'headend explain';
}
