import { parseIpv4, parseMac, type Ipv4, type Mac } from '../core/address.ts';
import { IntMap } from '../core/int-map.ts';
import type { Row } from '../core/service.ts';
import { type Instant, SECOND, toInstant } from '../core/time.ts';
import { WideMap } from '../core/wide-map.ts';
import { ClientColumn } from './client-column.ts';

/** A lease as a DHCP server makes it durable: table `lease`, the address as key. */
export interface LeaseRow {
  readonly address: Ipv4;
  readonly client: string;
  /** Microseconds since the run's moment 0; Infinity: never. */
  readonly expiresAtUs: number;
  /** Undefined when the client is no Ethernet host. */
  readonly mac: Mac | undefined;
}

const SIZE_AT_FIRST = 64;
const NO_MAC = -1;
/** Ended before any moment: given back, or taken away. */
const ENDED = -1;

/**
 * The leases of all servers of a run, as their rows were settled. A plant has one a modem, so they are columns: the place of
 * an address stays once it was leased.
 */
export class LeaseView {
  #zero = toInstant(0);
  readonly #byAddress = new IntMap();
  /** The place of the address that a client had last; made when somebody asks for the first time. */
  #byMac: WideMap | undefined;
  #addresses = new Int32Array(SIZE_AT_FIRST);
  #expiresAtUs = new Float64Array(SIZE_AT_FIRST);
  #macs = new Float64Array(SIZE_AT_FIRST);
  /** In which order they were leased last. */
  #turns = new Int32Array(SIZE_AT_FIRST);
  #turn = 0;
  readonly #clients = new ClientColumn();
  #count = 0;
  /** What was read last: who judges a row reads it before it is taken in. */
  #lastRow: Row | undefined;
  #lastLease: LeaseRow | undefined;

  /** Says which moment of the driver the run's moment 0 is: rows carry seconds of the driver's time. */
  begin(zero: Instant): void {
    this.#zero = zero;
    this.#lastRow = undefined;
  }

  take(rows: readonly Row[]): void {
    for (const row of rows) {
      if (row.table !== 'lease') continue;
      const lease = this.read(row);
      if (lease === undefined) this.#end(row.key);
      else this.#keep(lease);
    }
  }

  /** The lease that a row gives; undefined when it gives none: another table, a deletion, an address set free or declined. */
  read(row: Row): LeaseRow | undefined {
    if (row !== this.#lastRow) this.#lastLease = this.#read(row);
    this.#lastRow = row;
    return this.#lastLease;
  }

  #read({ table, key, value }: Row): LeaseRow | undefined {
    if (table !== 'lease' || value === null) return undefined;
    const { client, expires, mac, state } = value;
    const address = parseIpv4(key);
    if (state !== 'bound' || typeof client !== 'string' || address === undefined) return undefined;
    if (expires !== null && typeof expires !== 'number') return undefined;
    return {
      address,
      client,
      expiresAtUs: expires === null ? Infinity : expires * SECOND - this.#zero,
      mac: typeof mac === 'string' ? parseMac(mac) : undefined,
    };
  }

  /** Whose an address is at a moment: as the server calls the client. */
  holder(address: Ipv4, at: Instant): string | undefined {
    const place = this.#byAddress.get(address);
    return place >= 0 && at < this.#expiresAtUs[place]! ? this.#clients.get(place) : undefined;
  }

  /** The address last leased to a hardware address, while the lease lives. */
  addressOf(mac: Mac, at: Instant): Ipv4 | undefined {
    this.#byMac ??= this.#placesByMac();
    const place = this.#byMac.get(mac);
    if (place < 0 || this.#macs[place] !== mac || at >= this.#expiresAtUs[place]!) return undefined;
    return this.#addresses[place]! as Ipv4;
  }

  #keep({ address, client, expiresAtUs, mac }: LeaseRow): void {
    const place = this.#placeOf(address);
    this.#expiresAtUs[place] = expiresAtUs;
    this.#macs[place] = mac ?? NO_MAC;
    this.#clients.set(place, client);
    this.#turns[place] = ++this.#turn;
    if (mac !== undefined) this.#byMac?.set(mac, place);
  }

  #placesByMac(): WideMap {
    const places = new WideMap();
    for (let place = 0; place < this.#count; place++) {
      const mac = this.#macs[place]!;
      const other = mac === NO_MAC ? -1 : places.get(mac);
      if (mac !== NO_MAC && (other < 0 || this.#turns[place]! > this.#turns[other]!)) places.set(mac, place);
    }
    return places;
  }

  #end(key: string): void {
    const address = parseIpv4(key);
    const place = address === undefined ? -1 : this.#byAddress.get(address);
    if (place >= 0) this.#expiresAtUs[place] = ENDED;
  }

  #placeOf(address: Ipv4): number {
    const known = this.#byAddress.get(address);
    if (known >= 0) return known;
    const place = this.#count++;
    if (place === this.#addresses.length) this.#grow();
    this.#addresses[place] = address;
    this.#byAddress.set(address, place);
    return place;
  }

  #grow(): void {
    const size = this.#addresses.length * 2;
    this.#addresses = grown(this.#addresses, new Int32Array(size));
    this.#expiresAtUs = grown(this.#expiresAtUs, new Float64Array(size));
    this.#macs = grown(this.#macs, new Float64Array(size));
    this.#turns = grown(this.#turns, new Int32Array(size));
  }
}

function grown<Column extends { set(from: Column): void }>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}
