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

/** One record: hardware address, when it was heard (float64), address (int32), state, responses, watched, CPEs at most (octets); 8 spare. */
const RECORD_OCTETS = 32;
/** The table is as large as it need be, since there are many of them. */
const GROWTH = 1.25;
const MAC = 0;
const HEARD_AT = 1;
const ADDRESS = 4;
const STATE = 20;
const RESPONSES = 21;
const WATCHED = 22;
const CPES_MAX = 23;

/**
 * The modems of one CMTS, found by hardware address: all that is kept of one stands side by side, since each message is
 * another's.
 */
export class ModemTable {
  readonly #max: number;
  readonly #byMac = new WideMap();
  readonly #byAddress = new IntMap();
  #octets = new Uint8Array(64 * RECORD_OCTETS);
  #doubles = new Float64Array(this.#octets.buffer);
  #words = new Int32Array(this.#octets.buffer);
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
    if (this.#count * RECORD_OCTETS > this.#octets.length) this.#grow();
    this.#doubles[index * (RECORD_OCTETS / 8) + MAC] = mac;
    this.#byMac.set(mac, index);
    return index;
  }

  mac(index: number): Mac {
    return (this.#doubles[index * (RECORD_OCTETS / 8) + MAC] ?? 0) as Mac;
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
    return CMTS_STATES[this.rank(index)] ?? 'offline';
  }

  /** As `StateRank` has it. */
  rank(index: number): number {
    return this.#octets[index * RECORD_OCTETS + STATE] ?? 0;
  }

  setState(index: number, state: CmtsState): void {
    this.#octets[index * RECORD_OCTETS + STATE] = StateRank[state];
  }

  /** `ANY` before the first ACK. */
  address(index: number): Ipv4 {
    return (this.#words[index * (RECORD_OCTETS / 4) + ADDRESS] ?? ANY) as Ipv4;
  }

  setAddress(index: number, address: Ipv4): void {
    const old = this.address(index);
    if (old === address) return;
    if (old !== ANY && this.#byAddress.get(old) === index) this.#byAddress.delete(old);
    this.#words[index * (RECORD_OCTETS / 4) + ADDRESS] = address;
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

  /** When the modem had to have been heard again, or acknowledged, or registered: whatever it is now waited for. */
  heardAt(index: number): Instant {
    return toInstant(this.#doubles[index * (RECORD_OCTETS / 8) + HEARD_AT] ?? NEVER);
  }

  hear(index: number, at: Instant): void {
    this.#doubles[index * (RECORD_OCTETS / 8) + HEARD_AT] = at;
  }

  /** REG-RSPs sent for the present registration; 0 when none waits for its REG-ACK. */
  responses(index: number): number {
    return this.#octets[index * RECORD_OCTETS + RESPONSES] ?? 0;
  }

  setResponses(index: number, count: number): void {
    this.#octets[index * RECORD_OCTETS + RESPONSES] = count;
  }

  /** Whether the modem told of its power loss and was not heard since. */
  isWatched(index: number): boolean {
    return this.#octets[index * RECORD_OCTETS + WATCHED] === 1;
  }

  watch(index: number): void {
    this.#octets[index * RECORD_OCTETS + WATCHED] = 1;
  }

  unwatch(index: number): void {
    this.#octets[index * RECORD_OCTETS + WATCHED] = 0;
  }

  /** How many computers may stand behind it, 1 to 255; 0 before it has registered. */
  cpesMax(index: number): number {
    return this.#octets[index * RECORD_OCTETS + CPES_MAX] ?? 0;
  }

  setCpesMax(index: number, count: number): void {
    this.#octets[index * RECORD_OCTETS + CPES_MAX] = count;
  }

  #grow(): void {
    const records = Math.ceil((this.#octets.length / RECORD_OCTETS) * GROWTH);
    const larger = new Uint8Array(records * RECORD_OCTETS);
    larger.set(this.#octets);
    this.#octets = larger;
    this.#doubles = new Float64Array(larger.buffer);
    this.#words = new Int32Array(larger.buffer);
  }
}

/** The owner of an address that no modem has: beyond every place in the table. */
export const HOST = 0x7fff_ffff;
