import type { Style } from './line.ts';

/** Lanes are this far apart at most, and this near at least. */
export const PITCH_MAX = 16;
export const PITCH_MIN = 12;

/** Cells of one drawn line, each with its style. */
export class Canvas {
  readonly #cells: string[];
  readonly #styles: Style[];
  readonly #lanes: readonly number[];

  constructor(lanes: number, pitch: number) {
    const width = (lanes - 1) * pitch + 1;
    this.#lanes = Array.from({ length: lanes }, (_, lane) => lane * pitch);
    this.#cells = Array.from({ length: width }, () => ' ');
    this.#styles = this.#cells.map(() => 'dim');
    for (const at of this.#lanes) this.#cells[at] = '│';
  }

  /** An arrow from lane to lane with its name on it; `lost` ends it in a cross halfway. */
  arrow(from: number, to: number, label: string, end: 'arrives' | 'lost', style: Style): void {
    const start = this.#lane(from);
    const stop = this.#lane(to);
    const right = stop > start;
    const low = Math.min(start, stop) + 1;
    const high = Math.max(start, stop) - 1;
    for (let at = low; at <= high; at++) this.#put(at, this.#lanes.includes(at) ? '┼' : '─', style);
    const head = right ? high : low;
    this.#put(head, right ? '▶' : '◀', style);
    if (end === 'lost') this.#cut(low, high, right, style);
    this.#label(low, high, right, end, label);
  }

  /** A datagram to oneself or to nobody: only its name beside the lane. */
  note(at: number, label: string, style: Style): void {
    const start = this.#lane(at) + 2;
    Array.from(label).forEach((character, index) => this.#put(start + index, character, style));
  }

  /** Runs of one style. */
  spans(): { text: string; style: Style }[] {
    const spans: { text: string; style: Style }[] = [];
    this.#cells.forEach((cell, at) => {
      const style = this.#styles[at] ?? 'plain';
      const last = spans.at(-1);
      if (last?.style === style) last.text += cell;
      else spans.push({ text: cell, style });
    });
    return spans;
  }

  /** The last third is dotted and ends in a cross before the lane that was never reached. */
  #cut(low: number, high: number, right: boolean, style: Style): void {
    const dotted = Math.floor((high - low + 1) / 3);
    for (let step = 0; step <= dotted; step++) {
      const at = right ? high - step : low + step;
      const cell = step === 0 ? ' ' : step === 1 ? '✗' : '╌';
      if (!this.#lanes.includes(at)) this.#put(at, cell, step === 1 ? 'bad' : style);
    }
  }

  /** A name too long for its arrow is cut to its first word, then to what fits. */
  #label(low: number, high: number, right: boolean, end: 'arrives' | 'lost', label: string): void {
    const width = high - low + 1;
    const room = width - (end === 'lost' ? 5 : 2);
    const short = label.length > room ? (label.split(' ')[0] ?? '') : label;
    const cut = short.length > room ? `${short.slice(0, Math.max(room - 1, 1))}…` : short;
    const lead = Math.min(2, Math.max(width - cut.length - 1, 0));
    // It begins where the arrow does, but an arrow to the left has its name at the head, where one reads first.
    const start = right
      ? low + lead
      : end === 'arrives'
        ? low + Math.min(4, width - cut.length)
        : high - cut.length - 1;
    Array.from(cut).forEach((character, index) => this.#put(start + index, character, 'message'));
  }

  #lane(index: number): number {
    return this.#lanes[index] ?? 0;
  }

  #put(at: number, character: string, style: Style): void {
    if (at < 0 || at >= this.#cells.length) return;
    this.#cells[at] = character;
    this.#styles[at] = style;
  }
}
