import type { Endpoint, Ip } from '../../core/address.ts';
import type { Writer } from '../../core/bytes.ts';
import { Destination } from '../../core/destination.ts';
import type { Effects, Target } from '../../core/service.ts';
import { toInstant, type Instant } from '../../core/time.ts';
import { DATA_HEADER_OCTETS, encodeDataHeader } from '../../codec/tftp/packet.ts';
import type { FileSource } from '../../store/file-table.ts';
import type { Agreement } from './negotiate.ts';
import { NetasciiReader } from './netascii.ts';
import type { Waiting } from './resend-queue.ts';

/**
 * What an acknowledgment asks for. `old`: it is one, or for what was never sent, and starts nothing. `next`: all that was out
 * is acknowledged. `again`: a block before the window's end is missing. `complete`: the client has it all.
 */
export type AckOutcome = 'old' | 'next' | 'again' | 'complete';

/** Who fetches what: fixed while the transfer lives. */
export interface TransferFacts {
  readonly ownPort: number;
  readonly to: Target;
  /** The request packet, to know it again. */
  readonly request: Uint8Array;
  readonly file: FileSource;
  readonly mode: 'octet' | 'netascii';
  readonly agreement: Agreement;
  readonly startedAt: Instant;
}

/** One for all transfers: the sink copies it. */
const target = new Destination();

/**
 * The sender's half of one transfer. Blocks are counted from 1 without end; block 0 stands for the OACK; the wire has the low
 * 16 bits, so that 0 follows 65,535 and a file may be of any length. All that it knows is in it, since thousands take turns.
 */
export class Transfer implements Waiting, Endpoint {
  /** The client's. */
  readonly address: Ip;
  readonly port: number;
  readonly ownPort: number;
  readonly request: Uint8Array;
  readonly agreement: Agreement;
  readonly startedAt: Instant;
  resendAt: Instant = toInstant(0);
  waitSeconds = 0;
  earlier: this | undefined = undefined;
  later: this | undefined = undefined;
  /** Sendings of what is out now. */
  sends = 0;

  /** Which of our addresses it was asked at, and by which way: as `Target` has them. */
  readonly #ownAddress: Ip | undefined;
  readonly #via: number | undefined;
  readonly #file: FileSource;
  readonly #netascii: NetasciiReader | undefined;
  /** The file's, when the transfer began. */
  readonly #size: number;
  /** The last block acknowledged; -1 before the OACK is. */
  #base: number;
  /** The last block sent. */
  #sent = 0;
  /** The short block that ends the file; `Infinity` until it is known. */
  #last: number;
  /** `#base` before it last moved. */
  #baseBefore = NONE;
  /** Where a repeated acknowledgment last started a window again. */
  #repeatedAt = NONE;

  constructor({ ownPort, to, request, file, mode, agreement, startedAt }: TransferFacts) {
    this.address = to.address;
    this.port = to.port;
    this.ownPort = ownPort;
    this.request = request;
    this.agreement = agreement;
    this.startedAt = startedAt;
    this.#ownAddress = to.source;
    this.#via = to.via;
    this.#file = file;
    this.#size = file.size;
    this.#base = agreement.oack === undefined ? 0 : -1;
    if (mode === 'octet') {
      this.#netascii = undefined;
      this.#last = Math.floor(this.#size / agreement.blksize) + 1;
    } else {
      this.#netascii = new NetasciiReader(file, agreement.blksize, agreement.windowsize);
      this.#last = Infinity;
    }
  }

  /** Whether the client has acknowledged any data. */
  get isUnderWay(): boolean {
    return this.#base > 0;
  }

  /** Where its packets go: good until the next one is asked. */
  get target(): Target {
    target.at(this.address, this.port).from(this.#ownAddress);
    return this.#via === undefined ? target : target.by(this.#via);
  }

  /** The file is not used any more. */
  release(): void {
    this.#file.release?.();
  }

  /** Sends all that is not acknowledged: at first the OACK or block 1. False when the file cannot be read. */
  send(scratch: Writer, effects: Effects): boolean {
    const { agreement } = this;
    if (this.#base === -1) {
      if (agreement.oack !== undefined) effects.send(this.ownPort, this.target, agreement.oack);
      return true;
    }
    // RFC 7440 §4: the last acknowledgment received sets the beginning of the window.
    for (
      let index = this.#base + 1;
      index <= this.#base + agreement.windowsize && index <= this.#last;
      index++
    ) {
      const count = this.#block(index, scratch);
      if (count < 0) return false;
      if (count < agreement.blksize) this.#last = index;
      effects.send(this.ownPort, this.target, scratch.octets, DATA_HEADER_OCTETS + count);
      this.#sent = index;
    }
    return true;
  }

  /** Moves the window; unless the outcome is `old` or `complete`, `send` is to follow. */
  acknowledge(block: number): AckOutcome {
    const ahead = (block - this.#base) & 0xffff;
    if (ahead === 0) {
      if (!this.#mayRepeat()) return 'old';
      this.#repeatedAt = this.#base;
      return 'again';
    }
    if (ahead > this.#sent - this.#base) return 'old';
    this.#baseBefore = this.#base;
    this.#base += ahead;
    if (this.#base === this.#last) return 'complete';
    return this.#base === this.#sent ? 'next' : 'again';
  }

  /**
   * Whether an acknowledgment that repeats the last one may start the window again. In lock step never: RFC 1123 §4.2.3.1. In
   * windows it is how a receiver says that the first block is missing, RFC 7440 §4, but it may also be a copy; so it counts
   * once, and not in the window after one where it counted, which ends any chain of copies.
   */
  #mayRepeat(): boolean {
    if (this.agreement.windowsize === 1 || this.#sent === this.#base) return false;
    return (
      this.#repeatedAt !== this.#base && (this.#repeatedAt === NONE || this.#repeatedAt !== this.#baseBefore)
    );
  }

  /** Writes one DATA packet; the octets of data in it, or -1. */
  #block(index: number, scratch: Writer): number {
    const { agreement } = this;
    encodeDataHeader(scratch.reset(), index & 0xffff);
    if (this.#netascii !== undefined) return this.#netascii.read(index, scratch.octets, DATA_HEADER_OCTETS);
    const offset = (index - 1) * agreement.blksize;
    // The size of the beginning holds: a file that grew is cut there, one that shrank cannot be sent.
    const count = Math.min(agreement.blksize, this.#size - offset);
    return this.#file.read(offset, scratch.octets, DATA_HEADER_OCTETS, count) === count ? count : -1;
  }
}

const NONE = -2;
