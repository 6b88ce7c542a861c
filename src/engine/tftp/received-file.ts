const EMPTY = new Uint8Array(0);
const FIRST_BUFFER_OCTETS = 2048;
/** Those that wait for the next download; as many are kept as a large plant has downloads at once. */
const spare: ReceivedFile[] = [];
const SPARE_MAX = 4096;

/** What has come of one file, in order. */
export class ReceivedFile {
  /** The known file that all octets so far are the beginning of; undefined: they are in the buffer. */
  #known: Uint8Array | undefined;
  #knownView: DataView | undefined;
  #buffer: Uint8Array = EMPTY;
  #length = 0;

  /** One that was `lend`, if there is any. */
  static begin(): ReceivedFile {
    return spare.pop() ?? new ReceivedFile();
  }

  get length(): number {
    return this.#length;
  }

  /** All of it, which nobody changes: a view of the buffer, or the known file that it is. */
  get octets(): Uint8Array {
    const from = this.#known ?? this.#buffer;
    return from.length === this.#length ? from : from.subarray(0, this.#length);
  }

  /**
   * Takes in what a packet has from `offset` on. What goes on as one of the `known` files does is not kept; the first octet that
   * does not ends that.
   */
  append(packet: Uint8Array, offset: number, octetsMax: number, known: readonly Uint8Array[]): void {
    const needed = this.#length + packet.length - offset;
    if (this.#length === 0) this.#begin(packet, offset, known);
    else if (this.#known !== undefined) this.#goOn(this.#known, packet, offset, octetsMax);
    if (this.#known === undefined) {
      this.#reserve(needed, octetsMax);
      this.#buffer.set(packet.subarray(offset), this.#length);
    }
    this.#length = needed;
  }

  /** Nobody reads it any more: only its length is still known. */
  forget(): void {
    this.#known = undefined;
    this.#knownView = undefined;
    this.#buffer = EMPTY;
  }

  /** Nobody reads it any more, nor asks its length: it and its memory serve the next download. */
  lend(): void {
    this.#known = undefined;
    this.#knownView = undefined;
    this.#length = 0;
    if (this.#buffer.length !== FIRST_BUFFER_OCTETS) this.#buffer = EMPTY;
    if (spare.length < SPARE_MAX) spare.push(this);
  }

  /** Looks for a known file that begins so. */
  #begin(packet: Uint8Array, offset: number, known: readonly Uint8Array[]): void {
    const part = viewOf(packet, offset);
    for (const file of known) {
      const view = viewOf(file, 0);
      if (!goesOn(view, 0, part)) continue;
      this.#known = file;
      this.#knownView = view;
      return;
    }
  }

  #goOn(known: Uint8Array, packet: Uint8Array, offset: number, octetsMax: number): void {
    this.#knownView ??= viewOf(known, 0);
    if (!goesOn(this.#knownView, this.#length, viewOf(packet, offset))) this.#leaveKnown(known, octetsMax);
  }

  #leaveKnown(known: Uint8Array, octetsMax: number): void {
    const length = this.#length;
    this.#known = undefined;
    this.#knownView = undefined;
    this.#length = 0;
    this.#reserve(length, octetsMax);
    this.#buffer.set(known.subarray(0, length));
    this.#length = length;
  }

  /** Doubles up to the largest file taken, from what most configurations fit in; nothing is sized by what the server claims. */
  #reserve(needed: number, octetsMax: number): void {
    if (needed <= this.#buffer.length) return;
    const size = Math.min(Math.max(needed, this.#length * 2, FIRST_BUFFER_OCTETS), octetsMax);
    const grown = new Uint8Array(size);
    if (this.#length > 0) grown.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = grown;
  }
}

function viewOf(octets: Uint8Array, from: number): DataView {
  return new DataView(octets.buffer, octets.byteOffset + from, octets.length - from);
}

/** Whether a file has this from `offset` on. Four octets at a time: it is done for each octet of each download. */
function goesOn(file: DataView, offset: number, part: DataView): boolean {
  const length = part.byteLength;
  if (offset + length > file.byteLength) return false;
  let index = 0;
  for (; index + 4 <= length; index += 4)
    if (file.getInt32(offset + index) !== part.getInt32(index)) return false;
  for (; index < length; index++) if (file.getUint8(offset + index) !== part.getUint8(index)) return false;
  return true;
}
