import type { CableModemDeviceConfig } from '../config/scenario.ts';
import type { Mac } from '../core/address.ts';
import type { Crypto } from '../core/crypto.ts';
import { memberKey, Random, streamKey } from '../core/random.ts';
import type { Service } from '../core/service.ts';
import { type ModemProfile, modemProfile } from '../engine/modem/profile.ts';
import { ModemService } from '../service/modem.ts';

/** The makers of one group's modems: they share a profile, and each has a stream of chance of its own. */
export class ModemMakers {
  readonly #profile: ModemProfile;
  readonly #key: number;

  constructor(
    device: CableModemDeviceConfig,
    { crypto, seed }: { readonly crypto: Crypto; readonly seed: number },
  ) {
    const { class: vendorClass, reinitUs } = device;
    this.#profile = modemProfile({
      crypto,
      class: vendorClass,
      timers: reinitUs === undefined ? undefined : { reinitUs },
    });
    this.#key = streamKey(seed, device.name);
  }

  of(mac: Mac, index: number): () => Service {
    return () =>
      new ModemService({ mac, profile: this.#profile, random: new Random(memberKey(this.#key, index)) });
  }
}
