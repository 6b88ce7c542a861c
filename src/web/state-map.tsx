import { useEffect, useRef, useState } from 'preact/hooks';
import type { PageGroup } from '../report/page/page-data.ts';
import { hostName } from './model.ts';
import type { RunModel } from './model.ts';
import type { Moves } from './moves.ts';
import type { Past } from './past.ts';
import { FILLS } from './stage-mark.tsx';
import { STAGE_NAMES, STAGES } from './stages.ts';

interface MapProps {
  readonly group: PageGroup;
  readonly past: Past;
  readonly now: number;
  readonly model: RunModel;
  readonly move: Moves;
  /** The room for its cells. */
  readonly width: number;
}

const HEIGHT_MAX = 320;
/** Of the line below it, with its distance. */
const CAPTION_HEIGHT = 52;

/** What a map of so many takes. */
export function mapHeight(count: number, width: number): number {
  const { cell, rows } = layout(count, width);
  return rows * cell + CAPTION_HEIGHT;
}

/** Every member of a large group as one cell, in the order of their numbers. */
export function StateMap({ group, past, now, model, move, width }: MapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [over, setOver] = useState<number | undefined>(undefined);
  const { cell, columns, rows } = layout(group.count, width);
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, group, past, { cell, columns });
  });
  const memberAt = (event: MouseEvent): number | undefined => {
    const box = canvas.current?.getBoundingClientRect();
    if (box === undefined) return undefined;
    const column = Math.floor((event.clientX - box.left) / cell);
    const index = Math.floor((event.clientY - box.top) / cell) * columns + column;
    return column < columns && index < group.count ? group.first + index : undefined;
  };
  const counts = past.counts(group.first, group.count);
  const said = STAGES.flatMap((stage, index) =>
    (counts[index] ?? 0) === 0 ? [] : [`${counts[index]} ${STAGE_NAMES[stage]}`],
  );
  return (
    <figure class="map" data-now={now}>
      <canvas
        ref={canvas}
        role="img"
        aria-label={`${group.name}: ${said.join(', ')}`}
        width={columns * cell}
        height={rows * cell}
        onMouseMove={(event) => setOver(memberAt(event))}
        onMouseLeave={() => setOver(undefined)}
        onClick={(event) => {
          const number = memberAt(event);
          if (number !== undefined) move.setView(hostName(model.groups, number));
        }}
      />
      <figcaption>
        {over === undefined ? `${group.name}, one cell each` : memberText(model, past, over)}
      </figcaption>
    </figure>
  );
}

function memberText(model: RunModel, past: Past, number: number): string {
  const name = hostName(model.groups, number);
  const boot = model.data.boot_us[number] ?? undefined;
  const took = boot === undefined ? '' : ` · ${(boot / 1_000_000).toFixed(1)} s`;
  return `${name} · ${past.stateOf(number) || 'dark'}${took}${model.has(name) ? ' · click' : ''}`;
}

/** The largest cells that fit. */
function layout(count: number, width: number): { cell: number; columns: number; rows: number } {
  for (let cell = 16; cell > 1; cell--) {
    const columns = Math.floor(width / cell);
    const rows = Math.ceil(count / columns);
    if (rows * cell <= HEIGHT_MAX) return { cell, columns, rows };
  }
  return { cell: 1, columns: width, rows: Math.ceil(count / width) };
}

function paint(
  canvas: HTMLCanvasElement,
  group: PageGroup,
  past: Past,
  { cell, columns }: { cell: number; columns: number },
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const styles = getComputedStyle(canvas);
  const colours = STAGES.map((stage) => styles.getPropertyValue(`--${stage}`));
  const empty = styles.getPropertyValue('--cell');
  context.clearRect(0, 0, canvas.width, canvas.height);
  const gap = cell > 4 ? 1 : 0;
  const side = cell - gap;
  for (let index = 0; index < group.count; index++) {
    const x = (index % columns) * cell;
    const y = Math.floor(index / columns) * cell;
    const stage = past.stages[group.first + index] ?? 0;
    context.fillStyle = empty;
    if (gap > 0) context.fillRect(x, y, side, side);
    // Small cells are filled whole: a part of two pixels tells nothing.
    const fill = gap > 0 ? Math.round((FILLS[stage] ?? 0) * side) : stage === 0 ? 0 : side;
    context.fillStyle = colours[stage] ?? '';
    context.fillRect(x, y + side - fill, side, fill);
  }
}
