import type { Mac } from '../../core/address.ts';
import { NEVER, toInstant } from '../../core/time.ts';
import type { Instant } from '../../core/time.ts';

/**
 * The present opportunity for newcomers: what came in it is known only when it is over, since a second RNG-REQ destroys
 * the first.
 */
export class RangingSlot {
  readonly #opportunityUs: number;
  #endsAt: Instant = NEVER;
  #heard = 0;
  #mac = 0 as Mac;

  constructor(opportunityUs: number) {
    this.#opportunityUs = opportunityUs;
  }

  /** When `close` has something to say; `NEVER` when nobody spoke. */
  get endsAt(): Instant {
    return this.#endsAt;
  }

  /** The driver hands in the end of an opportunity before what comes after it, or `close` is called first. */
  hear(mac: Mac, now: Instant): void {
    if (this.#heard === 0)
      this.#endsAt = toInstant((Math.floor(now / this.#opportunityUs) + 1) * this.#opportunityUs);
    this.#heard++;
    this.#mac = mac;
  }

  /** Ends the opportunity: who was heard, or undefined when several were. */
  close(): Mac | undefined {
    const heard = this.#heard;
    this.#heard = 0;
    this.#endsAt = NEVER;
    return heard === 1 ? this.#mac : undefined;
  }
}
