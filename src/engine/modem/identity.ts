import type { Mac } from '../../core/address.ts';
import type { Random } from '../../core/random.ts';
import type { Effects } from '../../core/service.ts';
import type { Instant } from '../../core/time.ts';
import { encodeDocsisVendor } from '../../codec/dhcp/option/vendor.ts';
import type { DhcpClientOptions } from '../dhcp/client.ts';
import type { ClientListener, ClientState } from '../dhcp/client-state.ts';
import type { DhcpClientProfile } from '../dhcp/client-profile.ts';
import type { ModemProfile } from './profile.ts';

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

/**
 * One modem as its DHCP client knows it. The modem is made on it, since an object beside it would be one more for each of a
 * hundred thousand.
 */
export abstract class ModemIdentity implements DhcpClientOptions, ClientListener {
  readonly mac: Mac;
  readonly settings: ModemProfile;
  readonly random: Random;

  constructor(mac: Mac, settings: ModemProfile, random: Random) {
    this.mac = mac;
    this.settings = settings;
    this.random = random;
  }

  /** As it calls itself in MAC messages. */
  get modem(): Mac {
    return this.mac;
  }

  abstract entered(state: ClientState, now: Instant, effects: Effects): void;

  get listener(): ClientListener {
    return this;
  }

  get profile(): DhcpClientProfile {
    return this.settings.dhcp;
  }

  /** A modem has one interface: the cable. */
  get via(): number {
    return 0;
  }

  /** Option 43, good until another modem is asked. */
  get vendor(): Uint8Array {
    const high = Math.floor(this.mac / 0x100_0000);
    const low = this.mac % 0x100_0000;
    for (let digit = 0; digit < OUI.length; digit++) {
      const shift = 20 - digit * 4;
      const code = HEX.charCodeAt((high >>> shift) & 15);
      VENDOR[SERIAL_AT + digit] = code;
      VENDOR[OUI_AT + digit] = code;
      VENDOR[SERIAL_AT + OUI.length + digit] = HEX.charCodeAt((low >>> shift) & 15);
    }
    return VENDOR;
  }
}
