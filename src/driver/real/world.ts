import type { Endpoint, Ip } from '../../core/address.ts';
import type { ConnectionLimits } from '../../core/limits.ts';
import { RULE_INDEXES } from '../../core/rules.ts';
import type { Row } from '../../core/service.ts';
import type { Instant } from '../../core/time.ts';
import type { ClockStamp } from './clock.ts';
import type { Conversation } from './conversation.ts';
import type { Crossing } from './crossing.ts';
import type { Door } from './door.ts';
import type { Doorkeeper } from './doorkeeper.ts';
import type { Meter } from './meter.ts';
import type { Network } from './network.ts';
import type { Place } from './place.ts';
import type { Schedule } from './schedule.ts';
import type { StreamPath } from './stream-path.ts';
import type { Tap } from './tap.ts';

/** Tells how a `persist` ended; never before the call that asked has returned. */
export type Settle = (outcome: 'durable' | 'conflict' | 'failed') => void;

/** Where rows are kept: the database, or memory where nothing needs to outlive the process. */
export interface RowStore {
  persist(host: string, rows: readonly Row[], settle: Settle): void;
  rows(host: string): readonly Row[];
  /** What the clock was when rows were last kept; undefined: never, or it is not remembered. */
  readonly stamp?: ClockStamp | undefined;
  /** From now on each group of rows is kept with what `ask` gives. */
  stampWith?(ask: () => ClockStamp): void;
  /** Why rows are refused; undefined while they are kept. */
  readonly failure?: string | undefined;
  close(): Promise<void>;
}

/** What is worth counting and has no other place; shown by `health`. */
export interface RealCounts {
  datagramsIn: number;
  datagramsOut: number;
  /** Replies to clients without an address that went as broadcasts. */
  broadcastInstead: number;
  /** Of these and other broadcasts, those that went to the subnet's because 255.255.255.255 was unreachable. */
  subnetBroadcasts: number;
  /** Refused by the kernel: too long, no buffers, a firewall. */
  sendsRefused: number;
  /** Sent by one of ours to one of ours and never received: the kernel's buffer was full. */
  lostInKernel: number;
  /** TCP connections ended to make room for new ones, and those whose peer could not be told. */
  streamsRefused: number;
  /** Peers that did not read. */
  streamsCut: number;
  /** What waits for TCP peers now. */
  unsentOctets: number;
}

/** What all hosts of a driver share. */
export interface World {
  readonly now: () => Instant;
  readonly schedule: Schedule;
  readonly network: Network;
  readonly crossing: Crossing;
  readonly tap: Tap;
  /** Another one after a reload. */
  place: Place;
  readonly store: RowStore;
  readonly doors: Doors;
  readonly streamEnds: StreamEnds;
  /** Ports that sockets of ours share; nobody else had them when we came. */
  readonly ownPorts: Set<number>;
  readonly counts: RealCounts;
  readonly meter: Meter | undefined;
  /** What comes from outside to the servers' own ports passes here; undefined where nobody is outside. */
  doorkeeper: Doorkeeper | undefined;
  connections: ConnectionLimits;
  /** How often each rule was given, by its index. */
  readonly rules: Float64Array;
  /** Says something once to the person who runs it. */
  notice(text: string): void;
  /** A service threw: our bug, never swallowed. */
  bug(error: unknown): void;
}

export function noCounts(): RealCounts {
  return {
    datagramsIn: 0,
    datagramsOut: 0,
    broadcastInstead: 0,
    subnetBroadcasts: 0,
    sendsRefused: 0,
    lostInKernel: 0,
    streamsRefused: 0,
    streamsCut: 0,
    unsentOctets: 0,
  };
}

export function noRules(): Float64Array {
  return new Float64Array(RULE_INDEXES);
}

/** All open sockets, by the endpoint the scenario knows and by the one the kernel knows. */
export class Doors {
  readonly #known = new Map<number | string, Door>();
  readonly #real = new Map<number | string, Door>();

  add(door: Door): void {
    this.#known.set(keyOf(door.known.address, door.known.port), door);
    this.#real.set(keyOf(door.real.address, door.real.port), door);
  }

  remove(door: Door): void {
    const known = keyOf(door.known.address, door.known.port);
    if (this.#known.get(known) === door) this.#known.delete(known);
    this.#real.delete(keyOf(door.real.address, door.real.port));
  }

  knownAs({ address, port }: Endpoint): Door | undefined {
    return this.#known.get(keyOf(address, port));
  }

  boundTo(address: Ip, port: number): Door | undefined {
    return this.#real.get(keyOf(address, port));
  }
}

/** One of ours that connects: its endpoint as the scenario has it, and the conversation as captures show it. */
export interface Caller {
  readonly known: Endpoint;
  readonly conversation: Conversation | undefined;
  readonly path?: StreamPath | undefined;
}

/** Where the hosts here listen, and which of them stands behind a connecting socket. */
export class StreamEnds {
  readonly #listening = new Map<number | string, Endpoint>();
  readonly #callers = new Map<number | string, Caller>();
  readonly #outside = new Set<number | string>();

  listen(known: Endpoint, real: Endpoint): void {
    this.#listening.set(keyOf(known.address, known.port), real);
  }

  unlisten(known: Endpoint): void {
    this.#listening.delete(keyOf(known.address, known.port));
  }

  listening(known: Endpoint): Endpoint | undefined {
    return this.#listening.get(keyOf(known.address, known.port));
  }

  /** A real server waits there: its octets are seen at our end alone. */
  listenOutside(known: Endpoint, real: Endpoint): void {
    this.listen(known, real);
    this.#outside.add(keyOf(known.address, known.port));
  }

  isOutside(known: Endpoint): boolean {
    const key = keyOf(known.address, known.port);
    return !this.#listening.has(key) || this.#outside.has(key);
  }

  call(real: Endpoint, caller: Caller): void {
    this.#callers.set(keyOf(real.address, real.port), caller);
  }

  hangUp(real: Endpoint): void {
    this.#callers.delete(keyOf(real.address, real.port));
  }

  caller(real: Endpoint): Caller | undefined {
    return this.#callers.get(keyOf(real.address, real.port));
  }
}

function keyOf(address: Ip, port: number): number | string {
  return typeof address === 'number' ? (address >>> 0) * 65_536 + port : `${address}|${port}`;
}

/** Rows in memory: they outlive a host's crash, not the process. */
export class MemoryStore implements RowStore {
  readonly #rows = new Map<string, Map<string, Row>>();

  persist(host: string, rows: readonly Row[], settle: Settle): void {
    const kept = this.#rows.get(host) ?? new Map<string, Row>();
    this.#rows.set(host, kept);
    setImmediate(() => {
      for (const row of rows) {
        const key = JSON.stringify([row.table, row.key]);
        if (row.value === null) kept.delete(key);
        else kept.set(key, row);
      }
      settle('durable');
    });
  }

  rows(host: string): readonly Row[] {
    return [...(this.#rows.get(host)?.values() ?? [])];
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
