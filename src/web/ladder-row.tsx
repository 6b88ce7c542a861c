import { arrowsOf } from '../report/ladder-lanes.ts';
import type { Arrow } from '../report/ladder-lanes.ts';
import { noteOf } from '../report/ladder-notes.ts';
import type { Row } from '../report/ladder-rows.ts';
import { ROW_HEIGHT } from './ladder-size.ts';
import { ALL, LOST } from './model.ts';
import type { View } from './model.ts';

interface RowProps {
  readonly view: View;
  /** How far lanes stand from each other. */
  readonly lane: number;
  readonly index: number;
  /** Its place among the rows that are shown, of `count`. */
  readonly place: number;
  readonly count: number;
  readonly chosen: boolean;
  readonly choose: (index: number) => void;
}

export function LadderRow({ view, lane, index, place, count, chosen, choose }: RowProps) {
  const row = view.rows[index];
  if (row === undefined) return null;
  const arrows = rowArrows(row, view);
  const notes = noteOf(row);
  const whose = whoseOf(row, view);
  return (
    <div
      id={`row-${index}`}
      class={`row ${view.interest[index] ?? ''}${chosen ? ' chosen' : ''}`}
      role="option"
      aria-selected={chosen}
      aria-posinset={place + 1}
      aria-setsize={count}
      style={{ top: `${place * ROW_HEIGHT}px` }}
      onClick={() => choose(index)}
    >
      <span class="time">{(row.at / 1_000_000).toFixed(3)}</span>
      <span class="said">{waysText(arrows)}</span>
      <Arrows arrows={arrows} lanes={view.lanes.map(({ key }) => key)} pitch={lane} />
      <span class="notes">
        {whose.map((name) => (
          <b key={name}>{name} </b>
        ))}
        {notes.map(({ text, style }, at) => (
          <span key={at} class={style}>
            {text}{' '}
          </span>
        ))}
      </span>
    </div>
  );
}

/** Where many stand in one lane: which of them it is, by name, or by the hardware address in the message. */
function whoseOf(row: Row, { laneOf, key }: View): readonly string[] {
  if (key !== ALL && key !== LOST) return [];
  const ends = row.hops.flatMap(({ from, to, record }) => [from, to, record.origin, record.target]);
  const members = ends.filter((name) => typeof name === 'string').filter((name) => laneOf(name) !== name);
  const mac = row.hops[0]?.record.fields['mac'];
  return members.length > 0 ? [...new Set(members)] : mac === undefined ? [] : [mac];
}

/** The row's arrows between lanes: those of hosts that stand together are one lane's. */
export function rowArrows(row: Row, view: View): readonly Arrow[] {
  const hops = row.hops.map(({ from, to, record }) => ({
    from: view.laneOf(from),
    to: to === undefined ? undefined : view.laneOf(to),
    record: record.target === null ? record : { ...record, target: view.laneOf(record.target) },
  }));
  return arrowsOf(
    hops,
    view.lanes.map(({ key }) => key),
  );
}

/** The arrows in words, for who cannot see them. */
function waysText(arrows: readonly Arrow[]): string {
  return arrows
    .map(({ from, to, label, lost }) => `${label} ${from} to ${to ?? 'nobody'}${lost ? ', lost' : ''}, `)
    .join('');
}

interface ArrowsProps {
  readonly arrows: readonly Arrow[];
  readonly lanes: readonly string[];
  readonly pitch: number;
}

const LINE_Y = 36;
const LABEL_Y = 25;

function Arrows({ arrows, lanes, pitch }: ArrowsProps) {
  const width = lanes.length * pitch;
  const x = (lane: number): number => middleOf(lane, pitch);
  return (
    <svg class="arrows" width={width} height={ROW_HEIGHT} aria-hidden="true">
      {lanes.map((lane, index) => (
        <line key={lane} class="lane" x1={x(index)} x2={x(index)} y1="0" y2={ROW_HEIGHT} />
      ))}
      {arrows.map((arrow, index) => {
        const from = lanes.indexOf(arrow.from);
        const to = arrow.to === undefined ? -1 : lanes.indexOf(arrow.to);
        if (from < 0 && to < 0) return null;
        return from < 0 || to < 0 || from === to ? (
          <text key={index} class="note" x={x(Math.max(from, to)) + 8} y={LABEL_Y}>
            {arrow.label}
            {arrow.lost ? ' ✗' : ''}
          </text>
        ) : (
          <Way key={index} arrow={arrow} from={x(from)} to={x(to)} />
        );
      })}
    </svg>
  );
}

/** The middle of a lane. */
function middleOf(lane: number, pitch: number): number {
  return lane * pitch + pitch / 2;
}

/** An arrow; one that was lost is dotted at its end and stops in a cross. */
function Way({ arrow, from, to }: { readonly arrow: Arrow; readonly from: number; readonly to: number }) {
  const way = Math.sign(to - from);
  const end = to - way * 5;
  const cut = from + (to - from) * 0.62;
  const cross = from + (to - from) * 0.8;
  const middle = (from + to) / 2;
  const label = fitted(arrow.label, Math.abs(to - from));
  return (
    <g class={arrow.lost ? 'way lost' : 'way'}>
      <title>{arrow.label}</title>
      {arrow.lost ? (
        <>
          <path d={`M${from + way * 3} ${LINE_Y}H${cut}`} />
          <path class="gone" d={`M${cut} ${LINE_Y}H${cross - way * 8}`} />
          <path class="cross" d={`M${cross - 6} ${LINE_Y - 6}l12 12m0 -12l-12 12`} />
        </>
      ) : (
        <>
          <path d={`M${from + way * 3} ${LINE_Y}H${end - way * 6}`} />
          <path class="head" d={`M${end} ${LINE_Y}l${-way * 11} -5.5v11z`} />
        </>
      )}
      <text x={middle} y={LABEL_Y} text-anchor="middle">
        {label}
      </text>
    </g>
  );
}

const CHARACTER = 10;

/** A name too long for its arrow is cut to its first word, then to what fits. */
function fitted(label: string, width: number): string {
  const most = Math.max(Math.floor((width - 8) / CHARACTER), 3);
  if (label.length <= most) return label;
  const [first = ''] = label.split(' ');
  return first.length <= most ? first : `${label.slice(0, most - 1)}…`;
}
