import type { ExpectationResult, FailureResult } from '../scenario/result.ts';
import { failuresOf } from './failures.ts';
import type { RunModel } from './model.ts';
import type { Moves } from './moves.ts';
import { PacketLinks } from './packet-links.tsx';
import { clock } from './state.ts';
import { MARKS } from './top-bar.tsx';

interface ExpectationsProps {
  readonly model: RunModel;
  readonly move: Moves;
}

/** What was expected and what became of it: the failures whole, then what holds. */
export function Expectations({ model, move }: ExpectationsProps) {
  const expectations = model.data.outcome?.expectations ?? [];
  if (expectations.length === 0) return null;
  const failures = failuresOf(model.data);
  const held = expectations.filter(({ verdict }) => verdict === 'pass');
  return (
    <>
      {failures.length > 0 && (
        <section class="expected">
          <h2>
            {failures.length} of {expectations.length} expectations do not hold
          </h2>
          <ol>
            {failures.map((expectation, index) => (
              <Failure key={index} number={index + 1} {...{ expectation, model, move }} />
            ))}
          </ol>
        </section>
      )}
      {held.length > 0 && (
        <details class="expected" open={failures.length === 0}>
          <summary>
            ✓{' '}
            {failures.length === 0
              ? `all ${held.length} expectations hold`
              : `${held.length} ${held.length === 1 ? 'holds' : 'hold'}`}
          </summary>
          <ul>
            {held.map(({ text }, index) => (
              <li key={index} class="pass">
                <b aria-label="pass">✓</b> {text}
              </li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}

interface FailureProps extends ExpectationsProps {
  /** As on the timeline. */
  readonly number: number;
  readonly expectation: ExpectationResult;
}

function Failure({ number, expectation, model, move }: FailureProps) {
  const { verdict, text, detail, expected, came, failure, where, says, why } = expectation;
  return (
    <li class={verdict} id={`failure-${number}`}>
      <p>
        <b>
          {MARKS[verdict]} {number}
        </b>{' '}
        <small>{verdict}</small> {text}
      </p>
      <Came expected={failure?.expected ?? expected} came={failure?.came ?? came ?? detail} />
      {where !== undefined && (
        <button type="button" class="goto" onClick={() => move.toHost(where.host, where.at_us)}>
          {where.host}, {clock(where.at_us)}
        </button>
      )}
      {failure !== undefined && <Packets failure={failure} {...{ model, move }} />}
      {says !== undefined && <p class="detail">{says}</p>}
      {why !== undefined && <p class="detail">{why}</p>}
    </li>
  );
}

function Came({ expected, came }: { readonly expected: string | undefined; readonly came: string }) {
  return (
    <dl class="came">
      {expected !== undefined && (
        <div>
          <dt>Expected</dt>
          <dd>{expected}</dd>
        </div>
      )}
      <div>
        <dt>Came</dt>
        <dd>{came}</dd>
      </div>
    </dl>
  );
}

function Packets({ failure, model, move }: ExpectationsProps & { readonly failure: FailureResult }) {
  if (failure.packets.length === 0) return null;
  const packets = failure.packets.map(({ number, at_us: at, text }) => ({ number, at, text }));
  return (
    <details>
      <summary>The packets about it</summary>
      <PacketLinks packets={packets} {...{ model, move }} />
    </details>
  );
}
