import { drawAt, memberKey, streamKey } from '../../core/random.ts';

/**
 * Chance for one policy: the draws of its question number n depend on the seed, the policy's name and n alone, so neither other names
 * nor the order of questions about them move its dice. The mixing is that of core/random.ts.
 */
export class Draws {
  #key = 0;
  #drawn = 0;

  /** Question number `count` of the policy whose stream has `key`. */
  begin(key: number, count: number): void {
    this.#key = memberKey(key, count);
    this.#drawn = 0;
  }

  /** A whole number from 0 to `limit` - 1, by rejection: no modulo bias. `limit` is 1 to 2^32. */
  below(limit: number): number {
    const whole = 0x1_0000_0000 - (0x1_0000_0000 % limit);
    let drawn = drawAt(this.#key, ++this.#drawn);
    while (drawn >= whole) drawn = drawAt(this.#key, ++this.#drawn);
    return drawn % limit;
  }
}

/** The stream of one policy: its number tells policies of one name and type apart. */
export function policyKey(
  seed: number,
  { zone, owner, type, policy }: { zone: string; owner: string; type: string; policy: string },
): number {
  return streamKey(seed, `${zone} ${owner} ${type} ${policy}`);
}

/** Networks of this length are one client to a sticky policy, so that the hosts behind one resolver stay together. */
export const STICKY_BITS = { ipv4: 24, ipv6: 56 } as const;

/** The logarithm is rounded to this grid before it decides: its last bits differ between machines. */
const GRID = 2 ** 32;

/**
 * How far a target stands from a client in weighted rendezvous hashing; the nearest takes it. -ln(u)/w is the time to the first event
 * of a process of rate w, so each is first with a chance of w by the sum of all, and a target that goes moves nobody between others.
 */
export function rendezvous(key: number, target: number, client: Uint8Array, weight: number): number {
  let mixed = memberKey(key, target);
  // The octets of the longest sticky network.
  for (let at = 0; at < 8; at += 4) {
    const word =
      ((client[at] ?? 0) << 24) |
      ((client[at + 1] ?? 0) << 16) |
      ((client[at + 2] ?? 0) << 8) |
      (client[at + 3] ?? 0);
    mixed = memberKey(mixed, word);
  }
  const u = (drawAt(mixed, 1) + 0.5) / 0x1_0000_0000;
  return Math.round(-Math.log(u) * GRID) / weight;
}
