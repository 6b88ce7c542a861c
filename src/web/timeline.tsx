import { useMemo } from 'preact/hooks';
import type { PageAction } from '../report/page/page-data.ts';
import { failuresOf, momentsOf } from './failures.ts';
import type { Moment } from './failures.ts';
import type { RunModel } from './model.ts';
import type { Moves } from './moves.ts';
import { clock } from './state.ts';
import { MARKS } from './top-bar.tsx';
import { axisSteps, seconds } from './time-axis.ts';

interface TimelineProps {
  readonly model: RunModel;
  readonly at: number;
  readonly move: Moves;
  readonly width: number;
}

const SIDE = 24;
const AXIS_Y = 62;
/** For the marks of failures, above the axis. */
const FAILURES_HEIGHT = 32;
const LANES = 2;

/** What was done when, as marks and bands over one line of time, with the moment that is shown. */
export function Timeline({ model, at, move, width }: TimelineProps) {
  const { end_us: end, actions } = model.data;
  const moments = useMemo(() => momentsOf(model.data).filter((one) => one.at <= end), [model, end]);
  const failed = moments.filter(({ failure }) => failure > 0);
  const axis = AXIS_Y + (failed.length > 0 ? FAILURES_HEIGHT : 0);
  const room = Math.max(width - SIDE * 2, 1);
  const x = (us: number): number => SIDE + (Math.min(us, end) / end) * room;
  const momentAt = (event: MouseEvent & { readonly currentTarget: Element }): number => {
    const box = event.currentTarget.getBoundingClientRect();
    return Math.round(Math.min(Math.max((event.clientX - box.left - SIDE) / room, 0), 1) * end);
  };
  return (
    <div class="times">
      <div
        class="timeline"
        role="slider"
        tabIndex={0}
        aria-label="Moment of the run"
        aria-valuemin={0}
        aria-valuemax={end / 1_000_000}
        aria-valuenow={at / 1_000_000}
        aria-valuetext={clock(at)}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          move.toMoment(momentAt(event));
        }}
        onPointerMove={(event) => {
          if (event.buttons === 1) move.toMoment(momentAt(event));
        }}
      >
        <svg width={Math.max(width, 1)} height={axis + 30} aria-hidden="true">
          <Hatch />
          <line class="axis" x1={SIDE} x2={SIDE + room} y1={axis} y2={axis} />
          {axisSteps(end, Math.max(Math.floor(room / 140), 2)).map((us) => (
            <g key={us} class="tick">
              <line x1={x(us)} x2={x(us)} y1={axis} y2={axis + 6} />
              <text x={x(us)} y={axis + 24} text-anchor={us === 0 ? 'start' : 'middle'}>
                {seconds(us)}
              </text>
            </g>
          ))}
          {placed(actions, x, end).map(({ action, lane, from, to, label }, index) => (
            <Action key={index} {...{ action, lane, from, to, label }} />
          ))}
          <Moments moments={moments} x={x} axis={axis} />
          <g class="now">
            <line x1={x(at)} x2={x(at)} y1="0" y2={axis + 6} />
            <path d={`M${x(at) - 7} 0h14l-7 9z`} />
          </g>
        </svg>
      </div>
      {failed.length > 0 && width > 0 && <Failures moments={failed} {...{ x, model, move }} />}
    </div>
  );
}

interface MomentsProps {
  readonly moments: readonly Moment[];
  readonly x: (us: number) => number;
  /** Its height on the screen. */
  readonly axis: number;
}

/** When expectations were decided, and how. */
function Moments({ moments, x, axis }: MomentsProps) {
  return (
    <>
      {moments.map(({ at, text, verdict, failure }, index) => (
        <g key={index} class={`deadline ${verdict}`}>
          <title>
            {verdict} at {clock(at)}: {text}
          </title>
          <line x1={x(at)} x2={x(at)} y1={axis - 12} y2={axis} />
          {failure === 0 && (
            <text x={x(at)} y={axis - 14} text-anchor="middle">
              {MARKS[verdict]}
            </text>
          )}
        </g>
      ))}
    </>
  );
}

interface FailuresProps extends Omit<MomentsProps, 'axis'> {
  readonly model: RunModel;
  readonly move: Moves;
}

/** Marks closer than this are one. */
const MARK_WIDTH = 48;

/** Where expectations failed, numbered as in the verdict: each leads there. */
function Failures({ moments, x, model, move }: FailuresProps) {
  const groups: Moment[][] = [];
  for (const moment of moments) {
    const last = groups.at(-1);
    const first = last?.[0];
    if (first !== undefined && x(moment.at) - x(first.at) < MARK_WIDTH) last?.push(moment);
    else groups.push([moment]);
  }
  return (
    <div class="failures" role="group" aria-label="Where expectations did not hold">
      {groups.map((group) => (
        <FailureMark key={group[0]?.failure} {...{ group, x, model, move }} />
      ))}
    </div>
  );
}

function FailureMark({
  group,
  x,
  model,
  move,
}: Omit<FailuresProps, 'moments'> & { readonly group: readonly Moment[] }) {
  const [first] = group;
  if (first === undefined) return null;
  const { at, verdict, failure } = first;
  const where = failuresOf(model.data)[failure - 1]?.where;
  const said = group
    .map((one) => `${one.verdict} ${one.failure} at ${clock(one.at)}: ${one.text}`)
    .join('; ');
  return (
    <button
      type="button"
      class={`failure-mark ${verdict}`}
      style={{ left: `${x(at)}px` }}
      title={said}
      aria-label={said}
      onClick={() => (where === undefined ? move.toMoment(at) : move.toHost(where.host, where.at_us))}
    >
      {MARKS[verdict]} {group.length === 1 ? failure : `${failure}+`}
    </button>
  );
}

/** Bands are told by their stripes, not by their colour alone. */
function Hatch() {
  return (
    <defs>
      <pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="8" height="8" class="hatch-ground" />
        <line x1="0" x2="0" y1="0" y2="8" class="hatch-line" />
      </pattern>
    </defs>
  );
}

interface Placed {
  readonly action: PageAction;
  readonly lane: number;
  readonly from: number;
  readonly to: number;
  /** Empty where there is no room for it. */
  readonly label: string;
}

const CHARACTER = 9.5;

/** Each in the first lane that has room for it and its name. */
function placed(actions: readonly PageAction[], x: (us: number) => number, end: number): readonly Placed[] {
  const ends = Array.from({ length: LANES }, () => -Infinity);
  return actions.map((action) => {
    const from = x(action.at);
    const to = action.until === null ? from : x(Math.min(action.until, end));
    const acted = action.fired === null ? '' : ` · ${action.fired.toLocaleString('en')}×`;
    const text = action.fault === null ? action.text : `${action.text}${acted}`;
    const need = from + text.length * CHARACTER + 16;
    const lane = ends.findIndex((taken) => taken <= from);
    if (lane < 0) return { action, lane: 0, from, to, label: '' };
    ends[lane] = Math.max(need, to);
    return { action, lane, from, to, label: need > x(end) + SIDE ? '' : text };
  });
}

function Action({ action, lane, from, to, label }: Placed) {
  const y = 12 + lane * 26;
  const isBand = action.fault !== null && to > from;
  return (
    <g class={action.fault === null ? 'action' : 'action fault'}>
      <title>
        {action.text} at {clock(action.at)}
        {action.fired === null ? '' : `, acted ${action.fired} times`}
      </title>
      {isBand ? (
        <rect x={from} y={y} width={to - from} height="22" fill="url(#hatch)" />
      ) : (
        <path d={`M${from} ${y + 3}l6 8-6 8-6-8z`} />
      )}
      {label !== '' && (
        <text x={from + (isBand ? 6 : 10)} y={y + 17}>
          {label}
        </text>
      )}
    </g>
  );
}
