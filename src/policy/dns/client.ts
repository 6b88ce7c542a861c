import { type Ip, formatPrefix, ipv4At, ipv6At, ipv6Octets, isIpv4, writeIpv4 } from '../../core/address.ts';
import { STICKY_BITS } from './draws.ts';
import type { ClientLocation, GeoLookup, Geography } from './group.ts';
import { PLACE_WORDS, writePlace } from './place.ts';
import { type Point, distanceKm, latencyOf, writeVector } from './point.ts';
import { AddressBits, PrefixTree } from './prefix-tree.ts';

/** What a server knows of its clients' places, made ready for questions. */
export class Atlas {
  readonly locations: readonly ClientLocation[];
  readonly database: GeoLookup | undefined;
  readonly networks = new PrefixTree();
  readonly #regions = new Map<string, number>();
  readonly #regionVectors: Float64Array;
  readonly #hasRegionPoint: Uint8Array;
  /** Milliseconds by location and region, the row of unknown clients last; Infinity where nobody knows. */
  readonly #latencyMs: Float64Array;

  constructor({ regions, locations, latencyDefault, database }: Geography) {
    this.locations = locations;
    this.database = database;
    for (const [index, { networks }] of locations.entries())
      for (const network of networks) this.networks.add(network, index);
    this.#regionVectors = new Float64Array(regions.length * 3);
    this.#hasRegionPoint = new Uint8Array(regions.length);
    for (const [index, { name, at }] of regions.entries()) {
      this.#regions.set(name, index);
      if (at === undefined) continue;
      writeVector(at, this.#regionVectors, index * 3);
      this.#hasRegionPoint[index] = 1;
    }
    this.#latencyMs = new Float64Array((locations.length + 1) * regions.length).fill(Infinity);
    const scratch = new Float64Array(3);
    for (const { name } of regions) {
      const region = this.region(name);
      const otherwise = latencyDefault.get(name) ?? Infinity;
      this.#latencyMs[locations.length * regions.length + region] = otherwise;
      for (const [index, { at, latencyMs }] of locations.entries()) {
        if (at !== undefined) writeVector(at, scratch, 0);
        this.#latencyMs[index * regions.length + region] =
          latencyMs.get(name) ??
          (at === undefined ? undefined : this.#fromVector(scratch, region)) ??
          otherwise;
      }
    }
  }

  /** -1 for a region that nobody named. */
  region(name: string): number {
    return this.#regions.get(name) ?? -1;
  }

  latencyMs(client: Client, region: number): number {
    const count = this.#hasRegionPoint.length;
    const row = client.location < 0 ? this.locations.length : client.location;
    const known =
      client.location < 0 && client.hasPoint ? this.#fromVector(client.vector, region) : undefined;
    return known ?? this.#latencyMs[row * count + region] ?? Infinity;
  }

  #fromVector(vector: Float64Array, region: number): number | undefined {
    if (this.#hasRegionPoint[region] !== 1) return undefined;
    return latencyOf(distanceKm(vector, 0, this.#regionVectors, region * 3));
  }
}

/** Who asks, and how much of that mattered: one object, filled for each question. */
export class Client {
  readonly atlas: Atlas;
  readonly address = new AddressBits();
  /** The longest prefix of its address that mattered so far. */
  scope = 0;
  /** Whether what is known of its address came by EDNS Client Subnet. */
  isSubnet = false;
  /** A location of the atlas, or -1. */
  location = -1;
  hasPlace = false;
  readonly place = new Int32Array(PLACE_WORDS);
  hasPoint = false;
  readonly vector = new Float64Array(3);
  /** What its location had to look at of the address. */
  locationScope = 0;
  #isLocated = false;
  readonly #sticky = new Uint8Array(8);
  #ipv6: Ip | undefined;
  readonly #ipv6Octets = new Uint8Array(16);

  constructor(atlas: Atlas) {
    this.atlas = atlas;
  }

  begin(source: Ip, subnet: { readonly address: Ip; readonly prefixLength: number } | undefined): void {
    // RFC 7871 §7.1.2: a length of 0 keeps the client out of it, and leaves what its resolver is.
    this.isSubnet = subnet !== undefined && subnet.prefixLength > 0;
    const address = this.isSubnet && subnet !== undefined ? subnet.address : source;
    const bits = this.address;
    bits.isIpv4 = isIpv4(address);
    bits.length = bits.isIpv4 ? 32 : 128;
    if (isIpv4(address)) writeIpv4(bits.octets.fill(0), 0, address);
    else bits.octets.set(this.#octetsOf(address));
    if (this.isSubnet) bits.cut(subnet?.prefixLength ?? 0);
    this.scope = 0;
    this.location = -1;
    this.hasPlace = false;
    this.hasPoint = false;
    this.#isLocated = false;
  }

  #octetsOf(address: Ip): Uint8Array {
    if (address !== this.#ipv6 && !isIpv4(address)) {
      this.#ipv6 = address;
      this.#ipv6Octets.set(ipv6Octets(address));
    }
    return this.#ipv6Octets;
  }

  mattered(prefixLength: number): void {
    if (prefixLength > this.scope) this.scope = prefixLength;
  }

  /** Finds where the client is, once for all policies of one question: networks of the file go before the database. */
  locate(): void {
    if (!this.#isLocated) this.#locate();
    this.mattered(this.locationScope);
  }

  #locate(): void {
    this.#isLocated = true;
    const { networks, locations, database } = this.atlas;
    this.locationScope = networks.walk(this.address);
    this.location = networks.matchCount === 0 ? -1 : (networks.matches[networks.matchCount - 1] ?? -1);
    const found = locations[this.location];
    if (found !== undefined) return this.#put(found.place, found.at);
    if (database === undefined) return this.#put(undefined, undefined);
    const { place, at, prefixLength } = database.find(
      this.address.isIpv4 ? this.address.octets.subarray(0, 4) : this.address.octets,
    );
    this.locationScope = Math.max(this.locationScope, prefixLength);
    this.#put(place, at);
  }

  #put(place: ClientLocation['place'], at: Point | undefined): void {
    this.hasPlace = place !== undefined;
    if (place !== undefined) writePlace(place, this.place, 0);
    this.hasPoint = at !== undefined;
    if (at !== undefined) writeVector(at, this.vector, 0);
  }

  /** The client as a sticky policy knows it: its network, alike for both families' record types. */
  stickyKey(): Uint8Array {
    const bits = this.address.isIpv4 ? STICKY_BITS.ipv4 : STICKY_BITS.ipv6;
    this.mattered(bits);
    for (let index = 0; index < 8; index++)
      this.#sticky[index] = index < bits / 8 ? (this.address.octets[index] ?? 0) : 0;
    return this.#sticky;
  }

  /** What is known of its address, for people. */
  get knownNetwork(): string {
    const { octets, isIpv4: isFour, length } = this.address;
    const address = isFour ? ipv4At(octets, 0) : ipv6At(octets, 0);
    return formatPrefix({ address, length });
  }
}
