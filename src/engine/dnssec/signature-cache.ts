import { latin1Text } from '../../core/text.ts';
import type { RRset } from '../../store/zone.ts';

interface Kept {
  readonly signatures: RRset;
  /** Seconds since 1970: outside of these it is made anew. */
  readonly from: number;
  readonly until: number;
}

/**
 * Signatures by what they cover, as many as it is told: half of the room takes the new and the used, and when it is full the other half,
 * which nobody asked for since, is let go.
 */
export class SignatureCache {
  readonly #half: number;
  #young = new Map<string, Kept>();
  #old = new Map<string, Kept>();
  /** The sets of a zone never change, so their keys are made once. */
  readonly #keys = new WeakMap<RRset, string>();

  constructor(signaturesMax: number) {
    this.#half = Math.max(1, Math.floor(signaturesMax / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  find(set: RRset, seconds: number): RRset | undefined {
    const key = this.#key(set);
    const young = this.#young.get(key);
    const kept = young ?? this.#old.get(key);
    if (kept === undefined || seconds < kept.from || seconds >= kept.until) return undefined;
    if (young === undefined) this.#put(key, kept);
    return kept.signatures;
  }

  keep(set: RRset, kept: Kept): void {
    this.#put(this.#key(set), kept);
  }

  #put(key: string, kept: Kept): void {
    this.#old.delete(key);
    if (this.#young.size >= this.#half && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, kept);
  }

  #key(set: RRset): string {
    const known = this.#keys.get(set);
    if (known !== undefined) return known;
    const parts = set.rdatas.map((rdata) => `${rdata.length} ${latin1Text(rdata)}`);
    const key = `${set.type} ${set.ttl} ${set.owner.key}\n${parts.join('')}`;
    this.#keys.set(set, key);
    return key;
  }
}
