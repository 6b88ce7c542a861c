import type { Rule } from '../../src/core/rules.ts';
import type { Said } from './reaction.ts';
import type { Effects, Row, StreamId, Target, Ticket } from '../../src/core/service.ts';

const SAID_MAX = 16;

/** A sink that keeps only what the soak asks about: little, so that a million inputs leave memory as it was. */
export class SoakSink implements Effects {
  explains = false;
  /** Ephemeral ports that the service has open. */
  readonly ports = new Set<number>();
  readonly tickets: Ticket[] = [];
  /** Rules given at least once. */
  readonly rules = new Set<string>();
  sends = 0;
  /** What was sent or written last, and from which port, while `keeps`. */
  keeps = false;
  /** The last things sent, in no order: what a conversation goes on from. */
  readonly said: Said[] = [];
  lastSent: Uint8Array | undefined;
  lastPort = 0;
  #nextPort = 49_152;
  #nextTicket = 1;
  #nextStream = 1_000_000_000;

  send(port: number, to: Target, octets: Uint8Array, length: number = octets.length): void {
    if (length > octets.length) throw new Error(`a send of ${length} octets out of ${octets.length}`);
    this.sends++;
    const copy = octets.slice(0, length);
    if (!this.keeps) {
      this.said[this.sends % SAID_MAX] = { port, to: { address: to.address, port: to.port }, octets: copy };
      return;
    }
    // Nobody goes on from the answer to the good question: declined again and again, it would be the last of its pool.
    this.lastSent = copy;
    this.lastPort = port;
  }

  write(_stream: StreamId, octets: Uint8Array): void {
    this.sends++;
    if (this.keeps) this.lastSent = octets.slice();
  }

  unsent(): number {
    return 0;
  }

  bind(): number {
    do this.#nextPort = this.#nextPort === 65_535 ? 49_152 : this.#nextPort + 1;
    while (this.ports.has(this.#nextPort));
    this.ports.add(this.#nextPort);
    return this.#nextPort;
  }

  release(port: number): void {
    if (!this.ports.delete(port)) throw new Error(`port ${port} was released and is not open`);
  }

  persist(_rows: readonly Row[]): Ticket {
    const ticket = this.#nextTicket++;
    this.tickets.push(ticket);
    return ticket;
  }

  because(rule: Rule, detail?: string): void {
    this.rules.add(rule.id);
    if (detail !== undefined && !this.explains)
      throw new Error(`${rule.id} has a detail that nobody asked for`);
  }

  connect(): StreamId {
    return this.#nextStream++;
  }

  measure(name: string, value: number): void {
    if (!Number.isFinite(value)) throw new Error(`${name} is ${value}`);
  }

  sendMacMessage(): void {
    this.sends++;
  }

  forward(): void {}

  forwardAs(): void {}
  close(): void {}
  reset(): void {}
  configure(): void {}
  probe(): void {}
  state(): void {}
  reply(): void {}
}
