import type { Changes, ParamValue } from '../scenario/unit.ts';
import { countSeeds, seedAt, type SeedRange } from '../scenario/seeds.ts';
import type { PlannedCell } from '../scenario/tally.ts';
import { cellText } from '../report/cell-text.ts';
import { UsageError } from './failure.ts';
import { plugsOf, refuseLiveParts } from './live-places.ts';
import { loadCells, type LoadedScenario, type LoadOptions } from './load-scenario.ts';
import { scenarioHash } from './scenario-hash.ts';
import type { Shard } from './shard.ts';
import type { UnitJob } from './unit.ts';
import { headendVersion } from './version.ts';

export interface SweepRequest {
  readonly files: readonly string[];
  readonly load: LoadOptions;
  readonly mode: 'virtual' | 'live';
  /** Left out, each scenario's own. */
  readonly seeds: readonly SeedRange[] | undefined;
  /** `name=value`: only cells that have all of these. */
  readonly cells: readonly string[];
  readonly untilUs: number | undefined;
  /** Of live runs, as of `--interface`; left out, the files say it. */
  readonly interfaces?: readonly string[] | undefined;
  readonly twice: boolean;
}

/** What a sweep runs: every seed of every cell, or a shard's part of them. */
export interface SweepPlan {
  readonly request: SweepRequest;
  readonly cells: readonly PlannedCell[];
  /** Of `cells`, each as it was read. */
  readonly loaded: readonly LoadedScenario[];
  readonly shard: Shard;
  /** Of all shards. */
  readonly total: number;
  /** Of this one. */
  readonly count: number;
  /** This shard's, from 0: cell by cell, seed by seed. */
  unit(index: number): UnitJob | undefined;
  readonly version: string;
  /** The same, of which only a part is run. */
  part(shard: Shard): SweepPlan;
}

/** More than a sweep's results are looked at; 2,000 seeds of 50 cells are a tenth. */
const UNITS_MAX = 1_000_000;

/** Reads all files, so that a mistake in the last is known before the first has run. */
export function planSweep(request: SweepRequest): SweepPlan {
  const version = headendVersion();
  const read = request.files.flatMap((file) => cellsOf(file, version, request));
  const whole = { index: 1, count: 1 };
  return new PlannedSweep(request, { version, read, shard: whole });
}

interface ReadCell extends PlannedCell {
  readonly loaded: LoadedScenario;
}

class PlannedSweep implements SweepPlan {
  readonly request: SweepRequest;
  readonly version: string;
  readonly shard: Shard;
  readonly total: number;
  readonly count: number;
  readonly cells: readonly PlannedCell[];
  readonly loaded: readonly LoadedScenario[];
  readonly #read: readonly ReadCell[];
  readonly #counts: readonly number[];

  constructor(
    request: SweepRequest,
    {
      version,
      read,
      shard,
    }: { readonly version: string; readonly read: readonly ReadCell[]; readonly shard: Shard },
  ) {
    this.request = request;
    this.version = version;
    this.shard = shard;
    this.#read = read;
    this.loaded = read.map(({ loaded }) => loaded);
    this.#counts = read.map(({ seeds }) => countSeeds(seeds));
    this.total = this.#counts.reduce((sum, count) => sum + count, 0);
    if (this.total > UNITS_MAX)
      throw new UsageError(
        `${this.total} runs are more than ${UNITS_MAX}: take fewer seeds, or fewer cells with --cell`,
      );
    if (shard.count > this.total)
      throw new UsageError(`there are ${this.total} runs for ${shard.count} shards: some would have none`);
    this.count = this.#sharedOf(this.total);
    let before = 0;
    this.cells = read.map(({ cell, seeds }, index) => {
      const from = before;
      before += this.#counts[index] ?? 0;
      return { cell, seeds, count: this.#sharedOf(before) - this.#sharedOf(from) };
    });
  }

  part(shard: Shard): SweepPlan {
    return new PlannedSweep(this.request, { version: this.version, read: this.#read, shard });
  }

  unit(index: number): UnitJob | undefined {
    if (index >= this.count) return undefined;
    const { load, mode, untilUs, twice } = this.request;
    let left = this.shard.index - 1 + index * this.shard.count;
    for (const [at, { cell, seeds }] of this.#read.entries()) {
      const seed = seedAt(seeds, left);
      if (seed !== undefined) return { load, cell, mode, seed, untilUs, twice };
      left -= this.#counts[at] ?? 0;
    }
    return undefined;
  }

  /** How many of the first `units` are this shard's. */
  #sharedOf(units: number): number {
    return Math.floor((units - this.shard.index) / this.shard.count) + 1;
  }
}

function cellsOf(file: string, version: string, request: SweepRequest): readonly ReadCell[] {
  const { load, seeds, cells, untilUs } = request;
  const all = loadCells(file, load);
  const wanted = cells.map(readPick);
  const chosen = all.filter(({ cell }) => wanted.every(([name, value]) => String(cell[name]) === value));
  if (chosen.length === 0)
    throw noSuchCell(
      file,
      cells,
      all.map(({ cell }) => cell),
    );
  for (const { scenario } of chosen)
    if (request.mode === 'virtual') refuseLiveParts(scenario);
    else plugsOf(scenario, request.interfaces ?? []);
  const hash = chosen[0] === undefined ? '' : scenarioHash(chosen[0], load, untilUs);
  const changes = changesOf(request);
  return chosen.map((loaded) => ({
    loaded,
    cell: {
      file,
      scenario: loaded.scenario.name,
      scenario_hash: hash,
      params: loaded.cell,
      version,
      ...(Object.keys(changes).length === 0 ? {} : { changes }),
    },
    seeds: seeds ?? [{ first: loaded.scenario.seed, last: loaded.scenario.seed }],
  }));
}

function changesOf({ load, untilUs, mode, interfaces = [] }: SweepRequest): Changes {
  const { set = [], expect = [], reach } = load;
  return {
    ...(set.length === 0 ? {} : { set }),
    ...(expect.length === 0 ? {} : { expect }),
    ...(reach === 'any' ? { allow_path: true } : {}),
    ...(untilUs === undefined ? {} : { until_us: untilUs }),
    ...(mode === 'live' ? { mode } : {}),
    ...(interfaces.length === 0 ? {} : { interfaces }),
  };
}

function readPick(text: string): readonly [name: string, value: string] {
  const equals = text.indexOf('=');
  if (equals > 0) return [text.slice(0, equals), text.slice(equals + 1)];
  throw new UsageError(`--cell "${text.slice(0, 60)}" is not NAME=VALUE, such as spread=30s`);
}

function noSuchCell(
  file: string,
  wanted: readonly string[],
  all: readonly Readonly<Record<string, ParamValue>>[],
): UsageError {
  const shown = all.slice(0, 10).map((cell) => cellText(cell));
  const there = shown.every((text) => text === '') ? 'it has no matrix' : `its cells are ${shown.join('; ')}`;
  return new UsageError(`${file}: no cell has ${wanted.join(' and ')}: ${there}`);
}

export { parseSeeds, type SeedRange } from '../scenario/seeds.ts';
export { parseDurationUs as parseDuration } from '../config/units.ts';
