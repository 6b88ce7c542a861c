import type { CableModemDeviceConfig } from '../config/scenario.ts';
import { memberMac, memberName } from '../config/template.ts';
import type { Crypto } from '../core/crypto.ts';
import type { HostSpec, InterfaceSpec, RouteSpec } from '../core/driver.ts';
import type { NumberRows } from '../core/number-rows.ts';
import { memberKey, Random, streamKey } from '../core/random.ts';
import type { Service } from '../core/service.ts';
import { modemRows } from '../engine/modem/identity.ts';
import { FIXED_CONTENTION, type ModemProfile, modemProfile } from '../engine/modem/profile.ts';
import { ModemService } from '../service/modem.ts';

const NO_ROW = -1;
const NONE: readonly never[] = [];
const CLIENT_PORTS: readonly number[] = [68];

/** What the modems of one group have in common; each has a stream of chance of its own. */
export class ModemGroup {
  readonly device: CableModemDeviceConfig;
  readonly #profile: ModemProfile;
  readonly #key: number;
  readonly #numbers: NumberRows;
  /** Rows are taken in the order of the first power-on: those that boot at one time are side by side. */
  readonly #rows: Int32Array;
  #rowsTaken = 0;

  constructor(
    device: CableModemDeviceConfig,
    { crypto, seed }: { readonly crypto: Crypto; readonly seed: number },
  ) {
    const { class: vendorClass, reinitUs, rangingBackOff } = device;
    this.device = device;
    this.#profile = modemProfile({
      crypto,
      class: vendorClass,
      timers: {
        ...(reinitUs === undefined ? undefined : { reinitUs }),
        ...(rangingBackOff === 'widens' ? undefined : { contention: FIXED_CONTENTION }),
      },
    });
    this.#key = streamKey(seed, device.name);
    this.#numbers = modemRows(device.count ?? 1);
    this.#rows = new Int32Array(device.count ?? 1).fill(NO_ROW);
  }

  make(index: number): Service {
    return new ModemService({
      mac: memberMac(this.device.mac, index),
      profile: this.#profile,
      random: new Random(memberKey(this.#key, index)),
      numbers: this.#numbers,
      row: this.#rowOf(index),
    });
  }

  /** After a crash a modem has the row that it had. */
  #rowOf(index: number): number {
    const known = this.#rows[index] ?? NO_ROW;
    const row = known === NO_ROW ? this.#rowsTaken++ : known;
    this.#rows[index] = row;
    return row;
  }
}

/** A modem of a group. What follows from its index is made when it is asked for: of a million hosts most are never looked at. */
export class ModemHost implements HostSpec {
  readonly number: number;
  readonly #of: ModemGroup;
  readonly #index: number;

  constructor(group: ModemGroup, place: { readonly index: number; readonly number: number }) {
    this.#of = group;
    this.#index = place.index;
    this.number = place.number;
  }

  get name(): string {
    const { name, count } = this.#of.device;
    return memberName(name, count, this.#index);
  }

  get kind(): string {
    return 'cable-modem';
  }

  get group(): string {
    return this.#of.device.name;
  }

  get interfaces(): readonly InterfaceSpec[] {
    const { on, mac } = this.#of.device;
    return [{ segment: on, mac: memberMac(mac, this.#index), addresses: NONE }];
  }

  get isDormant(): boolean {
    return true;
  }

  get routes(): readonly RouteSpec[] {
    return NONE;
  }

  get forwards(): boolean {
    return false;
  }

  get udpPorts(): readonly number[] {
    return CLIENT_PORTS;
  }

  get tcpPorts(): readonly number[] {
    return NONE;
  }

  create(): Service {
    return this.#of.make(this.#index);
  }
}
