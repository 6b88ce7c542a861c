import type { Ip, Ipv4, Mac } from '../../core/address.ts';
import { ANY, isIpv4, maskIp, maskOfLength } from '../../core/address.ts';
import type { HostSpec, Topology } from '../../core/driver.ts';
import { ConfigError, bug } from '../../core/errors.ts';
import { HostNames } from '../../core/host-names.ts';
import { streamKey } from '../../core/random.ts';
import type { InterfaceAddress, Service } from '../../core/service.ts';
import { addLinkRouters } from './link-router.ts';
import { MacTable } from './mac-table.ts';
import { Ports } from './ports.ts';
import { FORWARDS, HAS_ROUTES, INSPECTS, HostRecords, InterfaceRecords, recordsOf } from './records.ts';
import { Segment } from './segment.ts';

const NONE = -1;

/**
 * The topology as tables: hosts and interfaces are numbers in the file's order, and what is kept for each of a million is
 * a few octets in typed arrays. What few have (more addresses than one, IPv6) is kept aside in maps.
 */
export class Plant {
  readonly segments: readonly Segment[];
  readonly specs: readonly HostSpec[];
  /** How many of `specs` the topology names; those behind are the routers inside of links. */
  readonly namedHosts: number;
  readonly services: (Service | undefined)[];
  readonly hosts: HostRecords;
  readonly interfaces: InterfaceRecords;
  readonly ports: Ports;
  /** Whether any host inspects: a plant without one pays a test of this for each frame. */
  readonly hasInspectors: boolean;
  readonly macs: MacTable;
  readonly #others = new Map<number, InterfaceAddress[]>();
  readonly #names = new HostNames();

  constructor(named: Topology, seed: number) {
    const topology = addLinkRouters(named);
    this.specs = topology.hosts;
    this.namedHosts = named.hosts.length;
    const hosts = topology.hosts.length;
    const interfaces = topology.hosts.reduce((sum, host) => sum + host.interfaces.length, 0);
    this.services = new Array<Service | undefined>(hosts).fill(undefined);
    const records = recordsOf(Math.max(hosts, interfaces));
    this.hosts = new HostRecords(hosts, records);
    this.interfaces = new InterfaceRecords(interfaces, records);
    this.ports = new Ports(topology.hosts, this.hosts);
    this.hasInspectors = topology.hosts.some((host) => host.inspects === true);
    this.macs = new MacTable(this.interfaces, topology.segments.length);
    this.segments = topology.segments.map((spec, index) => new Segment(index, spec));
    this.#fill(seed);
  }

  hostNamed(name: string): number {
    return this.#names.find(name) ?? bug(`no host is named ${name}`);
  }

  spec(host: number): HostSpec {
    return this.specs[host]!;
  }

  forwards(host: number): boolean {
    return this.hosts.has(host, FORWARDS);
  }

  inspects(host: number): boolean {
    return this.hosts.has(host, INSPECTS);
  }

  hasRoutes(host: number): boolean {
    return this.hosts.has(host, HAS_ROUTES);
  }

  segmentAt(iface: number): Segment {
    return this.segments[this.interfaces.segment(iface)]!;
  }

  /** The number of an interface within its host: what services call `via`. */
  viaOf(iface: number): number {
    return iface - this.hosts.first(this.interfaces.host(iface));
  }

  interfaceOf(host: number, via: number): number {
    const iface = this.hosts.first(host) + via;
    if (via < 0 || iface >= this.hosts.end(host)) bug(`${this.spec(host).name} has no interface ${via}`);
    return iface;
  }

  mac(iface: number): Mac {
    return this.interfaces.mac(iface) as Mac;
  }

  /** Gives an interface an address of a family instead of the one it had; undefined takes all away. */
  configure(iface: number, address: InterfaceAddress | undefined): void {
    if (address === undefined) {
      this.#setFirst(iface, ANY, 0, ANY);
      this.#others.delete(iface);
    } else if (isIpv4(address.address)) {
      const router = address.router !== undefined && isIpv4(address.router) ? address.router : ANY;
      this.#setFirst(iface, address.address, address.prefixLength, router);
      this.#keepOthers(iface, (other) => !isIpv4(other.address));
    } else {
      this.#keepOthers(iface, (other) => isIpv4(other.address));
      this.#addOther(iface, address);
    }
  }

  /** Back to the addresses of the file. */
  resetAddresses(iface: number): void {
    this.configure(iface, undefined);
    const host = this.interfaces.host(iface);
    for (const address of this.spec(host).interfaces[this.viaOf(iface)]!.addresses) {
      if (isIpv4(address.address) && this.interfaces.address(iface) === ANY) this.configure(iface, address);
      else this.#addOther(iface, address);
    }
  }

  /** Whether any interface has more than one address, or one of IPv6. */
  get hasOthers(): boolean {
    return this.#others.size > 0;
  }

  others(iface: number): readonly InterfaceAddress[] {
    return this.#others.get(iface) ?? NO_ADDRESSES;
  }

  hasAddress(iface: number, address: Ip): boolean {
    if (this.interfaces.address(iface) === address) return address !== ANY;
    if (this.#others.size === 0) return false;
    const others = this.#others.get(iface);
    return others !== undefined && others.some((other) => other.address === address);
  }

  /** The host's interface with that address; -1 when it is not the host's. */
  interfaceWith(host: number, address: Ip): number {
    const end = this.hosts.end(host);
    for (let iface = this.hosts.first(host); iface < end; iface++)
      if (this.hasAddress(iface, address)) return iface;
    return NONE;
  }

  /** The address an interface sends from, of the family of `to`; undefined when it has none of that family. */
  sourceFor(iface: number, to: Ip): Ip | undefined {
    if (!isIpv4(to)) return this.#sourceIpv6(iface, to);
    const first = this.interfaces.address(iface) as Ipv4;
    return first === ANY ? undefined : first;
  }

  /** Whether `to` means all hosts of the interface's segment: a limited or directed broadcast, or a multicast group. */
  isBroadcast(iface: number, to: Ip): boolean {
    if (!isIpv4(to)) return to.startsWith('ff');
    if (to === -1 || to >>> 28 === 14) return true;
    const address = this.interfaces.address(iface);
    const mask = this.interfaces.mask(iface);
    if (address !== 0 && isDirected(to, address, mask)) return true;
    if (this.#others.size === 0) return false;
    return this.others(iface).some(
      (other) => isIpv4(other.address) && isDirected(to, other.address, maskOfLength(other.prefixLength)),
    );
  }

  #sourceIpv6(iface: number, to: Ip): Ip | undefined {
    const own = this.others(iface).filter((other) => !isIpv4(other.address));
    const near = own.find((other) => onLink(other, to));
    return (near ?? own[0])?.address;
  }

  #setFirst(iface: number, address: Ipv4, prefixLength: number, router: Ipv4): void {
    this.interfaces.setAddress(iface, address, maskOfLength(prefixLength), router);
  }

  #keepOthers(iface: number, keeps: (other: InterfaceAddress) => boolean): void {
    const left = this.#others.get(iface)?.filter(keeps);
    if (left === undefined) return;
    if (left.length === 0) this.#others.delete(iface);
    else this.#others.set(iface, left);
  }

  #addOther(iface: number, address: InterfaceAddress): void {
    const others = this.#others.get(iface);
    if (others === undefined) this.#others.set(iface, [address]);
    else others.push(address);
  }

  #fill(seed: number): void {
    const segments = new Map(this.segments.map((segment) => [segment.name, segment]));
    let iface = 0;
    for (let host = 0; host < this.specs.length; host++) {
      const spec = this.spec(host);
      const { name } = spec;
      if (!this.#names.add(name, spec.group, host))
        throw new ConfigError('hosts', name, 'names that are unique');
      const flags =
        (spec.forwards ? FORWARDS : 0) |
        (spec.routes.length > 0 ? HAS_ROUTES : 0) |
        (spec.inspects === true ? INSPECTS : 0);
      this.hosts.define(host, { diceKey: streamKey(seed, name), flags });
      this.hosts.setInterfaces(host, iface, iface + spec.interfaces.length);
      for (const own of spec.interfaces) {
        const segment = segments.get(own.segment);
        if (segment === undefined) throw new ConfigError(spec.name, own.segment, 'the name of a segment');
        this.interfaces.define(iface, { mac: own.mac, host, segment: segment.index });
        this.resetAddresses(iface);
        segment.join(iface, spec);
        this.macs.add(iface);
        iface++;
      }
    }
  }
}

const NO_ADDRESSES: readonly InterfaceAddress[] = [];

/** RFC 919 §7: all ones in the host part; a prefix of 31 or 32 bits has no broadcast (RFC 3021 §2.1). */
function isDirected(to: number, address: number, mask: number): boolean {
  return (to | mask) === -1 && ((to ^ address) & mask) === 0 && ~mask >>> 0 > 1;
}

/** Whether `to` is on the link that an address is on. */
export function onLink(own: InterfaceAddress, to: Ip): boolean {
  if (isIpv4(own.address) !== isIpv4(to)) return false;
  if (isIpv4(own.address) && isIpv4(to)) return ((own.address ^ to) & maskOfLength(own.prefixLength)) === 0;
  return maskIp(own.address, own.prefixLength) === maskIp(to, own.prefixLength);
}
