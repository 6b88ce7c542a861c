import type { Ipv4, Mac } from '../../core/address.ts';
import { ANY } from '../../core/address.ts';
import { IntMap } from '../../core/int-map.ts';
import { NEVER, toInstant } from '../../core/time.ts';
import type { Instant } from '../../core/time.ts';
import { WideMap } from '../../core/wide-map.ts';

/** What a CMTS shows of a modem, in the order of a boot; the position is the number kept in the table. */
const CMTS_STATES = [
  'offline',
  'init(r1)',
  'init(r2)',
  'init(rc)',
  'init(d)',
  'init(i)',
  'init(t)',
  'init(o)',
  'online',
  'online(d)',
  'reject(m)',
  'reject(c)',
  'reject(ip)',
  'reject(ts)',
  'reject(na)',
] as const;

export type CmtsState = (typeof CMTS_STATES)[number];

/** The position of each state, and so its rank among the states of a boot. */
export const StateRank = Object.fromEntries(CMTS_STATES.map((state, rank) => [state, rank])) as Readonly<
  Record<CmtsState, number>
>;

/** The last unicast SID; beyond it the next upstream begins. */
const SID_MAX = 0x1fff;

/** The modems of one CMTS: arrays side by side, found by hardware address, about 30 octets each and their map entries. */
export class ModemTable {
  readonly #max: number;
  readonly #byMac = new WideMap();
  readonly #byAddress = new IntMap();
  #macs = new Float64Array(64);
  #states = new Uint8Array(64);
  #addresses = new Int32Array(64);
  /** When the modem has to have been heard again, or acknowledged, or registered: whatever it is now waited for. */
  #heardAt = new Float64Array(64);
  #responses = new Uint8Array(64);
  #watched = new Uint8Array(64);
  #count = 0;

  constructor(max: number) {
    this.#max = max;
  }

  get count(): number {
    return this.#count;
  }

  /** -1 when it has never ranged. */
  find(mac: Mac): number {
    return this.#byMac.get(mac);
  }

  /** Makes a place for a newcomer; -1 when there is none. */
  add(mac: Mac): number {
    if (this.#count === this.#max) return -1;
    const index = this.#count++;
    if (index === this.#macs.length) this.#grow();
    this.#macs[index] = mac;
    this.#byMac.set(mac, index);
    return index;
  }

  mac(index: number): Mac {
    return (this.#macs[index] ?? 0) as Mac;
  }

  /** 1 to 0x1fff; unique on an upstream. */
  sid(index: number): number {
    return (index % SID_MAX) + 1;
  }

  /** The upstream channel, from 1. */
  channel(index: number): number {
    return (Math.floor(index / SID_MAX) + 1) & 255;
  }

  state(index: number): CmtsState {
    return CMTS_STATES[this.#states[index] ?? 0] ?? 'offline';
  }

  setState(index: number, state: CmtsState): void {
    this.#states[index] = StateRank[state];
  }

  /** `ANY` before the first ACK. */
  address(index: number): Ipv4 {
    return (this.#addresses[index] ?? ANY) as Ipv4;
  }

  setAddress(index: number, address: Ipv4): void {
    const old = this.address(index);
    if (old === address) return;
    if (old !== ANY && this.#byAddress.get(old) === index) this.#byAddress.delete(old);
    this.#addresses[index] = address;
    this.#byAddress.set(address, index);
  }

  /** The modem that was given this address, `HOST` for something else on the cable, -1 for nobody. */
  ownerOf(address: Ipv4): number {
    return this.#byAddress.get(address);
  }

  /** An address that something other than a modem was given. */
  addHost(address: Ipv4): void {
    if (this.#byAddress.count < this.#max * 2) this.#byAddress.set(address, HOST);
  }

  heardAt(index: number): Instant {
    return toInstant(this.#heardAt[index] ?? NEVER);
  }

  hear(index: number, at: Instant): void {
    this.#heardAt[index] = at;
  }

  /** REG-RSPs sent for the present registration; 0 when none waits for its REG-ACK. */
  responses(index: number): number {
    return this.#responses[index] ?? 0;
  }

  setResponses(index: number, count: number): void {
    this.#responses[index] = count;
  }

  /** Whether the modem told of its power loss and was not heard since. */
  isWatched(index: number): boolean {
    return this.#watched[index] === 1;
  }

  watch(index: number): void {
    this.#watched[index] = 1;
  }

  unwatch(index: number): void {
    this.#watched[index] = 0;
  }

  #grow(): void {
    const size = this.#macs.length * 2;
    this.#macs = grown(this.#macs, new Float64Array(size));
    this.#states = grown(this.#states, new Uint8Array(size));
    this.#addresses = grown(this.#addresses, new Int32Array(size));
    this.#heardAt = grown(this.#heardAt, new Float64Array(size));
    this.#responses = grown(this.#responses, new Uint8Array(size));
    this.#watched = grown(this.#watched, new Uint8Array(size));
  }
}

/** The owner of an address that no modem has: beyond every place in the table. */
export const HOST = 0x7fff_ffff;

function grown<Values extends { set(values: Values): void }>(from: Values, to: Values): Values {
  to.set(from);
  return to;
}
