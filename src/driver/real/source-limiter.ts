import { randomInt } from 'node:crypto';
import type { Ip, Ipv6, Prefix } from '../../core/address.ts';
import {
  formatIpv4,
  ipv4,
  ipv6Octets,
  isIpv4,
  maskIp,
  maskOfLength,
  prefixContains,
} from '../../core/address.ts';
import { int32At } from '../../core/bytes.ts';
import type { DatagramLimits } from '../../core/limits.ts';
import { SECOND } from '../../core/time.ts';
import type { Instant } from '../../core/time.ts';

/** A home or an office gets a /56 (RFC 6177 §2): who has one has all of its addresses. */
const SITE_BITS = 56;
/** Sources whose hashes meet; the fifth takes the place of the one that has been quiet longest. */
const WAYS = 4;
/** Texts of IPv6 addresses seen of late: reading one for each datagram costs more than the rest. */
const TEXTS_MAX = 4096;

/** An address as the table has it: two words that no other source has. */
interface Site {
  readonly high: number;
  readonly low: number;
  /** The same as one value. */
  readonly key: string;
  readonly isExempt: boolean;
}

/** No IPv6 site has this word above: `high` is the first 32 bits, and 0::/8 is nobody's. */
const IPV4_HIGH = 1;

/**
 * A bucket of tokens for each source, kept as the one moment at which it will be full again (the generic cell rate algorithm of
 * ITU-T I.371). A source whose moment has passed is as good as unknown, so the table forgets without being told, and a full
 * table forgets the one that is nearest to it: with more than `sources` floods at once, some are let in too often.
 */
export class SourceLimiter {
  readonly #exempt: readonly Prefix[];
  readonly #exemptNetworks: readonly { readonly address: number; readonly mask: number }[];
  readonly #exemptHosts: ReadonlySet<Ip>;
  readonly #intervalUs: number;
  readonly #toleranceUs: number;
  readonly #setMask: number;
  readonly #high: Int32Array;
  readonly #low: Int32Array;
  readonly #fullAt: Float64Array;
  readonly #sites = new Map<Ipv6, Site>();
  /** Drawn anew each time, so that nobody can choose addresses that meet. */
  readonly #seed: number;

  constructor({ rate, burst, sources, exempt }: DatagramLimits, seed: number = randomInt(2 ** 32)) {
    const ipv4s = exempt.filter(({ address }) => isIpv4(address));
    this.#exempt = exempt.filter(({ address }) => !isIpv4(address));
    this.#exemptHosts = new Set(ipv4s.filter(({ length }) => length === 32).map(({ address }) => address));
    this.#exemptNetworks = ipv4s
      .filter(({ length }) => length < 32)
      .map(({ address, length }) => ({ address: Number(address), mask: maskOfLength(length) }));
    this.#intervalUs = SECOND / rate;
    this.#toleranceUs = (burst - 1) * this.#intervalUs;
    const sets = 2 ** Math.ceil(Math.log2(Math.max(sources / WAYS, 1)));
    this.#setMask = sets - 1;
    this.#high = new Int32Array(sets * WAYS);
    this.#low = new Int32Array(sets * WAYS);
    this.#fullAt = new Float64Array(sets * WAYS);
    this.#seed = seed | 0;
  }

  /** Whether a datagram of this source may come in now; counts it. */
  admits(address: Ip, now: Instant): boolean {
    if (isIpv4(address)) return this.#isExempt(address) || this.#take(IPV4_HIGH, address, now);
    const site = this.#siteOf(address);
    return site.isExempt || this.#take(site.high, site.low, now);
  }

  /** One value for all addresses of a source. */
  keyOf(address: Ip): number | string {
    return isIpv4(address) ? address : this.#siteOf(address).key;
  }

  #isExempt(address: number): boolean {
    if (this.#exemptHosts.has(ipv4(address))) return true;
    for (const network of this.#exemptNetworks) if ((address & network.mask) === network.address) return true;
    return false;
  }

  #take(high: number, low: number, now: Instant): boolean {
    const at = this.#find(high, low);
    const from = Math.max(this.#fullAt[at] ?? 0, now);
    if (from - now > this.#toleranceUs) return false;
    this.#fullAt[at] = from + this.#intervalUs;
    return true;
  }

  /** The place of a source, made where the one that is full soonest was. */
  #find(high: number, low: number): number {
    let hash = Math.imul(high ^ this.#seed, 0x85eb_ca6b) ^ low;
    hash = Math.imul(hash ^ (hash >>> 16), 0xc2b2_ae35) ^ this.#seed;
    hash = Math.imul(hash ^ (hash >>> 13), 0x27d4_eb2f);
    const first = ((hash ^ (hash >>> 15)) & this.#setMask) * WAYS;
    let oldest = first;
    for (let at = first; at < first + WAYS; at++) {
      if (this.#low[at] === low && this.#high[at] === high) return at;
      if ((this.#fullAt[at] ?? 0) < (this.#fullAt[oldest] ?? 0)) oldest = at;
    }
    this.#high[oldest] = high;
    this.#low[oldest] = low;
    this.#fullAt[oldest] = 0;
    return oldest;
  }

  #siteOf(address: Ipv6): Site {
    const known = this.#sites.get(address);
    if (known !== undefined) return known;
    const octets = ipv6Octets(address);
    const high = int32At(octets, 0);
    const low = int32At(octets, 4) & ~0xff;
    const site: Site = {
      high,
      low,
      key: `${high}/${low}`,
      isExempt: this.#exempt.some((prefix) => prefixContains(prefix, address)),
    };
    if (this.#sites.size >= TEXTS_MAX) this.#sites.clear();
    this.#sites.set(address, site);
    return site;
  }
}

/** What one limit is for: `10.0.0.9`, `fd00:0:0:100::/56`. */
export function sourceOf(address: Ip): string {
  return isIpv4(address) ? formatIpv4(address) : `${maskIp(address, SITE_BITS)}/${SITE_BITS}`;
}
