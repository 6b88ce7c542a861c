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
import { type Instant, NEVER, toInstant } from '../core/time.ts';
import type { TsigKeys, TsigVerdict } from '../engine/dns/tsig.ts';
import { applyUpdate } from '../engine/dns/update.ts';
import type { Zone } from '../store/zone.ts';
import { type ZoneChange, changeZone } from '../store/zone-change.ts';
import { ZoneDraft } from '../store/zone-draft.ts';
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

/** One that waits for the disk. */
interface Flight extends Made {
  /** Of its change. */
  readonly row: Row;
}

export interface UpdatesOptions {
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
    return this.#waiting.some(({ keep }) => !this.#isFlying(keep)) ? this.#dueAt : NEVER;
  }

  get underWay(): number {
    return this.#waiting.length + this.#flights.size;
  }

  /** Makes what can be made; `persist` is the last effect of its input, so that nothing else waits for the disk. */
  wake(now: Instant, effects: Effects): void {
    const all = new Map<ZoneKeep, Made>();
    for (;;) {
      const keep = this.#waiting.find(
        (update) => !this.#isFlying(update.keep) && !all.has(update.keep),
      )?.keep;
      if (keep === undefined) break;
      const updates = this.#waiting.filter((update) => update.keep === keep);
      this.#waiting = this.#waiting.filter((update) => update.keep !== keep);
      const made = this.#make(keep, updates, now, effects);
      if (made !== undefined) all.set(keep, made);
    }
    for (const made of all.values()) {
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
    for (const [ticket, flight] of before.#flights) {
      const keep = keepOf(flight.keep);
      if (keep === undefined) continue;
      const updates = flight.updates.map((update) => ({ ...update, keep }));
      this.#flights.set(ticket, { ...flight, keep, updates });
    }
  }

  #isFlying(keep: ZoneKeep): boolean {
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
    try {
      return { keep, before, zone: changeZone(before, change, keep.duties.build), change, updates: made };
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      // One of them makes the zone ill-formed. Alone it is refused; the others are made one by one.
      const [first, ...more] = made;
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
    else effects.write(replyTo.stream, frameMessage(room, length));
  }
}
