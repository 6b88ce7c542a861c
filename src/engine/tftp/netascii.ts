import type { FileSource } from '../../store/file-table.ts';

const LF = 0x0a;
const CR = 0x0d;
const NUL = 0x00;
/** Octets of the file in hand while translating. */
const CHUNK_OCTETS = 256;

/**
 * A file as netascii, block by block: a line feed becomes CR LF, a bare carriage return CR NUL (RFC 1350 §1 names the
 * Telnet form, which is RFC 854's on page 11). Blocks lose their even step through the file, so it remembers where each block of the window began.
 */
export class NetasciiReader {
  readonly #source: FileSource;
  readonly #blksize: number;
  /** By block index modulo the length: the file's offset times 256, plus the octet owed from before (0: `NOTHING`). */
  readonly #starts: Float64Array;
  readonly #chunk = new Uint8Array(CHUNK_OCTETS);

  /** Blocks may be read again from `windowsize` before the furthest one. */
  constructor(source: FileSource, blksize: number, windowsize: number) {
    this.#source = source;
    this.#blksize = blksize;
    this.#starts = new Float64Array(windowsize + 1);
    this.#starts[1 % this.#starts.length] = NOTHING;
  }

  /** Writes block `index`, from 1, to `at` of `into`; fewer octets than a block at the end, -1 when unreadable. */
  read(index: number, into: Uint8Array, at: number): number {
    const start = this.#starts[index % this.#starts.length] ?? 0;
    let offset = Math.floor(start / 256);
    let owed = start % 256;
    let length = 0;
    let have = 0;
    let next = 0;
    while (length < this.#blksize) {
      if (owed !== NOTHING) {
        into[at + length++] = owed === OWED_NUL ? NUL : owed;
        owed = NOTHING;
        continue;
      }
      if (next === have) {
        have = this.#source.read(offset, this.#chunk, 0, CHUNK_OCTETS);
        next = 0;
        if (have < 0) return -1;
        if (have === 0) break;
      }
      const octet = this.#chunk[next++] ?? 0;
      offset++;
      into[at + length++] = octet === LF ? CR : octet;
      if (octet === LF) owed = LF;
      else if (octet === CR) owed = OWED_NUL;
    }
    this.#starts[(index + 1) % this.#starts.length] = offset * 256 + owed;
    return length;
  }
}

/** No octet is owed at the start of the block. */
const NOTHING = 0;
const OWED_NUL = 1;

/** A text as it came by netascii, in the form of this side: CR LF is a line feed, CR NUL a carriage return; in place. */
export function fromNetascii(octets: Uint8Array): Uint8Array {
  let length = 0;
  for (let index = 0; index < octets.length; index++) {
    const octet = octets[index] ?? 0;
    const next = octets[index + 1];
    // RFC 854 page 11 knows no other octet after a carriage return: what comes all the same stays as it is.
    const isPair = octet === CR && (next === LF || next === NUL);
    octets[length++] = isPair && next === LF ? LF : octet;
    if (isPair) index++;
  }
  return octets.subarray(0, length);
}
