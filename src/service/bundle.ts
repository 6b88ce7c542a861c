import type { Ipv4, Mac, Endpoint } from '../core/address.ts';
import { bug } from '../core/errors.ts';
import type { Rule } from '../core/rules.ts';
import type {
  DatagramInput,
  Effects,
  Input,
  InterfaceAddress,
  Plain,
  Response,
  Rewrite,
  Row,
  Service,
  StreamId,
  Target,
  Ticket,
  TlsCall,
} from '../core/service.ts';
import { NEVER, type Instant } from '../core/time.ts';

/** One of the services at a host, and what belongs to it. */
export interface BundlePart {
  /** What a command's `service` argument names. */
  readonly name: string;
  readonly service: Service;
  readonly udpPorts: readonly number[];
  readonly tcpPorts: readonly number[];
  /** The tables of the rows it persists: restored rows find it by them. */
  readonly tables: readonly string[];
  /** Whether transit datagrams and MAC messages are its; of one part at most. */
  readonly routes?: boolean | undefined;
}

/**
 * Several services at one host as one. Each input goes to the part that owns its port, stream, ticket or table; what a part
 * opens is its own. A timer goes to every part whose deadline has come, in the order given, as one input: what a later part
 * emits then waits for what an earlier one persists.
 */
export class Bundle implements Service {
  /** The parts given, then those of before a reload that still have something open. */
  readonly #parts: BundlePart[];
  readonly #sinks: PartEffects[];
  readonly #given: number;
  readonly #owners = new Owners();
  readonly #tcpPorts = new Map<number, number>();
  readonly #tables = new Map<string, number>();
  readonly #router: number;

  constructor(parts: readonly BundlePart[]) {
    this.#parts = [...parts];
    this.#given = parts.length;
    this.#sinks = parts.map((_, index) => new PartEffects(this.#owners, index));
    parts.forEach((part, index) => {
      for (const port of part.udpPorts) {
        own(this.#owners.udp, port, index, `UDP port ${port}`);
        this.#owners.given.add(port);
      }
      for (const port of part.tcpPorts) own(this.#tcpPorts, port, index, `TCP port ${port}`);
      for (const table of part.tables) own(this.#tables, table, index, `table ${table}`);
    });
    this.#router = parts.findIndex((part) => part.routes === true);
    if (parts.some((part, index) => part.routes === true && index !== this.#router)) bug('two parts route');
    if (new Set(parts.map(({ name }) => name)).size < parts.length) bug('two parts have one name');
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'datagram':
        return this.#give(this.#owners.udp.get(input.to.port), input, now, effects);
      case 'unreachable':
        return this.#give(this.#owners.udp.get(input.port), input, now, effects);
      case 'timer':
        return this.#wake(input, now, effects);
      case 'stream':
        return this.#stream(input, now, effects);
      case 'transit':
      case 'packet':
      case 'mac-message':
        return this.#give(this.#router, input, now, effects);
      case 'settled': {
        const owner = this.#owners.tickets.get(input.ticket);
        this.#owners.tickets.delete(input.ticket);
        return this.#give(owner, input, now, effects);
      }
      case 'restored':
        return this.#give(this.#tables.get(input.row.table), input, now, effects);
      case 'probe-answer':
        // Each knows what it asked for.
        for (const owner of this.#owners.probers) this.#give(owner, input, now, effects);
        return;
      default:
        return this.#command(input, now, effects);
    }
  }

  respond(input: DatagramInput, now: Instant, out: Response): number {
    const owner = this.#owners.udp.get(input.to.port);
    const service = owner === undefined ? undefined : this.#parts[owner]?.service;
    return service?.respond?.(input, now, out) ?? 0;
  }

  deadline(): Instant {
    let first = NEVER;
    for (const { service } of this.#parts) {
      const deadline = service.deadline();
      if (deadline < first) first = deadline;
    }
    return first;
  }

  /**
   * Each part takes over from the one that had its ports. A part without such an heir goes on without them, until nothing that
   * it opened is left.
   */
  succeed(before: Service, now: Instant): void {
    if (!(before instanceof Bundle)) return;
    const heirs = before.#parts.map((part, index) => {
      const heir = this.#parts.findIndex((other) => isHeir(part, other));
      const service = this.#parts[heir]?.service;
      if (service?.succeed === undefined) return before.#owners.has(index) ? this.#retain(part) : undefined;
      service.succeed(part.service, now);
      return heir;
    });
    this.#owners.inherit(before.#owners, heirs);
  }

  underWay(): number {
    return this.#parts.reduce((sum, { service }) => sum + (service.underWay?.() ?? 0), 0);
  }

  /** Goes on with a part that has lost its ports; gives its number. */
  #retain(part: BundlePart): number {
    part.service.retire?.();
    const index = this.#parts.push({ ...part, udpPorts: [], tcpPorts: [], tables: [], routes: false }) - 1;
    this.#sinks.push(new PartEffects(this.#owners, index));
    return index;
  }

  #give(owner: number | undefined, input: Input, now: Instant, effects: Effects): void {
    const part = owner === undefined ? undefined : this.#parts[owner];
    const sink = owner === undefined ? undefined : this.#sinks[owner];
    if (part === undefined || sink === undefined) return;
    sink.lend(effects);
    part.service.handle(input, now, sink);
    sink.lend(undefined);
  }

  #wake(input: Input, now: Instant, effects: Effects): void {
    for (let index = 0; index < this.#parts.length; index++)
      if ((this.#parts[index]?.service.deadline() ?? NEVER) <= now) this.#give(index, input, now, effects);
  }

  #stream(input: Input & { kind: 'stream' }, now: Instant, effects: Effects): void {
    const { streams } = this.#owners;
    if (input.event === 'opened' && !streams.has(input.stream)) {
      const owner = this.#tcpPorts.get(input.local.port);
      if (owner === undefined) return;
      streams.set(input.stream, { owner, ended: undefined });
    }
    const stream = streams.get(input.stream);
    this.#give(stream?.owner, input, now, effects);
    if (input.event === 'reset') streams.delete(input.stream);
    else if (input.event === 'closed') this.#owners.end(input.stream, 'theirs');
  }

  /** To the part that `service` names, or to all. */
  #command(input: Input & { kind: 'command' }, now: Instant, effects: Effects): void {
    const name = input.args['service'];
    for (let index = 0; index < this.#given; index++)
      if (name === undefined || name === this.#parts[index]?.name) this.#give(index, input, now, effects);
  }
}

interface OwnedStream {
  readonly owner: number;
  /** Who said first that it sends no more. */
  ended: 'ours' | 'theirs' | undefined;
}

/** Whose each port, stream and ticket is: an index into the parts. */
class Owners {
  readonly udp = new Map<number, number>();
  /** The ports among these that nobody opened and nobody releases. */
  readonly given = new Set<number>();
  readonly streams = new Map<StreamId, OwnedStream>();
  readonly tickets = new Map<Ticket, number>();
  /** Those that ever asked who has an address. */
  readonly probers = new Set<number>();

  /** Whether a part has opened anything that is open still. */
  has(owner: number): boolean {
    for (const stream of this.streams.values()) if (stream.owner === owner) return true;
    for (const [port, other] of this.udp) if (other === owner && !this.given.has(port)) return true;
    for (const other of this.tickets.values()) if (other === owner) return true;
    return false;
  }

  /** Takes over what is open; `heirs` has the new owner for each old one, undefined where nobody needs it. */
  inherit(before: Owners, heirs: readonly (number | undefined)[]): void {
    const pass = <Key>(from: Map<Key, number>, to: Map<Key, number>): void => {
      for (const [key, owner] of from) {
        const heir = heirs[owner];
        if (heir !== undefined && !to.has(key)) to.set(key, heir);
      }
    };
    for (const port of before.given) before.udp.delete(port);
    pass(before.udp, this.udp);
    pass(before.tickets, this.tickets);
    for (const [id, { owner, ended }] of before.streams) {
      const heir = heirs[owner];
      if (heir !== undefined) this.streams.set(id, { owner: heir, ended });
    }
    for (const owner of before.probers) {
      const heir = heirs[owner];
      if (heir !== undefined) this.probers.add(heir);
    }
  }

  /** One direction of a stream ended; with the other it is gone. */
  end(id: StreamId, side: 'ours' | 'theirs'): void {
    const stream = this.streams.get(id);
    if (stream === undefined) return;
    if (stream.ended !== undefined && stream.ended !== side) this.streams.delete(id);
    else stream.ended = side;
  }
}

/** A part's way to the sink of the present input, which notes what the part opens. */
class PartEffects implements Effects {
  readonly #owners: Owners;
  readonly #owner: number;
  #sink: Effects | undefined;

  constructor(owners: Owners, owner: number) {
    this.#owners = owners;
    this.#owner = owner;
  }

  /** For one input: who keeps the sink and uses it later is found out. */
  lend(sink: Effects | undefined): void {
    this.#sink = sink;
  }

  get explains(): boolean {
    return this.#to.explains;
  }

  reads(rule: Rule): boolean {
    return this.#to.reads?.(rule) ?? true;
  }

  get #to(): Effects {
    return this.#sink ?? bug('an effect outside of an input');
  }

  send(port: number, to: Target, octets: Uint8Array, length?: number): void {
    this.#to.send(port, to, octets, length);
  }

  sendMacMessage(via: number, to: Mac, octets: Uint8Array, length?: number): void {
    this.#to.sendMacMessage(via, to, octets, length);
  }

  forward(): void {
    this.#to.forward();
  }

  forwardAs(rewrite: Rewrite): void {
    this.#to.forwardAs(rewrite);
  }

  bind(): number {
    const port = this.#to.bind();
    this.#owners.udp.set(port, this.#owner);
    return port;
  }

  release(port: number): void {
    this.#owners.udp.delete(port);
    this.#to.release(port);
  }

  connect(to: Endpoint, fromPort?: number, tls?: TlsCall): StreamId {
    const stream = this.#to.connect(to, fromPort, tls);
    this.#owners.streams.set(stream, { owner: this.#owner, ended: undefined });
    return stream;
  }

  write(stream: StreamId, octets: Uint8Array): void {
    this.#to.write(stream, octets);
  }

  unsent(stream: StreamId): number {
    return this.#to.unsent(stream);
  }

  close(stream: StreamId): void {
    this.#to.close(stream);
    this.#owners.end(stream, 'ours');
  }

  reset(stream: StreamId): void {
    this.#owners.streams.delete(stream);
    this.#to.reset(stream);
  }

  configure(via: number, address: InterfaceAddress | undefined): void {
    this.#to.configure(via, address);
  }

  probe(via: number, address: Ipv4): void {
    this.#owners.probers.add(this.#owner);
    this.#to.probe(via, address);
  }

  persist(rows: readonly Row[]): Ticket {
    const ticket = this.#to.persist(rows);
    this.#owners.tickets.set(ticket, this.#owner);
    return ticket;
  }

  because(rule: Rule, detail?: string): void {
    this.#to.because(rule, detail);
  }

  state(machine: string, state: string, subject?: Mac): void {
    this.#to.state(machine, state, subject);
  }

  measure(name: string, value: number): void {
    this.#to.measure(name, value);
  }

  reply(value: Plain): void {
    this.#to.reply(value);
  }
}

/** A part without ports is known by its name. */
function isHeir(a: BundlePart, b: BundlePart): boolean {
  if (isWithoutPorts(a) || isWithoutPorts(b)) return a.name === b.name;
  return (
    a.udpPorts.some((port) => b.udpPorts.includes(port)) ||
    a.tcpPorts.some((port) => b.tcpPorts.includes(port))
  );
}

function isWithoutPorts({ udpPorts, tcpPorts }: BundlePart): boolean {
  return udpPorts.length + tcpPorts.length === 0;
}

function own<Key>(owners: Map<Key, number>, key: Key, owner: number, what: string): void {
  if (owners.has(key)) bug(`${what} has two owners`);
  owners.set(key, owner);
}
