import type { ResolvedData } from '../config/parse.ts';
import { formatDurationUs, parseDurationUs } from '../config/units.ts';
import type { Plain } from '../core/service.ts';

type Keyed = Readonly<Record<string, Plain>>;

/** A scenario's plain data, as a search for a smaller one takes it apart; each change gives other data. */
export class ShrinkData {
  readonly value: ResolvedData;

  constructor(value: ResolvedData) {
    this.value = value;
  }

  /** Alone with one of its expectations, and with faults that need not act. */
  expectingOnly(index: number): ShrinkData {
    const expectation = listOf(this.value['expect'])[index];
    return this.with({ expect: expectation === undefined ? [] : [expectation] }).withTimeline(
      this.timeline.map((action) => {
        const { 'must-fire': _, ...rest } = keyedOf(action);
        return rest;
      }),
    );
  }

  with(change: ResolvedData): ShrinkData {
    return new ShrinkData({ ...this.value, ...change });
  }

  get timeline(): readonly Plain[] {
    return listOf(this.value['timeline']);
  }

  /** Actions that do harm. */
  get faults(): number {
    return this.timeline.filter(isFault).length;
  }

  withoutFaults(): ShrinkData {
    return this.withTimeline(this.timeline.filter((action) => !isFault(action)));
  }

  withTimeline(timeline: readonly Plain[]): ShrinkData {
    return this.with({ timeline });
  }

  /** Groups of devices with how many they are. */
  get counts(): readonly (readonly [name: string, count: number])[] {
    return Object.entries(keyedOf(this.value['devices'])).flatMap(([name, device]) => {
      const { count } = keyedOf(device);
      return typeof count === 'number' ? [[name, count] as const] : [];
    });
  }

  /** With so many of a group. Members that are spoken of keep their order and move up: `cm[17]` alone becomes `cm[0]`. */
  withCount(name: string, count: number): ShrinkData {
    const spokenOf = new RegExp(`(?<![\\w-])${name}\\[(\\d+)\\]`, 'g');
    const members = [
      ...new Set([...JSON.stringify(this.value).matchAll(spokenOf)].map(([, at]) => Number(at))),
    ];
    members.sort((a, b) => a - b);
    const needed = (members.at(-1) ?? -1) >= count;
    const moved = needed
      ? (textsOf(this.value, (text) =>
          text.replace(spokenOf, (_, at: string) => `${name}[${members.indexOf(Number(at))}]`),
        ) as ResolvedData)
      : this.value;
    const devices = keyedOf(moved['devices']);
    return new ShrinkData({
      ...moved,
      devices: { ...devices, [name]: { ...keyedOf(devices[name]), count } },
    });
  }

  /** What has a name of its own and may be done without. */
  get parts(): readonly (readonly [section: string, name: string])[] {
    return ['devices', 'services', 'net'].flatMap((section) =>
      Object.keys(keyedOf(this.value[section])).map((name) => [section, name] as const),
    );
  }

  without(section: string, name: string): ShrinkData {
    const { [name]: _, ...rest } = keyedOf(this.value[section]);
    return this.with({ [section]: rest });
  }

  /** Whole seconds, the last one begun counted. */
  get seconds(): number | undefined {
    const { duration } = this.value;
    const us = typeof duration === 'string' ? parseDurationUs(duration) : undefined;
    return us === undefined ? undefined : Math.ceil(us / 1_000_000);
  }

  /** What begins later than the run ends goes. */
  withSeconds(seconds: number): ShrinkData {
    const endUs = seconds * 1_000_000;
    const timeline = this.timeline.filter((action) => {
      const { at } = keyedOf(action);
      const atUs = typeof at === 'string' ? parseDurationUs(at) : undefined;
      return atUs === undefined || atUs < endUs;
    });
    return this.with({ duration: formatDurationUs(endUs) }).withTimeline(timeline);
  }

  get deviceCount(): number {
    const devices = Object.values(keyedOf(this.value['devices']));
    return devices.reduce<number>((sum, device) => {
      const { count } = keyedOf(device);
      return sum + (typeof count === 'number' ? count : 1);
    }, 0);
  }
}

/** What a person does with a plant that is well. */
const HARMLESS: ReadonlySet<Plain | undefined> = new Set([
  'power-on',
  'power-off',
  'release',
  'renew',
  'health',
  'update',
  'show',
]);

function isFault(action: Plain): boolean {
  return !HARMLESS.has(keyedOf(action)['do']);
}

function keyedOf(value: Plain | undefined): Keyed {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Keyed) : {};
}

function listOf(value: Plain | undefined): readonly Plain[] {
  return Array.isArray(value) ? (value as readonly Plain[]) : [];
}

/** The same data with other texts. */
function textsOf(value: Plain, change: (text: string) => string): Plain {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((one: Plain) => textsOf(one, change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, textsOf(one, change)]));
}
