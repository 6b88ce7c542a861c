import type { Row } from '../report/ladder-rows.ts';
import { ALL, LOST } from './model.ts';
import type { RunModel, View } from './model.ts';
import type { Place } from './link.ts';

/** What is shown now. */
export interface Shown extends Place {
  readonly playing: boolean;
  readonly blank: boolean;
  readonly help: boolean;
  /** Whether what comes next is hidden until it was guessed. */
  readonly predict: boolean;
  readonly theme: 'light' | 'dark' | 'system';
}

export function firstShown(model: RunModel, place: Partial<Place>): Shown {
  const view = place.view !== undefined && model.has(place.view) ? place.view : firstView(model);
  const shown: Shown = {
    view,
    number: undefined,
    at: Math.min(place.at ?? 0, model.data.end_us),
    tab: place.tab ?? 'packet',
    query: place.query ?? '',
    plant: place.plant ?? 'small',
    playing: false,
    blank: false,
    help: false,
    predict: false,
    theme: 'system',
  };
  const rows = model.view(view).rows;
  const index =
    place.number === undefined
      ? place.at === undefined
        ? 0
        : rowAt(rows, place.at)
      : rowOfNumber(rows, place.number);
  if (place.number !== undefined && place.view === undefined) return atRecord(shown, model, place.number);
  const found = index < 0 ? shown : atRow(shown, rows[index], place.number);
  // A moment that is asked for alone is shown, also between two rows.
  return place.number === undefined && place.at !== undefined ? { ...found, at: shown.at } : found;
}

/** Few devices: all together; many: the first of those that were looked at closely. */
function firstView(model: RunModel): string {
  const device = model.choices.find(({ key }) => key !== ALL && key !== LOST);
  return model.data.whole && model.hostCount <= 12 ? ALL : (device?.key ?? ALL);
}

/** With a row chosen; its first frame, unless another of its frames is meant. */
export function atRow(shown: Shown, row: Row | undefined, number?: number): Shown {
  if (row === undefined) return shown;
  const has = row.hops.some(({ record }) => record.number === number);
  return { ...shown, number: has ? number : row.hops[0]?.record.number, at: row.at };
}

/** With a record chosen, in a ladder that has it; the step before it where it has none of its own. */
export function atRecord(shown: Shown, model: RunModel, number: number): Shown {
  const frame = model.frameOf(number);
  if (frame === undefined) return shown;
  const view = model.viewOf(frame, shown.view);
  const { rows } = model.view(view);
  const here = { ...shown, view, query: '', playing: false };
  const found = atRow({ ...here, number: undefined }, rows[rowOfNumber(rows, frame.number)], frame.number);
  return found.number === frame.number ? found : { ...here, number: frame.number, at: frame.at };
}

/** What is chosen: a row, or a packet by itself that is folded into none, such as ARP or the middle of a file. */
export function stepOf(model: RunModel, row: Row | undefined, number: number | undefined): Row | undefined {
  const record = number === undefined ? undefined : model.record(number);
  if (record?.kind !== 'frame' || row?.hops.some((hop) => hop.record === record) === true) return row;
  const hop = { from: record.sender, to: record.receiver ?? undefined, record };
  return { at: record.sent_at, hops: [hop], attempt: 1, waitedUs: 0, skipped: 0, states: [], reasons: [] };
}

/** At a moment of a ladder, with what had been sent until then. */
export function atMoment(shown: Shown, model: RunModel, view: string, at: number): Shown {
  const { rows } = model.view(view);
  const here = { ...shown, view, query: '', playing: false, number: undefined };
  return { ...atRow(here, rows[rowAt(rows, at)]), at };
}

/** The last row that was sent until a moment; -1: none was. */
export function rowAt(rows: readonly Row[], at: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rows[middle]?.at ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** The row of a record, or the one before it where it is folded into none; -1: there is none. */
export function rowOfNumber(rows: readonly Row[], number: number): number {
  let nearest = -1;
  for (const [index, { hops }] of rows.entries()) {
    if (hops.some(({ record }) => record.number === number)) return index;
    if ((hops[0]?.record.number ?? Infinity) <= number) nearest = index;
  }
  return nearest;
}

/** The rows that the filter lets through, by index; all words must be there. */
export function visibleRows(model: RunModel, view: View, query: string): readonly number[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const all = view.rows.map((_, index) => index);
  if (words.length === 0) return all;
  return all.filter((index) => {
    const row = view.rows[index];
    return row !== undefined && words.every((word) => model.textOf(row).includes(word));
  });
}

/** When all of a row has happened: its last crossing and what it changed. */
export function endOf(row: Row): number {
  return Math.max(...row.hops.map(({ record }) => record.at), ...row.states.map(({ at }) => at), row.at);
}

/** `4.373 s`, with as many digits as a step needs. */
export function clock(us: number): string {
  return `${(us / 1_000_000).toFixed(3)} s`;
}
