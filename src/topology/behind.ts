import type { Scenario } from '../config/scenario.ts';
import { memberMac, memberName } from '../config/template.ts';
import type { Mac } from '../core/address.ts';
import { hostMac } from './network.ts';

/** A computer, and the modem that it is connected to. */
export interface Connection {
  readonly computer: string;
  readonly mac: Mac;
  readonly modem: string;
  readonly modemMac: Mac;
}

/** Who stands behind which modem, of one cable or of all: of a group's modems each has one of a group's computers in turn. */
export function connections({ devices }: Scenario, cable?: string): readonly Connection[] {
  return devices.flatMap((device) => {
    if ((device.kind !== 'host' && device.kind !== 'stub') || device.behind === undefined) return [];
    const { name, count, on, behind } = device;
    const modem = devices.find((other) => other.name === behind.group);
    if (modem?.kind !== 'cable-modem' || (cable !== undefined && on !== cable)) return [];
    return Array.from({ length: count ?? 1 }, (_, index) => {
      const member = behind.index ?? index % (modem.count ?? 1);
      return {
        computer: memberName(name, count, index),
        mac: hostMac(device, index),
        modem: memberName(modem.name, modem.count, member),
        modemMac: memberMac(modem.mac, member),
      };
    });
  });
}
