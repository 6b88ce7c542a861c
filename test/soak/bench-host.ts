import type { Endpoint } from '../../src/core/address.ts';
import { ipv4 } from '../../src/core/address.ts';
import type { Random } from '../../src/core/random.ts';
import type { Input, Service } from '../../src/core/service.ts';
import { after, toInstant, type Instant } from '../../src/core/time.ts';
import type { Question } from './question.ts';
import { SoakSink } from './sink.ts';

const SERVER = ipv4(0x0a000043);
/** Time between two inputs, so that leases and transfers come to their ends on the way. */
const PAUSE_US_MAX = 4_000;

/** One service without a driver: it is handed inputs, its timers come when it asked for them, its tickets are settled in every way. */
export class BenchHost {
  readonly sink = new SoakSink();
  readonly #service: Service;
  readonly #random: Random;
  /** 2026-01-01, as the simulation's epoch. */
  #now: Instant = toInstant(1_000_000);

  constructor(service: Service, random: Random) {
    this.#service = service;
    this.#random = random;
  }

  handle(input: Input): void {
    this.#now = after(this.#now, this.#random.below(PAUSE_US_MAX));
    this.#wake();
    this.#service.handle(input, this.#now, this.sink);
    this.#settle();
  }

  datagram(octets: Uint8Array, from: Endpoint, port: number): void {
    this.handle({
      kind: 'datagram',
      octets,
      from,
      to: { address: SERVER, port },
      via: 0,
      hardware: undefined,
    });
  }

  /** Whether the question gets the answer that it should. */
  answers(question: Question): boolean {
    const { sink } = this;
    sink.keeps = true;
    sink.lastSent = undefined;
    this.datagram(question.octets, question.from, question.port);
    const answer = sink.lastSent;
    sink.keeps = false;
    if (question.thanks !== undefined) this.datagram(question.thanks, question.from, sink.lastPort);
    return answer !== undefined && question.isAnswer(answer);
  }

  /** Time passes until nothing is waited for any more, or for a day. */
  rest(): void {
    const end = after(this.#now, 86_400_000_000);
    for (let due = this.#service.deadline(); due <= end; due = this.#service.deadline()) {
      this.#now = due > this.#now ? due : this.#now;
      this.#wake();
      this.#settle();
    }
  }

  #wake(): void {
    if (this.#service.deadline() > this.#now) return;
    this.#service.handle({ kind: 'timer' }, this.#now, this.sink);
    if (this.#service.deadline() <= this.#now) throw new Error('a timer did not move the deadline');
  }

  #settle(): void {
    const { tickets } = this.sink;
    // Some wait for a while, as they do for a disk.
    while (tickets.length > 0 && (tickets.length > 32 || this.#random.below(3) > 0)) {
      const ticket = tickets.shift()!;
      const draw = this.#random.below(20);
      const outcome = draw === 0 ? 'failed' : draw === 1 ? 'conflict' : 'durable';
      this.#service.handle({ kind: 'settled', ticket, outcome }, this.#now, this.sink);
    }
  }
}
