import type { Ipv4, Mac } from '../core/address.ts';
import { ANY, formatIpv4, formatMac, ipOctets } from '../core/address.ts';
import { latin1Octets, utf8Octets } from '../core/text.ts';
import { tftpServersOption } from '../codec/dhcp/option/vivso.ts';
import { ClassPattern, isOfUserClass } from './address/class-match.ts';

/** Where a client boots from: the one setting behind siaddr, file, and options 66, 67, 150 and 125.2. */
export interface Provision {
  /** Undefined: the file alone, from whoever the client asks. */
  readonly server: Ipv4 | undefined;
  /** At most 127 octets: RFC 2131 §2, `file`. `{mac}` in it is the client's hardware address: a file for each. Undefined: none. */
  readonly file: string | undefined;
  /** `none` leaves siaddr at zero while option 66 still names the server: the mistake that modems do not forgive. */
  readonly siaddr: Ipv4 | 'none';
}

/** The same, ready to be written. Which device reads which: a cable modem siaddr and file (a 3.0 modem 125.2 before siaddr), PXE and phones 66, 67 or 150. */
export class EncodedProvision {
  readonly siaddr: Ipv4;
  /** Without one the server is that of the next setting, such as the subnet's for a class. */
  readonly namesServer: boolean;
  /** The field `file`, and option 67. */
  readonly file: Uint8Array | undefined;
  /** Option 66: the server as text. */
  readonly serverName: Uint8Array | undefined;
  /** Option 150: the server as an address. */
  readonly serverAddress: Uint8Array | undefined;
  /** Option 125 whole, with CableLabs' sub-option 2. */
  readonly cableLabs: Uint8Array | undefined;

  readonly #provision: Provision;

  constructor(provision: Provision) {
    const { server, file, siaddr } = provision;
    this.#provision = provision;
    this.siaddr = siaddr === 'none' ? ANY : siaddr;
    this.namesServer = server !== undefined || siaddr !== 'none';
    this.file = file === undefined ? undefined : (latin1Octets(file) ?? utf8Octets(file));
    this.serverName = server === undefined ? undefined : utf8Octets(formatIpv4(server));
    this.serverAddress = server === undefined ? undefined : ipOctets(server);
    this.cableLabs = server === undefined ? undefined : tftpServersOption([server]);
  }

  /** The same for one client, whose file may be its own. A client that is no Ethernet host has none. */
  forClient(mac: Mac | undefined): EncodedProvision {
    const { file } = this.#provision;
    if (mac === undefined || file?.includes(MAC_WORD) !== true) return this;
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

/** What stands for a client's hardware address in the name of its file: twelve hex digits. */
export const MAC_WORD = '{mac}';

function macDigits(mac: Mac): string {
  return formatMac(mac).replaceAll(':', '');
}
