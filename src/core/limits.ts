import type { Prefix } from './address.ts';
import { ipv4, parseIpv6 } from './address.ts';
import { bug } from './errors.ts';
import { SECOND } from './time.ts';

/** What servers on real sockets grant before they say no. */
export interface Limits {
  readonly datagrams: DatagramLimits;
  readonly connections: ConnectionLimits;
}

/** How many datagrams one source may send to the servers' own ports: an IPv4 address, or the /56 of an IPv6 one. */
export interface DatagramLimits {
  /** A second, in the long run. */
  readonly rate: number;
  /** At once, after a rest. */
  readonly burst: number;
  /** How many sources are remembered. */
  readonly sources: number;
  /** Who is not counted: relays, which speak for thousands, and this machine itself. */
  readonly exempt: readonly Prefix[];
}

/** What the TCP peers of one host may take. */
export interface ConnectionLimits {
  readonly total: number;
  readonly perSource: number;
  /** Without an octet in either direction. */
  readonly idleUs: number;
  /** What waits for one peer that does not read. */
  readonly unsentOctets: number;
  /** What waits for all of them. */
  readonly unsentOctetsTotal: number;
}

const MIB = 1024 * 1024;

const LOOPBACK: readonly Prefix[] = [
  { address: ipv4(0x7f00_0000), length: 8 },
  { address: parseIpv6('::1') ?? bug('::1 is an address'), length: 128 },
];

export const LIMITS_DEFAULT: Limits = {
  datagrams: {
    // A seventh of what one thread takes: one source alone starves nobody, and a resolver for a town fits.
    rate: 10_000,
    burst: 20_000,
    sources: 65_536,
    exempt: LOOPBACK,
  },
  connections: {
    total: 1024,
    perSource: 64,
    // Longer than the servers' own idle times, which speak first: it ends what a peer holds half open.
    idleUs: 60 * SECOND,
    // A zone of 200,000 names is 12 MB.
    unsentOctets: 32 * MIB,
    unsentOctetsTotal: 256 * MIB,
  },
};
