import { isIpv4 } from '../../core/address.ts';
import type { Mac } from '../../core/address.ts';
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

/** What waits to be told. States and measures are by far the most, so they are plain records; the rest are calls. */
type Told =
  | {
      readonly kind: 'call';
      readonly at: Instant;
      readonly audience: number;
      readonly tell: (listener: Trace) => void;
    }
  | {
      readonly kind: 'state';
      readonly at: Instant;
      readonly host: number;
      readonly machine: string;
      readonly state: string;
      readonly subject: Mac | undefined;
    }
  | {
      readonly kind: 'measure';
      readonly at: Instant;
      readonly host: number;
      readonly name: string;
      readonly value: number;
    };

/**
 * Tells listeners what happened in one partition. Where there are several partitions, what is told waits for the window's end
 * and is merged by (time, partition, order); with one it is told at once. Nothing is built that nobody listens to.
 */
export class Tracer {
  readonly #plant: Plant;
  readonly #pool: FramePool;
  readonly #listeners: readonly Trace[];
  #waiting: Told[] | undefined;
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
    telling: 'at once' | 'by window',
  ) {
    this.#plant = tables.plant;
    this.#pool = tables.pool;
    this.#listeners = listeners;
    this.audience = new Audience(listeners);
    this.#waiting = telling === 'by window' ? [] : undefined;
    this.wantsFrames = listeners.some((listener) => listener.frame !== undefined);
    this.wantsReasons = listeners.some((listener) => listener.because !== undefined);
    this.wantsMeasures = listeners.some((listener) => listener.measure !== undefined);
    this.wantsStates = listeners.some((listener) => listener.state !== undefined);
    this.wantsSettled = listeners.some((listener) => listener.settled !== undefined);
    this.wantsStreams = listeners.some((listener) => listener.stream !== undefined);
  }

  get hasWaiting(): boolean {
    return this.#waiting !== undefined && this.#waiting.length > 0;
  }

  /** What has waited since it was last asked, in order. */
  takeWaiting(): Told[] {
    const taken = this.#waiting ?? [];
    if (this.#waiting !== undefined) this.#waiting = [];
    return taken;
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
    this.#take({ kind: 'call', at, audience, tell: (listener) => listener.frame?.(event) });
  }

  because(at: Instant, host: number, rule: Rule, detail: string | undefined, input: Input | undefined): void {
    const spec = this.#plant.spec(host);
    const audience = this.audience.at(spec);
    if (audience === 0) return;
    const shown = this.#waiting === undefined ? input : copyInput(input);
    const tell = (listener: Trace) => listener.because?.(at, spec, rule, detail, shown);
    this.#take({ kind: 'call', at, audience, tell });
  }

  state(
    at: Instant,
    host: number,
    entered: { machine: string; state: string; subject: Mac | undefined },
  ): void {
    const { machine, state, subject } = entered;
    this.#take({ kind: 'state', at, host, machine, state, subject });
  }

  measure(at: Instant, host: number, name: string, value: number): void {
    this.#take({ kind: 'measure', at, host, name, value });
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

  /** Tells one thing to all who listen. */
  tell(told: Told): void {
    for (const [place, listener] of this.#listeners.entries()) {
      switch (told.kind) {
        case 'state': {
          const { at, host, machine, state, subject } = told;
          listener.state?.(at, this.#plant.spec(host), machine, state, subject);
          break;
        }
        case 'measure':
          listener.measure?.(told.at, this.#plant.spec(told.host), told.name, told.value);
          break;
        default:
          if ((told.audience & (1 << place)) !== 0) told.tell(listener);
      }
    }
  }

  #tell(at: Instant, tell: (listener: Trace) => void): void {
    this.#take({ kind: 'call', at, audience: EVERYBODY, tell });
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

  #take(told: Told): void {
    if (this.#waiting === undefined) this.tell(told);
    else this.#waiting.push(told);
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
      destinationMac: frame.destinationMac,
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
      targetMac: (kind === ARP_REQUEST ? 0 : frame.destinationMac) as Mac,
      targetIp: to,
    };
  }
}

/** Tells what several partitions have to tell: by time, then by partition, then in the order it happened. */
export function tellMerged(tracers: readonly Tracer[]): void {
  const [first] = tracers;
  if (first === undefined || !tracers.some((tracer) => tracer.hasWaiting)) return;
  const lines: Told[][] = [];
  for (const tracer of tracers) if (tracer.hasWaiting) lines.push(tracer.takeWaiting());
  const heads = lines.map(() => 0);
  for (;;) {
    // Each line is in the order of time; of equal moments the earlier partition's comes first.
    let next: Told | undefined;
    let from = 0;
    for (let line = 0; line < lines.length; line++) {
      const told = lines[line]![heads[line]!];
      if (told === undefined || (next !== undefined && told.at >= next.at)) continue;
      next = told;
      from = line;
    }
    if (next === undefined) return;
    heads[from]!++;
    // All have the same listeners.
    first.tell(next);
  }
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
