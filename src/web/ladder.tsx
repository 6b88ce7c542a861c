import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import type { PartProps } from './app.tsx';
import { LadderRow } from './ladder-row.tsx';
import { laneWidth, ROW_HEIGHT, rowWidth } from './ladder-size.ts';
import type { View } from './model.ts';

interface LadderProps extends PartProps {
  readonly view: View;
  readonly visible: readonly number[];
  /** The chosen row; -1: none. */
  readonly index: number;
}

/** Rows drawn beyond both edges of what is seen. */
const BEYOND = 6;

/** The packets as a ladder: only the rows that are seen are there, and the lanes' names stay. */
export function Ladder({ model, shown, move, view, visible, index }: LadderProps) {
  const box = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 600, width: 800 });
  const place = visible.indexOf(index);
  useLayoutEffect(() => {
    const { current } = box;
    if (current !== null) setSeen(seenOf(current));
  }, [view, visible]);
  useEffect(() => keepInSight(box.current, place), [place, view, visible]);
  const from = Math.max(Math.floor(seen.top / ROW_HEIGHT) - BEYOND, 0);
  const to = Math.ceil((seen.top + seen.height) / ROW_HEIGHT) + BEYOND;
  const lane = laneWidth(view.lanes.length, seen.width);
  const least = `${rowWidth(view.lanes.length, lane)}px`;
  const hidden = shown.predict ? place + 1 : Infinity;
  return (
    <section class="ladder" aria-label="Ladder">
      <LadderHead {...{ model, move, view, visible }} />
      <div class="scroll" ref={box} onScroll={({ currentTarget }) => setSeen(seenOf(currentTarget))}>
        <Lanes view={view} lane={lane} least={least} />
        <div
          class="rows"
          role="listbox"
          tabIndex={0}
          aria-label="Steps"
          aria-activedescendant={place < from || place >= Math.min(to, hidden) ? undefined : `row-${index}`}
          style={{ height: `${visible.length * ROW_HEIGHT}px`, minWidth: least }}
        >
          {visible.slice(from, Math.min(to, hidden)).map((which, offset) => (
            <LadderRow
              key={which}
              view={view}
              lane={lane}
              index={which}
              place={from + offset}
              count={visible.length}
              chosen={which === index}
              choose={move.toRow}
            />
          ))}
        </div>
        {visible.length === 0 && <p class="empty">{emptyText(view)}</p>}
      </div>
    </section>
  );
}

function LadderHead({
  model,
  move,
  view,
  visible,
}: Pick<LadderProps, 'model' | 'move' | 'view' | 'visible'>) {
  return (
    <div class="ladder-head">
      <label>
        Ladder of{' '}
        <select value={view.key} onChange={(event) => move.setView(event.currentTarget.value)}>
          {model.choices.map(({ key, label }) => (
            <option key={key} value={key}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <span class="count" role="status">
        {visible.length === view.rows.length
          ? `${view.rows.length.toLocaleString('en')} steps`
          : `${visible.length.toLocaleString('en')} of ${view.rows.length.toLocaleString('en')} steps`}
      </span>
    </div>
  );
}

function emptyText({ rows }: View): string {
  return rows.length === 0 ? 'No packets of this host are here.' : 'No step has all of these words.';
}

interface LanesProps {
  readonly view: View;
  readonly lane: number;
  /** The width of a row at least, as CSS. */
  readonly least: string;
}

function Lanes({ view, lane, least }: LanesProps) {
  return (
    <div class="lanes" style={{ minWidth: least }}>
      <span class="time">t (s)</span>
      {view.lanes.map(({ key, label }) => (
        <span key={key} class="lane" style={{ width: `${lane}px` }} title={label}>
          {label}
        </span>
      ))}
      <span class="notes" />
    </div>
  );
}

function seenOf({ scrollTop, clientHeight, clientWidth }: HTMLElement): {
  top: number;
  height: number;
  width: number;
} {
  return { top: scrollTop, height: clientHeight, width: clientWidth };
}

/** Scrolls only as far as it must. */
function keepInSight(box: HTMLElement | null, place: number): void {
  if (box === null || place < 0) return;
  const top = place * ROW_HEIGHT;
  const room = box.clientHeight - ROW_HEIGHT * 2;
  if (top < box.scrollTop) box.scrollTop = Math.max(top - ROW_HEIGHT, 0);
  else if (top > box.scrollTop + room) box.scrollTop = top - room + ROW_HEIGHT;
}
