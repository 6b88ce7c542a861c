import type { Endpoint, Ipv4, Mac } from '../../core/address.ts';
import type { Rule } from '../../core/rules.ts';
import type {
  Effects,
  Input,
  InterfaceAddress,
  Plain,
  Rewrite,
  Row,
  StreamId,
  Target,
  Ticket,
  TlsCall,
} from '../../core/service.ts';
import type { Crossing } from './crossing.ts';
import { MAC_MESSAGE } from './frames.ts';
import type { Frame } from './frames.ts';
import type { Neighbours } from './neighbours.ts';
import type { Output } from './output.ts';
import type { Shard } from './shard.ts';
import type { Streams, Way } from './streams.ts';

/** An effect that waits for a ticket, with copies of all it needs. */
type Held =
  | { readonly kind: 'send'; readonly port: number; readonly to: Target; readonly frame: Frame }
  | { readonly kind: 'mac-message'; readonly via: number; readonly to: Mac; readonly frame: Frame }
  | { readonly kind: 'forward'; readonly frame: Frame }
  | { readonly kind: 'release'; readonly port: number }
  | {
      readonly kind: 'connect';
      readonly stream: StreamId;
      readonly to: Endpoint;
      readonly how: Way;
    }
  | { readonly kind: 'write'; readonly stream: StreamId; readonly octets: Uint8Array }
  | { readonly kind: 'close' | 'reset'; readonly stream: StreamId }
  | { readonly kind: 'configure'; readonly via: number; readonly address: InterfaceAddress | undefined }
  | { readonly kind: 'probe'; readonly via: number; readonly address: Ipv4 }
  | { readonly kind: 'persist'; readonly ticket: Ticket; readonly rows: readonly Row[] }
  | { readonly kind: 'because'; readonly rule: Rule; readonly detail: string | undefined }
  | {
      readonly kind: 'state';
      readonly machine: string;
      readonly state: string;
      readonly subject: Mac | undefined;
    }
  | { readonly kind: 'measure'; readonly name: string; readonly value: number }
  | { readonly kind: 'reply'; readonly value: Plain };

interface Holding {
  readonly host: number;
  readonly verb: string;
  readonly effects: Held[];
}

/** Who makes rows durable. */
export interface Persisting {
  persist(host: number, ticket: Ticket, rows: readonly Row[]): void;
}

/** Takes the effects of the service that is being handed an input. */
export class Sink implements Effects {
  readonly #shard: Shard;
  readonly #crossing: Crossing;
  readonly #neighbours: Neighbours;
  readonly #output: Output;
  readonly #streams: Streams;
  readonly #disks: Persisting;
  readonly #held = new Map<Ticket, Holding>();
  #holding: Holding | undefined;
  #host = 0;
  #input: Input | undefined;
  #verb = '';
  #rule: Rule | undefined;
  #detail: string | undefined;
  #tickets = 0;
  /** The datagram of the present `transit` input, until it is let go on. */
  transit: Frame | undefined;

  constructor(
    shard: Shard,
    parts: {
      readonly crossing: Crossing;
      readonly neighbours: Neighbours;
      readonly output: Output;
      readonly streams: Streams;
      readonly disks: Persisting;
    },
  ) {
    this.#shard = shard;
    this.#crossing = parts.crossing;
    this.#neighbours = parts.neighbours;
    this.#output = parts.output;
    this.#streams = parts.streams;
    this.#disks = parts.disks;
  }

  begin(host: number, input: Input): void {
    this.#host = host;
    this.#input = input;
    this.#verb = input.kind === 'command' ? input.verb : '';
    this.#rule = undefined;
    this.#detail = undefined;
    this.#holding = undefined;
  }

  get explains(): boolean {
    const { tracer, plant } = this.#shard;
    if (!tracer.wantsFrames && !tracer.wantsReasons) return false;
    return !tracer.audience.samples || tracer.audience.at(plant.spec(this.#host)) !== 0;
  }

  send(port: number, to: Target, octets: Uint8Array, length: number = octets.length): void {
    const frame = this.#frame(octets, length);
    if (this.#holding === undefined) this.#output.sendUdp(this.#host, port, to, frame);
    else this.#holding.effects.push({ kind: 'send', port, to: { ...to }, frame });
  }

  sendMacMessage(via: number, to: Mac, octets: Uint8Array, length: number = octets.length): void {
    const frame = this.#frame(octets, length);
    if (this.#holding === undefined) this.#sendMacMessage(via, to, frame);
    else this.#holding.effects.push({ kind: 'mac-message', via, to, frame });
  }

  forward(): void {
    const frame = this.transit;
    if (frame === undefined) return;
    this.transit = undefined;
    if (this.#holding === undefined) this.#letGo(frame);
    else this.#holding.effects.push({ kind: 'forward', frame });
  }

  forwardAs({ from, to, octets, sequence, acknowledgment }: Rewrite): void {
    const was = this.transit;
    if (was === undefined) return;
    const frame = octets === undefined ? was : this.#shard.pool.take(octets, octets.length);
    if (frame !== was) {
      frame.copyHeaders(was);
      this.#shard.pool.free(was);
    }
    frame.from = from?.address ?? frame.from;
    frame.fromPort = from?.port ?? frame.fromPort;
    frame.to = to?.address ?? frame.to;
    frame.toPort = to?.port ?? frame.toPort;
    frame.sequence = sequence ?? frame.sequence;
    frame.acknowledgment = acknowledgment ?? frame.acknowledgment;
    this.transit = frame;
    this.forward();
  }

  bind(): number {
    const { plant } = this.#shard;
    return plant.ports.bind(this.#host, plant.hosts.diceKey(this.#host));
  }

  release(port: number): void {
    if (this.#holding === undefined) this.#shard.plant.ports.release(this.#host, port);
    else this.#holding.effects.push({ kind: 'release', port });
  }

  connect(to: Endpoint, fromPort?: number, tls?: TlsCall): StreamId {
    const stream = this.#streams.reserve();
    const how = { fromPort, isTls: tls !== undefined };
    if (this.#holding === undefined) this.#streams.connect(this.#host, stream, to, how);
    else this.#holding.effects.push({ kind: 'connect', stream, to: { ...to }, how });
    return stream;
  }

  write(stream: StreamId, octets: Uint8Array): void {
    if (this.#holding === undefined) this.#streams.write(this.#host, stream, octets);
    else this.#holding.effects.push({ kind: 'write', stream, octets: octets.slice() });
  }

  unsent(stream: StreamId): number {
    return this.#streams.unsent(this.#host, stream);
  }

  close(stream: StreamId): void {
    if (this.#holding === undefined) this.#streams.close(this.#host, stream);
    else this.#holding.effects.push({ kind: 'close', stream });
  }

  reset(stream: StreamId): void {
    if (this.#holding === undefined) this.#streams.reset(this.#host, stream);
    else this.#holding.effects.push({ kind: 'reset', stream });
  }

  configure(via: number, address: InterfaceAddress | undefined): void {
    if (this.#holding === undefined) this.#configure(via, address);
    else this.#holding.effects.push({ kind: 'configure', via, address: address && { ...address } });
  }

  probe(via: number, address: Ipv4): void {
    if (this.#holding === undefined)
      this.#neighbours.probe(this.#shard.plant.interfaceOf(this.#host, via), address);
    else this.#holding.effects.push({ kind: 'probe', via, address });
  }

  persist(rows: readonly Row[]): Ticket {
    const ticket = ++this.#tickets;
    if (this.#holding === undefined) this.#persist(ticket, rows, []);
    else this.#holding.effects.push({ kind: 'persist', ticket, rows });
    return ticket;
  }

  because(rule: Rule, detail?: string): void {
    if (this.#holding !== undefined) {
      this.#holding.effects.push({ kind: 'because', rule, detail });
      return;
    }
    this.#rule = rule;
    this.#detail = detail;
    this.#shard.because(this.#host, rule, detail, this.#input);
  }

  state(machine: string, state: string, subject?: Mac): void {
    if (this.#holding !== undefined) {
      this.#holding.effects.push({ kind: 'state', machine, state, subject });
      return;
    }
    const { digest, tracer, now } = this.#shard;
    digest.state(now, this.#host, machine, state, subject ?? 0);
    if (tracer.wantsStates) tracer.state(now, this.#host, machine, state, subject);
  }

  measure(name: string, value: number): void {
    if (this.#holding !== undefined) this.#holding.effects.push({ kind: 'measure', name, value });
    else if (this.#shard.tracer.wantsMeasures)
      this.#shard.tracer.measure(this.#shard.now, this.#host, name, value);
  }

  reply(value: Plain): void {
    if (this.#holding !== undefined) this.#holding.effects.push({ kind: 'reply', value });
    else this.#shard.tracer.reply(this.#shard.now, this.#host, this.#verb, value);
  }

  /** Lets out what waited for a ticket that is durable. */
  settle(ticket: Ticket): void {
    const holding = this.#held.get(ticket);
    if (holding === undefined) return;
    this.#held.delete(ticket);
    this.#host = holding.host;
    this.#verb = holding.verb;
    this.#input = undefined;
    this.#holding = undefined;
    this.#rule = undefined;
    this.#detail = undefined;
    const { effects } = holding;
    for (const [index, effect] of effects.entries()) {
      if (effect.kind === 'persist') {
        this.#persist(effect.ticket, effect.rows, effects.slice(index + 1));
        return;
      }
      this.#apply(effect);
    }
  }

  /** Drops what waited for a ticket that is not durable; gives the tickets that were never begun for that. */
  drop(ticket: Ticket): readonly Ticket[] {
    const holding = this.#held.get(ticket);
    if (holding === undefined) return [];
    this.#held.delete(ticket);
    const unbegun: Ticket[] = [];
    for (const effect of holding.effects) {
      if (effect.kind === 'persist') unbegun.push(effect.ticket);
      else if ('frame' in effect) this.#shard.pool.free(effect.frame);
    }
    return unbegun;
  }

  #apply(effect: Exclude<Held, { kind: 'persist' }>): void {
    switch (effect.kind) {
      case 'send':
        this.#explain(effect.frame);
        return this.#output.sendUdp(this.#host, effect.port, effect.to, effect.frame);
      case 'mac-message':
        this.#explain(effect.frame);
        return this.#sendMacMessage(effect.via, effect.to, effect.frame);
      case 'forward':
        return this.#letGo(effect.frame);
      case 'release':
        return this.release(effect.port);
      case 'connect':
        return this.#streams.connect(this.#host, effect.stream, effect.to, effect.how);
      case 'write':
        return this.write(effect.stream, effect.octets);
      case 'close':
        return this.close(effect.stream);
      case 'reset':
        return this.reset(effect.stream);
      case 'configure':
        return this.#configure(effect.via, effect.address);
      case 'probe':
        return this.probe(effect.via, effect.address);
      case 'because':
        return this.because(effect.rule, effect.detail);
      case 'state':
        return this.state(effect.machine, effect.state, effect.subject);
      case 'measure':
        return this.measure(effect.name, effect.value);
      case 'reply':
        return this.reply(effect.value);
    }
  }

  #persist(ticket: Ticket, rows: readonly Row[], then: Held[]): void {
    const holding = { host: this.#host, verb: this.#verb, effects: then };
    this.#held.set(ticket, holding);
    this.#holding = holding;
    this.#disks.persist(this.#host, ticket, rows);
  }

  #configure(via: number, address: InterfaceAddress | undefined): void {
    const { plant } = this.#shard;
    plant.configure(plant.interfaceOf(this.#host, via), address);
  }

  #sendMacMessage(via: number, to: Mac, frame: Frame): void {
    frame.kind = MAC_MESSAGE;
    frame.packet = this.#shard.nextPacket();
    frame.from = 0 as Ipv4;
    frame.to = 0 as Ipv4;
    frame.fromPort = 0;
    frame.toPort = 0;
    frame.ttl = 0;
    this.#crossing.toHardware(frame, this.#shard.plant.interfaceOf(this.#host, via), to);
  }

  /** What a router inspects goes on with the reason for it; the others only saw it. */
  #letGo(frame: Frame): void {
    if (!this.#shard.plant.inspects(this.#host)) return this.#output.forward(this.#host, frame);
    this.#explain(frame);
    this.#output.pass(this.#host, frame);
  }

  #frame(octets: Uint8Array, length: number): Frame {
    const { pool, tracer, plant } = this.#shard;
    const frame = pool.take(octets, length);
    if (tracer.audience.samples) frame.led = tracer.audience.at(plant.spec(this.#host));
    this.#explain(frame);
    return frame;
  }

  /** A reason belongs to what is sent next, and to that alone. */
  #explain(frame: Frame): void {
    frame.rule = this.#rule;
    frame.detail = this.#detail;
    this.#rule = undefined;
    this.#detail = undefined;
  }
}
