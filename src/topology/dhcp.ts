import { parseOption } from '../codec/dhcp/value.ts';
import type { DhcpOption } from '../codec/dhcp/fields.ts';
import type {
  DhcpOptionConfig,
  DhcpServiceConfig,
  DhcpSubnetConfig,
  ReservationConfig,
} from '../config/scenario.ts';
import { isIpv4 } from '../core/address.ts';
import { fromHex } from '../core/bytes.ts';
import { ConfigError } from '../core/errors.ts';
import { SECOND } from '../core/time.ts';
import {
  DHCP_SERVER_DEFAULTS,
  type DhcpReservation,
  type DhcpServerOptions,
  type DhcpSubnetOptions,
} from '../engine/dhcp/options.ts';

/** A DHCP service of the file as its engine wants it. Throws `ConfigError` for an option's value. */
export function dhcpServerOptions(config: DhcpServiceConfig, epochUs: number): DhcpServerOptions {
  return {
    ...DHCP_SERVER_DEFAULTS,
    addresses: config.addresses.flatMap(({ address }) => (isIpv4(address) ? [address] : [])),
    subnets: config.subnets.map(subnetOptions),
    ...Object.fromEntries(Object.entries(config.switches).filter(([, value]) => value !== undefined)),
    isAuthoritative: config.authoritative,
    epochSeconds: Math.floor(epochUs / SECOND),
  };
}

function subnetOptions(subnet: DhcpSubnetConfig): DhcpSubnetOptions {
  return {
    subnet: subnet.subnet,
    relays: subnet.relays,
    ranges: subnet.ranges,
    lease: subnet.lease,
    vendorClass: subnet.class,
    member: subnet.member,
    test: subnet.test,
    sharedNetwork: subnet.sharedNetwork,
    routers: subnet.routers,
    provisions: subnet.tftp.map((tftp) => ({
      provision: tftp,
      vendorClass: tftp.class,
      userClass: tftp.userClass,
    })),
    options: optionsOf(subnet.options),
    classes: subnet.classes.map(({ name, test, tftp, options }) => ({
      name,
      test,
      provision: tftp,
      options: optionsOf(options),
    })),
    reservations: subnet.reservations.map((reservation) => reservationOptions(reservation, subnet.at)),
  };
}

function optionsOf(options: readonly DhcpOptionConfig[]): readonly DhcpOption[] {
  return options.map(({ name, value, at }) => parseOption(name, value, at));
}

function reservationOptions(reservation: ReservationConfig, at: string): DhcpReservation {
  const { by, address, hostname, tftp, options } = reservation;
  const rest = { address, hostName: hostname, provision: tftp, options: optionsOf(options) };
  if (by.kind === 'mac') return { by, ...rest };
  const octets = fromHex(by.hex);
  if (octets === undefined) throw new ConfigError(`${at}.reservations`, by.hex, 'octets in hex');
  return { by: { kind: by.kind, octets }, ...rest };
}
