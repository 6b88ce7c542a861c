import { CauseFinder } from '../analysis/cause/finder.ts';
import { ScenarioError } from '../config/mistakes.ts';
import type { ResolvedData } from '../config/parse.ts';
import { toYaml } from '../config/yaml-text.ts';
import { ConfigError } from '../core/errors.ts';
import type { ExpectationResult, RunResult, Verdict } from '../scenario/result.ts';
import { dirname } from 'node:path';
import type { ScenarioData } from '../config/data.ts';
import { UsageError } from './failure.ts';
import { resolveScenario } from './read-scenario.ts';
import { loadScenario, prepareVirtual, type LoadOptions } from './scenario.ts';
import { ShrinkData } from './shrink-data.ts';

export interface ShrinkRequest {
  readonly path: string;
  readonly load: LoadOptions;
  /** Left out: the scenario's. */
  readonly seed: number | undefined;
  /** Runs at most. */
  readonly triesMax: number;
}

/** How small the scenario is by now. */
export interface ShrinkState {
  readonly tries: number;
  readonly devices: number;
  /** Actions of the timeline. */
  readonly actions: number;
  readonly seconds: number | undefined;
}

export interface Shrunk extends ShrinkState {
  /** Of what fails still, as the whole scenario said it, and as the small one says it. */
  readonly failing: ExpectationResult;
  readonly small: ExpectationResult;
  readonly seed: number;
  /** A scenario file. */
  readonly text: string;
}

/**
 * The smallest scenario that fails as a whole one does, found by leaving out: members of groups, actions (by ddmin: Zeller and
 * Hildebrandt, 2002), devices and services, time. Each that is kept has been run and failed by the same expectation with the same
 * verdict and seed.
 */
export async function shrinkScenario(
  request: ShrinkRequest,
  { signal, progress }: { readonly signal: AbortSignal; readonly progress: (state: ShrinkState) => void },
): Promise<Shrunk> {
  const loaded = loadScenario(request.path, request.load);
  const seed = request.seed ?? loaded.scenario.seed;
  const run = prepareVirtual(loaded, { seed });
  const finder = new CauseFinder(run.topology.hosts);
  const whole = await run.execute([finder], { signal });
  signal.throwIfAborted();
  const failing = failingOf(whole, request.path);
  const index = Number(/^expect\[(\d+)\]/.exec(failing.path ?? '')?.[1] ?? -1);
  // The file's list has expectations of other cells, too; in the data they are gone.
  const own = loaded.scenario.expectations.findIndex(({ path }) => path === failing.path);
  const data = new ShrinkData(resolveScenario(request.path, request.load));
  const search = new Search(data.expectingOnly(own < 0 ? index : own), {
    base: dirname(request.path),
    reach: request.load.reach,
    seed,
    verdict: failing.verdict,
    cause: finder.causes()[0]?.id,
    triesMax: request.triesMax,
    signal,
    progress,
  });
  await search.findControl();
  await search.run();
  const small = search.last ?? failing;
  return {
    ...search.state,
    failing,
    small,
    seed,
    text: textOf(search.data.value, request.path, seed, failing),
  };
}

function failingOf({ expectations, verdict }: RunResult, path: string): ExpectationResult {
  const failed =
    expectations.find((one) => one.verdict === 'fail') ?? expectations.find((one) => one.verdict === 'warn');
  if (failed?.path !== undefined) return failed;
  throw new UsageError(
    `${path} does not fail, its verdict is ${verdict}: give the seed, --set or --expect with which it does`,
  );
}

function textOf(data: ResolvedData, path: string, seed: number, { text }: ExpectationResult): string {
  const made = path.replace(/[^\x20-\x7e]/g, '?');
  return [
    `# Made by headend shrink of ${made} with seed ${seed}: the smallest in which this fails:`,
    `# ${text.replace(/[^\x20-\x7e]/g, '?')}`,
    toYaml({ ...data, seed }),
  ].join('\n');
}

interface SearchOptions {
  readonly base: string;
  readonly reach: LoadOptions['reach'];
  readonly seed: number;
  readonly verdict: Verdict;
  /** What the analysis names first in the whole run; undefined: nothing. */
  readonly cause: string | undefined;
  readonly triesMax: number;
  readonly signal: AbortSignal;
  readonly progress: (state: ShrinkState) => void;
}

class Search {
  data: ShrinkData;
  readonly #seen = new Map<string, ExpectationResult>();
  readonly #options: SearchOptions;
  readonly #tried = new Map<string, boolean>();
  /** Whether all is well without the faults: then it must stay so, or something else than they would be what fails. */
  #hasControl = false;
  #tries = 0;

  constructor(data: ShrinkData, options: SearchOptions) {
    this.data = data;
    this.#options = options;
    // What is expected besides changes nothing in a run: this has been seen to fail.
    this.#tried.set(JSON.stringify(data.value), true);
  }

  /** What the smallest so far fails by. */
  get last(): ExpectationResult | undefined {
    return this.#seen.get(JSON.stringify(this.data.value));
  }

  get state(): ShrinkState {
    const { deviceCount, timeline, seconds } = this.data;
    return { tries: this.#tries, devices: deviceCount, actions: timeline.length, seconds };
  }

  /** Makes it smaller in every way until no way makes it smaller. */
  async run(): Promise<void> {
    for (let before = ''; before !== JSON.stringify(this.data.value);) {
      before = JSON.stringify(this.data.value);
      await this.#fewerMembers();
      await this.#fewerActions();
      await this.#fewerParts();
      await this.#lessTime();
    }
  }

  async findControl(): Promise<void> {
    this.#hasControl = this.data.faults > 0 && (await this.#fails(this.data.withoutFaults())) === false;
  }

  /** Whether it fails as the whole does: by the same expectation, from the same cause, and only with its faults. */
  async fails(data: ShrinkData): Promise<boolean> {
    if ((await this.#fails(data)) !== true) return false;
    return !this.#hasControl || (await this.#fails(data.withoutFaults())) === false;
  }

  /** What cannot be read or built does not fail; undefined: nobody knows, since there are no runs left. */
  async #fails(data: ShrinkData): Promise<boolean | undefined> {
    const key = JSON.stringify(data.value);
    const known = this.#tried.get(key);
    if (known !== undefined) return known;
    const { signal, triesMax } = this.#options;
    signal.throwIfAborted();
    if (this.#tries >= triesMax) return undefined;
    const isFailing = await this.#try(data);
    this.#tried.set(key, isFailing);
    return isFailing;
  }

  async #try(data: ShrinkData): Promise<boolean> {
    const { base, reach, seed, verdict, cause, signal } = this.#options;
    try {
      const loaded = loadScenario(data.value as unknown as ScenarioData, { base, reach });
      this.#tries++;
      const run = prepareVirtual(loaded, { seed });
      const finder = new CauseFinder(run.topology.hosts);
      const { expectations } = await run.execute([finder], { signal });
      signal.throwIfAborted();
      const [only] = expectations;
      if (only?.path === undefined || only.verdict !== verdict) return false;
      if (cause !== undefined && finder.causes()[0]?.id !== cause) return false;
      this.#seen.set(JSON.stringify(data.value), only);
      return true;
    } catch (error) {
      if (error instanceof ScenarioError || error instanceof ConfigError) return false;
      throw error;
    }
  }

  async #take(data: ShrinkData): Promise<boolean> {
    if (!(await this.fails(data))) return false;
    this.data = data;
    this.#options.progress(this.state);
    return true;
  }

  /** The least count from 1 on, in doubling steps and then between the last two: a small plant costs little to try. */
  async #fewerMembers(): Promise<void> {
    for (const [name, count] of this.data.counts) {
      let low = 0;
      for (let most = 1; most < count; low = most, most *= 2) {
        if (!(await this.#take(this.data.withCount(name, most)))) continue;
        await this.#between(low, most, (middle) => this.data.withCount(name, middle));
        break;
      }
    }
  }

  /** `high` fails; finds a lower one above `low` that does. */
  async #between(low: number, high: number, make: (middle: number) => ShrinkData): Promise<void> {
    let [least, most] = [low, high];
    while (most - least > 1) {
      const middle = (least + most) >> 1;
      if (await this.#take(make(middle))) most = middle;
      else least = middle;
    }
  }

  /** ddmin: without each part in turn, in ever smaller parts. */
  async #fewerActions(): Promise<void> {
    for (let parts = 2; this.data.timeline.length > 0;) {
      const { timeline } = this.data;
      const size = Math.ceil(timeline.length / parts);
      let isSmaller = false;
      for (let start = 0; start < timeline.length && !isSmaller; start += size) {
        const rest = timeline.filter((_, index) => index < start || index >= start + size);
        isSmaller = await this.#take(this.data.withTimeline(rest));
      }
      if (isSmaller) parts = Math.max(parts - 1, 2);
      else if (size === 1) return;
      else parts = Math.min(parts * 2, timeline.length);
    }
  }

  async #fewerParts(): Promise<void> {
    for (const [section, name] of this.data.parts) await this.#take(this.data.without(section, name));
  }

  async #lessTime(): Promise<void> {
    const { seconds } = this.data;
    if (seconds !== undefined) await this.#between(0, seconds, (middle) => this.data.withSeconds(middle));
  }
}
