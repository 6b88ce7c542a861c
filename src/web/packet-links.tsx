import type { RunModel } from './model.ts';
import type { Moves } from './moves.ts';
import { clock } from './state.ts';

interface LinksProps {
  readonly packets: readonly { readonly number: number; readonly at: number; readonly text: string }[];
  readonly model: RunModel;
  readonly move: Moves;
}

/** Events as a list; those that are in this page lead to their step. */
export function PacketLinks({ packets, model, move }: LinksProps) {
  return (
    <ul class="packets">
      {packets.map(({ number, at, text }) => (
        <li key={number}>
          {model.record(number) === undefined ? (
            <p>
              <small>
                #{number} · {clock(at)}
              </small>{' '}
              {text}
            </p>
          ) : (
            <button type="button" onClick={() => move.toProof(number)}>
              <small>
                #{number} · {clock(at)}
              </small>{' '}
              {text}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
