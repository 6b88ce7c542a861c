declare const instant: unique symbol;

/**
 * A moment: a whole number of microseconds since the driver's zero. In the simulation zero is the scenario's
 * `epoch`, in the real driver it is 1970-01-01T00:00:00Z as far as its clock was right when it began. Below 2^53, never negative.
 */
export type Instant = number & { readonly [instant]: true };

/** Later than every moment: what `deadline()` gives when nothing is waited for, so that deadlines join by `Math.min`. */
export const NEVER = Infinity as Instant;

/**
 * The date of the driver's zero, in microseconds since 1970: what needs a date adds it to the moment it is handed. It is read
 * anew each time, since the real driver moves it when the machine's clock is set; the driver's own time never jumps.
 */
export interface Epoch {
  readonly us: number;
}

export const MILLISECOND = 1_000;
export const SECOND = 1_000_000;

/** Seconds between 1900-01-01 and 1970-01-01, both 00:00:00 UTC: RFC 868. */
export const SECONDS_1900_TO_1970 = 2_208_988_800;

export function toInstant(microseconds: number): Instant {
  return microseconds as Instant;
}

/** `microseconds` may be a fraction: it is rounded, so that every moment is whole on every machine. */
export function after(now: Instant, microseconds: number): Instant {
  return (now + Math.round(microseconds)) as Instant;
}

export function afterSeconds(now: Instant, seconds: number): Instant {
  return (now + Math.round(seconds * SECOND)) as Instant;
}

export function earlier(a: Instant, b: Instant): Instant {
  return a < b ? a : b;
}
