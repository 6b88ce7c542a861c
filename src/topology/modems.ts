import type { CableModemDeviceConfig } from '../config/scenario.ts';
import { memberMac, memberName } from '../config/template.ts';
import type { Crypto } from '../core/crypto.ts';
import type { HostSpec, InterfaceSpec, RouteSpec } from '../core/driver.ts';
import { memberKey, streamKey } from '../core/random.ts';
import type { Service } from '../core/service.ts';
import { ModemFleet } from '../engine/modem/fleet.ts';
import { FIXED_CONTENTION, modemProfile } from '../engine/modem/profile.ts';
import { ModemService } from '../service/modem.ts';

const NONE: readonly never[] = [];
const CLIENT_PORTS: readonly number[] = [68];

/** What the modems of one group have in common; each has a stream of chance of its own. */
export class ModemGroup {
  readonly device: CableModemDeviceConfig;
  readonly #fleet: ModemFleet;

  constructor(
    device: CableModemDeviceConfig,
    { crypto, seed }: { readonly crypto: Crypto; readonly seed: number },
  ) {
    const { class: vendorClass, reinitUs, rangingBackOff } = device;
    this.device = device;
    const key = streamKey(seed, device.name);
    this.#fleet = new ModemFleet({
      count: device.count ?? 1,
      profile: modemProfile({
        crypto,
        class: vendorClass,
        timers: {
          ...(reinitUs === undefined ? undefined : { reinitUs }),
          ...(rangingBackOff === 'widens' ? undefined : { contention: FIXED_CONTENTION }),
        },
      }),
      mac: (index) => memberMac(device.mac, index),
      key: (index) => memberKey(key, index),
    });
  }

  make(index: number): Service {
    return new ModemService(this.#fleet, index);
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
