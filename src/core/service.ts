import type { Endpoint, Ip, Ipv4, Mac } from './address.ts';
import type { Rule } from './rules.ts';
import type { Instant } from './time.ts';

/**
 * All that a driver knows of a protocol: octets and moments in, effects out.
 *
 * `handle` is synchronous, takes one input and puts all of its effects into the sink in the order that matters. It
 * never throws for what a peer sent. After it the driver asks `deadline()` and hands in a `timer` at that moment or
 * later; a timer that comes early (the deadline moved) is legal and does nothing.
 */
export interface Service {
  handle(input: Input, now: Instant, effects: Effects): void;
  /**
   * A short cut for a datagram whose reply is all that it leads to: what `handle` would send, octet for octet, with the same
   * reasons. It leaves the reply in `out.octets` and gives its length; `SILENT` where none is due; 0 for what is to be handed to
   * `handle`, and then nothing has changed. It allocates nothing. A driver uses it only while nobody listens to frames.
   */
  respond?(input: DatagramInput, now: Instant, out: Response): number;
  /** When `handle` wants a timer input; `NEVER` for not at all. After a timer at `now` it is later than `now`. */
  deadline(): Instant;
  /**
   * Takes over from the service that had this host before, at a reload: its leases, transfers, connections, ports and
   * tickets are this one's from now on. Called once at most, before any input; `before` is handed nothing any more.
   * Left out: a new service begins with nothing.
   */
  succeed?(before: Service, now: Instant): void;
  /** Nobody takes over from it at a reload: it begins nothing new, and ends what it has open. Left out: it only reacts. */
  retire?(): void;
  /** How many peers are in the middle of something that a driver which ends should let them finish. Left out: none. */
  underWay?(): number;
}

/** What `respond` gives where nothing is to be sent. */
export const SILENT = -1;

/** Where `respond` puts a reply, and says why: one object, handed in again and again. */
export interface Response extends Pick<Effects, 'because' | 'explains' | 'reads'> {
  /** The service's own scratch, valid until it is handed anything else. It goes back to where the datagram came from. */
  octets: Uint8Array;
}

export type Input =
  | DatagramInput
  | TransitInput
  | PacketInput
  | MacMessageInput
  | StreamInput
  | TimerInput
  | UnreachableInput
  | ProbeAnswerInput
  | SettledInput
  | RestoredInput
  | CommandInput;

/** One UDP datagram. The driver may reuse the object and the octets: both are valid until `handle` returns. */
export interface DatagramInput {
  readonly kind: 'datagram';
  readonly octets: Uint8Array;
  readonly from: Endpoint;
  /** The address it was sent to: ours, a broadcast, or `ANY` where the driver cannot know. */
  readonly to: Endpoint;
  /** The number of the host's interface it came in by. */
  readonly via: number;
  /** The sender's hardware address on that link, where the driver knows it. */
  readonly hardware: Mac | undefined;
}

/** A datagram that this host routes: it goes on only when the service calls `effects.forward()` during this input. */
export interface TransitInput {
  readonly kind: 'transit';
  readonly octets: Uint8Array;
  readonly from: Endpoint;
  readonly to: Endpoint;
  readonly via: number;
  readonly hardware: Mac | undefined;
}

/**
 * An IP packet at a router that filters or translates (`HostSpec.inspects`): all that it would route, and all that is for its
 * own addresses. It goes on, or reaches the router itself, only by `effects.forward()` or `effects.forwardAs()` during this
 * input. The driver may reuse the object and the octets: both are valid until `handle` returns.
 */
export interface PacketInput {
  readonly kind: 'packet';
  readonly protocol: 'udp' | 'tcp' | 'icmp';
  /** Ports are 0 for ICMP. */
  readonly from: Endpoint;
  readonly to: Endpoint;
  /** The payload of UDP or TCP; of ICMP the whole message. */
  readonly octets: Uint8Array;
  /** TCP's control bits, sequence and acknowledgment numbers (RFC 9293 §3.1), the numbers as int32; 0 for the others. */
  readonly flags: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  readonly via: number;
}

/** How a packet goes on: what is left out stays as it came. Checksums are the driver's, but for what lies inside of `octets`. */
export interface Rewrite {
  readonly from?: Endpoint | undefined;
  readonly to?: Endpoint | undefined;
  readonly octets?: Uint8Array | undefined;
  readonly sequence?: number | undefined;
  readonly acknowledgment?: number | undefined;
}

/** A DOCSIS MAC management message (ranging, registration), which travels on the cable without IP. */
export interface MacMessageInput {
  readonly kind: 'mac-message';
  readonly octets: Uint8Array;
  readonly from: Mac;
  readonly via: number;
}

/** A number the driver gives to a stream of one host; never reused while the host lives. */
export type StreamId = number;

/**
 * `opened`: a peer connected to one of our ports, or our `connect` succeeded. `octets`: in order, valid until `handle`
 * returns. `closed`: the peer will send no more (both directions end once we close too). `reset`: gone, or never opened.
 */
export type StreamInput =
  | {
      readonly kind: 'stream';
      readonly event: 'opened';
      readonly stream: StreamId;
      readonly local: Endpoint;
      readonly peer: Endpoint;
    }
  | {
      readonly kind: 'stream';
      readonly event: 'octets';
      readonly stream: StreamId;
      readonly octets: Uint8Array;
    }
  | { readonly kind: 'stream'; readonly event: 'closed' | 'reset'; readonly stream: StreamId };

/** TLS on a stream that we open; the peer's certificate is not judged. */
export interface TlsCall {
  /** What the server is told that it is asked for (RFC 6066 §3): a name, no address. */
  readonly serverName: string | undefined;
}

export interface TimerInput {
  readonly kind: 'timer';
}

/** An ICMP error for a datagram we sent from `port` to `to`. */
export interface UnreachableInput {
  readonly kind: 'unreachable';
  readonly reason: 'port' | 'host' | 'network' | 'filtered';
  readonly port: number;
  readonly to: Endpoint;
}

/** Somebody answered `effects.probe(address)`: the address is in use (RFC 5227 §2.1.1). */
export interface ProbeAnswerInput {
  readonly kind: 'probe-answer';
  readonly address: Ipv4;
  readonly hardware: Mac;
}

/** The outcome of a `persist`. `failed`: the disk would not; `conflict`: another server holds the key. */
export interface SettledInput {
  readonly kind: 'settled';
  readonly ticket: Ticket;
  readonly outcome: 'durable' | 'conflict' | 'failed';
}

/** A row from an earlier life, handed in once each before anything else. */
export interface RestoredInput {
  readonly kind: 'restored';
  readonly row: Row;
}

/** From the timeline, the control socket or the driver; the answer goes to `effects.reply`. */
export interface CommandInput {
  readonly kind: 'command';
  readonly verb: string;
  readonly args: Readonly<Record<string, Plain>>;
}

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** What a service keeps across a crash. `value: null` deletes. */
export interface Row {
  readonly table: string;
  readonly key: string;
  readonly value: { readonly [key: string]: Plain } | null;
}

export type Ticket = number;

/** Where a datagram goes. */
export interface Target extends Endpoint {
  /** The client's hardware address, when it may not answer ARP for `address` yet: RFC 2131 §4.1. */
  readonly hardware?: Mac | undefined;
  /** The way out, where the address alone does not say (a broadcast, a client without an address). */
  readonly via?: number | undefined;
  /** Which of our addresses to send from; left out, the driver takes that of the way out. */
  readonly source?: Ip | undefined;
}

/** An interface's address, as DHCP or the file gives it. */
export interface InterfaceAddress {
  readonly address: Ip;
  readonly prefixLength: number;
  /** The default router on this link. */
  readonly router?: Ip | undefined;
}

/**
 * The sink. Each call takes effect in the order made; what follows a `persist` in the same input is held until its
 * ticket is settled as `durable`, and dropped when it is not. Targets and octets are copied before the call returns.
 */
export interface Effects {
  /** Sends one datagram from our port `port`: its first `length` octets, all of them when left out. */
  send(port: number, to: Target, octets: Uint8Array, length?: number): void;
  /** Sends a DOCSIS MAC management message on interface `via`. */
  sendMacMessage(via: number, to: Mac, octets: Uint8Array, length?: number): void;
  /** Lets the datagram of the present `transit` or `packet` input go on. */
  forward(): void;
  /** Lets the packet of the present `packet` input go on as something else, by the way that its new destination has. */
  forwardAs(rewrite: Rewrite): void;
  /** Opens an ephemeral UDP port of ours and gives its number: 1024 or more, unpredictable. */
  bind(): number;
  release(port: number): void;

  /**
   * Opens a stream, from a port of the driver's choice unless one is given; `opened` or `reset` follows as an input. With `tls`,
   * `opened` comes when TLS is there. A simulated stream carries what is inside, and only pays for the handshake.
   */
  connect(to: Endpoint, fromPort?: number, tls?: TlsCall): StreamId;
  write(stream: StreamId, octets: Uint8Array): void;
  /** Octets written that have not left yet: who has much to send waits while its peer is slow. */
  unsent(stream: StreamId): number;
  /** We send no more; what was written still arrives. */
  close(stream: StreamId): void;
  /** Gives the stream up at once. */
  reset(stream: StreamId): void;

  /** Gives interface `via` an address, or takes it away. */
  configure(via: number, address: InterfaceAddress | undefined): void;
  /** Asks by ARP who has `address` on interface `via`, sending from no address: RFC 5227 §2.1.1. */
  probe(via: number, address: Ipv4): void;

  /** Makes rows durable together; the outcome comes as a `settled` input. */
  persist(rows: readonly Row[]): Ticket;

  /** Says why: counts the rule, and ties it to the present input and to what is sent next. */
  because(rule: Rule, detail?: string): void;
  /** Whether somebody reads details: a service builds the text of a detail only then. */
  readonly explains: boolean;
  /** Where details are read: whether those of this rule are, for who explains so often that it matters. Left out: of every rule. */
  reads?(rule: Rule): boolean;
  /** A state machine entered a state: `subject` is undefined for our own, else whose (a modem's MAC, as the CMTS sees it). */
  state(machine: string, state: string, subject?: Mac): void;
  /** A named quantity for expectations and metrics: `boot.us`, `dhcp.queue.depth`. */
  measure(name: string, value: number): void;
  /** The answer to the present `command`. */
  reply(value: Plain): void;
}
