import { NEVER, after, type Instant } from '../../core/time.ts';
import { type Flow, flowKey, reversed } from './flow.ts';
import type { Binding } from './nat.ts';
import { SequenceShift } from './sequence-shift.ts';

/** How long each kind of session may be idle, in microseconds. */
export interface Timeouts {
  readonly udpUs: number;
  readonly icmpUs: number;
  /** TCP that is open on both sides. */
  readonly establishedUs: number;
  /** TCP that is being opened or closed. */
  readonly transitoryUs: number;
}

/** RFC 7857 §2, figure 1; of UDP and ICMP there is one phase. */
export type Phase = 'open' | 'init' | 'established' | 'one-fin' | 'both-fins' | 'reset';

/** Which way a packet of a session goes: as its first one, or back. */
export type Direction = 'forth' | 'back';

/** A conversation that may pass, and how it is translated. */
export class Session {
  readonly number: number;
  /** As packets of the one who began arrive, and as answers arrive. */
  readonly forth: Flow;
  readonly back: Flow;
  readonly forthKey: string;
  readonly backKey: string;
  /** The interfaces by which its packets come in, forth and back. */
  readonly via: number;
  readonly backVia: number;
  /** What holds its outer ports; they are given back with the last session. */
  readonly bindings: readonly Binding[];
  phase: Phase;
  /** Who has closed, while only one has. */
  closedBy: Direction | undefined = undefined;
  idleAt: Instant = NEVER;
  /** By how much a helper has made each direction longer: only of control connections. */
  readonly shift: Readonly<Record<Direction, SequenceShift>> | undefined;

  constructor(made: {
    readonly number: number;
    readonly forth: Flow;
    readonly back: Flow;
    readonly via: number;
    readonly backVia: number;
    readonly bindings: readonly Binding[];
    readonly helped: boolean;
  }) {
    this.number = made.number;
    this.forth = made.forth;
    this.back = made.back;
    this.forthKey = flowKey(made.forth);
    this.backKey = flowKey(made.back);
    this.via = made.via;
    this.backVia = made.backVia;
    this.bindings = made.bindings;
    this.phase = made.forth.protocol === 'tcp' ? 'init' : 'open';
    this.shift = made.helped ? { forth: new SequenceShift(), back: new SequenceShift() } : undefined;
  }

  /** How a packet that came that way goes on. */
  onward(direction: Direction): Flow {
    return reversed(direction === 'forth' ? this.back : this.forth);
  }

  get isTranslated(): boolean {
    return flowKey(reversed(this.back)) !== this.forthKey;
  }
}

type Line = 'udp' | 'icmp' | 'established' | 'transitory';
/** The order in which a full table gives places away; who has an established connection keeps it. */
const VICTIMS: readonly Line[] = ['transitory', 'icmp', 'udp'];

/**
 * The sessions, found by what arrives. Those of one timeout stand in the order of their last packet, so the first of each
 * line runs out first; a line is a `Set`, which keeps the order in which its members were put in.
 */
export class SessionTable {
  readonly #byKey = new Map<string, Session>();
  readonly #lines: Readonly<Record<Line, Set<Session>>> = {
    udp: new Set(),
    icmp: new Set(),
    established: new Set(),
    transitory: new Set(),
  };
  readonly #timeouts: Timeouts;
  readonly entriesMax: number;
  #made = 0;
  count = 0;

  constructor(entriesMax: number, timeouts: Timeouts) {
    this.entriesMax = entriesMax;
    this.#timeouts = timeouts;
  }

  find(key: string): { readonly session: Session; readonly direction: Direction } | undefined {
    const session = this.#byKey.get(key);
    return session && { session, direction: session.forthKey === key ? 'forth' : 'back' };
  }

  nextNumber(): number {
    return ++this.#made;
  }

  /** There is a place, and neither key is another session's. */
  add(session: Session, now: Instant): void {
    this.#byKey.set(session.forthKey, session);
    this.#byKey.set(session.backKey, session);
    this.count++;
    this.touch(session, now);
  }

  has(key: string): boolean {
    return this.#byKey.has(key);
  }

  get isFull(): boolean {
    return this.count >= this.entriesMax;
  }

  /** Who would give its place to a new one: idle the longest, and no established connection. */
  victim(): Session | undefined {
    for (const line of VICTIMS) for (const session of this.#lines[line]) return session;
    return undefined;
  }

  remove(session: Session): void {
    this.#byKey.delete(session.forthKey);
    this.#byKey.delete(session.backKey);
    for (const line of Object.values(this.#lines)) line.delete(session);
    this.count--;
    for (const binding of session.bindings) binding.sessions.delete(session);
  }

  /** A packet has passed: its time begins anew, in the line of its phase. */
  touch(session: Session, now: Instant): void {
    for (const line of Object.values(this.#lines)) line.delete(session);
    const line = lineOf(session);
    session.idleAt = after(now, this.#timeoutOf(line));
    this.#lines[line].add(session);
  }

  deadline(): Instant {
    let first = NEVER;
    for (const line of Object.values(this.#lines))
      for (const { idleAt } of line) {
        if (idleAt < first) first = idleAt;
        break;
      }
    return first;
  }

  /** One whose time is over; the owner takes it out. */
  expired(now: Instant): Session | undefined {
    for (const line of Object.values(this.#lines))
      for (const session of line) {
        if (session.idleAt <= now) return session;
        break;
      }
    return undefined;
  }

  /** All, in the order in which they began. */
  all(): readonly Session[] {
    const sessions = [...new Set(this.#byKey.values())];
    return sessions.sort((a, b) => a.number - b.number);
  }

  #timeoutOf(line: Line): number {
    switch (line) {
      case 'udp':
        return this.#timeouts.udpUs;
      case 'icmp':
        return this.#timeouts.icmpUs;
      case 'established':
        return this.#timeouts.establishedUs;
      case 'transitory':
        return this.#timeouts.transitoryUs;
    }
    return line satisfies never;
  }
}

function lineOf(session: Session): Line {
  if (session.forth.protocol !== 'tcp') return session.forth.protocol;
  // RFC 7857 §2, figure 1: with one FIN the connection is half open, and may be so for long.
  return session.phase === 'established' || session.phase === 'one-fin' ? 'established' : 'transitory';
}
