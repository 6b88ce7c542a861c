import { MAC_BROADCAST, ipv6Octets, isIpv4, macAt, toMac } from '../../core/address.ts';
import type { Ip, Mac } from '../../core/address.ts';
import type { FrameBody, FrameEvent, Trace } from '../../core/driver.ts';
import type { Rule } from '../../core/rules.ts';
import type { Input, Plain, Row, StreamId } from '../../core/service.ts';
import { toInstant } from '../../core/time.ts';
import type { Instant } from '../../core/time.ts';
import { bug } from '../../core/errors.ts';
import { Audience, EVERYBODY } from './audience.ts';
import { DELIVERED, FATES } from './events.ts';
import { ARP_REQUEST, DELAYED, EVERYONE, HARMS, ICMP, MAC_MESSAGE, NOBODY, TCP, UDP } from './frames.ts';
import type { Frame, FramePool } from './frames.ts';
import type { Plant } from './plant.ts';
import { encodeSegment } from './segment-octets.ts';
import { CALL, STATE } from './told.ts';
import type { ToldCall, ToldLine, ToldQueue } from './told.ts';

/**
 * Tells listeners what happened in one partition. Where there are several partitions, what is told waits for the window's end
 * and is merged by (time, partition, order); with one it is told at once. Nothing is built that nobody listens to.
 */
export class Tracer {
  readonly #plant: Plant;
  readonly #pool: FramePool;
  readonly #listeners: readonly Trace[];
  readonly #stateListeners: readonly Trace[];
  readonly #measureListeners: readonly Trace[];
  /** Undefined where all is told at once. */
  readonly #waiting: ToldLine | undefined;
  readonly #showsHosts: boolean;
  readonly audience: Audience;
  readonly wantsFrames: boolean;
  readonly wantsReasons: boolean;
  readonly wantsMeasures: boolean;
  readonly wantsStates: boolean;
  readonly wantsSettled: boolean;
  readonly wantsStreams: boolean;

  constructor(
    tables: { readonly plant: Plant; readonly pool: FramePool },
    listeners: readonly Trace[],
    waiting: ToldLine | undefined,
  ) {
    this.#plant = tables.plant;
    this.#pool = tables.pool;
    this.#listeners = listeners;
    this.audience = new Audience(listeners);
    this.#stateListeners = listeners.filter(
      (listener) => listener.state !== undefined || listener.stateOf !== undefined,
    );
    this.#showsHosts = this.#stateListeners.some((listener) => listener.stateOf === undefined);
    this.#measureListeners = listeners.filter((listener) => listener.measure !== undefined);
    this.#waiting = waiting;
    this.wantsFrames = listeners.some((listener) => listener.frame !== undefined);
    this.wantsReasons = listeners.some((listener) => listener.because !== undefined);
    this.wantsMeasures = this.#measureListeners.length > 0;
    this.wantsStates = this.#stateListeners.length > 0;
    this.wantsSettled = listeners.some((listener) => listener.settled !== undefined);
    this.wantsStreams = listeners.some((listener) => listener.stream !== undefined);
  }

  /** A frame as it is put on its segment, for who decides about it; its octets are valid during the call. */
  look(at: Instant, frame: Frame): FrameEvent {
    return this.#event(at, frame, frame.octets, { fate: DELIVERED, fault: undefined });
  }

  frame(at: Instant, frame: Frame, fate: number, fault: string | undefined): void {
    const audience = this.#audienceOf(frame, fate);
    if (audience === 0) return;
    const octets = this.#waiting === undefined ? frame.octets : frame.octets.slice();
    const event = this.#event(at, frame, octets, { fate, fault });
    this.#call(at, { audience, tell: (listener) => listener.frame?.(event) });
  }

  because(at: Instant, host: number, rule: Rule, detail: string | undefined, input: Input | undefined): void {
    const spec = this.#plant.spec(host);
    const audience = this.audience.at(spec);
    if (audience === 0) return;
    const shown = this.#waiting === undefined ? input : copyInput(input);
    const tell = (listener: Trace) => listener.because?.(at, spec, rule, detail, shown);
    this.#call(at, { audience, tell });
  }

  state(at: Instant, host: number, machine: string, state: string, subject: Mac | undefined): void {
    if (this.#waiting !== undefined) this.#waiting.state(at, host, machine, state, subject);
    else this.#tellState(at, host, machine, state, subject);
  }

  measure(at: Instant, host: number, name: string, value: number): void {
    if (this.#waiting !== undefined) return this.#waiting.measure(at, host, name, value);
    const spec = this.#plant.spec(host);
    for (const listener of this.#measureListeners) listener.measure?.(at, spec, name, value);
  }

  settled(at: Instant, host: number, rows: readonly Row[], outcome: 'durable' | 'conflict' | 'failed'): void {
    const spec = this.#plant.spec(host);
    this.#tell(at, (listener) => listener.settled?.(at, spec, rows, outcome));
  }

  stream(at: Instant, host: number, stream: StreamId, event: 'opened' | 'closed' | 'reset'): void {
    const spec = this.#plant.spec(host);
    this.#tell(at, (listener) => listener.stream?.(at, spec, stream, event));
  }

  reply(at: Instant, host: number, verb: string, value: Plain): void {
    const spec = this.#plant.spec(host);
    this.#tell(at, (listener) => listener.reply?.(at, spec, verb, value));
  }

  /** Tells one of the things that waited to all who listen. */
  tell(line: ToldLine, index: number): void {
    const at = line.at[index]! as Instant;
    const kind = line.kinds[index]!;
    if (kind === CALL) {
      const call = line.nextCall();
      if (call !== undefined) this.#tellCall(call);
      return;
    }
    const host = line.hosts[index]!;
    const name = line.name(index);
    if (kind === STATE) return this.#tellState(at, host, name, line.stateAt(index), line.subject(index));
    const spec = this.#plant.spec(host);
    const value = line.value(index);
    for (const listener of this.#measureListeners) listener.measure?.(at, spec, name, value);
  }

  #tellState(at: Instant, host: number, machine: string, state: string, subject: Mac | undefined): void {
    const spec = this.#showsHosts ? this.#plant.spec(host) : undefined;
    for (const listener of this.#stateListeners)
      if (listener.stateOf !== undefined) listener.stateOf(at, host, machine, state, subject);
      else if (spec !== undefined) listener.state?.(at, spec, machine, state, subject);
  }

  #tell(at: Instant, tell: (listener: Trace) => void): void {
    this.#call(at, { audience: EVERYBODY, tell });
  }

  #call(at: Instant, call: ToldCall): void {
    if (this.#waiting === undefined) this.#tellCall(call);
    else this.#waiting.call(at, call);
  }

  #tellCall({ audience, tell }: ToldCall): void {
    for (let place = 0; place < this.#listeners.length; place++)
      if ((audience & (1 << place)) !== 0) tell(this.#listeners[place]!);
  }

  #audienceOf({ sender, receiver, led, harm }: Frame, fate: number): number {
    if (harm > DELAYED) return EVERYBODY;
    const { interfaces } = this.#plant;
    const ends = {
      sender: this.#plant.spec(interfaces.host(sender)),
      receiver: receiver >= 0 ? this.#plant.spec(interfaces.host(receiver)) : undefined,
    };
    return this.audience.ofFrame(ends, fate, led);
  }

  #destinationOf({ addressee, strayMac, to }: Frame): Mac {
    if (addressee >= 0) return this.#plant.mac(addressee);
    return addressee === EVERYONE ? groupMac(to) : (strayMac ?? MAC_BROADCAST);
  }

  #event(
    at: Instant,
    frame: Frame,
    octets: Uint8Array,
    { fate, fault }: { readonly fate: number; readonly fault: string | undefined },
  ): FrameEvent {
    const plant = this.#plant;
    const { sender, receiver } = frame;
    const hasReceiver = receiver !== EVERYONE && receiver !== NOBODY;
    return {
      sentAt: toInstant(this.#pool.sentAt[frame.number]!),
      at,
      segment: plant.segmentAt(sender).name,
      sender: plant.spec(plant.interfaces.host(sender)),
      receiver: hasReceiver ? plant.spec(plant.interfaces.host(receiver)) : undefined,
      fate: FATES[fate] ?? bug(`no fate ${fate}`),
      fault: fault ?? frame.fault,
      harm: HARMS[frame.harm],
      sourceMac: plant.mac(sender),
      destinationMac: this.#destinationOf(frame),
      packet: frame.packet,
      body: this.#body(frame, octets),
      rule: frame.rule,
      detail: frame.detail,
    };
  }

  #body(frame: Frame, octets: Uint8Array): FrameBody {
    const { kind, from, to, ttl } = frame;
    if (kind === MAC_MESSAGE) return { kind: 'mac-message', octets };
    if (kind === ICMP) return { kind: 'icmp', from, to, ttl, octets };
    const ends = { from: { address: from, port: frame.fromPort }, to: { address: to, port: frame.toPort } };
    if (kind === UDP) return { kind: 'udp', ...ends, ttl, octets };
    if (kind === TCP) return { kind: 'tcp', ...ends, ttl, segment: encodeSegment(frame) };
    if (!isIpv4(from) || !isIpv4(to)) return bug('ARP is of IPv4');
    return {
      kind: 'arp',
      operation: kind === ARP_REQUEST ? 'request' : 'reply',
      senderMac: this.#plant.mac(frame.sender),
      senderIp: from,
      // RFC 826: not known yet in a request.
      targetMac: (kind === ARP_REQUEST ? 0 : this.#destinationOf(frame)) as Mac,
      targetIp: to,
    };
  }
}

/** Tells what several partitions have to tell: by time, then by partition, then in the order it happened. */
export class Merger {
  readonly #queue: ToldQueue;
  /** Of any partition: all have the same listeners. */
  readonly #tracer: Tracer;
  readonly #lines: ToldLine[] = [];
  readonly #heads: number[] = [];

  constructor(queue: ToldQueue, tracer: Tracer) {
    this.#queue = queue;
    this.#tracer = tracer;
  }

  tell(): void {
    const waiting = this.#queue.lines;
    if (waiting.length === 0) return;
    const lines = this.#lines;
    const heads = this.#heads;
    for (let line = 0; line < waiting.length; line++) {
      lines[line] = waiting[line]!;
      heads[line] = 0;
    }
    waiting.length = 0;
    for (let from = earliest(lines, heads); from >= 0; from = earliest(lines, heads))
      this.#tracer.tell(lines[from]!, heads[from]!++);
    for (const line of lines) line.clear();
    lines.length = 0;
  }
}

/** Each line is in the order of time; of equal moments the earlier partition's comes first. -1: all are through. */
function earliest(lines: readonly ToldLine[], heads: readonly number[]): number {
  let least = Infinity;
  let from = -1;
  for (let index = 0; index < lines.length; index++) {
    const line = lines[index]!;
    const head = heads[index]!;
    if (head >= line.count || line.at[head]! >= least) continue;
    least = line.at[head]!;
    from = index;
  }
  return from;
}

/** An input whose octets the driver will use again. */
function copyInput(input: Input | undefined): Input | undefined {
  if (input === undefined) return undefined;
  if (input.kind === 'datagram' || input.kind === 'transit' || input.kind === 'packet')
    return { ...input, from: { ...input.from }, to: { ...input.to }, octets: input.octets.slice() };
  if (input.kind === 'mac-message') return { ...input, octets: input.octets.slice() };
  if (input.kind === 'stream' && input.event === 'octets') return { ...input, octets: input.octets.slice() };
  return input;
}

/** RFC 1112 §6.4, RFC 2464 §7: a group's hardware address. */
function groupMac(to: Ip): Mac {
  if (!isIpv4(to)) {
    const octets = ipv6Octets(to);
    return macAt(Uint8Array.of(0x33, 0x33, ...octets.subarray(12)), 0);
  }
  return to >>> 28 === 14 ? toMac(0x0100_5e00_0000 + (to & 0x7f_ffff)) : MAC_BROADCAST;
}
