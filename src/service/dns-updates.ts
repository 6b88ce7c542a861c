import { frameMessage } from '../codec/dns/frame.ts';
import { Flag } from '../codec/dns/header.ts';
import { type DnsMessage, encodeMessage } from '../codec/dns/message.ts';
import { EMPTY_MESSAGE } from '../codec/dns/question.ts';
import { formatName } from '../codec/dns/name.ts';
import { Opcode, Rcode } from '../codec/dns/registry.ts';
import { ConfigError, bug } from '../core/errors.ts';
import type { Rule } from '../core/rules.ts';
import { UPDATE } from '../core/rules/update.ts';
import type { Effects, Row, SettledInput, StreamId, Target, Ticket } from '../core/service.ts';
import type { Steps } from '../core/steps.ts';
import { type Instant, NEVER, after, earlier, toInstant } from '../core/time.ts';
import type { TsigKeys, TsigVerdict } from '../engine/dns/tsig.ts';
import { applyUpdate } from '../engine/dns/update.ts';
import type { Zone } from '../store/zone.ts';
import { type ZoneChange, changeZoneSteps } from '../store/zone-change.ts';
import { ZoneDraft } from '../store/zone-draft.ts';
import type { DnsStreams } from './dns-streams.ts';
import type { ZoneKeep } from './zone-keep.ts';

/** Updates that wait, of all zones: what clients can make us hold. */
const WAITING_MAX = 256;
/** Room for a signature behind a reply. */
const TSIG_ROOM = 700;

/** Where the reply to a message goes. */
export type ReplyTo =
  | { readonly kind: 'udp'; readonly port: number; readonly to: Target }
  | { readonly kind: 'stream'; readonly stream: StreamId }
  /** It was a command. */
  | { readonly kind: 'nobody' };

export interface PendingUpdate {
  readonly message: DnsMessage;
  readonly keep: ZoneKeep;
  readonly replyTo: ReplyTo;
  /** Of its signature, which the reply answers. */
  readonly verdict: TsigVerdict | undefined;
}

/** A version that was made of updates. */
interface Made {
  readonly keep: ZoneKeep;
  /** The version that it was made of. */
  readonly before: Zone;
  readonly zone: Zone;
  readonly change: ZoneChange;
  readonly updates: readonly PendingUpdate[];
}

/** One that is being made. */
interface Making extends Omit<Made, 'zone'> {
  readonly steps: Steps<Zone>;
}

/** One that waits for the disk. */
interface Flight extends Made {
  /** Of its change. */
  readonly row: Row;
}

export interface UpdatesOptions {
  /** Those that updates may have come by. */
  readonly streams: Pick<DnsStreams, 'answered'>;
  readonly keys: TsigKeys;
  seconds(now: Instant): number;
  /** A new version is on the disk, and served from now on. */
  committed(keep: ZoneKeep, zone: Zone, change: ZoneChange, now: Instant, effects: Effects): void;
  /** The row of a change is on the disk that leads on from a version which a reload has replaced meanwhile. */
  overtaken(keep: ZoneKeep, row: Row): void;
}

/**
 * Dynamic updates (RFC 2136): those that wait for a zone are made together, one flush at a time, and what they make is served when it is
 * on the disk (§3.5).
 */
export class DnsUpdates {
  readonly #options: UpdatesOptions;
  #waiting: PendingUpdate[] = [];
  /** When the last one came: they are made in the turn after. */
  #dueAt = toInstant(0);
  /** Those that are not done in one turn: where NS or DNAME come or go above many names. */
  readonly #making = new Map<ZoneKeep, Making>();
  #stepAt = toInstant(0);
  readonly #flights = new Map<Ticket, Flight>();

  constructor(options: UpdatesOptions) {
    this.#options = options;
  }

  /** False where too many wait. */
  add(update: PendingUpdate, now: Instant): boolean {
    if (this.#waiting.length >= WAITING_MAX) return false;
    this.#dueAt = now;
    this.#waiting.push(update);
    return true;
  }

  deadline(): Instant {
    const dueAt = this.#waiting.some(({ keep }) => !this.#isBusy(keep)) ? this.#dueAt : NEVER;
    return this.#making.size === 0 ? dueAt : earlier(dueAt, this.#stepAt);
  }

  get underWay(): number {
    return this.#waiting.length + this.#making.size + this.#flights.size;
  }

  /** Makes what can be made; `persist` is the last effect of its input, so that nothing else waits for the disk. */
  wake(now: Instant, effects: Effects): void {
    const all: Made[] = [];
    for (const making of Array.from(this.#making.values())) {
      const made = this.#step(making, now, effects);
      if (made !== undefined) all.push(made);
    }
    for (let keep = this.#idle(all); keep !== undefined; keep = this.#idle(all)) {
      const updates = this.#waiting.filter((update) => update.keep === keep);
      this.#waiting = this.#waiting.filter((update) => update.keep !== keep);
      const made = this.#make(keep, updates, now, effects);
      if (made !== undefined) all.push(made);
    }
    for (const made of all) {
      const rows = made.keep.journal.rowsOf(made.change);
      const row = rows.at(-1) ?? bug('a change has a row');
      this.#flights.set(effects.persist(rows), { ...made, row });
    }
  }

  /** Whether the ticket was of an update. */
  settled({ ticket, outcome }: SettledInput, now: Instant, effects: Effects): boolean {
    const flight = this.#flights.get(ticket);
    if (flight === undefined) return false;
    this.#flights.delete(ticket);
    const { keep, before, zone, change, updates, row } = flight;
    if (outcome === 'durable' && keep.place.zone !== before) {
      // What a reload brought stays: the updates are made anew, of that.
      this.#options.overtaken(keep, row);
      this.#waiting.unshift(...updates);
      this.#dueAt = now;
      return true;
    }
    if (outcome === 'durable') this.#options.committed(keep, zone, change, now, effects);
    for (const update of updates)
      if (outcome === 'durable') this.#reply(update, Rcode.NOERROR, UPDATE.done, now, effects);
      else this.#reply(update, Rcode.SERVFAIL, UPDATE.diskFailed, now, effects);
    return true;
  }

  /** Goes on with what another one had; `keepOf` gives the zone's new keep. */
  inherit(before: DnsUpdates, keepOf: (keep: ZoneKeep) => ZoneKeep | undefined): void {
    for (const update of before.#waiting) {
      const keep = keepOf(update.keep);
      if (keep !== undefined) this.#waiting.push({ ...update, keep });
    }
    for (const { keep: former, updates } of before.#making.values()) {
      const keep = keepOf(former);
      if (keep !== undefined) this.#waiting.unshift(...updates.map((update) => ({ ...update, keep })));
    }
    for (const [ticket, flight] of before.#flights) {
      const keep = keepOf(flight.keep);
      if (keep === undefined) continue;
      const updates = flight.updates.map((update) => ({ ...update, keep }));
      this.#flights.set(ticket, { ...flight, keep, updates });
    }
  }

  /** A zone for which updates wait and nothing is under way. */
  #idle(all: readonly Made[]): ZoneKeep | undefined {
    return this.#waiting.find(({ keep }) => !this.#isBusy(keep) && !all.some((made) => made.keep === keep))
      ?.keep;
  }

  #isBusy(keep: ZoneKeep): boolean {
    if (keep.isInheriting || this.#making.has(keep)) return true;
    for (const flight of this.#flights.values()) if (flight.keep === keep) return true;
    return false;
  }

  /** Makes the next version of a zone by as many updates as there are; those that change nothing are answered at once. */
  #make(keep: ZoneKeep, updates: readonly PendingUpdate[], now: Instant, effects: Effects): Made | undefined {
    const before = keep.place.zone;
    if (before === undefined) return undefined;
    const draft = new ZoneDraft(before);
    const made: PendingUpdate[] = [];
    for (const update of updates) {
      const refusal = applyUpdate(update.message, draft);
      if (refusal === undefined) made.push(update);
      else this.#reply(update, refusal.rcode, refusal.rule, now, effects, refusal.detail);
    }
    const change = draft.change();
    if (change === undefined) {
      for (const update of made) this.#reply(update, Rcode.NOERROR, UPDATE.nothing, now, effects);
      return undefined;
    }
    const steps = changeZoneSteps(before, change, keep.duties.build);
    return this.#step({ keep, before, change, updates: made, steps }, now, effects);
  }

  /** A step of the work: questions are answered in between. */
  #step(making: Making, now: Instant, effects: Effects): Made | undefined {
    const { keep, steps, updates, ...same } = making;
    this.#making.delete(keep);
    try {
      const step = steps.next();
      if (step.done === true) return { ...same, keep, updates, zone: step.value };
      this.#making.set(keep, making);
      this.#stepAt = after(now, 1);
      return undefined;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      // One of them makes the zone ill-formed. Alone it is refused; the others are made one by one.
      const [first, ...more] = updates;
      if (first !== undefined && more.length === 0)
        this.#reply(first, Rcode.REFUSED, UPDATE.breaksZone, now, effects, error.message);
      if (first === undefined || more.length === 0) return undefined;
      this.#waiting.unshift(...more);
      return this.#make(keep, [first], now, effects);
    }
  }

  #reply(
    { message, keep, replyTo, verdict }: PendingUpdate,
    rcode: number,
    rule: Rule,
    now: Instant,
    effects: Effects,
    detail?: string,
  ): void {
    const { keys } = this.#options;
    const zone = formatName(keep.duties.apex);
    effects.because(rule, effects.explains ? (detail ?? zone) : undefined);
    if (replyTo.kind === 'nobody') return;
    const octets = encodeMessage({
      ...EMPTY_MESSAGE,
      id: message.id,
      opcode: Opcode.UPDATE,
      flags: Flag.QR,
      rcode,
      questions: message.questions,
      edns: message.edns && { payloadOctets: 1_232, version: 0, flags: 0, options: [] },
    });
    const room = new Uint8Array(octets.length + (verdict === undefined ? 0 : TSIG_ROOM));
    room.set(octets);
    const length =
      verdict === undefined
        ? octets.length
        : keys.answer(verdict, room, octets.length, this.#options.seconds(now));
    if (replyTo.kind === 'udp') effects.send(replyTo.port, replyTo.to, room, length);
    else {
      effects.write(replyTo.stream, frameMessage(room, length));
      this.#options.streams.answered(replyTo.stream, effects);
    }
  }
}
