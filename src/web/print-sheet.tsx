import { useEffect, useState } from 'preact/hooks';
import { noteOf } from '../report/ladder-notes.ts';
import type { Row } from '../report/ladder-rows.ts';
import { causeName } from './cause.tsx';
import { failuresOf } from './failures.ts';
import { rowArrows } from './ladder-row.tsx';
import type { RunModel, View } from './model.ts';
import { clock } from './state.ts';
import { MARKS } from './top-bar.tsx';

interface SheetProps {
  readonly model: RunModel;
  readonly view: View;
  readonly visible: readonly number[];
}

/** More rows than these are no sheet of paper. */
const ROWS_MAX = 120;

/** What is printed: the ladder that is shown as a table, once to read, once with blanks to fill in. */
export function PrintSheet({ model, view, visible }: SheetProps) {
  const printing = usePrinting();
  if (!printing) return null;
  const rows = visible.slice(0, ROWS_MAX).flatMap((index) => view.rows[index] ?? []);
  const { scenario, about, seed, outcome, reproduce } = model.data;
  return (
    <article class="sheet">
      <header>
        <h1>{scenario}</h1>
        <p>{about}</p>
        <p>
          seed {seed}
          {outcome !== null && ` · ${MARKS[outcome.verdict]} ${outcome.verdict}`}
          {reproduce !== '' && ` · ${reproduce}`}
        </p>
      </header>
      <Verdict model={model} />
      <Table title={`Ladder of ${view.key}`} view={view} rows={rows} />
      {visible.length > ROWS_MAX && <p>{visible.length - ROWS_MAX} more steps are not printed.</p>}
      <div class="new-page" />
      <Table title="Fill in what is missing" view={view} rows={rows.slice(0, 30)} blanks />
    </article>
  );
}

/** What did not hold, and what is likely behind it; nothing of a run that passed, or that nobody judged. */
function Verdict({ model: { data } }: { readonly model: RunModel }) {
  const failures = failuresOf(data);
  const cause = data.outcome === null ? undefined : data.causes[0];
  if (failures.length === 0) return null;
  return (
    <section class="paper-verdict">
      <h2>What did not hold</h2>
      <ol>
        {failures.map(({ text, verdict, detail, failure, came }, index) => (
          <li key={index}>
            <b>
              {MARKS[verdict]} {text}
            </b>
            <br />
            {failure !== undefined && failure.expected !== text && `Expected ${failure.expected}. `}
            Came: {failure?.came ?? came ?? detail}
          </li>
        ))}
      </ol>
      {cause !== undefined && (
        <>
          <h2>
            {causeName(cause)} {cause.id}
          </h2>
          <p>
            <b>{cause.title}</b> {cause.what}
          </p>
          <ul>
            {cause.evidence.map(({ number, at, text }) => (
              <li key={number}>
                #{number} · {clock(at)} · {text}
              </li>
            ))}
          </ul>
          <p>Check next: {cause.check}</p>
        </>
      )}
    </section>
  );
}

function usePrinting(): boolean {
  const [printing, setPrinting] = useState(() => matchMedia('print').matches);
  useEffect(() => {
    const begin = (): void => setPrinting(true);
    const end = (): void => setPrinting(false);
    const media = matchMedia('print');
    const change = (): void => setPrinting(media.matches);
    addEventListener('beforeprint', begin);
    addEventListener('afterprint', end);
    media.addEventListener('change', change);
    return () => {
      removeEventListener('beforeprint', begin);
      removeEventListener('afterprint', end);
      media.removeEventListener('change', change);
    };
  }, []);
  return printing;
}

interface TableProps {
  readonly title: string;
  readonly view: View;
  readonly rows: readonly Row[];
  /** Whether what a class is to find out is left out. */
  readonly blanks?: boolean | undefined;
}

const BLANK = '………………';

function Table({ title, view, rows, blanks }: TableProps) {
  return (
    <section>
      <h2>{title}</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">t (s)</th>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col">Message</th>
            <th scope="col">{blanks === true ? 'Why?' : 'Notes'}</th>
          </tr>
        </thead>
        <tbody>
          {rows.flatMap((row, index) =>
            rowArrows(row, view).map(({ from, to, label, lost }, way) => (
              <tr key={`${index}-${way}`}>
                <td>{way === 0 ? (row.at / 1_000_000).toFixed(3) : ''}</td>
                <td>{blanks === true && index % 3 === 1 ? BLANK : from}</td>
                <td>{blanks === true && index % 3 === 1 ? BLANK : (to ?? '')}</td>
                <td>
                  {blanks === true && index % 3 !== 1 ? BLANK : label}
                  {lost ? ' ✗ lost' : ''}
                </td>
                <td>
                  {blanks === true
                    ? BLANK
                    : way === 0 &&
                      noteOf(row)
                        .map(({ text }) => text)
                        .join(' · ')}
                </td>
              </tr>
            )),
          )}
        </tbody>
      </table>
    </section>
  );
}
