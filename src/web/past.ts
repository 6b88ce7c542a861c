import type { PageData } from '../report/page/page-data.ts';
import { STAGES, stageOf } from './stages.ts';

/** Whose word counts: the hosts' own, or what the CMTS shows of its modems. */
export type Witness = 'own' | 'cmts';

/**
 * The states of all hosts at a moment. It walks the changes on from where it was last asked, and from the beginning when it is
 * asked for an earlier moment.
 */
export class Past {
  /** By host number: the word's number plus 1; 0 for none yet. */
  readonly words: Uint16Array;
  /** By host number: which of `STAGES`. */
  readonly stages: Uint8Array;
  readonly #data: PageData['states'];
  readonly #stageOfWord: Uint8Array;
  readonly #wanted: Uint8Array;
  #next = 0;
  #at = 0;

  constructor(data: PageData, hostCount: number, witness: Witness) {
    this.words = new Uint16Array(hostCount);
    this.stages = new Uint8Array(hostCount);
    this.#data = data.states;
    const { words } = data.states;
    this.#stageOfWord = Uint8Array.from(words, ([machine, state]) => STAGES.indexOf(stageOf(machine, state)));
    this.#wanted = Uint8Array.from(words, ([machine]) =>
      (machine === 'cmts') === (witness === 'cmts') ? 1 : 0,
    );
  }

  /** Goes to a moment: all changes until then, that moment included. */
  goTo(at: number): this {
    const { at: steps, host, word } = this.#data;
    if (at < this.#at) this.#begin();
    for (; this.#next < steps.length; this.#next++) {
      const changedAt = this.#at + (steps[this.#next] ?? 0);
      if (changedAt > at) break;
      this.#at = changedAt;
      const which = word[this.#next] ?? 0;
      if (this.#wanted[which] === 0) continue;
      const whose = host[this.#next] ?? 0;
      this.words[whose] = which + 1;
      this.stages[whose] = this.#stageOfWord[which] ?? 0;
    }
    return this;
  }

  /** A host's state in its own word; empty: it has entered none. */
  stateOf(host: number): string {
    return this.#data.words[(this.words[host] ?? 0) - 1]?.[1] ?? '';
  }

  /** How many of some hosts are in each of the stages. */
  counts(first: number, count: number): readonly number[] {
    const counts = STAGES.map(() => 0);
    for (let host = first; host < first + count; host++) {
      const stage = this.stages[host] ?? 0;
      counts[stage] = (counts[stage] ?? 0) + 1;
    }
    return counts;
  }

  #begin(): void {
    this.words.fill(0);
    this.stages.fill(0);
    this.#next = 0;
    this.#at = 0;
  }
}

/** By host number: a bit for each of `STAGES` that it was ever in, in its own word. */
export function stagesByHost({ words, host, word }: PageData['states'], hostCount: number): Uint8Array {
  const bits = words.map(([machine, state]) =>
    machine === 'cmts' ? 0 : 1 << STAGES.indexOf(stageOf(machine, state)),
  );
  const seen = new Uint8Array(hostCount);
  for (const [index, whose] of host.entries())
    seen[whose] = (seen[whose] ?? 0) | (bits[word[index] ?? 0] ?? 0);
  return seen;
}

/** How many devices are up over time: a step for each change, thinned to at most `points`. */
export function upOverTime(data: PageData, hostCount: number, points: number): { x: number[]; y: number[] } {
  const past = data.states;
  const stages = past.words.map(([machine, state]) => stageOf(machine, state));
  const isOwn = past.words.map(([machine]) => machine !== 'cmts' && machine !== 'stub');
  const up = new Uint8Array(hostCount);
  const step = Math.max(data.end_us / points, 1);
  const x = [0];
  const y = [0];
  let at = 0;
  let count = 0;
  for (let index = 0; index < past.at.length; index++) {
    at += past.at[index] ?? 0;
    const word = past.word[index] ?? 0;
    const host = past.host[index] ?? 0;
    if (isOwn[word] !== true) continue;
    const isUp = stages[word] === 'up' ? 1 : 0;
    if (up[host] === isUp) continue;
    up[host] = isUp;
    count += isUp === 1 ? 1 : -1;
    const last = x.at(-1) ?? 0;
    if (at - last < step) y[y.length - 1] = count;
    else {
      x.push(at);
      y.push(count);
    }
  }
  if ((x.at(-1) ?? 0) < data.end_us) {
    x.push(data.end_us);
    y.push(count);
  }
  return { x: x.map((us) => us / 1_000_000), y };
}
