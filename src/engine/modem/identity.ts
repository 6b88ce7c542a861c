import type { Mac } from '../../core/address.ts';
import type { Random } from '../../core/random.ts';
import { encodeDocsisVendor } from '../../codec/dhcp/option/vendor.ts';
import type { DhcpClientOptions } from '../dhcp/client.ts';
import type { ClientListener } from '../dhcp/client-state.ts';
import type { DhcpClientProfile } from '../dhcp/client-profile.ts';

const SERIAL = '000000000000';
const OUI = '000000';
const HEX = '0123456789ABCDEF';
/** Option 43 of every modem; serial number and OUI are written in for each. */
const VENDOR = encodeDocsisVendor({
  deviceType: 'ECM',
  esafeList: 'ECM',
  serialNumber: SERIAL,
  hardwareVersion: '1.0',
  softwareVersion: 'headend-cm-1.0',
  bootRomVersion: '1.0',
  oui: OUI,
  model: 'HX100',
  vendor: 'headend',
});
const SERIAL_AT = valueAt(4);
const OUI_AT = valueAt(8);

function valueAt(code: number): number {
  let at = 0;
  while (VENDOR[at] !== code) at += 2 + (VENDOR[at + 1] ?? 0);
  return at + 2;
}

/** One modem as its DHCP client knows it. Option 43 is written when it is asked for: nobody keeps 100,000 copies. */
export class ModemIdentity implements DhcpClientOptions {
  readonly mac: Mac;
  readonly profile: DhcpClientProfile;
  readonly random: Random;
  readonly listener: ClientListener;
  /** A modem has one interface: the cable. */
  readonly via = 0;

  constructor(mac: Mac, profile: DhcpClientProfile, random: Random, listener: ClientListener) {
    this.mac = mac;
    this.profile = profile;
    this.random = random;
    this.listener = listener;
  }

  /** Good until another modem is asked. */
  get vendor(): Uint8Array {
    let left: number = this.mac;
    for (let digit = SERIAL.length - 1; digit >= 0; digit--) {
      VENDOR[SERIAL_AT + digit] = HEX.charCodeAt(left % 16);
      left = Math.floor(left / 16);
    }
    for (let digit = 0; digit < OUI.length; digit++) VENDOR[OUI_AT + digit] = VENDOR[SERIAL_AT + digit] ?? 0;
    return VENDOR;
  }
}
