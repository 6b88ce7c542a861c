import type { Ip, Mac } from '../../core/address.ts';
import { isIpv4 } from '../../core/address.ts';
import type { HostSpec } from '../../core/driver.ts';
import { bug } from '../../core/errors.ts';
import type { Rule } from '../../core/rules.ts';
import {
  SILENT,
  type DatagramInput,
  type Input,
  type InterfaceAddress,
  type Plain,
  type Service,
  type StreamId,
  type Target,
  type UnreachableInput,
} from '../../core/service.ts';
import { MILLISECOND, NEVER } from '../../core/time.ts';
import { Disk } from './disk.ts';
import type { Door } from './door.ts';
import { type Handed, Responding, Sink } from './effects.ts';
import type { Interface, Packet, Sender, Station, TcpPacket } from './plant.ts';
import { Ports } from './ports.ts';
import { Alarm } from './schedule.ts';
import { Streams } from './tcp.ts';
import type { World } from './world.ts';

const NO_SEGMENT = { flags: 0, sequence: 0, acknowledgment: 0 };

/** A host that is down and has not forgotten. */
interface Standstill {
  readonly service: Service;
  readonly streams: readonly StreamId[];
  readonly waiting: (() => void)[];
}

/** One host in the real world: its service, its sockets, its sink. */
export class RealHost implements Station {
  /** Another one after a reload, and the interfaces with it. */
  spec: HostSpec;
  interfaces: Interface[] = [];
  readonly ports: Ports;
  readonly streams: Streams;
  /** Counts crashes: what was begun before one is not for the service after it. */
  life = 0;
  readonly #world: World;
  readonly #sink: Sink;
  #service: Service | undefined;
  #still: Standstill | undefined;
  readonly disk: Disk;
  #handling = false;
  readonly #responding: Responding;
  /** Set to the service's deadline, or to something earlier. */
  readonly #alarm: Alarm;

  constructor(world: World, spec: HostSpec) {
    this.#world = world;
    this.spec = spec;
    this.ports = new Ports(world, this);
    this.streams = new Streams(world, this);
    this.disk = new Disk(world, this);
    this.#sink = new Sink(world, this);
    this.#responding = new Responding(world, this);
    this.#alarm = new Alarm(() => {
      if ((this.#service?.deadline() ?? NEVER) <= world.now()) this.handle({ kind: 'timer' });
      else this.#arm();
    });
  }

  get isUp(): boolean {
    return this.#service !== undefined;
  }

  interfaceAt(via: number): Interface {
    return this.interfaces[via] ?? bug(`${this.spec.name} has no interface ${via}`);
  }

  /** Opens the sockets, makes the service and hands in its rows; throws `EnvironmentError`. */
  async start(): Promise<void> {
    if (this.#service !== undefined) return;
    if (this.#still !== undefined) return this.#goOn(this.#still);
    this.ports.open();
    this.begin(this.spec.create());
    await this.streams.listen();
  }

  /** Goes on with a service that is new and has the host's rows. */
  begin(service: Service): void {
    this.#service = service;
    for (const row of this.#world.store.rows(this.spec.name)) this.handle({ kind: 'restored', row });
    this.#arm();
  }

  /** Goes on with a service that takes over from the one there is. */
  succeed(service: Service): void {
    if (this.#service !== undefined) service.succeed?.(this.#service, this.#world.now());
    this.#service = service;
    this.#arm();
  }

  get openTickets(): number {
    return this.#sink.heldCount;
  }

  /** Whether what was sent is still held for the disk. */
  get isOwing(): boolean {
    return this.#sink.heldCount > 0;
  }

  /** Whether nobody waits for anything that was begun. */
  get isQuiet(): boolean {
    return !this.isOwing && this.streams.unsentCount === 0 && (this.#service?.underWay?.() ?? 0) === 0;
  }

  /** Takes on nothing new; what was begun goes on. */
  conclude(): void {
    // Transfers without a port of their own are heard by the one where requests come in.
    if (this.ports.openedCount > 0 || (this.#service?.underWay?.() ?? 0) === 0) this.ports.deafen();
    this.streams.finish();
  }

  /** Forgets the service and all that it had open; its rows stay. */
  crash(): void {
    this.forget();
    for (const own of this.interfaces) own.resetAddresses();
  }

  /** Down, and nothing forgotten: a later `start` goes on. Peers meet connections that are gone. */
  standStill(): void {
    if (this.#service === undefined) return;
    this.#still = { service: this.#service, streams: this.streams.ids, waiting: [] };
    this.#service = undefined;
    this.#world.schedule.set(this.#alarm, NEVER);
    this.streams.closeAll();
  }

  /** Now, or when the host goes on: what happens to it while it stands still is met afterwards. */
  whenUp(run: () => void): void {
    if (this.#still === undefined) run();
    else this.#still.waiting.push(run);
  }

  /** Like a crash, when interfaces and the sockets of the specification have been taken care of. */
  forget(): void {
    this.life++;
    this.#service = undefined;
    this.#still = undefined;
    this.#world.schedule.set(this.#alarm, NEVER);
    this.ports.closeAll();
    this.streams.closeAll();
  }

  handle(input: Input, more?: Handed): void {
    const service = this.#service;
    if (service === undefined) return;
    if (this.#handling) bug(`${this.spec.name} was handed a ${input.kind} inside of another input`);
    this.#handling = true;
    const { meter } = this.#world;
    const began = meter === undefined ? 0 : performance.now();
    this.#sink.begin(input, more);
    try {
      service.handle(input, this.#world.now(), this.#sink);
    } catch (error) {
      if (error instanceof Error) error.message = `${this.spec.name}, on a ${input.kind}: ${error.message}`;
      this.#world.bug(error);
    }
    if (input.kind === 'command' && !this.#sink.isHolding) more?.reply?.(null);
    this.#sink.end();
    this.#handling = false;
    meter?.handled(this.spec, input.kind, (performance.now() - began) * MILLISECOND);
    this.#arm();
  }

  /**
   * Lets the service answer a datagram at once, where it can and nobody looks at frames; false: it is for `handle`. The reply goes by
   * the door that the question came in by.
   */
  respond(input: DatagramInput, door: Door): boolean {
    const service = this.#service;
    if (service?.respond === undefined || this.#handling || this.#world.tap.seesFrames) return false;
    if (!this.#isDirect(input.from)) return false;
    const { meter } = this.#world;
    const began = meter === undefined ? 0 : performance.now();
    this.#responding.input = input;
    this.#handling = true;
    let length = 0;
    try {
      length = service.respond(input, this.#world.now(), this.#responding);
    } catch (error) {
      if (error instanceof Error) error.message = `${this.spec.name}, on a datagram: ${error.message}`;
      this.#world.bug(error);
      length = SILENT;
    }
    this.#handling = false;
    this.#responding.input = undefined;
    if (length === 0) return false;
    if (length !== SILENT) door.send(this.#responding.octets, length, input.from);
    meter?.handled(this.spec, 'datagram', (performance.now() - began) * MILLISECOND);
    return true;
  }

  command(verb: string, args: Readonly<Record<string, Plain>>, reply?: (value: Plain) => void): void {
    if (!this.isUp) {
      reply?.(null);
      return;
    }
    let answered = false;
    const answer = (value: Plain): void => {
      if (answered) return;
      answered = true;
      if (value !== null)
        for (const listener of this.#world.tap.listeners)
          listener.reply?.(this.#world.now(), this.spec, verb, value);
      reply?.(value);
    };
    this.handle({ kind: 'command', verb, args }, { reply: answer });
  }

  /** What the service sends: the first `length` octets, which are its own scratch. */
  send(
    port: number,
    to: Target,
    said: { octets: Uint8Array; length: number; rule: Rule | undefined; detail: string | undefined },
  ): void {
    if (this.#isDirect(to)) {
      const door = this.ports.door(port, to.source, to.address);
      if (door === undefined || this.#world.tap.seesFrames) this.#sendActed(port, to, said);
      else door.send(said.octets, said.length, this.#world.doors.knownAs(to)?.real ?? to);
      return;
    }
    this.#sendActed(port, to, said);
  }

  configure(via: number, address: InterfaceAddress | undefined): void {
    const own = this.interfaceAt(via);
    own.configure(address);
    this.ports.follow(own);
    this.streams.follow();
  }

  because(rule: Rule, detail?: string, input?: Input): void {
    const { rules, tap, now } = this.#world;
    rules[rule.index] = (rules[rule.index] ?? 0) + 1;
    this.#world.meter?.because(this.spec, rule);
    for (const listener of tap.listeners)
      if (listener.wants?.(this.spec) !== false) listener.because?.(now(), this.spec, rule, detail, input);
  }

  tell(rule: Rule, detail: string): void {
    const { tap, now } = this.#world;
    for (const listener of tap.listeners) listener.because?.(now(), this.spec, rule, detail, undefined);
  }

  hasPort(port: number): boolean {
    return this.ports.has(port);
  }

  sender(port: number, to: Ip): Sender | undefined {
    return this.ports.door(port, undefined, to);
  }

  datagram(packet: Packet, via: Interface, hardware: Mac): void {
    const { octets, from, to } = packet;
    this.handle({ kind: 'datagram', octets, from, to, via: via.number, hardware });
  }

  transit(packet: Packet, via: Interface, hardware: Mac | undefined): void {
    const { octets, from, to } = packet;
    this.handle({ kind: 'transit', octets, from, to, via: via.number, hardware }, { transit: packet });
  }

  inspect(packet: Packet, via: Interface): void {
    const { octets, from, to, error } = packet;
    const protocol = error === undefined ? 'udp' : 'icmp';
    const input = {
      kind: 'packet' as const,
      protocol,
      from,
      to,
      octets,
      via: via.number,
      ...NO_SEGMENT,
    } as const;
    this.handle(input, { transit: packet });
  }

  inspectSegment(segment: TcpPacket, via: Interface): TcpPacket | undefined {
    let onward: TcpPacket | undefined;
    const go = (as: TcpPacket): void => {
      onward = as;
    };
    const { from, to, octets, flags, sequence, acknowledgment } = segment;
    const input = { from, to, octets, flags, sequence, acknowledgment, via: via.number };
    this.handle({ kind: 'packet', protocol: 'tcp', ...input }, { segment: { segment, go } });
    return onward;
  }

  macMessage(octets: Uint8Array, from: Mac, via: Interface): void {
    this.handle({ kind: 'mac-message', octets, from, via: via.number });
  }

  unreachable(reason: UnreachableInput['reason'], packet: Packet): void {
    this.handle({ kind: 'unreachable', reason, port: packet.from.port, to: packet.to });
  }

  probeAnswer(address: Ip, hardware: Mac): void {
    if (isIpv4(address)) this.handle({ kind: 'probe-answer', address, hardware });
  }

  /** Whether what comes in by a socket of this interface still has a cable to cross: a modem under `serve`. */
  comesOverCable(own: Interface): boolean {
    return !this.#world.place.isClosed && own.segment.kind === 'cable' && !this.spec.forwards;
  }

  async #goOn({ service, streams, waiting }: Standstill): Promise<void> {
    this.#still = undefined;
    this.#service = service;
    for (const run of waiting) run();
    for (const stream of streams) this.handle({ kind: 'stream', event: 'reset', stream });
    this.#arm();
    await this.streams.listen();
  }

  #arm(): void {
    const deadline = this.#service?.deadline() ?? NEVER;
    if (deadline !== this.#alarm.at || this.#alarm.index < 0) this.#world.schedule.set(this.#alarm, deadline);
  }

  /** Whether it goes to the kernel as it is: one way out, which is not acted here, and a plain address. */
  #isDirect(to: Target): boolean {
    const [only] = this.interfaces;
    return (
      only !== undefined &&
      this.interfaces.length === 1 &&
      to.hardware === undefined &&
      !this.#world.place.acts(only.segment) &&
      !only.isBroadcast(to.address)
    );
  }

  #sendActed(
    port: number,
    to: Target,
    said: { octets: Uint8Array; length: number; rule: Rule | undefined; detail: string | undefined },
  ): void {
    const { rule, detail } = said;
    this.#world.network.send(this, port, to, { octets: said.octets.slice(0, said.length), rule, detail });
  }
}
