import type { Mac } from '../../core/address.ts';
import { MAC_BROADCAST, toMac } from '../../core/address.ts';
import type { Fate, FrameBody, FrameEvent, Harm, HostSpec, Trace } from '../../core/driver.ts';
import { bug } from '../../core/errors.ts';
import type { Rule } from '../../core/rules.ts';
import type { Instant } from '../../core/time.ts';
import type { Interface, Packet } from './plant.ts';

/** What stands in a trace for a peer that is not in the scenario. */
export const OUTSIDE: HostSpec = {
  name: 'outside',
  kind: 'outside',
  group: 'outside',
  interfaces: [],
  routes: [],
  forwards: false,
  udpPorts: [],
  tcpPorts: [],
  create: () => bug('nobody makes what is outside'),
};
const OUTSIDE_MAC = toMac(0x02_00_00_00_00_00);

/** One crossing of one medium, before it is known how it ended. */
export interface Crossed {
  readonly sentAt: Instant;
  readonly medium: string;
  readonly sender: Interface | undefined;
  readonly receiver: Interface | undefined;
  readonly isBroadcast: boolean;
  readonly packet: number;
  readonly rule: Rule | undefined;
  readonly detail: string | undefined;
  /** What a fault did to it, and which. */
  readonly harm?: Harm | undefined;
  readonly fault?: string | undefined;
}

/** How it ended. */
export interface CrossingEnd {
  readonly at: Instant;
  readonly fate: Fate;
  readonly fault?: string | undefined;
}

/** Tells the listeners of a driver; builds an event only for one who is there. */
export class Tap {
  readonly #frames: readonly Trace[];
  /** Whether somebody reads details. */
  readonly explains: boolean;
  readonly listeners: readonly Trace[];

  constructor(listeners: readonly Trace[]) {
    this.listeners = listeners;
    this.#frames = listeners.filter((listener) => listener.frame !== undefined);
    this.explains = listeners.some(
      (listener) => listener.frame !== undefined || listener.because !== undefined,
    );
  }

  get seesFrames(): boolean {
    return this.#frames.length > 0;
  }

  /** Whether somebody reads the details of a rule: captures have those of all. */
  reads(rule: Rule): boolean {
    if (this.#frames.length > 0) return true;
    for (const listener of this.listeners)
      if (listener.because !== undefined && listener.reads?.(rule) !== false) return true;
    return false;
  }

  frame(crossed: Crossed, end: CrossingEnd, body: FrameBody): void {
    if (this.#frames.length === 0) return;
    const event = eventOf(crossed, end, body);
    for (const listener of this.#frames) if (wantsFrame(listener, event)) listener.frame?.(event);
  }
}

/** What went wrong is for all. */
function wantsFrame(listener: Trace, { sender, receiver, fate, harm }: FrameEvent): boolean {
  if (listener.wants === undefined || (harm !== undefined && harm !== 'delayed')) return true;
  if (fate !== 'delivered' && fate !== 'unheard') return true;
  return listener.wants(sender) || (receiver !== undefined && listener.wants(receiver));
}

export function eventOf(crossed: Crossed, end: CrossingEnd, body: FrameBody): FrameEvent {
  return {
    sentAt: crossed.sentAt,
    at: end.at,
    segment: crossed.medium,
    sender: crossed.sender?.station.spec ?? OUTSIDE,
    receiver: crossed.receiver?.station.spec,
    fate: end.fate,
    fault: end.fault ?? crossed.fault,
    harm: crossed.harm,
    sourceMac: crossed.sender?.spec.mac ?? OUTSIDE_MAC,
    destinationMac: crossed.isBroadcast ? MAC_BROADCAST : macOf(crossed.receiver),
    packet: crossed.packet,
    body,
    rule: crossed.rule,
    detail: crossed.detail,
  };
}

export function bodyOf({ from, to, ttl, octets, error }: Packet): FrameBody {
  if (error !== undefined) return { kind: 'icmp', from: from.address, to: to.address, ttl, octets };
  return { kind: 'udp', from, to, ttl, octets };
}

function macOf(receiver: Interface | undefined): Mac {
  return receiver?.spec.mac ?? OUTSIDE_MAC;
}
