import { FAULT } from '../core/rules/fault.ts';
import type { DatagramInput, Effects, Input, Service } from '../core/service.ts';
import { after, earlier, type Instant, NEVER, SECOND, toInstant } from '../core/time.ts';

/** A time in which a server is slow. */
export interface SlowTrouble {
  readonly id: string;
  readonly from: Instant;
  readonly until: Instant;
  /** How much later it reads each datagram. */
  readonly byUs: number;
  /** How many it reads in a second; 0: as many as come. */
  readonly rate: number;
}

/** More would be answered when nobody remembers having asked. */
const WAITING_MAX = 10_000;

interface Waiting {
  readonly input: DatagramInput;
  readonly dueAt: Instant;
}

/** A server that comes late to its datagrams: it reads each after a while, or so many in a second, in their order. */
export class SlowService implements Service {
  readonly #inner: Service;
  readonly #troubles: readonly SlowTrouble[];
  readonly #zero: { readonly at: Instant };
  readonly #waiting: Waiting[] = [];
  /** When the last one was or is read. */
  #lastAt = toInstant(0);

  constructor(inner: Service, troubles: readonly SlowTrouble[], zero: { readonly at: Instant }) {
    this.#inner = inner;
    this.#troubles = troubles;
    this.#zero = zero;
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    if (input.kind === 'datagram' && this.#delays(input, now, effects)) return;
    if (input.kind !== 'timer') return this.#inner.handle(input, now, effects);
    for (let due = this.#waiting[0]; due !== undefined && due.dueAt <= now; due = this.#waiting[0]) {
      this.#waiting.shift();
      this.#inner.handle(due.input, now, effects);
    }
    if (this.#inner.deadline() <= now) this.#inner.handle(input, now, effects);
  }

  deadline(): Instant {
    return earlier(this.#inner.deadline(), this.#waiting[0]?.dueAt ?? NEVER);
  }

  underWay(): number {
    return this.#waiting.length + (this.#inner.underWay?.() ?? 0);
  }

  /** Whether the datagram has to wait; it is copied then. */
  #delays(input: DatagramInput, now: Instant, effects: Effects): boolean {
    const moment = now - this.#zero.at;
    const trouble = this.#troubles.find(({ from, until }) => moment >= from && moment < until);
    // What comes after the slow time still waits for those before it.
    if (trouble === undefined && this.#waiting.length === 0) return false;
    if (trouble !== undefined) effects.measure(`fault.${trouble.id}`, 1);
    if (this.#waiting.length >= WAITING_MAX) {
      effects.because(FAULT.slowOverflow, trouble?.id);
      return true;
    }
    if (trouble !== undefined) effects.because(FAULT.slow, trouble.id);
    const { byUs = 0, rate = 0 } = trouble ?? {};
    const own = after(now, byUs);
    const turn = after(this.#lastAt, rate > 0 ? SECOND / rate : 1);
    const dueAt = own > turn ? own : turn;
    this.#lastAt = dueAt;
    const { octets, from, to } = input;
    this.#waiting.push({
      input: { ...input, octets: octets.slice(), from: { ...from }, to: { ...to } },
      dueAt,
    });
    return true;
  }
}
