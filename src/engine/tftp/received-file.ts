const EMPTY = new Uint8Array(0);
const FIRST_BUFFER_OCTETS = 2048;
/** Those that wait for the next download; as many are kept as a large plant has downloads at once. */
const spare: ReceivedFile[] = [];
const SPARE_MAX = 4096;

/** What has come of one file, in order. */
export class ReceivedFile {
  /** The known file that all octets so far are the beginning of; undefined: they are in the buffer. */
  #known: Uint8Array | undefined;
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
    if (this.#length === 0) this.#known = beginningWith(packet, offset, known);
    else if (this.#known !== undefined && !goesOn(this.#known, this.#length, packet, offset))
      this.#leaveKnown(this.#known, octetsMax);
    if (this.#known === undefined) {
      this.#reserve(needed, octetsMax);
      this.#buffer.set(packet.subarray(offset), this.#length);
    }
    this.#length = needed;
  }

  /** Nobody reads it any more: only its length is still known. */
  forget(): void {
    this.#known = undefined;
    this.#buffer = EMPTY;
  }

  /** Nobody reads it any more, nor asks its length: it and its memory serve the next download. */
  lend(): void {
    this.#known = undefined;
    this.#length = 0;
    if (this.#buffer.length !== FIRST_BUFFER_OCTETS) this.#buffer = EMPTY;
    if (spare.length < SPARE_MAX) spare.push(this);
  }

  #leaveKnown(known: Uint8Array, octetsMax: number): void {
    const length = this.#length;
    this.#known = undefined;
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

/** The first of the files that begins with what a packet has from `from` on. */
function beginningWith(
  packet: Uint8Array,
  from: number,
  files: readonly Uint8Array[],
): Uint8Array | undefined {
  for (const file of files) if (goesOn(file, 0, packet, from)) return file;
  return undefined;
}

/** Whether what a packet has from `from` on is what a file has from `offset` on. */
function goesOn(file: Uint8Array, offset: number, packet: Uint8Array, from: number): boolean {
  if (offset + packet.length - from > file.length) return false;
  for (let index = from; index < packet.length; index++)
    if (file[offset + index - from] !== packet[index]) return false;
  return true;
}
