import type { Ipv4 } from '../core/address.ts';
import { ANY, formatIpv4, ipOctets } from '../core/address.ts';
import { latin1Octets, utf8Octets } from '../core/text.ts';
import { tftpServersOption } from '../codec/dhcp/option/vivso.ts';

/** Where a client boots from: the one setting behind siaddr, file, and options 66, 67, 150 and 125.2. */
export interface Provision {
  readonly server: Ipv4;
  /** At most 127 octets: RFC 2131 §2, `file`. */
  readonly file: string;
  /** `none` leaves siaddr at zero while option 66 still names the server: the mistake that modems do not forgive. */
  readonly siaddr: Ipv4 | 'none';
}

/** The same, ready to be written. Which device reads which: a cable modem siaddr and file (a 3.0 modem 125.2 before siaddr), PXE and phones 66, 67 or 150. */
export class EncodedProvision {
  readonly siaddr: Ipv4;
  /** The field `file`, and option 67. */
  readonly file: Uint8Array;
  /** Option 66: the server as text. */
  readonly serverName: Uint8Array;
  /** Option 150: the server as an address. */
  readonly serverAddress: Uint8Array;
  /** Option 125 whole, with CableLabs' sub-option 2. */
  readonly cableLabs: Uint8Array;

  constructor({ server, file, siaddr }: Provision) {
    this.siaddr = siaddr === 'none' ? ANY : siaddr;
    this.file = latin1Octets(file) ?? utf8Octets(file);
    this.serverName = utf8Octets(formatIpv4(server));
    this.serverAddress = ipOctets(server);
    this.cableLabs = tftpServersOption([server]);
  }
}

/** A reservation's own setting goes before its subnet's. */
export function provisionFor<Setting>(
  reserved: Setting | undefined,
  subnet: Setting | undefined,
): Setting | undefined {
  return reserved ?? subnet;
}
