import type { Name } from '../../codec/dns/name.ts';
import type { Ip } from '../../core/address.ts';
import type { Random } from '../../core/random.ts';
import { type Instant, MILLISECOND, afterSeconds, toInstant } from '../../core/time.ts';

/** What is known of one server. */
export interface KnownServer {
  /** Smoothed as TCP does it (RFC 6298 §2); 0: never heard. */
  srttUs: number;
  rttvarUs: number;
  /** Timeouts since it was heard last. */
  silences: number;
  /** RFC 6891 §6.2.2: it could not read OPT; asked with it again after that. */
  plainUntil: Instant;
  /** RFC 7873 §4.1: ours for this server alone. */
  readonly clientCookie: Uint8Array;
  /** The server's part, as it gave it last; empty: it has shown none. */
  serverCookie: Uint8Array;
  /** Zones that it should serve and does not, by apex, and until when it is not asked about them. */
  readonly lame: Map<string, Instant>;
}

/** Nothing known: a guess that lets it be tried early, different for each so that none is always first. */
const UNKNOWN_US = 32 * MILLISECOND;
/** Before anything is known of a server: enough to reach the other side of the world. */
const RTO_UNKNOWN_US = 400 * MILLISECOND;
const RTO_MIN_US = 50 * MILLISECOND;
const RTO_MAX_US = 10_000 * MILLISECOND;
/** Those not chosen seem a little nearer each time, so that one which was slow is tried again some day. */
const DECAY = 0.98;
const LAME_SECONDS = 900;
const PLAIN_SECONDS = 900;
const LAME_MAX = 64;
const CLIENT_COOKIE_OCTETS = 8;

/** How fast, how willing and how able each server was; the one not asked for longest is forgotten first. */
export class ServerTable {
  readonly #known = new Map<Ip, KnownServer>();
  readonly #most: number;
  readonly #random: Random;

  constructor(most: number, random: Random) {
    this.#most = most;
    this.#random = random;
  }

  get(address: Ip): KnownServer {
    const known = this.#known.get(address);
    if (known !== undefined) {
      this.#known.delete(address);
      this.#known.set(address, known);
      return known;
    }
    const fresh: KnownServer = {
      srttUs: 0,
      rttvarUs: 0,
      silences: 0,
      plainUntil: toInstant(0),
      clientCookie: Uint8Array.from({ length: CLIENT_COOKIE_OCTETS }, () => this.#random.below(256)),
      serverCookie: new Uint8Array(0),
      lame: new Map(),
    };
    this.#known.set(address, fresh);
    if (this.#known.size > this.#most) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    return fresh;
  }

  /** The one expected to answer first among those that serve the zone; undefined when all are lame. */
  choose(addresses: readonly Ip[], zone: Name, now: Instant): Ip | undefined {
    let best: Ip | undefined;
    let bestUs = Infinity;
    for (const address of addresses) {
      const server = this.get(address);
      if ((server.lame.get(zone.key) ?? 0) > now) continue;
      const expectedUs = this.#expectedUs(server);
      if (expectedUs < bestUs) {
        best = address;
        bestUs = expectedUs;
      }
    }
    for (const address of addresses) if (address !== best) this.#decay(this.get(address));
    return best;
  }

  /** How long to wait for an answer: RFC 6298 §2.3 and §5.5. */
  patienceUs(address: Ip): number {
    const { srttUs, rttvarUs, silences } = this.get(address);
    const base = srttUs === 0 ? RTO_UNKNOWN_US : srttUs + 4 * rttvarUs;
    return Math.min(Math.max(base, RTO_MIN_US) * 2 ** Math.min(silences, 8), RTO_MAX_US);
  }

  heard(address: Ip, rttUs: number): void {
    const server = this.get(address);
    server.silences = 0;
    if (server.srttUs === 0) {
      server.srttUs = Math.max(rttUs, 1);
      server.rttvarUs = rttUs / 2;
      return;
    }
    server.rttvarUs = 0.75 * server.rttvarUs + 0.25 * Math.abs(server.srttUs - rttUs);
    server.srttUs = 0.875 * server.srttUs + 0.125 * rttUs;
  }

  silent(address: Ip): void {
    this.get(address).silences++;
  }

  /** It should serve the zone and does not: RFC 1912 §2.8. */
  isLame(address: Ip, zone: Name, now: Instant): void {
    const { lame } = this.get(address);
    if (lame.size >= LAME_MAX) lame.clear();
    lame.set(zone.key, afterSeconds(now, LAME_SECONDS));
  }

  cannotEdns(address: Ip, now: Instant): void {
    this.get(address).plainUntil = afterSeconds(now, PLAIN_SECONDS);
  }

  #expectedUs({ srttUs, silences }: KnownServer): number {
    const base = srttUs === 0 ? this.#random.below(UNKNOWN_US) : srttUs;
    return silences === 0 ? base : Math.max(base, RTO_UNKNOWN_US) * 2 ** Math.min(silences, 8);
  }

  #decay(server: KnownServer): void {
    if (server.srttUs > 0) server.srttUs = Math.max(server.srttUs * DECAY, 1);
  }
}
