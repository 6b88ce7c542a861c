import type { ExpectationResult, Verdict } from '../scenario/result.ts';
import type { PageData } from '../report/page/page-data.ts';

/** An expectation that has a moment, for a mark on the timeline. */
export interface Moment {
  readonly at: number;
  readonly text: string;
  readonly verdict: Verdict;
  /** Its number among the failures, from 1; 0: it did not fail. */
  readonly failure: number;
}

/** What did not hold, the worst first, as it is numbered everywhere on the screen. */
export function failuresOf({ outcome }: PageData): readonly ExpectationResult[] {
  return (outcome?.expectations ?? [])
    .filter(({ verdict }) => verdict !== 'pass')
    .sort((a, b) => RANK[b.verdict] - RANK[a.verdict]);
}

const RANK = { pass: 0, warn: 1, inconclusive: 2, fail: 3, error: 4 } as const;

/** When expectations were decided: where one failed, and else its last moment. In the order of time. */
export function momentsOf(data: PageData): readonly Moment[] {
  const failures = failuresOf(data);
  const failed = failures.flatMap(({ where, text, verdict }, index) =>
    where === undefined ? [] : [{ at: where.at_us, text, verdict, failure: index + 1 }],
  );
  const said = new Set(failed.map(({ text }) => text));
  const others = data.deadlines
    .filter(({ text }) => !said.has(text))
    .map((deadline) => ({
      ...deadline,
      failure: failures.findIndex(({ text }) => text === deadline.text) + 1,
    }));
  return [...failed, ...others].sort((a, b) => a.at - b.at);
}
