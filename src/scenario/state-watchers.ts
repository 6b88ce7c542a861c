import type { Instant } from '../core/time.ts';
import type { StateWatcher } from './watcher.ts';

/**
 * Who looks at whose states, in the order they were added. Most watch one group: of a plant of a hundred groups each state is then
 * for one watcher, not for a hundred.
 */
export class StateWatchers {
  readonly #watchers: StateWatcher[] = [];
  /** From each of these host numbers on, up to the next, the watchers are those of `#lists` at the same place. */
  #edges: readonly number[] = [];
  #lists: readonly (readonly StateWatcher[])[] = [];

  add(watcher: StateWatcher): void {
    this.#watchers.push(watcher);
    const edges = this.#watchers.flatMap(({ hosts }) =>
      hosts === undefined ? [] : [hosts.first, hosts.end],
    );
    this.#edges = [...new Set([0, ...edges])].sort((a, b) => a - b);
    this.#lists = this.#edges.map((host) =>
      this.#watchers.filter(({ hosts }) => hosts === undefined || (host >= hosts.first && host < hosts.end)),
    );
  }

  state(at: Instant, host: number, state: string): void {
    for (const watcher of this.#of(host)) watcher.state(at, host, state);
  }

  #of(host: number): readonly StateWatcher[] {
    let low = 0;
    let high = this.#edges.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if ((this.#edges[middle] ?? 0) <= host) low = middle;
      else high = middle;
    }
    return this.#lists[low] ?? NOBODY;
  }
}

const NOBODY: readonly StateWatcher[] = [];
