import type { Endpoint, Ipv4, Mac } from '../../core/address.ts';
import type { Rule } from '../../core/rules.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import type {
  Effects,
  Input,
  InterfaceAddress,
  Plain,
  Response,
  Rewrite,
  Row,
  StreamId,
  Target,
  Ticket,
  TlsCall,
} from '../../core/service.ts';
import { MILLISECOND } from '../../core/time.ts';
import type { RealHost } from './host.ts';
import type { Packet, TcpPacket } from './plant.ts';
import type { World } from './world.ts';

/** What an input is about, for effects that speak of it. */
export interface Handed {
  readonly transit?: Packet;
  readonly segment?: { readonly segment: TcpPacket; readonly go: (as: TcpPacket) => void };
  readonly reply?: (value: Plain) => void;
}

/** What waits for a ticket, in order. */
interface Hold {
  readonly ticket: Ticket;
  readonly effects: (() => void)[];
  /** A `persist` that waits for this one. */
  next: { readonly hold: Hold; readonly rows: readonly Row[] } | undefined;
}

/** Where a service puts a reply that it gives at once; its reasons are told as those of `handle` are. */
export class Responding implements Response {
  octets: Uint8Array = new Uint8Array(0);
  input: Input | undefined;
  readonly #world: World;
  readonly #host: RealHost;

  constructor(world: World, host: RealHost) {
    this.#world = world;
    this.#host = host;
  }

  get explains(): boolean {
    return this.#world.tap.explains;
  }

  reads(rule: Rule): boolean {
    return this.#world.tap.reads(rule);
  }

  because(rule: Rule, detail?: string): void {
    this.#host.because(rule, detail, this.input);
  }
}

/** The sink of one host. What follows a `persist` in an input is copied and held until its ticket is durable. */
export class Sink implements Effects {
  readonly #world: World;
  readonly #host: RealHost;
  #hold: Hold | undefined;
  #tickets = 0;
  /** Whether the last rows were refused. */
  #diskFails = false;
  /** Tickets that are not settled. */
  heldCount = 0;
  #input: Input | undefined;
  #transit: Packet | undefined;
  #segment: Handed['segment'];
  #reply: ((value: Plain) => void) | undefined;
  /** A reason belongs to what is sent next, and to that alone. */
  #rule: Rule | undefined;
  #detail: string | undefined;

  constructor(world: World, host: RealHost) {
    this.#world = world;
    this.#host = host;
  }

  get explains(): boolean {
    return this.#world.tap.explains;
  }

  reads(rule: Rule): boolean {
    return this.#world.tap.reads(rule);
  }

  begin(input: Input, with_: Handed | undefined): void {
    this.#input = input;
    this.#transit = with_?.transit;
    this.#segment = with_?.segment;
    this.#reply = with_?.reply;
    this.#rule = undefined;
    this.#detail = undefined;
    this.#hold = undefined;
  }

  end(): void {
    this.#input = undefined;
    this.#transit = undefined;
    this.#segment = undefined;
    this.#reply = undefined;
    this.#hold = undefined;
  }

  /** Whether the input under way has a `persist`: its answer may still come. */
  get isHolding(): boolean {
    return this.#hold !== undefined;
  }

  send(port: number, to: Target, octets: Uint8Array, length: number = octets.length): void {
    if (this.#hold === undefined) {
      this.#host.send(port, to, { octets, length, rule: this.#rule, detail: this.#detail });
      this.#rule = undefined;
      this.#detail = undefined;
      return;
    }
    const copy = octets.slice(0, length);
    const target = { ...to };
    this.#hold.effects.push(() => {
      this.send(port, target, copy);
    });
  }

  sendMacMessage(via: number, to: Mac, octets: Uint8Array, length: number = octets.length): void {
    const copy = octets.slice(0, length);
    this.#now(() => {
      const said = { octets: copy, rule: this.#rule, detail: this.#detail };
      this.#rule = undefined;
      this.#detail = undefined;
      this.#world.network.sendMacMessage(this.#host.interfaceAt(via), to, said);
    });
  }

  forward(): void {
    if (this.#segment !== undefined) return this.#passSegment({});
    const packet = this.#transit;
    if (packet === undefined) return;
    this.#transit = undefined;
    if (this.#host.spec.inspects === true) this.#pass(packet);
    else
      this.#now(() => {
        this.#world.network.forward(this.#host, packet);
      });
  }

  forwardAs(rewrite: Rewrite): void {
    if (this.#segment !== undefined) return this.#passSegment(rewrite);
    const { from, to, octets } = rewrite;
    const packet = this.#transit;
    if (packet === undefined) return;
    this.#transit = undefined;
    this.#pass({
      ...packet,
      from: from === undefined ? packet.from : { ...from },
      to: to === undefined ? packet.to : { ...to },
      octets: octets?.slice() ?? packet.octets,
      asSent: packet.asSent ?? packet,
    });
  }

  bind(): number {
    return this.#host.ports.bind();
  }

  release(port: number): void {
    this.#now(() => {
      this.#host.ports.release(port);
    });
  }

  connect(to: Endpoint, fromPort?: number, tls?: TlsCall): StreamId {
    const { streams } = this.#host;
    const stream = streams.reserve();
    const peer = { ...to };
    this.#now(() => {
      streams.connect(stream, peer, fromPort, tls);
    });
    return stream;
  }

  write(stream: StreamId, octets: Uint8Array): void {
    const copy = octets.slice();
    this.#now(() => {
      this.#host.streams.write(stream, copy);
    });
  }

  unsent(stream: StreamId): number {
    return this.#host.streams.unsent(stream);
  }

  close(stream: StreamId): void {
    this.#now(() => {
      this.#host.streams.close(stream);
    });
  }

  reset(stream: StreamId): void {
    this.#now(() => {
      this.#host.streams.reset(stream);
    });
  }

  configure(via: number, address: InterfaceAddress | undefined): void {
    const copy = address && { ...address };
    this.#now(() => {
      this.#host.configure(via, copy);
    });
  }

  probe(via: number, address: Ipv4): void {
    this.#now(() => {
      this.#world.network.probe(this.#host.interfaceAt(via), address);
    });
  }

  persist(rows: readonly Row[]): Ticket {
    const hold: Hold = { ticket: ++this.#tickets, effects: [], next: undefined };
    if (this.#hold === undefined) this.#submit(hold, rows);
    else this.#hold.next = { hold, rows };
    this.#hold = hold;
    return hold.ticket;
  }

  because(rule: Rule, detail?: string): void {
    const input = this.#hold === undefined ? this.#input : undefined;
    this.#now(() => {
      this.#rule = rule;
      this.#detail = detail;
      this.#host.because(rule, detail, input);
    });
  }

  state(machine: string, state: string, subject?: Mac): void {
    this.#now(() => {
      const { tap, now } = this.#world;
      for (const listener of tap.listeners) listener.state?.(now(), this.#host.spec, machine, state, subject);
    });
  }

  measure(name: string, value: number): void {
    this.#now(() => {
      const { tap, now, meter } = this.#world;
      meter?.measured(this.#host.spec, name, value);
      for (const listener of tap.listeners) listener.measure?.(now(), this.#host.spec, name, value);
    });
  }

  reply(value: Plain): void {
    const answer = this.#reply;
    if (answer === undefined) return;
    this.#now(() => {
      answer(value);
    });
  }

  /** Streams wait for nobody: a segment goes on within its input, or not at all. */
  #passSegment({ from, to, octets, sequence, acknowledgment }: Rewrite): void {
    const handed = this.#segment;
    this.#segment = undefined;
    if (handed === undefined) return;
    const { segment, go } = handed;
    go({
      from: from === undefined ? segment.from : { ...from },
      to: to === undefined ? segment.to : { ...to },
      octets: octets?.slice() ?? segment.octets,
      flags: segment.flags,
      sequence: sequence ?? segment.sequence,
      acknowledgment: acknowledgment ?? segment.acknowledgment,
      rule: this.#rule,
      detail: this.#detail,
    });
    this.#rule = undefined;
    this.#detail = undefined;
  }

  /** What a router inspects goes on with the reason for it. */
  #pass(packet: Packet): void {
    this.#now(() => {
      const said = { rule: this.#rule, detail: this.#detail };
      this.#rule = undefined;
      this.#detail = undefined;
      this.#world.network.pass(this.#host, { ...packet, ...said });
    });
  }

  /** Does it at once, or when the ticket is durable. */
  #now(effect: () => void): void {
    if (this.#hold === undefined) effect();
    else this.#hold.effects.push(effect);
  }

  #submit(hold: Hold, rows: readonly Row[]): void {
    const { life } = this.#host;
    this.heldCount++;
    const { meter } = this.#world;
    const began = meter === undefined ? 0 : performance.now();
    this.#host.disk.persist(rows, (outcome) => {
      this.heldCount--;
      meter?.settled(this.#host.spec, outcome, (performance.now() - began) * MILLISECOND);
      this.#host.whenUp(() => {
        // A crash since then has forgotten who asked; the rows stay, or not, as they were settled.
        if (this.#host.life === life) this.#settle(hold, rows, outcome);
      });
    });
  }

  #settle(hold: Hold, rows: readonly Row[], outcome: 'durable' | 'conflict' | 'failed'): void {
    const { tap, now } = this.#world;
    for (const listener of tap.listeners) listener.settled?.(now(), this.#host.spec, rows, outcome);
    if (outcome === 'durable') {
      if (this.#diskFails) this.#host.because(NET_RULES.diskRecovered);
      this.#release(hold);
    } else if (outcome === 'failed') this.#host.because(NET_RULES.diskFailed, this.#world.store.failure);
    this.#diskFails = outcome === 'failed';
    this.#host.handle({ kind: 'settled', ticket: hold.ticket, outcome });
    if (outcome !== 'durable') this.#drop(hold);
  }

  #release(hold: Hold): void {
    this.begin({ kind: 'timer' }, undefined);
    this.#input = undefined;
    for (const effect of hold.effects) effect();
    if (hold.next !== undefined) this.#submit(hold.next.hold, hold.next.rows);
    this.end();
  }

  /** What was to be kept after rows that were not: it was never tried, and its asker must not wait for ever. */
  #drop(hold: Hold): void {
    if (hold.next === undefined) return;
    this.#host.handle({ kind: 'settled', ticket: hold.next.hold.ticket, outcome: 'failed' });
    this.#drop(hold.next.hold);
  }
}
