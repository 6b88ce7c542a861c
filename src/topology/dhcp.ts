import { parseOption } from '../codec/dhcp/value.ts';
import type { DhcpOption } from '../codec/dhcp/fields.ts';
import type {
  DhcpOptionConfig,
  DhcpServiceConfig,
  DhcpSubnetConfig,
  ReservationConfig,
} from '../config/scenario.ts';
import { ANY, type Ip, isIpv4 } from '../core/address.ts';
import { fromHex } from '../core/bytes.ts';
import { ConfigError } from '../core/errors.ts';
import type { Epoch } from '../core/time.ts';
import {
  DHCP_SERVER_DEFAULTS,
  type DhcpReservation,
  type DhcpServerOptions,
  type DhcpSubnetOptions,
} from '../engine/dhcp/options.ts';

/** A DHCP service of the file as its engine wants it. Throws `ConfigError` for an option's value. */
export function dhcpServerOptions(
  config: DhcpServiceConfig,
  { epoch, listen = [] }: { readonly epoch: Epoch; readonly listen?: readonly Ip[] | undefined },
): DhcpServerOptions {
  // What clients are to answer is where we listen; 0.0.0.0 is nowhere in particular.
  const heard = listen.filter((address) => address !== ANY);
  const configured = config.addresses.map(({ address }) => address);
  return {
    ...DHCP_SERVER_DEFAULTS,
    addresses: [...heard, ...configured].filter(isIpv4),
    subnets: config.subnets.map(subnetOptions),
    ...Object.fromEntries(Object.entries(config.switches).filter(([, value]) => value !== undefined)),
    isAuthoritative: config.authoritative,
    epoch,
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
