import { useEffect, useState } from 'preact/hooks';
import { labelOf } from '../report/ladder-notes.ts';
import type { Row } from '../report/ladder-rows.ts';
import type { PartProps } from './app.tsx';
import type { View } from './model.ts';

interface PredictProps extends PartProps {
  readonly view: View;
  readonly visible: readonly number[];
  readonly index: number;
}

const CHOICES = 4;

/** Hides what comes next and asks for it. */
export function Predict({ move, view, visible, index }: PredictProps) {
  const next = visible[visible.indexOf(index) + 1];
  const row = next === undefined ? undefined : view.rows[next];
  const [guess, setGuess] = useState<string | undefined>(undefined);
  useEffect(() => setGuess(undefined), [next]);
  if (row === undefined)
    return (
      <section class="predict" aria-label="Predict">
        <p>Nothing comes after this.</p>
        <button type="button" onClick={move.togglePredict}>
          Close
        </button>
      </section>
    );
  const right = nameOf(row, view);
  return (
    <section class="predict" aria-label="Predict">
      <h2>What comes next?</h2>
      <ul>
        {choicesOf(row, view).map((choice) => (
          <li key={choice}>
            <button
              type="button"
              class={guess === undefined ? '' : choice === right ? 'right' : choice === guess ? 'wrong' : ''}
              onClick={() => setGuess(choice)}
            >
              {guess !== undefined && (choice === right ? '✓ ' : choice === guess ? '✗ ' : '')}
              {choice}
            </button>
          </li>
        ))}
      </ul>
      <p role="status">{guess === undefined ? '' : guess === right ? 'Yes.' : `No: ${right}.`}</p>
      <div class="predict-ends">
        <button type="button" onClick={() => move.step(1)}>
          {guess === undefined ? 'Show it' : 'Go on'}
        </button>
        <button type="button" onClick={move.togglePredict}>
          Close
        </button>
      </div>
    </section>
  );
}

/** `cm[1] → cmts: DHCP DISCOVER` */
function nameOf({ hops: [hop] }: Row, { laneOf }: View): string {
  if (hop === undefined) return '';
  const { protocol } = hop.record;
  const label = labelOf(hop.record);
  const to = hop.to === undefined ? 'nobody' : laneOf(hop.to);
  const what = label.startsWith(protocol) ? label : `${protocol} ${label}`;
  return `${laneOf(hop.from)} → ${to}: ${what}`;
}

/** The right one among others of the same ladder, in an order that says nothing. */
function choicesOf(row: Row, view: View): readonly string[] {
  const right = nameOf(row, view);
  const others = new Set(view.rows.map((one) => nameOf(one, view)));
  others.delete(right);
  const nearest = [...others].sort((a, b) => scramble(a, row.at) - scramble(b, row.at)).slice(0, CHOICES - 1);
  return [...nearest, right].sort((a, b) => scramble(a, row.at + 1) - scramble(b, row.at + 1));
}

/** The same for the same text and moment, so that a page drawn again asks the same. */
function scramble(text: string, at: number): number {
  let sum = at | 0;
  for (const character of text) sum = (Math.imul(sum, 31) + (character.codePointAt(0) ?? 0)) | 0;
  return Math.imul(sum ^ (sum >>> 15), 0x2c1b_3c6d) >>> 0;
}
