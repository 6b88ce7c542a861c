import type { CauseResult } from '../scenario/result.ts';
import type { RunModel } from './model.ts';
import type { Moves } from './moves.ts';
import { PacketLinks } from './packet-links.tsx';

interface CausesProps {
  readonly model: RunModel;
  readonly move: Moves;
}

/** What is likely behind it: of a run that failed in sight, of a trace behind a fold, since nobody said that it failed. */
export function Causes({ model, move }: CausesProps) {
  const { causes, outcome } = model.data;
  const [first, ...others] = causes;
  if (first === undefined) return null;
  return (
    <details class="expected cause" open={outcome !== null}>
      <summary>
        {causeName(first)} <small>{first.id}</small>
      </summary>
      <Cause cause={first} {...{ model, move }} />
      {others.map((cause) => (
        <details key={cause.id} class="other">
          <summary>
            And also: {cause.title} <small>{cause.id}</small>
          </summary>
          <Cause cause={cause} {...{ model, move }} />
        </details>
      ))}
    </details>
  );
}

export function causeName({ sure }: CauseResult): string {
  return sure === 'certain' ? 'The cause' : 'Likely cause';
}

function Cause({ cause, model, move }: CausesProps & { readonly cause: CauseResult }) {
  const { title, what, evidence, check, learn } = cause;
  return (
    <>
      <p class="cause-title">{title}</p>
      <p>{what}</p>
      <h3>Proof</h3>
      <PacketLinks packets={evidence} {...{ model, move }} />
      <h3>Check next</h3>
      <p>{check}</p>
      <h3>Learn</h3>
      <p>
        <code>{learn}</code>
      </p>
    </>
  );
}
