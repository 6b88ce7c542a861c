import type { ExpectationResult } from '../scenario/result.ts';
import type { RunModel } from './model.ts';
import type { Moves } from './moves.ts';
import { MARKS } from './top-bar.tsx';

/** What was expected and what became of it, the failures first. */
export function Expectations({ model }: { readonly model: RunModel; readonly move: Moves }) {
  const { outcome, about } = model.data;
  const expectations = [...(outcome?.expectations ?? [])].sort((a, b) => RANK[b.verdict] - RANK[a.verdict]);
  const failed = expectations.filter(({ verdict }) => verdict !== 'pass').length;
  return (
    <>
      {about !== '' && (
        <details class="expected about">
          <summary>About this run</summary>
          <p>{about}</p>
        </details>
      )}
      {expectations.length > 0 && (
        <details class="expected" open={failed > 0}>
          <summary>
            {failed === 0
              ? `✓ all ${expectations.length} expectations hold`
              : `${failed} of ${expectations.length} expectations do not hold`}
          </summary>
          <ul>
            {expectations.map((expectation, index) => (
              <Expectation key={index} {...expectation} />
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

const RANK = { pass: 0, warn: 1, inconclusive: 2, fail: 3, error: 4 } as const;

function Expectation({ verdict, text, detail, says, why }: ExpectationResult) {
  return (
    <li class={verdict}>
      <p>
        <b aria-label={verdict}>{MARKS[verdict]}</b> {text}
      </p>
      {verdict !== 'pass' && (
        <>
          <p class="detail">{detail}</p>
          {says !== undefined && <p class="detail">{says}</p>}
          {why !== undefined && <p class="detail">{why}</p>}
        </>
      )}
    </li>
  );
}
