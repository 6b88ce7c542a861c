import {
  worst,
  type CauseResult,
  type DeviceResult,
  type ExpectationResult,
  type RunResult,
  type Verdict,
} from './result.ts';

export type ParamValue = string | number | boolean;

/** What a run was of: one file, one set of parameters, one build. Sweeps run it under many seeds. */
export interface SweptCell {
  /** As it was named. */
  readonly file: string;
  readonly scenario: string;
  /** 16 hex digits over the file, all that it names, and what was changed from outside. */
  readonly scenario_hash: string;
  readonly params: Readonly<Record<string, ParamValue>>;
  /** headend's own. */
  readonly version: string;
  /** What was not as the file has it; left out, nothing. */
  readonly changes?: Changes | undefined;
}

/** As flags give them. */
export interface Changes {
  readonly set?: readonly string[] | undefined;
  readonly expect?: readonly string[] | undefined;
  readonly allow_path?: boolean | undefined;
  /** The run was cut there. */
  readonly until_us?: number | undefined;
  /** It was cut by a person who stopped it, and not by a flag; left out, by none. */
  readonly interrupted?: true | undefined;
  /** Left out: virtual. */
  readonly mode?: 'live' | undefined;
  /** Where real devices were plugged in, as `WHERE=NAME`. */
  readonly interfaces?: readonly string[] | undefined;
}

/** One seed of one cell as JSON: the run's result, and what it was of. */
export interface UnitResult extends Omit<RunResult, 'series'>, SweptCell {
  /** Charts: of a single run, not of many. */
  readonly series?: RunResult['series'] | undefined;
  /** How many devices there are, where `devices` has not all of them. */
  readonly devices_total?: number | undefined;
  /** Why there is no verdict of the run's own: `error`. */
  readonly error?: UnitError | undefined;
  /** Rules to read about, when it did not pass. */
  readonly learn?: readonly string[] | undefined;
}

export interface UnitError {
  /** `environment`: the machine's; `bug`: ours. */
  readonly kind: 'environment' | 'bug';
  readonly messages: readonly string[];
  readonly stack?: string | undefined;
}

/** What cells, and the same cell of two files of results, are told apart by. */
export function cellKey({ scenario_hash: hash, params, version }: SweptCell): string {
  return JSON.stringify([hash, version, Object.entries(params).sort(([a], [b]) => (a < b ? -1 : 1))]);
}

/**
 * The verdict of a unit by itself: what is to be seen `sometimes` needs only one seed of a sweep, so its place is
 * the cell's verdict.
 */
export function ownVerdict({ error, expectations }: UnitResult): Verdict {
  if (error !== undefined) return 'error';
  return worst(expectations.filter((one) => !isCoverage(one)).map(({ verdict }) => verdict));
}

/** What is most likely behind a unit that did not pass, by name; undefined: nothing known, or nobody looked. */
export function likelyCause({ causes }: Pick<UnitResult, 'causes'>): CauseName | undefined {
  const [first] = causes ?? [];
  return first && { id: first.id, title: first.title };
}

export type CauseName = Pick<CauseResult, 'id' | 'title'>;

export function isCoverage({ kind }: ExpectationResult): boolean {
  return kind === 'sometimes';
}

/** Devices of a unit in a sweep: more than these tell nothing. */
const DEVICES_MAX = 100;

const keyOf = ({ kind, state, cmts_state: seen = '' }: DeviceResult): string => `${kind} ${state} ${seen}`;

/** Of a large plant the devices that are not as most of their kind are, then the first ones. */
export function fewDevices(devices: readonly DeviceResult[]): Pick<UnitResult, 'devices' | 'devices_total'> {
  if (devices.length <= DEVICES_MAX) return { devices };
  const counts = new Map<string, number>();
  for (const device of devices) counts.set(keyOf(device), (counts.get(keyOf(device)) ?? 0) + 1);
  const rank = (device: DeviceResult) => counts.get(keyOf(device)) ?? 0;
  const chosen = new Set([...devices].sort((a, b) => rank(a) - rank(b)).slice(0, DEVICES_MAX));
  return { devices: devices.filter((device) => chosen.has(device)), devices_total: devices.length };
}
