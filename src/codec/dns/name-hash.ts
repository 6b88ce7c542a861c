import { LOWER } from './name.ts';

/** A name of 255 octets has 127 labels at most; the root's is not counted. */
const MAX_LABELS = 127;

/** Where the labels of one name begin, and a hash of each of its suffixes: scratch that a caller keeps and reuses. */
export class NameHashes {
  readonly starts = new Uint8Array(MAX_LABELS + 1);
  readonly hashes = new Int32Array(MAX_LABELS + 1);
  labelCount = 0;
  /** Octets of the whole name. */
  length = 0;

  /**
   * Reads the uncompressed name that begins at `start`. `starts` are relative to it; `hashes[k]` is that of the name without its
   * first k labels, alike for names that are equal. One pass from the right gives them all.
   */
  read(octets: Uint8Array, start: number): void {
    let at = start;
    let count = 0;
    while (octets[at]! > 0) {
      this.starts[count++] = at - start;
      at += octets[at]! + 1;
    }
    this.starts[count] = at - start;
    this.labelCount = count;
    this.length = at - start + 1;
    let hash = 0x811c9dc5 | 0;
    this.hashes[count] = mix(hash);
    for (let label = count - 1; label >= 0; label--) {
      const first = start + this.starts[label]!;
      for (let index = start + this.starts[label + 1]! - 1; index >= first; index--)
        hash = Math.imul(hash ^ LOWER[octets[index]!]!, 0x01000193);
      this.hashes[label] = mix(hash);
    }
  }
}

/** Tables use the low bits, and those of FNV-1a know little of the octets read first: murmur3's finalizer spreads them. */
function mix(value: number): number {
  let hash = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}
