import type { Mac } from '../../../core/address.ts';
import { formatMac, macAt, writeMac } from '../../../core/address.ts';
import { toHex, u16At, u32At, writeInt32 } from '../../../core/bytes.ts';

/** RFC 4361 §6.1: type 255, then IAID and DUID. */
const RFC4361_TYPE = 255;
/** RFC 3315 §9.4: a DUID of a link-layer address. */
const DUID_LL = 3;

/** Option 61 as sent by a cable modem: type 255, IAID, DUID-LL of Ethernet; the IAID is the address's last four octets. */
export function modemClientId(mac: Mac): Uint8Array {
  const octets = new Uint8Array(15);
  octets[0] = RFC4361_TYPE;
  writeInt32(octets, 1, mac | 0);
  octets[6] = DUID_LL;
  octets[8] = 1;
  writeMac(octets, 9, mac);
  return octets;
}

/** What an identifier says, for people; the server compares its octets and looks no further (RFC 2131 §4.2). */
export function describeClientId(octets: Uint8Array): string {
  const type = octets[0];
  if (type === 1 && octets.length === 7) return `ethernet ${formatMac(macAt(octets, 1))}`;
  if (type !== RFC4361_TYPE || octets.length < 7) return toHex(octets, ':');
  const duid = octets.subarray(5);
  const iaid = u32At(octets, 1).toString(16).padStart(8, '0');
  const isLinkLayer = u16At(duid, 0) === DUID_LL && duid.length === 10;
  return `iaid ${iaid} duid ${isLinkLayer ? `ethernet ${formatMac(macAt(duid, 4))}` : toHex(duid, ':')}`;
}
