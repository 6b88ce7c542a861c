/**
 * What the plant keeps of each host and each interface, one record each and all fields of a record side by side: in a plant of
 * a hundred thousand every event is another host's, and what lies in one cache line is fetched once. Host n and interface n,
 * which are mostly one modem's or two neighbours', are on one page.
 */
const WORDS = 32;

/** For as many hosts or interfaces. */
export function recordsOf(count: number): ArrayBuffer {
  return new ArrayBuffer(count * WORDS * 4);
}

/** float64: armed; int32: dice key, frames sent, first interface, end of interfaces, partition, flags, ports; four spare. */
const DICE_KEY = 2;
const SENT = 3;
const FIRST = 4;
const END = 5;
const PARTITION = 6;
const FLAGS = 7;
const PORT_LIST = 8;
const PORTS_BOUND = 9;
/** Four of 16 bits; 0: none. */
const OWN_PORTS = 10;

export const FORWARDS = 1;
export const HAS_ROUTES = 2;
export const INSPECTS = 4;

export class HostRecords {
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #halves: Uint16Array;

  constructor(count: number, records: ArrayBuffer) {
    this.#words = new Int32Array(records);
    this.#doubles = new Float64Array(records);
    this.#halves = new Uint16Array(records);
    for (let host = 0; host < count; host++) this.arm(host, Infinity);
  }

  define(host: number, record: { readonly diceKey: number; readonly flags: number }): void {
    this.#words[host * WORDS + DICE_KEY] = record.diceKey;
    this.#words[host * WORDS + FLAGS] = record.flags;
  }

  /** The moment of the timer in the queue for a host; Infinity when there is none. */
  armed(host: number): number {
    return this.#doubles[host * (WORDS / 2)]!;
  }

  arm(host: number, at: number): void {
    this.#doubles[host * (WORDS / 2)] = at;
  }

  /** A host's own stream of chance for crossings. */
  diceKey(host: number): number {
    return this.#words[host * WORDS + DICE_KEY]!;
  }

  /** Counts a frame that a host sends: the number of its draw. */
  countSent(host: number): number {
    return ++this.#words[host * WORDS + SENT]!;
  }

  /** A host's interfaces are `first(host)` up to `end(host)`. */
  first(host: number): number {
    return this.#words[host * WORDS + FIRST]!;
  }

  end(host: number): number {
    return this.#words[host * WORDS + END]!;
  }

  setInterfaces(host: number, first: number, end: number): void {
    this.#words[host * WORDS + FIRST] = first;
    this.#words[host * WORDS + END] = end;
  }

  partition(host: number): number {
    return this.#words[host * WORDS + PARTITION]!;
  }

  setPartition(host: number, partition: number): void {
    this.#words[host * WORDS + PARTITION] = partition;
  }

  has(host: number, flag: number): boolean {
    return (this.#words[host * WORDS + FLAGS]! & flag) !== 0;
  }

  /** Which of the lists of ports in specifications is the host's. */
  portList(host: number): number {
    return this.#words[host * WORDS + PORT_LIST]!;
  }

  setPortList(host: number, list: number): void {
    this.#words[host * WORDS + PORT_LIST] = list;
  }

  /** Counts a port that a host binds: the number of its draw. */
  countBound(host: number): number {
    return ++this.#words[host * WORDS + PORTS_BOUND]!;
  }

  /** Whether a host has bound a port and there was room for it in its record. */
  hasPort(host: number, port: number): boolean {
    const at = (host * WORDS + OWN_PORTS) * 2;
    const end = at + OWN_PORTS_MAX;
    for (let place = at; place < end; place++) if (this.#halves[place] === port) return true;
    return false;
  }

  /** Puts `port` in the place of `other`; 0 is a place that is free. False when there is none such. */
  changePort(host: number, other: number, port: number): boolean {
    const at = (host * WORDS + OWN_PORTS) * 2;
    const end = at + OWN_PORTS_MAX;
    for (let place = at; place < end; place++) {
      if (this.#halves[place] !== other) continue;
      this.#halves[place] = port;
      return true;
    }
    return false;
  }

  clearPorts(host: number): void {
    const at = (host * WORDS + OWN_PORTS) * 2;
    this.#halves.fill(0, at, at + OWN_PORTS_MAX);
  }
}

/** A modem has two ports at most of its own. */
const OWN_PORTS_MAX = 4;

/** float64: MAC, last arrival, busy until; int32: host, segment, address, mask, router, first neighbour and its address. */
const MAC = 8;
const LAST_ARRIVAL = 9;
const BUSY_UNTIL = 10;
const HOST = 22;
const SEGMENT = 23;
const ADDRESS = 24;
const MASK = 25;
const ROUTER = 26;
const NEIGHBOUR_IP = 27;
const NEIGHBOUR = 28;

export class InterfaceRecords {
  readonly count: number;
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;

  constructor(count: number, records: ArrayBuffer) {
    this.count = count;
    this.#words = new Int32Array(records);
    this.#doubles = new Float64Array(records);
  }

  define(
    iface: number,
    record: { readonly mac: number; readonly host: number; readonly segment: number },
  ): void {
    this.#doubles[iface * (WORDS / 2) + MAC] = record.mac;
    this.#words[iface * WORDS + HOST] = record.host;
    this.#words[iface * WORDS + SEGMENT] = record.segment;
  }

  mac(iface: number): number {
    return this.#doubles[iface * (WORDS / 2) + MAC]!;
  }

  /** When the last frame that an interface sent arrives: order is kept per sender and segment. */
  lastArrival(iface: number): number {
    return this.#doubles[iface * (WORDS / 2) + LAST_ARRIVAL]!;
  }

  setLastArrival(iface: number, at: number): void {
    this.#doubles[iface * (WORDS / 2) + LAST_ARRIVAL] = at;
  }

  /** Until when an interface's line is busy; only on segments with a bandwidth. */
  busyUntil(iface: number): number {
    return this.#doubles[iface * (WORDS / 2) + BUSY_UNTIL]!;
  }

  setBusyUntil(iface: number, at: number): void {
    this.#doubles[iface * (WORDS / 2) + BUSY_UNTIL] = at;
  }

  host(iface: number): number {
    return this.#words[iface * WORDS + HOST]!;
  }

  segment(iface: number): number {
    return this.#words[iface * WORDS + SEGMENT]!;
  }

  /** The first IPv4 address of an interface, 0 for none, with its mask and default router. */
  address(iface: number): number {
    return this.#words[iface * WORDS + ADDRESS]!;
  }

  mask(iface: number): number {
    return this.#words[iface * WORDS + MASK]!;
  }

  router(iface: number): number {
    return this.#words[iface * WORDS + ROUTER]!;
  }

  setAddress(iface: number, address: number, mask: number, router: number): void {
    const at = iface * WORDS;
    this.#words[at + ADDRESS] = address;
    this.#words[at + MASK] = mask;
    this.#words[at + ROUTER] = router;
  }

  /** The neighbour an interface learned first, 0 for none: most modems know their CMTS and nobody else. */
  neighbourIp(iface: number): number {
    return this.#words[iface * WORDS + NEIGHBOUR_IP]!;
  }

  neighbour(iface: number): number {
    return this.#words[iface * WORDS + NEIGHBOUR]!;
  }

  setNeighbour(iface: number, address: number, neighbour: number): void {
    this.#words[iface * WORDS + NEIGHBOUR_IP] = address;
    this.#words[iface * WORDS + NEIGHBOUR] = neighbour;
  }
}
