/**
 * Datagrams in whole numbers: a rate is thousandths of a datagram a second, so what a microsecond brings is that many of these.
 * With at most a million at once every sum stays below 2^53, and no run depends on how a machine rounds.
 */
export const DATAGRAM = 1_000_000_000;

/** The most that may come at once. */
export const BURST_MAX = 1_000_000;

/** How many sources a limiter remembers unless each costs more than a few numbers. */
export const SOURCES_MAX = 65_536;

/** What each microsecond brings at `rate` a second, which has at most three decimals. */
export function amountPerUs(rate: number): number {
  return Math.round(rate * 1_000);
}
