import type { Name } from '../../codec/dns/name.ts';
import { Type } from '../../codec/dns/registry.ts';
import type { ZoneKey } from './key.ts';

/** How long signatures hold, in seconds. */
export interface SignatureLife {
  readonly validitySeconds: number;
  /** A signature is made anew when so much of it is left; no TTL of the zone may be longer. */
  readonly renewSeconds: number;
  /** Signatures begin and end up to so much apart, so that they are not all made at one moment. */
  readonly jitterSeconds: number;
  /** It begins so much before now, for clocks that are behind. */
  readonly backdateSeconds: number;
}

export const DEFAULT_LIFE: SignatureLife = {
  validitySeconds: 14 * 86_400,
  renewSeconds: 5 * 86_400,
  jitterSeconds: 12 * 3_600,
  backdateSeconds: 3_600,
};

/** Who signs, and the terms. */
export interface Turn {
  readonly key: ZoneKey;
  readonly inception: number;
  readonly expiration: number;
}

/** Which keys stand in the zone at a moment, and which of them sign: the roll-overs of RFC 6781 §4.1 by the times of the keys. */
export class KeySchedule {
  readonly keys: readonly ZoneKey[];
  readonly life: SignatureLife;
  /** When something changes, in order. */
  readonly #events: readonly number[];

  constructor(keys: readonly ZoneKey[], life: SignatureLife) {
    this.keys = keys;
    this.life = life;
    const times = keys.flatMap(({ times: each }) => Object.values(each) as (number | undefined)[]);
    this.#events = times.filter((time) => time !== undefined).sort((a, b) => a - b);
  }

  /** Whether its keys come and go. */
  get isTimed(): boolean {
    return this.#events.length > 0;
  }

  published(seconds: number): readonly ZoneKey[] {
    return this.keys.filter((key) => key.isPublished(seconds));
  }

  wanted(seconds: number): readonly ZoneKey[] {
    return this.keys.filter((key) => key.wantsDs(seconds));
  }

  /**
   * The keys that sign a set of a type. A zone whose keys have all gone out of use without a successor, the roll-over that somebody
   * forgot, keeps the signatures that the last one made, until they expire.
   */
  turns(type: number, phase: number, seconds: number): readonly Turn[] {
    const signers = this.keys.filter((key) => signs(key, type));
    const active = signers.filter((key) => key.isActive(seconds));
    if (active.length > 0) return active.map((key) => this.#turn(key, phase, seconds));
    let last: Turn | undefined;
    for (const key of signers) {
      const end = Math.min(key.times.inactive ?? Infinity, key.times.delete ?? Infinity);
      if (end > seconds || !key.isActive(end - 1)) continue;
      const turn = this.#turn(key, phase, end - 1);
      if (last === undefined || turn.expiration > last.expiration) last = turn;
    }
    return last === undefined ? [] : [last];
  }

  /** Since when what is signed at a moment is as it was signed then. */
  since(phase: number, seconds: number): number {
    const last = this.#events.findLast((event) => event <= seconds) ?? -Infinity;
    return Math.max(last, this.#start(phase, seconds));
  }

  /** Until when what is signed at a moment is as it would be signed anew. */
  until(phase: number, seconds: number): number {
    const next = this.#events.find((event) => event > seconds) ?? Infinity;
    return Math.min(next, this.#start(phase, seconds) + this.#period);
  }

  #turn(key: ZoneKey, phase: number, seconds: number): Turn {
    const { validitySeconds, backdateSeconds } = this.life;
    const start = this.#start(phase, seconds);
    return { key, inception: start - backdateSeconds, expiration: start + validitySeconds };
  }

  /**
   * Signatures are made in periods that begin at moments of the clock and not of the server's start, so that all servers of a zone, and
   * one that was started again, give the same.
   */
  #start(phase: number, seconds: number): number {
    const shift = phase % (this.life.jitterSeconds + 1);
    return Math.floor((seconds + shift) / this.#period) * this.#period - shift;
  }

  get #period(): number {
    return this.life.validitySeconds - this.life.renewSeconds;
  }
}

/** RFC 6781 §3.1; RFC 7344 §4.1: CDS and CDNSKEY by the keys that the parent knows. */
function signs({ role }: ZoneKey, type: number): boolean {
  const isForKeys = type === Type.DNSKEY || type === Type.CDS || type === Type.CDNSKEY;
  return role === 'csk' || (role === 'ksk') === isForKeys;
}

/** FNV-1a over name and type: spreads the moments at which sets are signed anew. */
export function phaseOf(owner: Name, type: number): number {
  let hash = 0x811c9dc5 ^ type;
  for (let index = 0; index < owner.key.length; index++)
    hash = Math.imul(hash ^ owner.key.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
