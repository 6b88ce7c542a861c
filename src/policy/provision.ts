import type { Ipv4, Mac } from '../core/address.ts';
import { ANY, formatIpv4, formatMac, ipOctets } from '../core/address.ts';
import { latin1Octets, utf8Octets } from '../core/text.ts';
import { tftpServersOption } from '../codec/dhcp/option/vivso.ts';
import { ClassPattern } from './address/class-match.ts';

/** Where a client boots from: the one setting behind siaddr, file, and options 66, 67, 150 and 125.2. */
export interface Provision {
  readonly server: Ipv4;
  /** At most 127 octets: RFC 2131 §2, `file`. `{mac}` in it is the client's hardware address: a file for each. */
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

  readonly #provision: Provision;

  constructor(provision: Provision) {
    const { server, file, siaddr } = provision;
    this.#provision = provision;
    this.siaddr = siaddr === 'none' ? ANY : siaddr;
    this.file = latin1Octets(file) ?? utf8Octets(file);
    this.serverName = utf8Octets(formatIpv4(server));
    this.serverAddress = ipOctets(server);
    this.cableLabs = tftpServersOption([server]);
  }

  /** The same for one client, whose file may be its own. A client that is no Ethernet host has none. */
  forClient(mac: Mac | undefined): EncodedProvision {
    const { file } = this.#provision;
    if (mac === undefined || !file.includes(MAC_WORD)) return this;
    return new EncodedProvision({ ...this.#provision, file: file.replaceAll(MAC_WORD, macDigits(mac)) });
  }
}

/** For whom a setting is; both undefined: for all. */
export interface ProvisionForSome {
  readonly provision: Provision;
  /** A glob for option 60. */
  readonly vendorClass?: string | undefined;
  /** A glob for option 77. */
  readonly userClass?: string | undefined;
}

/** What of a client decides where it boots from. */
export interface BootTraits {
  /** Option 60; empty when it has none. */
  readonly vendorClass: Uint8Array;
  /** Option 77; empty when it has none. */
  readonly userClass: Uint8Array;
}

interface EncodedForSome {
  readonly encoded: EncodedProvision;
  readonly vendorClass: ClassPattern | undefined;
  readonly userClass: ClassPattern | undefined;
}

/** The settings of one subnet: a client has the first that fits it. */
export class ProvisionList {
  readonly #list: readonly EncodedForSome[];

  constructor(list: readonly ProvisionForSome[]) {
    this.#list = list.map(({ provision, vendorClass, userClass }) => ({
      encoded: new EncodedProvision(provision),
      vendorClass: vendorClass === undefined ? undefined : new ClassPattern(vendorClass),
      userClass: userClass === undefined ? undefined : new ClassPattern(userClass),
    }));
  }

  for(client: BootTraits): EncodedProvision | undefined {
    for (const { encoded, vendorClass, userClass } of this.#list) {
      if (vendorClass !== undefined && !vendorClass.matches(client.vendorClass)) continue;
      if (userClass === undefined || isOfUserClass(client.userClass, userClass)) return encoded;
    }
    return undefined;
  }
}

/** RFC 3004 §4: each class has its length before it. Much firmware, iPXE too, sends its one class bare. */
function isOfUserClass(octets: Uint8Array, pattern: ClassPattern): boolean {
  if (octets.length === 0) return false;
  if (pattern.matches(octets)) return true;
  let at = 0;
  while (at < octets.length) {
    const end = at + 1 + (octets[at] ?? 0);
    if (end === at + 1 || end > octets.length) return false;
    if (pattern.matches(octets.subarray(at + 1, end))) return true;
    at = end;
  }
  return false;
}

/** What stands for a client's hardware address in the name of its file: twelve hex digits. */
export const MAC_WORD = '{mac}';

function macDigits(mac: Mac): string {
  return formatMac(mac).replaceAll(':', '');
}
