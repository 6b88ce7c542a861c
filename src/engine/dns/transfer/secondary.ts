import { FrameSplitter, frameMessage } from '../../../codec/dns/frame.ts';
import { Flag } from '../../../codec/dns/header.ts';
import { type DnsMessage, decodeMessage } from '../../../codec/dns/message.ts';
import { isAnswerTo } from '../../../codec/dns/question.ts';
import { formatName } from '../../../codec/dns/name.ts';
import { soaSerial } from '../../../codec/dns/rdata/soa.ts';
import { Rcode, Type, rcodeName } from '../../../codec/dns/registry.ts';
import { tsigOffset } from '../../../codec/dns/tsig.ts';
import { formatEndpoint } from '../../../core/address.ts';
import { ConfigError, DecodeError, bug } from '../../../core/errors.ts';
import type { Rule } from '../../../core/rules.ts';
import { TRANSFER } from '../../../core/rules/transfer.ts';
import { TSIG } from '../../../core/rules/tsig.ts';
import type { DatagramInput, Effects, StreamInput } from '../../../core/service.ts';
import type { Steps } from '../../../core/steps.ts';
import { type Instant, NEVER, after, afterSeconds, earlier, toInstant } from '../../../core/time.ts';
import { isNewerSerial } from '../../../store/serial.ts';
import type { Zone } from '../../../store/zone.ts';
import { type ZoneChange, changeZoneSteps, joinChanges } from '../../../store/zone-change.ts';
import { type IncomingEnd, IncomingTransfer } from './incoming.ts';
import { type Peer, soaRequest, transferRequest } from './requests.ts';
import {
  type SecondaryOptions,
  type SecondaryState as State,
  deadlineOf,
  timersOf,
} from './secondary-state.ts';

/** How often a primary is asked for its serial, and how long it is waited for, twice as long each time. */
const TRIES = 3;
const WAIT_SECONDS = 2;
/** For the connection, and for each message of a transfer. */
const STREAM_WAIT_SECONDS = 30;
/** Between tries while there is no zone whose SOA would say: at first, and doubled up to an hour. */
const FIRST_RETRY_SECONDS = 5;
const RETRY_SECONDS_MAX = 3_600;
/** Keeps the copy of one zone like its primary's: RFC 1034 §4.3.5 with RFC 1995 and RFC 1996. */
export class Secondary {
  readonly #options: SecondaryOptions;
  #state: State = { kind: 'idle', at: NEVER };
  /** Which primary is asked, as an index. */
  #primary = 0;
  /** How many have failed in a row. */
  #failures = 0;
  #rounds = 0;
  /** NOTIFY came, and nobody was asked since. */
  #isAskedAgain = false;
  zone: Zone | undefined;
  /** When the copy was known to be the newest. */
  confirmedAt: Instant = toInstant(0);
  #expiresAt: Instant = NEVER;

  constructor(options: SecondaryOptions) {
    this.#options = options;
  }

  /** Begins with a copy of before that was confirmed at `confirmedAt`, or with none; asks at once. */
  start(zone: Zone | undefined, confirmedAt: Instant, now: Instant): void {
    this.zone = zone;
    this.confirmedAt = confirmedAt;
    if (zone !== undefined) this.#expiresAt = afterSeconds(confirmedAt, timersOf(zone).expire);
    this.#state = { kind: 'idle', at: now };
  }

  get stateName(): string {
    return this.zone === undefined && this.#state.kind === 'idle' ? 'waiting' : this.#state.kind;
  }

  deadline(): Instant {
    return earlier(this.#expiresAt, deadlineOf(this.#state));
  }

  wake(now: Instant, effects: Effects): void {
    if (this.#expiresAt <= now) this.#expire(now, effects);
    if (deadlineOf(this.#state) > now) return;
    const state = this.#state;
    switch (state.kind) {
      case 'idle':
        if (!this.#isAskedAgain) this.#explain(effects, TRANSFER.asks);
        return this.#ask(now, effects);
      case 'asking':
        if (state.triesLeft > 0) return this.#send(state.triesLeft - 1, state.waitSeconds * 2, now, effects);
        return this.#fail(TRANSFER.noAnswer, 'no answer', now, effects);
      case 'fetching':
        return this.#fail(TRANSFER.fetchFailed, 'the primary sends nothing more', now, effects);
      case 'building':
        return this.#build(state, now, effects);
    }
  }

  /** A primary says that there is something new: it is asked in the next turn. */
  notified(address: Peer['address'], now: Instant): void {
    this.#isAskedAgain = true;
    if (this.#state.kind !== 'idle') return;
    const index = this.#options.primaries.findIndex((primary) => primary.address === address);
    if (index >= 0) this.#primary = index;
    this.#failures = 0;
    this.#state = { kind: 'idle', at: now };
  }

  /** Whether a port or stream is this one's. */
  ownsPort(port: number): boolean {
    return this.#state.kind === 'asking' && this.#state.port === port;
  }

  ownsStream(stream: number): boolean {
    return this.#state.kind === 'fetching' && this.#state.stream === stream;
  }

  /** Gives up what is under way. */
  stop(effects: Effects): void {
    this.#leave(effects);
    this.#state = { kind: 'idle', at: NEVER };
    this.#expiresAt = NEVER;
  }

  receive({ octets, from }: DatagramInput, now: Instant, effects: Effects): void {
    const state = this.#state;
    const { address, port } = this.#peer;
    if (state.kind !== 'asking' || from.address !== address || from.port !== port) return;
    try {
      const message = decodeMessage(octets);
      if (!isAnswerTo(message, { id: state.id, qname: this.#options.apex, qtype: Type.SOA })) return;
      // RFC 8945 §5.4: what cannot be believed is no answer, and the wait goes on.
      const fault = state.verifier?.take(octets, tsigOffset(octets), this.#options.requests.seconds(now));
      if (fault !== undefined) return this.#explain(effects, TSIG.badAnswer, fault);
      this.#judge(message, now, effects);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
  }

  stream(input: StreamInput, now: Instant, effects: Effects): void {
    const state = this.#state;
    if (state.kind !== 'fetching') return;
    switch (input.event) {
      case 'opened':
        return this.#request(state, now, effects);
      case 'octets':
        return state.splitter.push(input.octets, (octets) => this.#take(octets, now, effects));
      case 'closed':
      case 'reset':
        return this.#fail(TRANSFER.fetchFailed, 'the connection ended early', now, effects);
    }
  }

  get #peer(): Peer {
    const { primaries } = this.#options;
    const peer = primaries[this.#primary % primaries.length];
    return peer ?? bug('a secondary has a primary');
  }

  #ask(now: Instant, effects: Effects): void {
    this.#isAskedAgain = false;
    this.#send(TRIES - 1, WAIT_SECONDS, now, effects);
  }

  #send(triesLeft: number, waitSeconds: number, now: Instant, effects: Effects): void {
    this.#leave(effects);
    const { requests, apex } = this.#options;
    const request = requests.make(this.#peer, (id) => soaRequest(apex, id), now);
    const port = effects.bind();
    this.#state = {
      kind: 'asking',
      port,
      id: request.id,
      verifier: request.verifier,
      triesLeft,
      waitSeconds,
      resendAt: afterSeconds(now, waitSeconds),
    };
    const { address, port: peerPort } = this.#peer;
    effects.send(port, { address, port: peerPort }, request.octets);
  }

  #judge(message: DnsMessage, now: Instant, effects: Effects): void {
    const soa = message.answers.find(
      ({ type, owner }) => type === Type.SOA && owner.equals(this.#options.apex),
    );
    if (message.rcode !== Rcode.NOERROR || (message.flags & Flag.AA) === 0 || soa === undefined) {
      const why = message.rcode === Rcode.NOERROR ? 'an answer without authority' : rcodeName(message.rcode);
      return this.#fail(TRANSFER.noAnswer, why, now, effects);
    }
    const serial = soaSerial(soa.rdata);
    const ours = this.zone?.serial;
    if (ours === undefined || isNewerSerial(serial, ours)) {
      this.#explain(effects, TRANSFER.newer, `serial ${serial}`);
      return this.#fetch(ours === undefined ? Type.AXFR : Type.IXFR, now, effects);
    }
    this.#explain(effects, serial === ours ? TRANSFER.current : TRANSFER.older, `serial ${serial}`);
    this.#confirm(now, effects);
  }

  #fetch(qtype: number, now: Instant, effects: Effects): void {
    this.#leave(effects);
    const { address, port } = this.#peer;
    this.#state = {
      kind: 'fetching',
      stream: effects.connect({ address, port }),
      qtype,
      splitter: new FrameSplitter(),
      request: undefined,
      giveUpAt: afterSeconds(now, STREAM_WAIT_SECONDS),
    };
  }

  #request(state: State & { kind: 'fetching' }, now: Instant, effects: Effects): void {
    const { requests, apex, build } = this.#options;
    const { qtype } = state;
    const zone = qtype === Type.IXFR ? this.zone : undefined;
    const { id, octets, verifier } = requests.make(
      this.#peer,
      (drawn) => transferRequest(apex, qtype, zone, drawn),
      now,
    );
    const incoming = new IncomingTransfer({ apex, id, qtype, serial: zone?.serial, build });
    state.request = { incoming, verifier };
    effects.write(state.stream, frameMessage(octets));
  }

  /** One message of a transfer; false when no more is wanted. */
  #take(octets: Uint8Array, now: Instant, effects: Effects): boolean {
    const state = this.#state;
    if (state.kind !== 'fetching' || state.request === undefined) return false;
    const { incoming, verifier } = state.request;
    try {
      const fault = verifier?.take(octets, tsigOffset(octets), this.#options.requests.seconds(now));
      if (fault !== undefined) {
        this.#explain(effects, TSIG.badAnswer, fault);
        // RFC 8945 §5.3.1: the connection is closed. A refusal has no good signature either.
        this.#fail(TRANSFER.fetchFailed, fault, now, effects);
        return false;
      }
      state.giveUpAt = afterSeconds(now, STREAM_WAIT_SECONDS);
      const step = incoming.take(decodeMessage(octets));
      if (step.kind === 'more') return true;
      if (step.kind !== 'failed' && verifier?.isVouched === false)
        this.#fail(TRANSFER.fetchFailed, 'the last message is not signed', now, effects);
      else this.#ended(step, incoming, now, effects);
    } catch (error) {
      if (!(error instanceof DecodeError) && !(error instanceof ConfigError)) throw error;
      this.#fail(TRANSFER.fetchFailed, error.message, now, effects);
    }
    return false;
  }

  #ended(step: IncomingEnd, incoming: IncomingTransfer, now: Instant, effects: Effects): void {
    const { build } = this.#options;
    const wasWhole = this.#state.kind === 'fetching' && this.#state.qtype === Type.AXFR;
    switch (step.kind) {
      case 'up-to-date':
        this.#explain(effects, TRANSFER.current);
        return this.#confirm(now, effects);
      case 'whole':
        return this.#begin(incoming.build(), undefined, now, effects);
      case 'changes': {
        const [first, ...more] = step.changes;
        // It may have expired while they came.
        if (first === undefined || this.zone === undefined) return this.#fetch(Type.AXFR, now, effects);
        const steps = changeZoneSteps(this.zone, joinChanges(first, ...more), build);
        return this.#begin(steps, step.changes, now, effects);
      }
      case 'failed':
        if (wasWhole || !step.isRefusal) return this.#fail(TRANSFER.fetchFailed, step.why, now, effects);
        this.#explain(effects, TRANSFER.fallsBack, step.why);
        return this.#fetch(Type.AXFR, now, effects);
    }
  }

  #begin(
    steps: Steps<Zone>,
    changes: readonly ZoneChange[] | undefined,
    now: Instant,
    effects: Effects,
  ): void {
    this.#leave(effects);
    this.#build({ kind: 'building', steps, changes, nextAt: now }, now, effects);
  }

  /** A step at a time: questions are answered in between. */
  #build(state: State & { kind: 'building' }, now: Instant, effects: Effects): void {
    try {
      const step = state.steps.next();
      if (step.done !== true) {
        this.#state = { ...state, nextAt: after(now, 1) };
        return;
      }
      this.zone = step.value;
      const how = state.changes === undefined ? 'whole' : `${state.changes.length} changes`;
      this.#explain(effects, TRANSFER.fetched, `serial ${step.value.serial}, ${how}`);
      this.#confirmed(now);
      this.#options.listener.arrived(step.value, state.changes, now, effects);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (state.changes === undefined) return this.#fail(TRANSFER.fetchFailed, error.message, now, effects);
      // Changes that do not fit the copy that is here: all of it is fetched.
      this.#explain(effects, TRANSFER.fallsBack, error.message);
      this.#fetch(Type.AXFR, now, effects);
    }
  }

  #confirm(now: Instant, effects: Effects): void {
    this.#leave(effects);
    this.#confirmed(now);
    this.#options.listener.confirmed(now, effects);
  }

  #confirmed(now: Instant): void {
    this.#failures = 0;
    this.#rounds = 0;
    const { refresh, expire } = timersOf(this.zone ?? bug('a copy that is confirmed is here'));
    this.confirmedAt = now;
    this.#expiresAt = afterSeconds(now, expire);
    this.#state = { kind: 'idle', at: this.#isAskedAgain ? now : afterSeconds(now, refresh) };
  }

  /** The next primary, or a rest when all have failed. */
  #fail(rule: Rule, why: string, now: Instant, effects: Effects): void {
    this.#explain(effects, rule, why);
    this.#leave(effects);
    this.#primary = (this.#primary + 1) % this.#options.primaries.length;
    this.#failures++;
    if (this.#failures < this.#options.primaries.length) return this.#ask(now, effects);
    this.#failures = 0;
    const seconds =
      this.zone === undefined
        ? Math.min(FIRST_RETRY_SECONDS * 2 ** this.#rounds++, RETRY_SECONDS_MAX)
        : timersOf(this.zone).retry;
    this.#state = { kind: 'idle', at: afterSeconds(now, seconds) };
  }

  #expire(now: Instant, effects: Effects): void {
    this.#expiresAt = NEVER;
    this.zone = undefined;
    this.#explain(effects, TRANSFER.expired);
    this.#options.listener.expired(now, effects);
  }

  /** Lets go of the port or stream of the present state. */
  #leave(effects: Effects): void {
    const state = this.#state;
    if (state.kind === 'asking') effects.release(state.port);
    if (state.kind === 'fetching') effects.reset(state.stream);
    this.#state = { kind: 'idle', at: NEVER };
  }

  #explain(effects: Effects, rule: Rule, detail?: string): void {
    if (!effects.explains) return effects.because(rule);
    const about = `${formatName(this.#options.apex)} from ${formatEndpoint(this.#peer)}`;
    effects.because(rule, detail === undefined ? about : `${about}: ${detail}`);
  }
}
