import type { Endpoint, Ip, Ipv4, Mac, Prefix } from './address.ts';
import type { LimiterSpec, SourceOf } from './limiter.ts';
import type { Input, InterfaceAddress, Plain, Row, Service, StreamId } from './service.ts';
import type { Instant } from './time.ts';
import type { Rule } from './rules.ts';

/** The plant as plain data: what both drivers are given. Names are unique; order is the file's and fixes everything else. */
export interface Topology {
  readonly segments: readonly SegmentSpec[];
  readonly links: readonly LinkSpec[];
  readonly hosts: readonly HostSpec[];
}

/** Delay and loss of one crossing. Ratios are 0 to 1, microseconds are whole. */
export interface Quality {
  readonly delayUs: number;
  /** Uniform in [0, jitterUs], added to the delay; order is kept per sender and segment. */
  readonly jitterUs: number;
  readonly lossRatio: number;
  /** 0: not limited. */
  readonly bitsPerSecond: number;
}

/** A broadcast domain. `cable`: an RF segment, where MAC management messages travel and which live mode keeps in process. */
export interface SegmentSpec {
  readonly name: string;
  readonly kind: 'ethernet' | 'cable';
  readonly quality: Quality;
}

/** A point-to-point way between two segments, crossed by routing. */
export interface LinkSpec {
  readonly name: string;
  readonly between: readonly [segment: string, segment: string];
  readonly quality: Quality;
}

export interface InterfaceSpec {
  readonly segment: string;
  readonly mac: Mac;
  /** Empty until DHCP gives one. */
  readonly addresses: readonly InterfaceAddress[];
}

export interface RouteSpec {
  readonly to: Prefix;
  readonly via: number;
  /** Left out: the destination is on the link. */
  readonly nextHop?: Ip | undefined;
}

/** One host: one service (several are joined by `service/bundle`), its ports, its interfaces. */
export interface HostSpec {
  readonly name: string;
  /** Its place in `Topology.hosts`, where who made the topology says it: an index for tables by host. */
  readonly number?: number | undefined;
  /** `cable-modem`, `cmts`, `dhcp`, `dns+tod`, ...: what `devices` in the JSON shows. */
  readonly kind: string;
  /** The group's name in the file: `cm` for `cm[0]`. */
  readonly group: string;
  /** The names of its services in the file, in its order; left out, none has a name of its own. */
  readonly services?: readonly string[] | undefined;
  readonly interfaces: readonly InterfaceSpec[];
  readonly routes: readonly RouteSpec[];
  /** Whether it routes: datagrams for others come as `transit`. */
  readonly forwards: boolean;
  /** A router that filters or translates: it is shown each packet as a `packet` input, never a `transit`; left out, no. */
  readonly inspects?: boolean | undefined;
  readonly udpPorts: readonly number[];
  readonly tcpPorts: readonly number[];
  /** One of `tcpPorts` that speaks TLS on real sockets; a simulated stream carries what is inside. */
  readonly tls?: TlsSpec | undefined;
  /** Virtual mode only: how fast datagrams to these ports are taken from a queue. */
  readonly capacity?: Capacity | undefined;
  /** Virtual mode only: which datagrams to these ports come in at all, before the queue. */
  readonly limiter?: LimiterSpec | undefined;
  /** Virtual mode only: how long a `persist` takes; left out 500. */
  readonly flushUs?: number | undefined;
  /**
   * What the service is made from, as text: at a reload a host whose revision and interfaces stay is not disturbed, one whose
   * revision changes is restarted. Left out: the new service succeeds the old one.
   */
  readonly revision?: string | undefined;
  /** Left out, its service runs here. */
  readonly live?: LiveSpec | undefined;
  /**
   * Whether its service does nothing before its first input, so that a driver may make it then: in a plant of a hundred
   * thousand those that boot at one time then lie side by side. Left out, no.
   */
  readonly isDormant?: boolean | undefined;
  /** Makes the service anew: at the start, and after a crash. */
  create(): Service;
}

/** A host that is real. Only the real driver has any: it brings their datagrams in and out, and makes no service of them. */
export type LiveSpec =
  /** A client on an interface of this machine, which is said by name or by an address that it has. */
  | { readonly kind: 'guest'; readonly interface: string }
  /** One that another headend runs: its frames come and go over an interface of this machine, said as that of a guest. */
  | { readonly kind: 'headend'; readonly interface: string }
  /** A server elsewhere, at `address` or, left out, at those of its interfaces; its ports are as in the file but for those in `ports`. */
  | {
      readonly kind: 'server';
      readonly address: Ip | undefined;
      readonly ports: ReadonlyMap<number, number>;
    };

/** PEM: the certificate with its chain, and its private key. */
export interface TlsSpec {
  readonly port: number;
  readonly certificate: Uint8Array;
  readonly key: Uint8Array;
}

export type WhenFull = 'drop-newest' | 'drop-oldest' | 'per-source';

export interface Capacity {
  /** Datagrams a second. */
  readonly rate: number;
  /** Datagrams waiting, the one in service not counted. */
  readonly queue: number;
  /** `per-source`: sources are served in turn, and the newest of the one with most waiting is dropped. */
  readonly whenFull: WhenFull;
  /** Who is a source of its own under `per-source`; left out, the address that it comes from. */
  readonly sourceOf?: SourceOf | undefined;
  /** The prefix of its measures: `dhcp` gives `dhcp.queue.depth`. */
  readonly name: string;
}

/**
 * Worsens segments or links for a time. Impairments on one place add up: delays sum, the least bandwidth holds, and one that
 * takes the frame ends it. What is left out does nothing.
 */
export interface Impairment {
  readonly id: string;
  /** A segment's or link's name; left out, every one. */
  readonly where?: string | undefined;
  readonly lossRatio: number;
  readonly delayUs: number;
  readonly jitterUs: number;
  /** Frames that are held for `holdUs` more, while what comes after them goes on. */
  readonly reorderRatio?: number | undefined;
  readonly holdUs?: number | undefined;
  /** Frames that arrive a second time, a moment later. */
  readonly duplicateRatio?: number | undefined;
  /** UDP datagrams some of whose bits are turned over; the checksum of all else finds the damage, and it is dropped. */
  readonly corruptRatio?: number | undefined;
  readonly bitsPerSecond?: number | undefined;
  readonly among?: Among | undefined;
  /** Down for `downUs` out of each `everyUs`, from the beginning on; left out, all the time. */
  readonly flaps?: { readonly everyUs: number; readonly downUs: number } | undefined;
  /** Asked about each frame that it could act on, as it is put on the segment, in their order. Octets are valid during the call. */
  readonly picks?: ((frame: FrameEvent) => boolean) | undefined;
  /** What is said of a frame that it takes; left out, `HE-NET-002`. */
  readonly rule?: Rule | undefined;
}

/**
 * Only what hosts of `from` put on the segment for hosts of `to`; left out, anybody's and for anybody. Routers on the way are
 * hosts too. What is for all on the segment is one signal: with `to`, only a loss acts on it, for each host that would hear it.
 */
export interface Among {
  readonly from?: readonly string[] | undefined;
  readonly to?: readonly string[] | undefined;
  /** `both`: also what the hosts of `to` send to those of `from`. */
  readonly ways: 'one' | 'both';
}

/** What a host that goes down has when it comes back. */
export interface Outage {
  /** Left out, it is not counted. */
  readonly id?: string | undefined;
  /** `keep`: it stood still, and goes on where it was; `lose`, the default: its service is made anew from its rows. */
  readonly memory?: 'keep' | 'lose' | undefined;
  /** `lose`: its rows are gone too. */
  readonly disk?: 'keep' | 'lose' | undefined;
}

/** A disk that refuses all rows, or that takes long. */
export interface DiskTrouble {
  readonly id: string;
  readonly host: string;
  readonly flushUs: number | 'full';
}

/** How often a declared fault acted. */
export interface FaultCount {
  readonly id: string;
  readonly fired: number;
}

/** One count for each id, in the order in which they first come. */
export function sumById(counts: readonly FaultCount[]): readonly FaultCount[] {
  const sums = new Map<string, number>();
  for (const { id, fired } of counts) sums.set(id, (sums.get(id) ?? 0) + fired);
  return [...sums].map(([id, fired]) => ({ id, fired }));
}

/**
 * The world. `driver/sim` and `driver/real` are equals and pass one conformance suite. Times handed to `at` and given in
 * events are the driver's Instants; in the simulation the run begins at 0.
 */
export interface Driver {
  readonly now: Instant;
  /** Hands `command` to a host at a moment. Moments in the past mean now. */
  command(at: Instant, host: string, verb: string, args: Readonly<Record<string, Plain>>): void;
  /** Worsens a place from `at` to `until`. */
  impair(impairment: Impairment, from: Instant, until: Instant): void;
  /** Takes a host down until its `restart`: left out, it forgets all but its rows. One that is down stays as it is. */
  crash(at: Instant, host: string, outage?: Outage): void;
  restart(at: Instant, host: string): void;
  /** A flush takes the longest of the times that hold when it begins; rows are refused when it ends in a time that is `full`. */
  troubleDisk(trouble: DiskTrouble, from: Instant, until: Instant): void;
  /** What was declared above, by id in the order declared. */
  faults(): readonly FaultCount[];
  /** How often a rule was given; left out by a driver that does not count. */
  countOf?(rule: Rule): number;
}

/** How a datagram's crossing of one segment ended. */
export type Fate =
  | 'delivered'
  /** The segment's own loss. */
  | 'lost'
  /** An impairment's; `fault` says which. */
  | 'faulted'
  /** Nobody there: no such hardware address on the segment, or the host is down. */
  | 'unheard'
  /** The receiving host's queue was full. */
  | 'overflow'
  /** The receiving host's limiter refused it. */
  | 'limited';

/** What a fault did to a frame that it let through. */
export type Harm = 'delayed' | 'reordered' | 'duplicated' | 'corrupted';

/** One frame crossing one segment (virtual), or one datagram leaving or entering a socket (live). Octets are valid during the call. */
export interface FrameEvent {
  /** When the sender put it on the segment. */
  readonly sentAt: Instant;
  /** When the receiver had it; the moment of loss otherwise. */
  readonly at: Instant;
  readonly segment: string;
  readonly sender: HostSpec;
  /** The one receiver; undefined for a broadcast or when nobody hears it. */
  readonly receiver: HostSpec | undefined;
  readonly fate: Fate;
  /** The fault that took it, for fate `faulted`; otherwise the one that did it `harm`. */
  readonly fault: string | undefined;
  /** The worst that was done to it: `duplicated` is the second copy. Left out, nothing was. */
  readonly harm?: Harm | undefined;
  readonly sourceMac: Mac;
  readonly destinationMac: Mac;
  /** The same for all crossings of one datagram on its way through routers. */
  readonly packet: number;
  readonly body: FrameBody;
  /** The last rule its sender gave for it. */
  readonly rule: Rule | undefined;
  readonly detail: string | undefined;
}

export type FrameBody =
  | {
      readonly kind: 'udp';
      readonly from: Endpoint;
      readonly to: Endpoint;
      readonly ttl: number;
      readonly octets: Uint8Array;
    }
  | {
      readonly kind: 'tcp';
      readonly from: Endpoint;
      readonly to: Endpoint;
      readonly ttl: number;
      readonly segment: Uint8Array;
    }
  | {
      readonly kind: 'arp';
      readonly operation: 'request' | 'reply';
      readonly senderMac: Mac;
      readonly senderIp: Ipv4;
      readonly targetMac: Mac;
      readonly targetIp: Ipv4;
    }
  | {
      readonly kind: 'icmp';
      readonly from: Ip;
      readonly to: Ip;
      readonly ttl: number;
      readonly octets: Uint8Array;
    }
  | { readonly kind: 'mac-message'; readonly octets: Uint8Array };

/** Who wants to know. A driver builds an event only for a listener that is there. */
export interface Trace {
  /**
   * Whose packets and reasons this listener is for; left out, everybody's. It is given the frames that such a host sends or
   * receives, those that a driver knows to have led from them (what a relay sent on for it, and the answer), its reasons, and
   * every frame that was lost, faulted or overflowed, whosever it is. States and measures it has of all. Asked again for each
   * frame, so it is quick.
   */
  wants?(host: HostSpec): boolean;
  frame?(event: FrameEvent): void;
  state?(at: Instant, host: HostSpec, machine: string, state: string, subject: Mac | undefined): void;
  /**
   * In place of `state`, for who keeps what is known of hosts by their place in the topology: among 100,000 hosts, looking at the
   * one that is meant costs more than what is done with it. A driver that numbers no hosts tells `state`.
   */
  stateOf?(at: Instant, host: number, machine: string, state: string, subject: Mac | undefined): void;
  because?(
    at: Instant,
    host: HostSpec,
    rule: Rule,
    detail: string | undefined,
    input: Input | undefined,
  ): void;
  /** Whether `because` looks at the details of this rule; left out, of every rule. */
  reads?(rule: Rule): boolean;
  measure?(at: Instant, host: HostSpec, name: string, value: number): void;
  /** Rows as they were settled, or as they were refused. */
  settled?(
    at: Instant,
    host: HostSpec,
    rows: readonly Row[],
    outcome: 'durable' | 'conflict' | 'failed',
  ): void;
  stream?(at: Instant, host: HostSpec, stream: StreamId, event: 'opened' | 'closed' | 'reset'): void;
  reply?(at: Instant, host: HostSpec, verb: string, value: Plain): void;
}
