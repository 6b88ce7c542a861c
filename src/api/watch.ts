import { existsSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { ScenarioError } from '../config/mistakes.ts';
import { loadScenario, type LoadedScenario, type LoadOptions } from './load-scenario.ts';

/** An editor writes a file in several steps. */
const SETTLE_MS = 150;

/** The full paths of what a scenario is made of; of one that has mistakes, itself and the files that have them. */
export function filesOf(path: string, load: LoadOptions): readonly string[] {
  const own = resolve(path);
  try {
    return filesOfLoaded(loadScenario(path, load));
  } catch (error) {
    const mistakes = error instanceof ScenarioError ? error.mistakes : [];
    const others = mistakes.flatMap(({ source }) => (source?.kind === 'file' ? [resolve(source.name)] : []));
    return [own, ...others];
  }
}

/** The full paths of what a scenario is made of: itself, those that it extends, and those that it names. */
export function filesOfLoaded({ path, scenario, bases }: LoadedScenario): readonly string[] {
  const own = resolve(path);
  const named = scenario.files.map((file) => file.path);
  return [own, ...[...bases, ...named].map((file) => resolve(dirname(own), file))];
}

/** Sees that one of some files, or something in one of some folders, changes. */
export class FileWatch {
  readonly #watchers: readonly FSWatcher[];
  readonly #count: number;
  #changed: string | undefined;
  #settled = false;
  #timer: NodeJS.Timeout | undefined;
  #wake: (() => void) | undefined;

  constructor(paths: readonly string[]) {
    const wanted = new Set(paths);
    this.#count = wanted.size;
    // The folders: an editor puts a new file in the old one's place, and what watched the old one would see nothing.
    const folders = new Set([...wanted].flatMap((path) => [path, dirname(path)]));
    this.#watchers = [...folders]
      .filter((folder) => existsSync(folder))
      .map((folder) =>
        watch(folder, (_, name) => {
          const path = name === null ? folder : resolve(folder, name);
          const isOurs = wanted.has(path) || wanted.has(folder);
          if (isOurs) this.#see(path);
        }),
      );
  }

  /** What is watched, for people. */
  get text(): string {
    return this.#count === 1 ? 'the file' : `${this.#count} files`;
  }

  /** The name of what changed since this began, as soon as it has stopped changing; undefined: `signal` said stop. */
  async next(signal: AbortSignal): Promise<string | undefined> {
    while (!this.#settled && !signal.aborted)
      await new Promise<void>((wake) => {
        this.#wake = wake;
        signal.addEventListener('abort', () => wake(), { once: true });
      });
    return signal.aborted ? undefined : this.#changed;
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const one of this.#watchers) one.close();
  }

  #see(path: string): void {
    this.#changed ??= basename(path);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#settled = true;
      this.#wake?.();
    }, SETTLE_MS);
  }
}
