import { u32At, type Writer } from '../core/bytes.ts';
import { DecodeError } from '../core/errors.ts';
import { SECONDS_1900_TO_1970 } from '../core/time.ts';

/** RFC 868: the same number under UDP and TCP. */
export const TOD_PORT = 37;
export const TOD_OCTETS = 4;

/**
 * The number on the wire for a moment given in whole seconds since 1970. RFC 868 has 32 bits, which end on
 * 2036-02-07 at 06:28:16 UTC; after that the number starts again from 0, as it does in NTP.
 */
export function todOfUnixSeconds(unixSeconds: number): number {
  const seconds = (unixSeconds + SECONDS_1900_TO_1970) % 0x1_0000_0000;
  return seconds < 0 ? seconds + 0x1_0000_0000 : seconds;
}

/** Seconds since 1970. A number from before 1970 is taken to be from after the wrap: RFC 868 names no era. */
export function unixSecondsOfTod(tod: number): number {
  const unixSeconds = tod - SECONDS_1900_TO_1970;
  return unixSeconds < 0 ? unixSeconds + 0x1_0000_0000 : unixSeconds;
}

export function encodeTod(writer: Writer, tod: number): void {
  writer.u32(tod);
}

/** Exactly four octets. */
export function decodeTod(octets: Uint8Array): number {
  if (octets.length < TOD_OCTETS) throw new DecodeError('truncated', 'time', 0);
  if (octets.length > TOD_OCTETS) throw new DecodeError('malformed', 'octets after the time', TOD_OCTETS);
  return u32At(octets, 0);
}
