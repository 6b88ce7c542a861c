import { formatEndpoint } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import { replyTo } from '../core/reply.ts';
import type { Rule } from '../core/rules.ts';
import { REPLAY as RULES } from '../core/rules/replay.ts';
import type { DatagramInput, Effects, Input, Service, Target } from '../core/service.ts';
import { after, afterSeconds, NEVER, type Instant } from '../core/time.ts';
import { SERVER_PORT } from '../codec/dhcp/codes.ts';
import { decodeMessage } from '../codec/dhcp/message.ts';
import { TFTP_PORT } from '../codec/tftp/packet.ts';
import { replyTarget } from '../engine/dhcp/reply-target.ts';
import { dialectOf, type Dialect } from '../engine/replay/dialect.ts';
import {
  beginsTransfer,
  keyIn,
  type Exchange,
  type RecordedAnswer,
  type Recording,
} from '../engine/replay/recording.ts';

export interface ReplayOptions {
  /** The prefix of its measures: `dhcp` gives `dhcp.replay.unrecorded`. */
  readonly name: string;
  readonly recording: Recording;
}

/** Answers that wait for their moment; each is at most a datagram. */
const WAITING_MAX = 16_384;
const TRANSFERS_MAX = 4_096;
/** Longer than a client goes on asking for one block. */
const TRANSFER_IDLE_SECONDS = 60;

interface Waiting {
  readonly at: Instant;
  readonly port: number;
  readonly target: Target;
  readonly octets: Uint8Array;
  readonly rule: Rule;
}

/** A transfer of this run that goes as one of the recording did. */
interface Transfer {
  readonly number: number;
  /** Its port here; 69 where the recorded server had one port for all. */
  readonly port: number;
  readonly peer: string;
  /** By key: how often it was asked within it. */
  readonly turns: Turns;
  idleAt: Instant;
}

/** How often each thing that was recorded has been asked in this run. */
type Turns = Map<string, number>;

/** A server that says what a recorded one said: each request is found in the recording by what it is about. */
export class ReplayService implements Service {
  readonly #recording: Recording;
  readonly #unrecordedName: string;
  readonly #turns: Turns = new Map();
  /** By moment, then by the order in which they were made. */
  readonly #waiting: Waiting[] = [];
  /** By port and peer, the one heard of last behind the others. */
  readonly #transfers = new Map<string, Transfer>();
  #unrecorded = 0;

  constructor({ name, recording }: ReplayOptions) {
    this.#recording = recording;
    this.#unrecordedName = `${name}.replay.unrecorded`;
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    if (input.kind === 'timer') return this.#wake(now, effects);
    if (input.kind !== 'datagram') return;
    try {
      this.#receive(input, now, effects);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      effects.because(RULES.unreadable, effects.explains ? error.message : undefined);
    }
    this.#sendDue(now, effects);
  }

  deadline(): Instant {
    let at = this.#waiting[0]?.at ?? NEVER;
    for (const { idleAt } of this.#transfers.values()) {
      if (idleAt < at) at = idleAt;
      break;
    }
    return at;
  }

  #receive(input: DatagramInput, now: Instant, effects: Effects): void {
    const { octets, to, from } = input;
    const transfer = this.#transfers.get(transferKey(to.port, formatEndpoint(from)));
    if (transfer !== undefined && !beginsTransfer(octets)) return this.#goOn(transfer, input, now, effects);
    const dialect = dialectOf(to.port);
    const key = keyIn(to.port, 0, dialect.keyOf(octets));
    const exchanges = this.#recording.find(key);
    if (exchanges === undefined) {
      effects.because(RULES.notRecorded);
      effects.measure(this.#unrecordedName, ++this.#unrecorded);
      return;
    }
    const { exchange, rule } = turnOf(this.#turns, key, exchanges);
    const port = to.port === TFTP_PORT ? this.#begin(exchange, input, now, effects) : to.port;
    if (port !== undefined) this.#answer({ exchange, rule, dialect, port }, input, now, effects);
  }

  /** A datagram of a transfer. */
  #goOn(transfer: Transfer, input: DatagramInput, now: Instant, effects: Effects): void {
    const dialect = dialectOf(TFTP_PORT);
    const key = keyIn(TFTP_PORT, transfer.number, dialect.keyOf(input.octets));
    const exchanges = this.#recording.find(key);
    if (exchanges === undefined) {
      effects.because(RULES.notRecorded);
      effects.measure(this.#unrecordedName, ++this.#unrecorded);
      return;
    }
    const { exchange, rule } = turnOf(transfer.turns, key, exchanges);
    this.#answer({ exchange, rule, dialect, port: transfer.port }, input, now, effects);
    this.#keep(transfer, now);
  }

  /** Gives the port that the transfer is answered from; undefined: there are too many. */
  #begin(
    { answers, transfer: number }: Exchange,
    { from, to }: DatagramInput,
    now: Instant,
    effects: Effects,
  ): number | undefined {
    if (number === 0 || answers.length === 0) return to.port;
    if (this.#transfers.size >= TRANSFERS_MAX) {
      effects.because(RULES.tooMany);
      return undefined;
    }
    const port = answers[0]?.fromPort === TFTP_PORT ? TFTP_PORT : effects.bind();
    this.#keep({ number, port, peer: formatEndpoint(from), turns: new Map(), idleAt: now }, now);
    return port;
  }

  #keep(transfer: Transfer, now: Instant): void {
    const key = transferKey(transfer.port, transfer.peer);
    transfer.idleAt = afterSeconds(now, TRANSFER_IDLE_SECONDS);
    this.#transfers.delete(key);
    this.#transfers.set(key, transfer);
  }

  #answer(
    found: {
      readonly exchange: Exchange;
      readonly rule: Rule;
      readonly dialect: Dialect;
      readonly port: number;
    },
    input: DatagramInput,
    now: Instant,
    effects: Effects,
  ): void {
    const { answers } = found.exchange;
    if (answers.length === 0) effects.because(RULES.silentThen);
    for (const answer of answers) {
      if (this.#waiting.length >= WAITING_MAX) return effects.because(RULES.tooMany);
      this.#put(waitingFor(answer, found, input, now));
    }
  }

  #put(waiting: Waiting): void {
    let at = this.#waiting.length;
    while (at > 0 && (this.#waiting[at - 1]?.at ?? 0) > waiting.at) at--;
    this.#waiting.splice(at, 0, waiting);
  }

  #wake(now: Instant, effects: Effects): void {
    this.#sendDue(now, effects);
    for (const [key, { idleAt, port }] of this.#transfers) {
      if (idleAt > now) break;
      this.#transfers.delete(key);
      if (port !== TFTP_PORT) effects.release(port);
    }
  }

  #sendDue(now: Instant, effects: Effects): void {
    let count = 0;
    for (const { at, port, target, octets, rule } of this.#waiting) {
      if (at > now) break;
      count++;
      effects.because(rule);
      effects.send(port, target, octets);
    }
    if (count > 0) this.#waiting.splice(0, count);
  }
}

const NOTHING: Exchange = { answers: [], transfer: 0 };

/** The n-th time gets the n-th answer, and the last one from then on. */
function turnOf(
  turns: Turns,
  key: string,
  exchanges: readonly Exchange[],
): { readonly exchange: Exchange; readonly rule: Rule } {
  const turn = turns.get(key) ?? 0;
  turns.set(key, turn + 1);
  const exchange = exchanges[Math.min(turn, exchanges.length - 1)] ?? NOTHING;
  return { exchange, rule: turn >= exchanges.length ? RULES.again : RULES.answered };
}

function transferKey(port: number, peer: string): string {
  return `${port} ${peer}`;
}

/** An answer as it will go out to who asks now. */
function waitingFor(
  { octets, delayUs }: RecordedAnswer,
  { dialect, port, rule }: { readonly dialect: Dialect; readonly port: number; readonly rule: Rule },
  input: DatagramInput,
  now: Instant,
): Waiting {
  const fitting = dialect.fit(octets, input.octets);
  return { at: after(now, delayUs), port, rule, octets: fitting, target: targetOf(port, fitting, input) };
}

/** DHCP's answers go where the request says: RFC 2131 §4.1. */
function targetOf(port: number, answer: Uint8Array, input: DatagramInput): Target {
  if (port !== SERVER_PORT) return replyTo(input);
  const request = decodeMessage(input.octets);
  const { messageType, yiaddr } = decodeMessage(answer);
  return replyTarget(request, { type: messageType, yiaddr }, input.via, input.from.port);
}
