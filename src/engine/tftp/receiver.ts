import type { Endpoint, Ip } from '../../core/address.ts';
import { Writer } from '../../core/bytes.ts';
import { Destination } from '../../core/destination.ts';
import { TFTP_RULES as RULES } from '../../core/rules/tftp.ts';
import type { Effects, UnreachableInput } from '../../core/service.ts';
import { showOctets } from '../../core/text.ts';
import { afterSeconds, NEVER, toInstant, type Instant } from '../../core/time.ts';
import { encodeOptionValue, optionName, optionValue } from '../../codec/tftp/options.ts';
import * as tftp from '../../codec/tftp/packet.ts';
import type { TftpProfile } from './client-profile.ts';
import { fromNetascii } from './netascii.ts';
import { ReceivedFile } from './received-file.ts';

export type ReceiverState =
  | { readonly kind: 'idle' }
  /** Asked; nothing has come. */
  | { readonly kind: 'requesting' }
  | { readonly kind: 'receiving' }
  | { readonly kind: 'done'; readonly octets: Uint8Array }
  | {
      readonly kind: 'failed';
      readonly reason:
        | 'bad-name'
        | 'timed-out'
        | 'refused'
        | 'bad-options'
        | 'bad-block'
        | 'too-large'
        | 'stopped';
      /** The code of the ERROR packet that came or that we sent; undefined when there was none. */
      readonly code: number | undefined;
      /** Safe to show. */
      readonly text: string;
    };

const IDLE: ReceiverState = { kind: 'idle' };
const REQUESTING: ReceiverState = { kind: 'requesting' };
const RECEIVING: ReceiverState = { kind: 'receiving' };
/** The opcode, the zero after the name, and the one after the mode. */
const REQUEST_FIXED_OCTETS = 4;
/** The four options, each with its longest value. */
const REQUEST_OPTION_OCTETS_MAX = 51;
const EMPTY = new Uint8Array(0);
/** What a receiver that lends its buffers has received, after `stop`. */
const TAKEN: ReceiverState = { kind: 'done', octets: EMPTY };
const NO_FILES: readonly Uint8Array[] = [];

/** One for all receivers: each packet is written whole, and the sink copies it before `send` returns. */
const scratch = new Writer(new Uint8Array(tftp.REQUEST_OCTETS_MAX));
const target = new Destination();

/** What `#wakeAt` is while nothing is waited for: a small number lies in the object itself, and `NEVER` would not. */
const NOT_WAITING = toInstant(0);

/**
 * The client's half of one read. It binds a port when it starts and releases it when it ends; the owner
 * hands in the datagrams that come to `port`. A hundred thousand live at once, so the file grows in one buffer.
 */
export class TftpReceiver {
  readonly #profile: TftpProfile;
  readonly #name: Uint8Array;
  readonly #server: Ip;
  /** Where packets go: port 69 at first, then its TID. */
  #serverPort: number;
  #state: ReceiverState = IDLE;
  #port = 0;
  #blksize = tftp.DEFAULT_BLKSIZE;
  #windowsize = 1;
  /** The negotiated timeout, which does not grow; 0: the profile's waits. */
  #waitSeconds = 0;
  #sends = 0;
  #wakeAt: Instant = NOT_WAITING;
  /** Blocks received in order. */
  #received = 0;
  /** The last block acknowledged. */
  #acknowledged = 0;
  /** The block at which the next acknowledgment is due: the last of the sender's window. */
  #ackAt = 1;
  /** The highest block seen out of order in the sender's present pass over its window. */
  #passAt = 0;
  #file: ReceivedFile | undefined;

  /** `name` is kept as it is: the caller does not change it. */
  constructor(server: Endpoint, name: Uint8Array, profile: TftpProfile) {
    this.#server = server.address;
    this.#serverPort = server.port;
    this.#name = name;
    this.#profile = profile;
  }

  get state(): ReceiverState {
    return this.#state;
  }

  /** Our port, while it is bound; 0 otherwise. Datagrams to it are for `receive`. */
  get port(): number {
    return this.#port;
  }

  /** Octets received so far, for a progress display. */
  get receivedOctets(): number {
    return this.#file?.length ?? 0;
  }

  start(now: Instant, effects: Effects): void {
    if (this.#state !== IDLE) return;
    if (!this.#requestFits()) {
      effects.because(RULES.clientBadName, effects.explains ? showOctets(this.#name) : undefined);
      this.#state = { kind: 'failed', reason: 'bad-name', code: undefined, text: showOctets(this.#name) };
      return;
    }
    this.#port = effects.bind();
    this.#state = REQUESTING;
    effects.because(RULES.clientAsks, effects.explains ? showOctets(this.#name) : undefined);
    this.#sendRequest(effects);
    this.#arm(1, now);
  }

  /** Throws `DecodeError`, having done nothing, for octets that are no TFTP packet. */
  receive(octets: Uint8Array, from: Endpoint, now: Instant, effects: Effects): void {
    if (this.#port === 0) return;
    const opcode = tftp.decodeOpcode(octets);
    if (!this.#isPeer(from)) return this.#turnAway(opcode, from, effects);
    switch (opcode) {
      case tftp.Opcode.data:
        return this.#data(octets, from, now, effects);
      case tftp.Opcode.oack:
        return this.#oack(octets, from, now, effects);
      case tftp.Opcode.error:
        return this.#error(octets, effects);
      default:
        // A request or an ACK means nothing to a reader: RFC 1350 §2 lets only a wrong port pass, but a copy of
        // such a packet may be anybody's, and ending the transfer would help only its sender.
        effects.because(RULES.malformed);
    }
  }

  /** RFC 1122 §4.1.3.3: told, but the retry schedule decides. */
  unreachable(input: UnreachableInput, effects: Effects): void {
    if (input.port !== this.#port || (this.#state !== REQUESTING && this.#state !== RECEIVING)) return;
    effects.because(RULES.clientUnreachable, effects.explains ? input.reason : undefined);
  }

  deadline(): Instant {
    return this.#wakeAt === NOT_WAITING ? NEVER : this.#wakeAt;
  }

  wake(now: Instant, effects: Effects): void {
    if (this.#wakeAt === NOT_WAITING || now < this.#wakeAt) return;
    if (this.#state !== REQUESTING && this.#state !== RECEIVING) return this.#release(effects);
    if (this.#sends >= this.#profile.sendsMax) {
      effects.because(RULES.clientGivesUp);
      return this.#fail('timed-out', undefined, `no answer to ${this.#sends} packets`, effects);
    }
    effects.because(RULES.clientAsksAgain);
    if (this.#state === REQUESTING) this.#sendRequest(effects);
    else this.#sendAck(effects);
    this.#arm(this.#sends + 1, now);
  }

  /** Ends the transfer without a word to the server, or the dally after it. */
  stop(effects: Effects): void {
    if (this.#state === REQUESTING || this.#state === RECEIVING)
      this.#fail('stopped', undefined, 'stopped', effects);
    else this.#release(effects);
    if (this.#profile.lendsBuffers !== true) return;
    if (this.#state.kind === 'done') this.#state = TAKEN;
    this.#file?.lend();
    this.#file = undefined;
  }

  #data(octets: Uint8Array, from: Endpoint, now: Instant, effects: Effects): void {
    const block = tftp.decodeBlock(octets);
    if (this.#state === REQUESTING) {
      // RFC 2347: DATA in answer to options means that the server took none of them.
      if (block !== 1) return;
      this.#lock(from);
    }
    if (this.#state !== RECEIVING) {
      // RFC 1350 §6: done and dallying, and the last ACK was lost.
      if (block === (this.#received & 0xffff)) this.#repeatAck(effects);
      return;
    }
    // RFC 1350 says nothing of block 65,536; 0 follows 65,535, as everywhere in practice.
    const ahead = (block - this.#received - 1) & 0xffff;
    if (ahead !== 0) return this.#outOfOrder(ahead, effects);
    const count = octets.length - tftp.DATA_HEADER_OCTETS;
    if (count > this.#blksize) {
      effects.because(RULES.clientBadBlock);
      const text = `a block of ${count} octets where ${this.#blksize} were agreed`;
      return this.#refuse('bad-block', tftp.ErrorCode.illegalOperation, text, effects);
    }
    const { octetsMax, known = NO_FILES } = this.#profile;
    if (this.receivedOctets + count > octetsMax) return this.#tooLarge(effects);
    this.#file ??= ReceivedFile.begin();
    this.#file.append(octets, tftp.DATA_HEADER_OCTETS, octetsMax, known);
    this.#received++;
    this.#passAt = 0;
    this.#arm(1, now);
    if (count < this.#blksize) return this.#complete(now, effects);
    if (this.#received < this.#ackAt) return;
    effects.because(RULES.clientAcknowledges);
    this.#sendAck(effects);
  }

  /**
   * A block that is not the next one. Within one pass of the sender over its window blocks rise, so the first one that
   * does not begins a new pass; it is answered once, or each block of a window would start the sender again.
   */
  #outOfOrder(ahead: number, effects: Effects): void {
    const index = this.#received + 1 + ahead - (ahead < this.#windowsize ? 0 : 0x10000);
    if (index < 1) return;
    if (this.#windowsize === 1) {
      // RFC 1350 §2: our last ACK was lost. Any older block was answered before.
      if (index === this.#received) this.#repeatAck(effects);
      return;
    }
    const begins = this.#passAt === 0 || index <= this.#passAt;
    this.#passAt = index;
    if (!begins) return;
    if (index > this.#received) {
      // RFC 7440 §4: acknowledge the last block in order; the sender goes on from there.
      effects.because(RULES.clientMissesBlock);
      return this.#sendAck(effects);
    }
    if (index > this.#acknowledged) return;
    // The sender began again before a block that we acknowledged, so it never saw our ACK, and waits at its window's end.
    this.#ackAt = index - 1 + this.#windowsize;
    if (this.#received >= this.#ackAt) this.#repeatAck(effects);
  }

  #oack(octets: Uint8Array, from: Endpoint, now: Instant, effects: Effects): void {
    const options = tftp.decodeOack(octets);
    if (this.#state === RECEIVING && this.#received === 0) return this.#repeatAck(effects);
    if (this.#state !== REQUESTING) return;
    this.#lock(from);
    for (const option of options) {
      const wrong = this.#applyOption(option, effects);
      if (wrong !== undefined) {
        effects.because(RULES.clientRefusesOptions, effects.explains ? wrong : undefined);
        return this.#refuse('bad-options', tftp.ErrorCode.optionRefused, wrong, effects);
      }
      if (this.#state !== RECEIVING) return;
    }
    effects.because(RULES.clientAcceptsOptions);
    this.#sendAck(effects);
    this.#arm(1, now);
  }

  /** What is wrong with an acknowledged option, if anything. */
  #applyOption(option: tftp.TftpOption, effects: Effects): string | undefined {
    const { blksize, timeoutSeconds, windowsize, tsize } = this.#profile;
    const name = optionName(option);
    const value = name && optionValue(name, option);
    if (value === undefined) return 'an option or value that is not allowed';
    switch (name) {
      case 'blksize':
        if (blksize === undefined || value > blksize) return `blksize ${value}`;
        this.#blksize = value;
        return undefined;
      case 'windowsize':
        if (windowsize === undefined || value > windowsize) return `windowsize ${value}`;
        this.#windowsize = value;
        return undefined;
      case 'timeout':
        if (value !== timeoutSeconds) return `timeout ${value}`;
        this.#waitSeconds = value;
        return undefined;
      default:
        if (tsize !== true) return `tsize ${value}`;
        if (value > this.#profile.octetsMax) this.#tooLarge(effects);
        return undefined;
    }
  }

  #error(octets: Uint8Array, effects: Effects): void {
    if (this.#state !== REQUESTING && this.#state !== RECEIVING) return;
    const { code, text } = tftp.decodeErrorPacket(octets);
    const shown = showOctets(text.subarray(0, tftp.ERROR_TEXT_OCTETS_MAX));
    effects.because(RULES.clientRefused, effects.explains ? `error ${code}: ${shown}` : undefined);
    this.#fail('refused', code, shown, effects);
  }

  /** RFC 1350 §4: before the first answer any port of the server's address will do. */
  #isPeer(from: Endpoint): boolean {
    if (from.address !== this.#server) return false;
    return this.#state === REQUESTING || from.port === this.#serverPort;
  }

  /** RFC 1350 §4: told so, unless it is an error itself, which nobody answers. */
  #turnAway(opcode: tftp.Opcode, from: Endpoint, effects: Effects): void {
    effects.because(RULES.clientStranger);
    if (opcode === tftp.Opcode.error) return;
    scratch.reset();
    tftp.encodeError(scratch, tftp.ErrorCode.unknownTid, 'no transfer with this port');
    effects.send(this.#port, target.at(from.address, from.port), scratch.octets, scratch.offset);
  }

  #lock(from: Endpoint): void {
    this.#serverPort = from.port;
    this.#state = RECEIVING;
  }

  #complete(now: Instant, effects: Effects): void {
    effects.because(RULES.clientComplete);
    this.#sendAck(effects);
    const octets = this.#file?.octets ?? EMPTY;
    this.#state = { kind: 'done', octets: this.#mode === 'netascii' ? fromNetascii(octets) : octets };
    if (this.#profile.dallySeconds === 0) this.#release(effects);
    else this.#wakeAt = afterSeconds(now, this.#profile.dallySeconds);
  }

  #tooLarge(effects: Effects): void {
    effects.because(RULES.clientTooLarge);
    const text = `more than ${this.#profile.octetsMax} octets`;
    this.#refuse('too-large', tftp.ErrorCode.diskFull, text, effects);
  }

  /** Ends the transfer with an ERROR packet. */
  #refuse(reason: FailReason, code: number, text: string, effects: Effects): void {
    scratch.reset();
    tftp.encodeError(scratch, code, text);
    this.#send(effects);
    this.#fail(reason, code, text, effects);
  }

  #fail(reason: FailReason, code: number | undefined, text: string, effects: Effects): void {
    this.#state = { kind: 'failed', reason, code, text };
    this.#file?.forget();
    this.#release(effects);
  }

  #release(effects: Effects): void {
    this.#wakeAt = NOT_WAITING;
    if (this.#port === 0) return;
    effects.release(this.#port);
    this.#port = 0;
  }

  #repeatAck(effects: Effects): void {
    effects.because(RULES.clientRepeats);
    this.#sendAck(effects);
  }

  #sendAck(effects: Effects): void {
    this.#acknowledged = this.#received;
    this.#ackAt = this.#received + this.#windowsize;
    scratch.reset();
    tftp.encodeAck(scratch, this.#received & 0xffff);
    this.#send(effects);
  }

  get #mode(): 'netascii' | 'octet' {
    return this.#profile.netascii === true ? 'netascii' : 'octet';
  }

  #sendRequest(effects: Effects): void {
    const { blksize, timeoutSeconds, windowsize, tsize } = this.#profile;
    scratch.reset();
    tftp.encodeRequest(scratch, 'rrq', this.#name, this.#mode);
    if (tsize === true) encodeOptionValue(scratch, 'tsize', 0);
    if (blksize !== undefined) encodeOptionValue(scratch, 'blksize', blksize);
    if (timeoutSeconds !== undefined) encodeOptionValue(scratch, 'timeout', timeoutSeconds);
    if (windowsize !== undefined) encodeOptionValue(scratch, 'windowsize', windowsize);
    this.#send(effects);
  }

  #send(effects: Effects): void {
    effects.send(this.#port, target.at(this.#server, this.#serverPort), scratch.octets, scratch.offset);
  }

  #requestFits(): boolean {
    const { blksize, timeoutSeconds, windowsize, tsize } = this.#profile;
    const fixed = REQUEST_FIXED_OCTETS + this.#mode.length;
    const plain = (blksize ?? timeoutSeconds ?? windowsize ?? tsize) === undefined;
    const length = this.#name.length + fixed + (plain ? 0 : REQUEST_OPTION_OCTETS_MAX);
    return this.#name.length > 0 && length <= tftp.REQUEST_OCTETS_MAX && !this.#name.includes(0);
  }

  #arm(sends: number, now: Instant): void {
    const { resendSeconds } = this.#profile;
    this.#sends = sends;
    const wait = this.#waitSeconds || (resendSeconds[Math.min(sends, resendSeconds.length) - 1] ?? 1);
    this.#wakeAt = afterSeconds(now, wait);
  }
}

type FailReason = (ReceiverState & { kind: 'failed' })['reason'];
