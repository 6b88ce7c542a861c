import type { CableModemDeviceConfig } from '../config/scenario.ts';
import type { Crypto } from '../core/crypto.ts';
import type { HostSpec } from '../core/driver.ts';
import { bug } from '../core/errors.ts';
import { memberKey, Random, streamKey } from '../core/random.ts';
import type { Service } from '../core/service.ts';
import type { NumberRows } from '../core/number-rows.ts';
import { modemRows } from '../engine/modem/identity.ts';
import { type ModemProfile, modemProfile } from '../engine/modem/profile.ts';
import { ModemService } from '../service/modem.ts';

/** Makes one group's modems: they share a profile, and each has a stream of chance of its own. */
export class ModemMaker {
  readonly #profile: ModemProfile;
  readonly #key: number;
  readonly #first: number;
  readonly #numbers: NumberRows;
  /** `HostSpec.create` of all of them: a function of its own for each of a hundred thousand would be a tenth of a modem. */
  readonly create: (this: HostSpec) => Service;

  /** `first` is the number of the group's first host. */
  constructor(
    device: CableModemDeviceConfig,
    { crypto, seed }: { readonly crypto: Crypto; readonly seed: number },
    first: number,
  ) {
    const { class: vendorClass, reinitUs } = device;
    this.#profile = modemProfile({
      crypto,
      class: vendorClass,
      timers: reinitUs === undefined ? undefined : { reinitUs },
    });
    this.#key = streamKey(seed, device.name);
    this.#first = first;
    this.#numbers = modemRows(device.count ?? 1);
    const make = (host: HostSpec): Service => this.#make(host);
    this.create = function create(): Service {
      return make(this);
    };
  }

  #make({ name, number, interfaces }: HostSpec): Service {
    const [cable] = interfaces;
    if (cable === undefined || number === undefined) return bug(`${name} is no modem`);
    const row = number - this.#first;
    const random = new Random(memberKey(this.#key, row));
    return new ModemService({ mac: cable.mac, profile: this.#profile, random, numbers: this.#numbers, row });
  }
}
