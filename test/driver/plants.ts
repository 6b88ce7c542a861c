import type { InterfaceAddress, Service } from '../../src/core/service.ts';
import type { HostSpec, LinkSpec, Quality, SegmentSpec } from '../../src/core/driver.ts';
import { isIpv4, parseIp, parseMac } from '../../src/core/address.ts';
import type { Ip, Mac } from '../../src/core/address.ts';

const GOOD: Quality = { delayUs: 1000, jitterUs: 0, lossRatio: 0, bitsPerSecond: 0 };

export function ip(text: string): Ip {
  const address = parseIp(text);
  if (address === undefined) throw new Error(`not an address: ${text}`);
  return address;
}

export function mac(text: string): Mac {
  const address = parseMac(text);
  if (address === undefined) throw new Error(`not a hardware address: ${text}`);
  return address;
}

export function segment(
  name: string,
  quality: Partial<Quality> = {},
  kind: 'ethernet' | 'cable' = 'ethernet',
): SegmentSpec {
  return { name, kind, quality: { ...GOOD, ...quality } };
}

export function link(
  name: string,
  between: readonly [string, string],
  quality: Partial<Quality> = {},
): LinkSpec {
  return { name, between, quality: { ...GOOD, ...quality } };
}

/** `10.0.0.1/24`, or `10.0.0.1/24 10.0.0.254` with its default router. */
export function at(text: string): InterfaceAddress {
  const [prefix = '', router] = text.split(' ');
  const [address = '', length] = prefix.split('/');
  const parsed = ip(address);
  const prefixLength = Number(length ?? (isIpv4(parsed) ? 24 : 64));
  return { address: parsed, prefixLength, router: router === undefined ? undefined : ip(router) };
}

let macs = 0;

/** A host with one interface; everything else can be said. */
export function host(
  name: string,
  place: { readonly on: string; readonly address?: readonly InterfaceAddress[]; readonly mac?: Mac },
  create: () => Service,
  more: Partial<HostSpec> = {},
): HostSpec {
  return {
    name,
    kind: 'host',
    group: name,
    interfaces: [
      {
        segment: place.on,
        mac: place.mac ?? ((0x0200_0000_0000 + ++macs) as Mac),
        addresses: place.address ?? [],
      },
    ],
    routes: [],
    forwards: false,
    udpPorts: [],
    tcpPorts: [],
    create,
    ...more,
  };
}
