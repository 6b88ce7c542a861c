import type { Mac } from '../../../core/address.ts';
import { formatMac, macAt, writeMac } from '../../../core/address.ts';
import { toHex, u16At, u32At, writeInt32 } from '../../../core/bytes.ts';
import { HTYPE_ETHERNET } from '../codes.ts';

/** RFC 4361 §6.1: type 255, then IAID and DUID. */
const RFC4361_TYPE = 255;
/** RFC 3315 §9.4: a DUID of a link-layer address. */
const DUID_LL = 3;

/** Option 61 of an Ethernet address, as most hosts send it: RFC 2132 §9.14. Writes 7 octets. */
export function writePlainClientId(octets: Uint8Array, mac: Mac): void {
  octets[0] = HTYPE_ETHERNET;
  writeMac(octets, 1, mac);
}

/** Option 61 as a cable modem sends it: type 255, IAID, DUID-LL; the IAID is the address's last four octets. Writes 15. */
export function writeModemClientId(octets: Uint8Array, mac: Mac): void {
  octets[0] = RFC4361_TYPE;
  writeInt32(octets, 1, mac | 0);
  octets[5] = 0;
  octets[6] = DUID_LL;
  octets[7] = 0;
  octets[8] = HTYPE_ETHERNET;
  writeMac(octets, 9, mac);
}

/** What an identifier says, for people; the server compares its octets and looks no further (RFC 2131 §4.2). */
export function describeClientId(octets: Uint8Array): string {
  const type = octets[0];
  if (type === HTYPE_ETHERNET && octets.length === 7) return `ethernet ${formatMac(macAt(octets, 1))}`;
  if (type !== RFC4361_TYPE || octets.length < 7) return toHex(octets, ':');
  const duid = octets.subarray(5);
  const iaid = u32At(octets, 1).toString(16).padStart(8, '0');
  const isLinkLayer = u16At(duid, 0) === DUID_LL && duid.length === 10;
  return `iaid ${iaid} duid ${isLinkLayer ? `ethernet ${formatMac(macAt(duid, 4))}` : toHex(duid, ':')}`;
}
