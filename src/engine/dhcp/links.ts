import type { Ipv4, Mac } from '../../core/address.ts';
import { broadcastOf, isIpv4, maskOfLength, prefixContains } from '../../core/address.ts';
import { toHex } from '../../core/bytes.ts';
import { utf8Octets } from '../../core/text.ts';
import { ClassPattern } from '../../policy/address/class-match.ts';
import { ClientTest, type TestedClient } from '../../policy/address/client-test.ts';
import { EncodedProvision, ProvisionList } from '../../policy/provision.ts';
import { AddressPool } from '../../store/pool.ts';
import { Option } from '../../codec/dhcp/codes.ts';
import type { DhcpOption } from '../../codec/dhcp/fields.ts';
import type { DhcpClassOptions, DhcpReservation, DhcpServerOptions, DhcpSubnetOptions } from './options.ts';

/** What of a client decides which subnets are for it. */
export interface ClientTraits extends TestedClient {
  /** Option 60; empty when it has none. */
  readonly vendorClass: Uint8Array;
}

/** What one part of the file says a client is told: a reservation, a class, a subnet. */
export interface OptionLayer {
  /** The values to send, by code. */
  readonly values: readonly (Uint8Array | undefined)[];
}

/** What a class of a subnet's clients is told, ready for use. */
export class SubnetClass implements OptionLayer {
  readonly name: string;
  readonly provision: EncodedProvision | undefined;
  readonly values: readonly (Uint8Array | undefined)[];
  readonly #test: ClientTest;

  constructor({ name, test, provision, options }: DhcpClassOptions) {
    this.name = name;
    this.provision = provision && new EncodedProvision(provision);
    this.values = valuesOf(options);
    this.#test = new ClientTest(test);
  }

  has(client: TestedClient): boolean {
    return this.#test.holds(client);
  }
}

/** One subnet, ready for use. */
export class Subnet implements OptionLayer {
  readonly index: number;
  readonly link: number;
  readonly settings: DhcpSubnetOptions;
  readonly pool: AddressPool;
  readonly provisions: ProvisionList;
  /** The values to send, by code: options of the file, the mask (1) and the routers (3). */
  readonly values: readonly (Uint8Array | undefined)[];
  /** Those that are for a client go before the subnet's own values, in this order. */
  readonly classes: readonly SubnetClass[];
  readonly #pattern: ClassPattern | undefined;
  readonly #test: ClientTest | undefined;

  constructor(settings: DhcpSubnetOptions, index: number, link: number) {
    this.index = index;
    this.link = link;
    this.settings = settings;
    this.pool = new AddressPool(settings.ranges);
    this.provisions = new ProvisionList(settings.provisions);
    this.#pattern = settings.vendorClass === undefined ? undefined : new ClassPattern(settings.vendorClass);
    this.#test = settings.test && new ClientTest(settings.test);
    this.classes = (settings.classes ?? []).map((each) => new SubnetClass(each));
    const values: (Uint8Array | undefined)[] = [];
    values[Option.subnetMask] = addressOctets([maskOfLength(settings.subnet.length)]);
    if (settings.routers.length > 0) values[Option.routers] = addressOctets(settings.routers);
    this.values = valuesOf(settings.options, values);
  }

  contains(address: Ipv4): boolean {
    return prefixContains(this.settings.subnet, address);
  }

  /** Whether a client of these traits belongs here. */
  admits(client: ClientTraits): boolean {
    if (this.#pattern !== undefined && !this.#pattern.matches(client.vendorClass)) return false;
    if (this.#test !== undefined && !this.#test.holds(client)) return false;
    const { member } = this.settings;
    if (member === undefined) return true;
    if (client.modem === undefined) return false;
    return (client.modem === client.mac) === (member === 'modem');
  }
}

/** A reservation, ready for use. */
export interface Reserved extends OptionLayer {
  readonly address: Ipv4;
  readonly subnet: Subnet;
  readonly provision: EncodedProvision | undefined;
}

/** All subnets, and which of them are one link. */
export class Links {
  readonly subnets: readonly Subnet[];
  readonly #links: readonly (readonly Subnet[])[];
  readonly #byRelay = new Map<Ipv4, number>();
  readonly #reservedAddresses = new Set<Ipv4>();
  readonly #byMac = new Map<Mac, Reserved[]>();
  /** By hex of option 61 and of option 82.2. */
  readonly #byClientId = new Map<string, Reserved[]>();
  readonly #byRemoteId = new Map<string, Reserved[]>();

  constructor({ subnets, addresses }: Pick<DhcpServerOptions, 'subnets' | 'addresses'>) {
    const numbers = linkNumbers(subnets);
    this.subnets = subnets.map((settings, index) => new Subnet(settings, index, numbers[index] ?? 0));
    const links: Subnet[][] = [];
    for (const subnet of this.subnets) {
      (links[subnet.link] ??= []).push(subnet);
      for (const relay of subnet.settings.relays) this.#byRelay.set(relay, subnet.link);
      for (const reservation of subnet.settings.reservations) this.#reserve(reservation, subnet);
    }
    for (const address of this.#reservedAddresses) this.subnetOf(address)?.pool.touch(address);
    this.#links = links;
    for (const subnet of this.subnets) this.#spare(subnet, addresses);
  }

  /** The link of an address of the client`s side: a relay that the file names, else the subnet it lies in. */
  linkOf(selector: Ipv4): number | undefined {
    return this.#byRelay.get(selector) ?? this.subnets.find((subnet) => subnet.contains(selector))?.link;
  }

  subnetsOf(link: number): readonly Subnet[] {
    return this.#links[link] ?? [];
  }

  /** The subnet that an address lies in: of several with one network the one that gives it. */
  subnetOf(address: Ipv4): Subnet | undefined {
    let first: Subnet | undefined;
    for (const subnet of this.subnets) {
      if (!subnet.contains(address)) continue;
      if (subnet.pool.contains(address)) return subnet;
      first ??= subnet;
    }
    return first;
  }

  isReserved(address: Ipv4): boolean {
    return this.#reservedAddresses.has(address);
  }

  get hasReservations(): boolean {
    return this.#reservedAddresses.size > 0;
  }

  /** The reservation of a client on a link: by option 61, by hardware address, by the modem it is behind, in this order. */
  reservationFor(
    link: number,
    mac: Mac | undefined,
    clientId: Uint8Array | undefined,
    remoteId: Uint8Array | undefined,
  ): Reserved | undefined {
    if (!this.hasReservations) return undefined;
    const on = (list: readonly Reserved[] | undefined): Reserved | undefined =>
      list?.find(({ subnet }) => subnet.link === link);
    return (
      (clientId && this.#byClientId.size > 0 ? on(this.#byClientId.get(toHex(clientId))) : undefined) ??
      (mac === undefined ? undefined : on(this.#byMac.get(mac))) ??
      (remoteId && this.#byRemoteId.size > 0 ? on(this.#byRemoteId.get(toHex(remoteId))) : undefined)
    );
  }

  #reserve({ by, address, hostName, provision, options = [] }: DhcpReservation, subnet: Subnet): void {
    const values: (Uint8Array | undefined)[] = [];
    if (hostName !== undefined) values[Option.hostName] = utf8Octets(hostName);
    const reserved: Reserved = {
      address,
      subnet,
      provision: provision && new EncodedProvision(provision),
      values: valuesOf(options, values),
    };
    this.#reservedAddresses.add(address);
    switch (by.kind) {
      case 'mac':
        return add(this.#byMac, by.mac, reserved);
      case 'client-id':
        return add(this.#byClientId, toHex(by.octets), reserved);
      case 'remote-id':
        return add(this.#byRemoteId, toHex(by.octets), reserved);
    }
  }

  /** Takes out of the pool what no client may have: the network and broadcast addresses, routers, relays, ourselves. */
  #spare({ pool, settings }: Subnet, own: readonly Ipv4[]): void {
    const { subnet, routers, relays } = settings;
    if (isIpv4(subnet.address) && subnet.length < 31) {
      pool.touch(subnet.address);
      pool.touch(broadcastOf(subnet));
    }
    for (const address of [...own, ...routers, ...relays]) pool.touch(address);
  }
}

function valuesOf(
  options: readonly DhcpOption[],
  values: (Uint8Array | undefined)[] = [],
): readonly (Uint8Array | undefined)[] {
  for (const { code, octets } of options) values[code] = octets;
  return values;
}

function add<Key>(map: Map<Key, Reserved[]>, key: Key, reserved: Reserved): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [reserved]);
  else list.push(reserved);
}

/** The number of each subnet's link, from 0 in the order of the file: a common name, a common relay or common addresses join subnets. */
function linkNumbers(subnets: readonly DhcpSubnetOptions[]): readonly number[] {
  const numbers: number[] = [];
  let next = 0;
  subnets.forEach((subnet, index) => {
    const joined = new Set<number>();
    for (let other = 0; other < index; other++) {
      const settings = subnets[other];
      const number = numbers[other];
      if (settings !== undefined && number !== undefined && areJoined(subnet, settings)) joined.add(number);
    }
    const [number = next++] = [...joined].toSorted((a, b) => a - b);
    numbers.push(number);
    // A subnet that joins two links makes them one.
    for (let other = 0; other < index; other++) if (joined.has(numbers[other] ?? -1)) numbers[other] = number;
  });
  return numbers;
}

function areJoined(a: DhcpSubnetOptions, b: DhcpSubnetOptions): boolean {
  if (a.sharedNetwork !== undefined && a.sharedNetwork === b.sharedNetwork) return true;
  return (
    prefixContains(a.subnet, b.subnet.address) ||
    prefixContains(b.subnet, a.subnet.address) ||
    a.relays.some((relay) => b.relays.includes(relay) || prefixContains(b.subnet, relay)) ||
    b.relays.some((relay) => prefixContains(a.subnet, relay))
  );
}

function addressOctets(addresses: readonly Ipv4[]): Uint8Array {
  return Uint8Array.from(
    addresses.flatMap((address) => [
      address >>> 24,
      (address >>> 16) & 255,
      (address >>> 8) & 255,
      address & 255,
    ]),
  );
}
