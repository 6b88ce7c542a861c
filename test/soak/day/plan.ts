import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ipv4, formatIpv4, toMac, type Ipv4, type Mac } from '../../../src/core/address.ts';
import { ip } from '../../support/dhcp-builders.ts';

/** A day of an ISP in fewer seconds. */
export interface Day {
  readonly modems: number;
  readonly seconds: number;
  readonly seed: number;
}

/** A lease is six hours of the day, so that each client renews it eight times. */
export function leaseSeconds({ seconds }: Day): number {
  return Math.max(16, Math.round(seconds / 4));
}

/** Everything is switched on in the first hour. */
export function powerOnMs({ seconds }: Day): number {
  return (seconds * 1000) / 24;
}

/** What each household asks the DNS in a day. */
export const LOOKUPS_A_DAY = 200;
/** How often a device begins anew in a day, on the average. */
export const REBOOTS_A_DAY = 1;

export const SERVER = '127.0.0.1';
/** The CMTS: relay of modems and of what is behind them. */
export const GIADDR = '10.128.0.1';
const MODEMS_FROM = ip('10.128.1.0');
const CPES_FROM = ip('10.144.1.0');
/** Where the households' resolvers are. */
export const RESOLVERS = Array.from({ length: 16 }, (_, index) => `10.160.0.${index + 1}`);
export const NAMES = 5_000;
export const ZONE = 'isp.example';

export function modemMac(index: number): Mac {
  return toMac(0x0010_1890_0000 + index);
}

export function cpeMac(index: number): Mac {
  return toMac(0x0200_5e00_0000 + index);
}

/** The address that `h<index>` of the zone has. */
export function namedAddress(index: number): Ipv4 {
  return ipv4(CPES_FROM + index);
}

/** Writes the scenario that is served, with its zone, into a folder; gives its path. */
export function writeScenario(day: Day, folder: string, root: string): string {
  const last = (from: Ipv4): string => formatIpv4(ipv4(from + Math.ceil(day.modems * 1.05) + 16));
  const files = (name: string): string => resolve(root, 'scenarios/files', name);
  const records = Array.from(
    { length: NAMES },
    (_, index) => `h${index} A ${formatIpv4(namedAddress(index))}`,
  );
  const zone = [
    '$TTL 300',
    '@ SOA ns hostmaster 1 7200 1800 604800 60',
    '@ NS ns',
    'ns A 10.0.0.53',
    ...records,
  ];
  writeFileSync(join(folder, 'isp.zone'), `${zone.join('\n')}\n`);
  const path = join(folder, 'isp.yaml');
  writeFileSync(
    path,
    `headend: 1
name: isp
net: { core: { kind: segment } }
services:
  dhcp:
    on: core
    ip: 10.0.0.67
    subnets:
      - { subnet: 10.128.0.0/12, relay: ${GIADDR}, member: modem, class: 'docsis*', range: ${formatIpv4(MODEMS_FROM)}-${last(MODEMS_FROM)},
          lease: ${leaseSeconds(day)}s, tftp: { server: 10.0.0.69, file: 'cm-{mac}.cfg' }, options: { time-servers: [10.0.0.37] } }
      - { subnet: 10.144.0.0/12, relay: ${GIADDR}, member: cpe, range: ${formatIpv4(CPES_FROM)}-${last(CPES_FROM)}, lease: ${leaseSeconds(day)}s,
          router: 10.144.0.1, options: { domain-name-servers: [10.0.0.53] } }
  tftp:
    on: core
    ip: 10.0.0.69
    files: { 'cm-{mac}.cfg': { docsis: ${files('gold.yaml')}, secret-file: ${files('plant.key')} } }
  tod: { on: core, ip: 10.0.0.37 }
  dns: { on: core, ip: 10.0.0.53, zones: { ${ZONE}: { file: ./isp.zone } } }
`,
  );
  return path;
}
