import { visibleText } from '../../core/text.ts';

/** Something in a packet that has a name, and which octets say it. */
export interface Field {
  readonly name: string;
  /** Safe to show. */
  readonly value: string;
  /** From the frame's first octet. */
  readonly offset: number;
  readonly length: number;
  /** 0 for a layer's own fields, more for what lies inside of one. */
  readonly depth: number;
}

/** One protocol's part of a packet. */
export interface Layer {
  readonly name: string;
  /** What it is in one line, when it is folded. */
  readonly summary: string;
  readonly offset: number;
  readonly length: number;
  readonly fields: readonly Field[];
}

/** A packet's octets, and what each of them says. */
export interface Anatomy {
  readonly octets: Uint8Array;
  readonly layers: readonly Layer[];
}

/** Gathers the fields of one layer, in wire order. What does not lie in the octets is cut to what does. */
export class Marks {
  readonly octets: Uint8Array;
  readonly #fields: Field[] = [];

  constructor(octets: Uint8Array) {
    this.octets = octets;
  }

  add(
    name: string,
    at: { readonly offset: number; readonly length: number },
    value: string,
    depth = 0,
  ): void {
    const offset = Math.min(at.offset, this.octets.length);
    const length = Math.min(at.length, this.octets.length - offset);
    this.#fields.push({ name: visibleText(name), value: visibleText(value), offset, length, depth });
  }

  layer(name: string, summary: string, offset: number, length: number): Layer {
    return {
      name,
      summary,
      offset,
      length: Math.min(length, this.octets.length - offset),
      fields: this.#fields,
    };
  }
}

/** Octets as a few hex digits, and how many more there are. */
export function hexText(octets: Uint8Array): string {
  const shown = Array.from(octets.subarray(0, 16), (octet) => octet.toString(16).padStart(2, '0')).join(' ');
  return octets.length > 16 ? `${shown} … ${octets.length} octets` : shown;
}
