import { MAC_BROADCAST, type Mac } from '../../core/address.ts';
import { NumberRows } from '../../core/number-rows.ts';
import type { Random } from '../../core/random.ts';
import type { Effects } from '../../core/service.ts';
import { NEVER, type Instant } from '../../core/time.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';
import { encodeDocsisVendor } from '../../codec/dhcp/option/vendor.ts';
import type { DhcpClientOptions } from '../dhcp/client.ts';
import { CLIENT_CELLS } from '../dhcp/client-numbers.ts';
import type { ClientListener, ClientState } from '../dhcp/client-state.ts';
import type { DhcpClientProfile } from '../dhcp/client-profile.ts';
import { Reason } from './phase.ts';
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

/** Cells of a modem's row; behind them are those of its DHCP client. */
const MAC = 0;
const CMTS = 1;
const POWERED_AT = 2;
const WAKE_AT = 3;
const DHCP_AT = 4;
const DUE_AT = 5;
const OWN_CELLS = 6;

/** Rows for the numbers of as many modems. */
export function modemRows(modems: number): NumberRows {
  return new NumberRows(modems, OWN_CELLS + CLIENT_CELLS);
}

export interface CableModemOptions {
  readonly mac: Mac;
  readonly profile: ModemProfile;
  readonly random: Random;
  /** Where RNG-REQs go; left out, to everybody until the CMTS has answered. */
  readonly cmts?: Mac | undefined;
  /** Where a modem of many keeps its numbers, and in which row; left out, it has a row of its own. */
  readonly numbers?: NumberRows | undefined;
  readonly row?: number | undefined;
}

/**
 * One modem as its DHCP client knows it. The modem is made on it, since an object beside it would be one more for each of a
 * hundred thousand.
 */
export abstract class ModemIdentity implements DhcpClientOptions, ClientListener {
  readonly settings: ModemProfile;
  readonly random: Random;
  readonly numbers: NumberRows;
  /** As the CMTS gave it; 0 before that. */
  sid = 0;
  /** TLV 57: why it began anew. */
  reason: number = Reason.powerOn;
  /** The first of its cells. */
  readonly #at: number;

  constructor({ mac, profile, random, cmts = MAC_BROADCAST, numbers, row = 0 }: CableModemOptions) {
    this.settings = profile;
    this.random = random;
    this.numbers = numbers ?? modemRows(1);
    this.#at = this.numbers.row(row);
    this.numbers.set(this.#at + MAC, mac);
    this.cmts = cmts;
    this.waitForNothing();
  }

  /** From now on it is another modem, at rest. */
  protected become(mac: Mac, cmts: Mac): void {
    this.numbers.set(this.#at + MAC, mac);
    this.cmts = cmts;
    this.waitForNothing();
  }

  protected waitForNothing(): void {
    for (let cell = POWERED_AT; cell <= DUE_AT; cell++) this.numbers.set(this.#at + cell, NEVER);
  }

  /** How often it drew from its stream of chance. */
  get drawn(): number {
    return this.random.drawn;
  }

  get mac(): Mac {
    return this.numbers.get(this.#at + MAC) as Mac;
  }

  get clientCells(): number {
    return this.#at + OWN_CELLS;
  }

  /** Whom it ranges with. */
  get cmts(): Mac {
    return this.numbers.get(this.#at + CMTS) as Mac;
  }

  set cmts(mac: Mac) {
    this.numbers.set(this.#at + CMTS, mac);
  }

  /** Until the modem is operational for the first time since. */
  protected get poweredAt(): Instant {
    return this.numbers.moment(this.#at + POWERED_AT);
  }

  protected set poweredAt(at: Instant) {
    this.numbers.set(this.#at + POWERED_AT, at);
  }

  /** When the present phase does its next thing by itself. */
  protected get wakeAt(): Instant {
    return this.numbers.moment(this.#at + WAKE_AT);
  }

  protected set wakeAt(at: Instant) {
    this.numbers.set(this.#at + WAKE_AT, at);
  }

  /** The DHCP client's deadline: kept, since what it is made of was last used long ago. */
  protected get dhcpAt(): Instant {
    return this.numbers.moment(this.#at + DHCP_AT);
  }

  protected set dhcpAt(at: Instant) {
    this.numbers.set(this.#at + DHCP_AT, at);
  }

  /** The modem's own deadline, kept for the same reason. */
  get keptDeadline(): Instant {
    return this.numbers.moment(this.#at + DUE_AT);
  }

  set keptDeadline(at: Instant) {
    this.numbers.set(this.#at + DUE_AT, at);
  }

  /** As it calls itself in MAC messages. */
  get modem(): Mac {
    return this.mac;
  }

  abstract entered(state: ClientState, now: Instant, effects: Effects): void;
  abstract leased(ack: DhcpMessage): void;

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
