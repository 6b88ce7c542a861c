import { laddersOf } from '../report/ladder.ts';
import { lanesOf } from '../report/ladder-lanes.ts';
import { ladderRows } from '../report/ladder-rows.ts';
import type { Row } from '../report/ladder-rows.ts';
import { labelOf, noteOf } from '../report/ladder-notes.ts';
import type { PageData, PageGroup } from '../report/page/page-data.ts';
import { memberName } from '../report/page/page-samples.ts';
import type { PlantHost } from '../report/plant.ts';
import type { FrameRecord, TraceRecord } from '../scenario/record.ts';
import { lowerBound } from './decisions.ts';
import { interestOf } from './interest.ts';
import type { Interest } from './interest.ts';
import { stagesByHost } from './past.ts';

/** The views that show more than one host: everything, and what did not arrive. */
export const ALL = 'everything';
export const LOST = 'losses';

/** A lane of a ladder: a host, or all members of a group. */
export interface Lane {
  readonly key: string;
  readonly label: string;
}

/** One ladder: whose lanes, which rows. */
export interface View {
  readonly key: string;
  readonly lanes: readonly Lane[];
  readonly rows: readonly Row[];
  readonly laneOf: (host: string) => string;
  /** By row. */
  readonly interest: readonly Interest[];
}

export interface ViewChoice {
  readonly key: string;
  readonly label: string;
}

/** The run behind the page: what is the same however it is looked at. */
export class RunModel {
  readonly data: PageData;
  readonly groups: readonly PageGroup[];
  readonly hostCount: number;
  readonly choices: readonly ViewChoice[];
  readonly #views = new Map<string, View>();
  readonly #groupOf = new Map<string, PageGroup>();
  readonly #texts = new Map<Row, string>();
  readonly #byNumber = new Map<number, TraceRecord>();
  #stages: Uint8Array | undefined;

  constructor(data: PageData) {
    this.data = data;
    this.groups = data.groups;
    this.hostCount = data.groups.reduce((sum, { count }) => sum + count, 0);
    const byName = new Map(data.groups.map((group) => [group.name, group]));
    for (const { name, group } of data.plant) {
      const its = byName.get(group);
      if (its !== undefined) this.#groupOf.set(name, its);
    }
    for (const record of data.records) this.#byNumber.set(record.number, record);
    this.choices = viewChoices(data);
  }

  record(number: number): TraceRecord | undefined {
    return this.#byNumber.get(number);
  }

  /** The frame of a record's number; what a host says belongs to the last frame before it that was its own. */
  frameOf(number: number): FrameRecord | undefined {
    const record = this.#byNumber.get(number);
    if (record === undefined || record.kind === 'frame') return record;
    const { records } = this.data;
    for (let index = lowerBound(records, number) - 1; index >= 0; index--) {
      const one = records[index];
      if (one?.kind === 'frame' && (one.receiver === record.host || one.sender === record.host)) return one;
    }
    return undefined;
  }

  /** A view that has a row of this frame: the one that is shown if it can be, else that of one of its hosts. */
  viewOf(frame: FrameRecord, shown: string): string {
    const { mac } = frame.fields;
    const client = this.data.plant.find(({ interfaces }) => interfaces.some((one) => one.mac === mac));
    const hosts = [client?.name, frame.origin, frame.target, frame.sender, frame.receiver];
    const keys = [
      shown,
      ...this.data.samples.map(({ host }) => host).filter((host) => hosts.includes(host)),
      ALL,
    ];
    return (
      keys.find((key) => this.has(key) && hasRow(this.view(key), frame.number)) ??
      (this.has(shown) ? shown : ALL)
    );
  }

  /** What a host is drawn as: itself, or its group. Undefined: nobody knows it. */
  groupOf(host: string): PageGroup | undefined {
    return this.#groupOf.get(host) ?? this.groups.find(({ name }) => host.startsWith(`${name}[`));
  }

  /** Which of `STAGES` members of a group were ever seen in, by number. */
  stagesOf({ first, count }: PageGroup): ReadonlySet<number> {
    this.#stages ??= stagesByHost(this.data.states, this.hostCount);
    const seen = new Set<number>();
    for (let host = first; host < first + count; host++)
      for (let stage = 0, bits = this.#stages[host] ?? 0; bits > 0; stage++, bits >>= 1)
        if ((bits & 1) === 1) seen.add(stage);
    return seen;
  }

  has(view: string): boolean {
    return this.choices.some(({ key }) => key === view);
  }

  view(key: string): View {
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const host = this.data.plant.find(({ name }) => name === key);
    const made = host === undefined ? this.#common(key) : this.#ofHost(host);
    this.#views.set(key, made);
    return made;
  }

  /** A row's words in small letters, for the filter. */
  textOf(row: Row): string {
    const known = this.#texts.get(row);
    if (known !== undefined) return known;
    const frames = row.hops.map(({ record }) => record);
    const words = [
      ...frames.flatMap(({ protocol, sender, receiver, origin, target }) => [
        protocol,
        sender,
        receiver ?? '',
        origin,
        target ?? '',
      ]),
      ...frames.slice(0, 1).flatMap((record) => [labelOf(record), ...fieldWords(record)]),
      ...noteOf(row).map(({ text }) => text),
    ];
    const text = words.join(' ').toLowerCase();
    this.#texts.set(row, text);
    return text;
  }

  #ofHost(host: PlantHost): View {
    const [ladder] = laddersOf([host], this.data.records, Infinity);
    const rows = ladderRows(host, ladder?.records ?? [], this.data.plant);
    const names = lanesOf(host, rows, this.data.plant);
    return this.#view(host.name, rows, names, (name) => name);
  }

  #common(key: string): View {
    const { records, plant } = this.data;
    const isLost = key === LOST;
    const rows = ladderRows(
      undefined,
      isLost ? records.filter((one) => one.kind === 'frame' && isGone(one)) : records,
      plant,
    );
    // Who is many stands in one lane; strangers, whose packets are here only because they were lost, in that of their kind.
    const laneOf = (name: string): string => {
      const group = this.groupOf(name);
      return group === undefined || group.count === 1 ? name : group.name;
    };
    const lanes = new Set<string>();
    for (const { hops } of rows)
      for (const { from, to } of hops)
        for (const name of [from, to]) if (name !== undefined) lanes.add(laneOf(name));
    const known = new Set([...plant.map(({ name }) => name), ...this.groups.map(({ name }) => name)]);
    return this.#view(
      key,
      rows,
      [...lanes].filter((lane) => known.has(lane)),
      laneOf,
    );
  }

  #view(key: string, rows: readonly Row[], names: readonly string[], laneOf: View['laneOf']): View {
    const counts = new Map(this.groups.map(({ name, count }) => [name, count]));
    const lanes = names.map((name): Lane => {
      const count = this.#groupOf.has(name) ? 1 : (counts.get(name) ?? 1);
      return { key: name, label: count > 1 ? `${name} ×${count.toLocaleString('en')}` : name };
    });
    return { key, lanes, rows, laneOf, interest: rows.map(interestOf) };
  }
}

function hasRow({ rows }: View, number: number): boolean {
  return rows.some(({ hops }) => hops.some(({ record }) => record.number === number));
}

function fieldWords({ fields, rule }: FrameRecord): string[] {
  return [...Object.entries(fields).map(([name, value]) => `${name}=${value}`), rule ?? ''];
}

function isGone({ fate }: FrameRecord): boolean {
  return fate === 'lost' || fate === 'faulted' || fate === 'overflow';
}

const WHY: Readonly<Record<string, string>> = {
  first: 'the first',
  median: 'the median boot',
  p99: 'slower than 99 of 100',
  worst: 'the slowest boot',
  failed: 'never came up',
  blamed: 'not as expected',
};

function viewChoices({ samples, groups, plant, records }: PageData): readonly ViewChoice[] {
  const sampled = new Set(samples.map(({ host }) => host));
  const devices = samples.map(({ host, why }) => ({
    key: host,
    label: WHY[why] === undefined ? host : `${host} · ${WHY[why]}`,
  }));
  const others = plant
    .filter(({ name }) => !sampled.has(name))
    .map(({ name }) => ({ key: name, label: name }));
  const lost = records.some((one) => one.kind === 'frame' && isGone(one));
  return [
    { key: ALL, label: groups.length > 1 ? 'everything' : 'all packets' },
    ...(lost ? [{ key: LOST, label: 'what was lost' }] : []),
    ...devices,
    ...others,
  ];
}

/** The name of a host by its number. */
export function hostName(groups: readonly PageGroup[], number: number): string {
  const group = groups.find(({ first, count }) => number >= first && number < first + count);
  return group === undefined ? '' : memberName(group, number);
}
