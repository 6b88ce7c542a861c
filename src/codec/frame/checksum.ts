import { u16At } from '../../core/bytes.ts';
import { ipOctets } from '../../core/address.ts';
import type { Ip } from '../../core/address.ts';

/** RFC 1071 §1: the sum of 16-bit words, an odd last octet padded with zero. Folded by `finishSum`; a sum of 64 KiB fits. */
export function sumWords(octets: Uint8Array, start: number, end: number, sum = 0): number {
  let total = sum;
  let at = start;
  for (; at + 1 < end; at += 2) total += u16At(octets, at);
  if (at < end) total += (octets[at] ?? 0) << 8;
  return total;
}

/** The ones' complement of the folded sum: what stands in a checksum field. 0 for octets whose checksum is right. */
export function finishSum(sum: number): number {
  let folded = sum;
  while (folded > 0xffff) folded = (folded & 0xffff) + Math.floor(folded / 0x1_0000);
  return ~folded & 0xffff;
}

/** The pseudo-header of UDP and TCP (RFC 768, RFC 9293 §3.1) and of IPv6 (RFC 8200 §8.1), as a sum. */
export function pseudoHeaderSum(
  ends: { readonly source: Ip; readonly destination: Ip },
  protocol: number,
  length: number,
): number {
  const source = ipOctets(ends.source);
  const destination = ipOctets(ends.destination);
  const addresses = sumWords(destination, 0, destination.length, sumWords(source, 0, source.length));
  return addresses + protocol + (length >>> 16) + (length & 0xffff);
}
