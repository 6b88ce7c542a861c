import type { Ipv4 } from '../../core/address.ts';

/** What is known of a client on its link; undefined where there is none. */
export interface AddressWishes {
  /** The file's: nobody else may have it. */
  readonly reserved: Ipv4 | undefined;
  /** Bound or offered to this client now. */
  readonly current: Ipv4 | undefined;
  /** What it had before. */
  readonly previous: Ipv4 | undefined;
  /** Option 50. */
  readonly requested: Ipv4 | undefined;
}

/** The addresses that this client may be given. */
export interface AddressBook {
  /** Whether it is in a pool for this client and nobody has it. */
  isAvailable(address: Ipv4): boolean;
  /** Whether a reservation may be used: not while somebody else holds it or it is declined. */
  isUsable(reserved: Ipv4): boolean;
  /** A fresh one; undefined when the pools are empty. */
  fresh(): Ipv4 | undefined;
}

/** `taken-back`: offered to another client, who has not asked for it. */
export type ChoiceReason = 'reserved' | 'current' | 'previous' | 'requested' | 'fresh' | 'taken-back';

export interface AddressChoice {
  readonly address: Ipv4;
  readonly reason: ChoiceReason;
}

/** RFC 2131 §4.3.1, in its order; a reservation comes first. Undefined: there is nothing to give. */
export function chooseAddress(wishes: AddressWishes, book: AddressBook): AddressChoice | undefined {
  const { reserved, current, previous, requested } = wishes;
  if (reserved !== undefined && book.isUsable(reserved)) return { address: reserved, reason: 'reserved' };
  if (current !== undefined) return { address: current, reason: 'current' };
  if (previous !== undefined && book.isAvailable(previous)) return { address: previous, reason: 'previous' };
  if (requested !== undefined && book.isAvailable(requested))
    return { address: requested, reason: 'requested' };
  const address = book.fresh();
  return address === undefined ? undefined : { address, reason: 'fresh' };
}

/**
 * RFC 2131 §4.3.1: the time asked for within the bounds of the file, else the default; never less than what is left of a
 * promise already made.
 */
export function leaseSecondsFor(
  asked: number | undefined,
  bounds: { readonly defaultSeconds: number; readonly minSeconds: number; readonly maxSeconds: number },
  promisedSeconds: number,
): number {
  const wanted =
    asked === undefined
      ? bounds.defaultSeconds
      : Math.min(Math.max(asked, bounds.minSeconds), bounds.maxSeconds);
  return Math.max(wanted, promisedSeconds);
}
