import type { Endpoint, Ipv4 } from '../../core/address.ts';
import { endKey, type Flow } from './flow.ts';
import type { Session } from './sessions.ts';

type Protocol = Flow['protocol'];

/** Who may send to an outer port that an inner host has: RFC 4787 §5. */
export type NatFilter = 'endpoint-independent' | 'address' | 'address-and-port';

/** An outer endpoint that always leads to an inner one. */
export interface StaticForward {
  readonly protocol: 'udp' | 'tcp';
  readonly outer: Endpoint;
  readonly inner: Endpoint;
}

export interface NatOptions {
  /** The interface towards the outside; all others are inside. */
  readonly outside: number;
  /** The outer addresses, which the driver takes packets for: at least one. */
  readonly pool: readonly Ipv4[];
  /** The outer ports that may be given, both ends included. */
  readonly ports: { readonly first: number; readonly last: number };
  readonly filter: NatFilter;
  readonly hairpin: boolean;
  readonly forwards: readonly StaticForward[];
}

/** An inner endpoint and the outer one that stands for it: the same for every destination (RFC 4787 §4.1 REQ-1). */
export class Binding {
  readonly protocol: Protocol;
  readonly inner: Endpoint;
  readonly outer: Endpoint;
  readonly isStatic: boolean;
  /** It lives as long as it has one: what keeps a session alive keeps the mapping. */
  readonly sessions = new Set<Session>();
  /** Sessions that a helper expects for it. */
  expected = 0;

  constructor(protocol: Protocol, inner: Endpoint, outer: Endpoint, isStatic: boolean) {
    this.protocol = protocol;
    this.inner = inner;
    this.outer = outer;
    this.isStatic = isStatic;
  }
}

/** RFC 4787 §4.2.1 REQ-3: ports below 1024 and the others are two kinds. */
const WELL_KNOWN_END = 1024;

/** The port table: which outer port stands for which inner host. RFC 7857 §5: each protocol has its own. */
export class PortTable {
  readonly options: NatOptions;
  readonly #byInner = new Map<string, Binding>();
  readonly #byOuter = new Map<string, Binding>();
  /** RFC 4787 §4.1 REQ-2: an inner host keeps its outer address. */
  readonly #paired = new Map<Endpoint['address'], { readonly outer: Ipv4; ports: number }>();
  /** By protocol and outer address. */
  readonly #ports = new Map<string, PortsInUse>();
  #nextAddress = 0;

  constructor(options: NatOptions) {
    this.options = options;
    for (const { protocol, outer, inner } of options.forwards) {
      const binding = new Binding(protocol, inner, outer, true);
      this.#byOuter.set(endKey(protocol, outer), binding);
      this.#portsOf(protocol, outer.address).taken[outer.port] = 1;
      // Of several outer ports of one inner endpoint the first is the one that it speaks from.
      const key = endKey(protocol, inner);
      if (!this.#byInner.has(key)) this.#byInner.set(key, binding);
    }
  }

  /** Ports in use that were given, over all protocols. */
  get portsUsed(): number {
    let sum = 0;
    for (const { given } of this.#ports.values()) sum += given;
    return sum;
  }

  isOuter(address: Endpoint['address']): boolean {
    return this.options.pool.includes(address as Ipv4) || this.#forwardsFrom(address);
  }

  toInner(protocol: Protocol, outer: Endpoint): Binding | undefined {
    return this.#byOuter.get(endKey(protocol, outer));
  }

  known(protocol: Protocol, inner: Endpoint): Binding | undefined {
    return this.#byInner.get(endKey(protocol, inner));
  }

  /** The outer endpoint for an inner one, a new one if it has none; undefined when no port is free. */
  bind(protocol: Protocol, inner: Endpoint): Binding | undefined {
    const known = this.known(protocol, inner);
    if (known !== undefined) return known;
    const pair = this.#pair(inner);
    const port = this.#freePort(protocol, pair.outer, inner.port);
    if (port === undefined) {
      this.#unpair(inner);
      return undefined;
    }
    const binding = new Binding(protocol, { ...inner }, { address: pair.outer, port }, false);
    this.#byInner.set(endKey(protocol, inner), binding);
    this.#byOuter.set(endKey(protocol, binding.outer), binding);
    pair.ports++;
    const inUse = this.#portsOf(protocol, pair.outer);
    inUse.taken[port] = 1;
    inUse.given++;
    return binding;
  }

  /** Takes back what has no session any more and waits for none. */
  release(binding: Binding): void {
    if (binding.isStatic || binding.sessions.size > 0 || binding.expected > 0) return;
    const key = endKey(binding.protocol, binding.inner);
    if (this.#byInner.get(key) !== binding) return;
    this.#byInner.delete(key);
    this.#byOuter.delete(endKey(binding.protocol, binding.outer));
    const inUse = this.#portsOf(binding.protocol, binding.outer.address);
    inUse.taken[binding.outer.port] = 0;
    inUse.given--;
    const pair = this.#paired.get(binding.inner.address);
    if (pair !== undefined) pair.ports--;
    this.#unpair(binding.inner);
  }

  /** Whether the filter lets `from` send to the outer endpoint of a binding without having been spoken to: RFC 4787 §5. */
  admits(binding: Binding, from: Endpoint): boolean {
    const { filter } = this.options;
    if (binding.isStatic || filter === 'endpoint-independent') return true;
    for (const { forth, back } of binding.sessions) {
      // The outer end of the session: whom the inner host speaks with, or who speaks to it.
      const peer = binding.inner.address === forth.from.address ? back.from : forth.from;
      if (peer.address !== from.address) continue;
      if (filter === 'address' || peer.port === from.port) return true;
    }
    return false;
  }

  /** What there is, static first, then in the order given. */
  all(): readonly Binding[] {
    return [...this.#byOuter.values()];
  }

  #forwardsFrom(address: Endpoint['address']): boolean {
    return this.options.forwards.some(({ outer }) => outer.address === address);
  }

  #pair({ address }: Endpoint): { readonly outer: Ipv4; ports: number } {
    const known = this.#paired.get(address);
    if (known !== undefined) return known;
    const { pool } = this.options;
    const outer = pool[this.#nextAddress++ % pool.length] as Ipv4;
    const pair = { outer, ports: 0 };
    this.#paired.set(address, pair);
    return pair;
  }

  #unpair({ address }: Endpoint): void {
    if (this.#paired.get(address)?.ports === 0) this.#paired.delete(address);
  }

  /** The inner port itself, else the first of its parity and kind, else the first of its kind, else any. */
  #freePort(protocol: Protocol, address: Ipv4, wanted: number): number | undefined {
    const { first, last } = this.options.ports;
    const { taken, given } = this.#portsOf(protocol, address);
    if (wanted >= first && wanted <= last && taken[wanted] === 0) return wanted;
    if (given > last - first) return undefined;
    let found: number | undefined;
    let rank = 0;
    for (let port = first; port <= last && rank < 3; port++) {
      // RFC 4787 §4.2.2 REQ-4: parity; §4.2.1 REQ-3a: the kind.
      const isOfKind = port < WELL_KNOWN_END === wanted < WELL_KNOWN_END;
      const better = isOfKind ? (((port ^ wanted) & 1) === 0 ? 3 : 2) : 1;
      if (better <= rank || taken[port] !== 0) continue;
      found = port;
      rank = better;
    }
    return found;
  }

  #portsOf(protocol: Protocol, address: Endpoint['address']): PortsInUse {
    const key = `${protocol} ${address}`;
    let inUse = this.#ports.get(key);
    if (inUse === undefined) this.#ports.set(key, (inUse = { taken: new Uint8Array(65_536), given: 0 }));
    return inUse;
  }
}

interface PortsInUse {
  /** 1 for a port that stands for somebody. */
  readonly taken: Uint8Array;
  /** How many were given: those of the file are not counted. */
  given: number;
}
