import { type Ip, isIpv4, ipv6Octets, maskOfLength } from '../../core/address.ts';
import { type Instant, SECOND } from '../../core/time.ts';
import { LOWER, type Name } from '../../codec/dns/name.ts';

export interface ResponseRateLimits {
  /** Responses of one kind about one name to one network. */
  readonly perSecond: number;
  /** For how long a flood is held against its network at most. */
  readonly windowSeconds: number;
  /** Every how many'th response too many goes out empty with TC, so that an honest client comes by TCP; 0: none. */
  readonly slip: number;
  /** What of an address makes a network: forged sources are many, what they flood is one network. */
  readonly ipv4Length: number;
  readonly ipv6Length: number;
  /** Flows remembered at one time, a power of two. */
  readonly flowsMax: number;
}

export const DEFAULT_RATES: ResponseRateLimits = {
  perSecond: 20,
  windowSeconds: 15,
  slip: 2,
  ipv4Length: 24,
  ipv6Length: 56,
  flowsMax: 65_536,
};

/** What is counted apart: an honest resolver's questions differ in name, a flood's answers in nothing. */
export type ResponseKind = 'answer' | 'referral' | 'no-data' | 'no-name' | 'error';
const KINDS: readonly ResponseKind[] = ['answer', 'referral', 'no-data', 'no-name', 'error'];

/** Slots looked at for one flow: where all are taken by others, the one not heard of for longest makes room. */
const PROBES = 8;

/**
 * Limits how often the same is said to the same network over UDP, so that forged questions do not make of this server a weapon
 * (RFC 5358 names the attack). Each flow has a balance that grows by `perSecond` up to one second's worth and falls by one with
 * each response; below zero a response is dropped or slips. Memory is what `flowsMax` says, from the start.
 */
export class ResponseRates {
  readonly #limits: ResponseRateLimits;
  readonly #mask: number;
  readonly #salt: number;
  readonly #keys: Int32Array;
  readonly #balances: Float64Array;
  readonly #seenAt: Float64Array;
  readonly #excess: Uint16Array;

  /** `salt` keeps others from choosing who shares a slot with whom. */
  constructor(limits: ResponseRateLimits, salt: number) {
    this.#limits = limits;
    this.#mask = limits.flowsMax - 1;
    this.#salt = salt | 0;
    this.#keys = new Int32Array(limits.flowsMax);
    this.#balances = new Float64Array(limits.flowsMax);
    this.#seenAt = new Float64Array(limits.flowsMax).fill(-1);
    this.#excess = new Uint16Array(limits.flowsMax);
  }

  /** What becomes of a response. `about` is the name that its kind is about: a wildcard for what it stood in for, the apex for what is not there. */
  judge(source: Ip, kind: ResponseKind, about: Name | undefined, now: Instant): 'send' | 'slip' | 'drop' {
    const { perSecond, windowSeconds, slip } = this.#limits;
    const slot = this.#slotOf(this.#keyOf(source, kind, about), now);
    const seconds = (now - (this.#seenAt[slot] ?? now)) / SECOND;
    const earned = Math.min((this.#balances[slot] ?? 0) + seconds * perSecond, perSecond);
    const balance = Math.max(earned - 1, -windowSeconds * perSecond);
    this.#balances[slot] = balance;
    this.#seenAt[slot] = now;
    if (balance >= 0) return 'send';
    const excess = ((this.#excess[slot] ?? 0) + 1) & 0xffff;
    this.#excess[slot] = excess;
    return slip > 0 && excess % slip === 0 ? 'slip' : 'drop';
  }

  #slotOf(key: number, now: Instant): number {
    let oldest = key & this.#mask;
    for (let probe = 0; probe < PROBES; probe++) {
      const slot = (key + probe) & this.#mask;
      if (this.#seenAt[slot] === -1 || this.#keys[slot] !== key) {
        if ((this.#seenAt[slot] ?? 0) < (this.#seenAt[oldest] ?? 0)) oldest = slot;
        continue;
      }
      return slot;
    }
    this.#keys[oldest] = key;
    this.#balances[oldest] = this.#limits.perSecond;
    this.#seenAt[oldest] = now;
    this.#excess[oldest] = 0;
    return oldest;
  }

  #keyOf(source: Ip, kind: ResponseKind, about: Name | undefined): number {
    let hash = mix(this.#salt, KINDS.indexOf(kind));
    if (isIpv4(source)) hash = mix(hash, source & maskOfLength(this.#limits.ipv4Length));
    else {
      const octets = ipv6Octets(source);
      for (let bit = 0; bit < this.#limits.ipv6Length; bit += 8) {
        const left = Math.min(this.#limits.ipv6Length - bit, 8);
        hash = mix(hash, (octets[bit >>> 3] ?? 0) & (0xff00 >>> left));
      }
    }
    if (about !== undefined) for (const octet of about.octets) hash = mix(hash, LOWER[octet] ?? 0);
    return hash;
  }
}

function mix(hash: number, value: number): number {
  const product = Math.imul(hash ^ value, 0x85ebca6b);
  return Math.imul(product ^ (product >>> 13), 0xc2b2ae35) ^ (product >>> 16);
}
