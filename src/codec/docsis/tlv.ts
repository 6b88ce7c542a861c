import { DecodeError } from '../../core/errors.ts';

/** Pad: one octet, no length (MULPI annex C). */
export const PAD = 0;
/** End of data: one octet, no length. */
export const END_OF_DATA = 255;
/** First (value 1) and last (value 255) of an MTA file. */
export const MTA_DELIMITER = 254;
/** Has one octet of length in a modem's file and two in an MTA's. */
const WIDE_IN_MTA = 64;

/** `file`: pads are skipped and 255 ends. `nested`: every octet belongs to a TLV. `mta`: as `file`, TLV 64 has two octets of length. */
export type TlvForm = 'file' | 'nested' | 'mta';

/** The form of a file: an MTA's begins with TLV 254. */
export function formOf(file: Uint8Array): TlvForm {
  let at = 0;
  while (file[at] === PAD) at++;
  return file[at] === MTA_DELIMITER ? 'mta' : 'file';
}

/** Octets of type and length in front of a value. */
export function tlvHeaderOctets(type: number, form: TlvForm): number {
  return form === 'mta' && type === WIDE_IN_MTA ? 3 : 2;
}

/**
 * Walks type u8, length u8, value without allocating; after each `next()` that gave true, `type` is set, the TLV
 * begins at `at` and its value is [`start`, `end`). A TLV that runs past the end is a `DecodeError`.
 */
export class TlvCursor {
  type = 0;
  at = 0;
  start = 0;
  end = 0;
  #octets: Uint8Array;
  #limit: number;
  #next: number;
  #form: TlvForm;

  constructor(octets: Uint8Array, from = 0, to: number = octets.length, form: TlvForm = 'file') {
    this.#octets = octets;
    this.#next = from;
    this.#limit = to;
    this.#form = form;
  }

  /** Starts over on other octets, for one cursor reused on a hot path. */
  reset(octets: Uint8Array, from: number, to: number): this {
    this.#octets = octets;
    this.#next = from;
    this.#limit = to;
    return this;
  }

  /** Where the next TLV, pad or marker begins; after false, where the walk stopped. */
  get offset(): number {
    return this.#next;
  }

  next(): boolean {
    const octets = this.#octets;
    let at = this.#next;
    if (this.#form !== 'nested') {
      while (at < this.#limit && octets[at] === PAD) at++;
      this.#next = at;
      if (octets[at] === END_OF_DATA) return false;
    }
    if (at >= this.#limit) return false;
    const type = octets[at] ?? 0;
    const header = tlvHeaderOctets(type, this.#form);
    if (at + header > this.#limit) throw new DecodeError('truncated', `length of TLV ${type}`, at);
    const low = octets[at + header - 1] ?? 0;
    const length = header === 3 ? ((octets[at + 1] ?? 0) << 8) | low : low;
    const start = at + header;
    if (start + length > this.#limit) throw new DecodeError('truncated', `TLV ${type}`, at);
    this.type = type;
    this.at = at;
    this.start = start;
    this.end = start + length;
    this.#next = this.end;
    return true;
  }
}
