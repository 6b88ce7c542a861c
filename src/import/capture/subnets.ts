import type { Ipv4, Prefix } from '../../core/address.ts';
import {
  formatIpv4,
  formatMac,
  formatPrefix,
  ipv4,
  ipv4At,
  maskOfLength,
  parseIpv4,
  prefixContains,
} from '../../core/address.ts';
import { equalOctets, toHex, u32At } from '../../core/bytes.ts';
import { ConfigError } from '../../core/errors.ts';
import type { Plain } from '../../core/service.ts';
import { SECOND } from '../../core/time.ts';
import { Option } from '../../codec/dhcp/codes.ts';
import type { DhcpFields } from '../../codec/dhcp/fields.ts';
import { optionSpec } from '../../codec/dhcp/registry.ts';
import { describeOptionValue, parseOption } from '../../codec/dhcp/value.ts';
import { formatDurationUs } from '../../config/units.ts';
import { flowMap, flowValue, scalar } from '../yaml-flow.ts';
import type { SeenClient } from './clients.ts';

/** A network of leases. */
export interface SeenSubnet {
  readonly prefix: Prefix;
  readonly relays: Set<Ipv4>;
  readonly clients: (SeenClient & { readonly lease: DhcpFields })[];
}

/** What stands in keys of its own, or is made anew for each message. */
const NOT_OPTIONS: ReadonlySet<number> = new Set([
  Option.subnetMask,
  Option.routers,
  Option.requestedAddress,
  Option.leaseTime,
  Option.overload,
  Option.parameterRequestList,
  Option.maximumMessageSize,
  Option.messageType,
  Option.serverIdentifier,
  Option.renewalTime,
  Option.rebindingTime,
  Option.relayAgent,
  Option.clientIdentifier,
  Option.tftpServerName,
  Option.bootFileName,
  Option.tftpServerAddress,
  Option.vendorSpecific,
]);

const MASK_BITS_USUAL = 24;
const LEASE_SECONDS_MAX = 3_650 * 86_400;

/** The networks of the leases; an address that no host has, or that another client has had before, is left out. */
export function subnetsOf(clients: Iterable<SeenClient>): readonly SeenSubnet[] {
  const subnets: SeenSubnet[] = [];
  const taken = new Set<Ipv4>();
  for (const client of clients) {
    const { lease, relay } = client;
    if (lease === undefined || taken.has(lease.yiaddr)) continue;
    let subnet = subnets.find(({ prefix }) => prefixContains(prefix, lease.yiaddr));
    if (subnet === undefined) {
      const length = maskBits(optionOf(lease, Option.subnetMask));
      const prefix = { address: ipv4(lease.yiaddr & maskOfLength(length)), length };
      subnet = { prefix, relays: new Set(), clients: [] };
    }
    if (!isHost(lease.yiaddr, subnet.prefix.length)) continue;
    if (subnet.clients.length === 0) subnets.push(subnet);
    taken.add(lease.yiaddr);
    subnet.clients.push({ ...client, lease });
    if (relay !== 0) subnet.relays.add(relay);
  }
  return subnets;
}

/** Neither the network itself nor all of it. */
function isHost(address: Ipv4, length: number): boolean {
  const host = address & ~maskOfLength(length);
  return host !== 0 && host !== ~maskOfLength(length);
}

/** One entry of `subnets:`. */
export function subnetLines({ prefix, relays, clients }: SeenSubnet): string[] {
  const first = clients[0]?.lease;
  if (first === undefined) return [];
  const ranges = rangesOf(clients.map(({ lease }) => lease.yiaddr >>> 0));
  const routers = routersOf(first, prefix);
  const options = optionsOf(first);
  const keys = [
    `subnet: ${formatPrefix(prefix)}`,
    ...(relays.size === 0 ? [] : [`relay: ${oneOrMany([...relays].map(formatIpv4))}`]),
    `range: ${oneOrMany(ranges)}`,
    `lease: ${leaseText(first)}`,
    ...(routers.length === 0 ? [] : [`router: ${oneOrMany(routers)}`]),
    ...(tftpText(first) === undefined ? [] : [`tftp: ${tftpText(first)}`]),
    ...(options.size === 0 ? [] : [`options: ${flowMap([...options])}`]),
    'reservations: # each client has the address that it had',
  ];
  const lines = keys.map((key, index) => `${index === 0 ? '      - ' : '        '}${key}`);
  for (const { mac, lease } of clients) {
    const own = [...optionsOf(lease)].filter(([name, value]) => options.get(name) !== value);
    const tftp = tftpText(lease);
    lines.push(
      `          - ${flowMap([
        ['mac', scalar(formatMac(mac))],
        ['ip', formatIpv4(lease.yiaddr)],
        ['tftp', tftp === tftpText(first) ? undefined : tftp],
        ['options', own.length === 0 ? undefined : flowMap(own)],
      ])}`,
    );
  }
  return lines;
}

function oneOrMany(texts: readonly string[]): string {
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}

const RANGES_MAX = 64;

/** Addresses that follow each other, as ranges; where there are too many of those, all that lies between. */
function rangesOf(addresses: readonly number[]): string[] {
  const sorted = addresses.toSorted((a, b) => a - b);
  const runs: [number, number][] = [];
  for (const address of sorted) {
    const run = runs.at(-1);
    if (run !== undefined && run[1] + 1 === address) run[1] = address;
    else runs.push([address, address]);
  }
  const shown: readonly [number, number][] =
    runs.length <= RANGES_MAX ? runs : [[sorted[0] ?? 0, sorted.at(-1) ?? 0]];
  return shown.map(([first, last]) => `${formatIpv4(ipv4(first))}-${formatIpv4(ipv4(last))}`);
}

function optionOf(lease: DhcpFields, code: number): Uint8Array | undefined {
  return lease.options.find((each) => each.code === code)?.octets;
}

function maskBits(mask: Uint8Array | undefined): number {
  if (mask?.length !== 4) return MASK_BITS_USUAL;
  const bits = Math.clz32(~u32At(mask, 0));
  return bits >= 8 && bits <= 30 ? bits : MASK_BITS_USUAL;
}

const ROUTERS_MAX = 16;

function routersOf(lease: DhcpFields, prefix: Prefix): string[] {
  const octets = optionOf(lease, Option.routers) ?? new Uint8Array(0);
  return Array.from({ length: Math.floor(octets.length / 4) }, (_, index) => ipv4At(octets, index * 4))
    .filter((router) => prefixContains(prefix, router) && isHost(router, prefix.length))
    .slice(0, ROUTERS_MAX)
    .map(formatIpv4);
}

const secondsText = (seconds: number): string => formatDurationUs(seconds * SECOND);

function leaseText(lease: DhcpFields): string {
  const seconds = (code: number): number | undefined => {
    const octets = optionOf(lease, code);
    return octets?.length === 4 ? Math.min(Math.max(u32At(octets, 0), 1), LEASE_SECONDS_MAX) : undefined;
  };
  const whole = seconds(Option.leaseTime) ?? LEASE_SECONDS_MAX;
  const renew = seconds(Option.renewalTime);
  const rebind = seconds(Option.rebindingTime);
  // RFC 2131 §4.4.5 has half and seven eighths: those need not be said.
  const isUsual =
    renew === undefined || rebind === undefined || (renew === whole / 2 && rebind === whole * 0.875);
  if (isUsual || renew >= rebind || rebind >= whole) return secondsText(whole);
  return flowMap([
    ['default', secondsText(whole)],
    ['renew', secondsText(renew)],
    ['rebind', secondsText(rebind)],
  ]);
}

/** Where the client was sent for its file: RFC 2131 §4.3.1, then options 66 and 67. */
function bootOf(lease: DhcpFields): {
  readonly server: Ipv4 | undefined;
  readonly file: string | undefined;
} {
  const named = parseIpv4(textOf(optionOf(lease, Option.tftpServerName)) ?? '');
  return {
    server: lease.siaddr === 0 ? named : lease.siaddr,
    file: textOf(lease.file) ?? textOf(optionOf(lease, Option.bootFileName)),
  };
}

function tftpText(lease: DhcpFields): string | undefined {
  const { server, file } = bootOf(lease);
  if (server === undefined && file === undefined) return undefined;
  return flowMap([
    ['server', server === undefined ? undefined : formatIpv4(server)],
    ['file', file === undefined ? undefined : scalar(file)],
    ['siaddr', lease.siaddr === 0 && server !== undefined ? 'none' : undefined],
  ]);
}

/** Printable ASCII; undefined: empty, or something else. */
export function textOf(octets: Uint8Array | undefined): string | undefined {
  if (octets === undefined || octets.length === 0 || octets.length > 255) return undefined;
  let text = '';
  for (const octet of octets) {
    if (octet < 0x20 || octet > 0x7e) return undefined;
    text += String.fromCharCode(octet);
  }
  return text;
}

/** By name, as a file has them: the same octets come of it. */
function optionsOf(lease: DhcpFields): ReadonlyMap<string, string> {
  return new Map(
    lease.options
      .filter(({ code }) => !NOT_OPTIONS.has(code))
      .map(({ code, octets }) => [optionSpec(code).name, flowValue(valueOf(code, octets))]),
  );
}

function valueOf(code: number, octets: Uint8Array): Plain {
  const value = describeOptionValue(code, octets);
  try {
    const again = parseOption(optionSpec(code).name, value, '').octets;
    if (equalOctets(again, octets)) return value;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
  }
  return { hex: toHex(octets) };
}
