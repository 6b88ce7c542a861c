import {
  broadcastOf,
  compareIpv4,
  formatIpv4,
  formatPrefix,
  ipv4,
  isIpv4,
  maskOfLength,
  parseIpv4,
  prefixContains,
  type Ipv4,
  type Prefix,
} from '../core/address.ts';
import { DURATION_US_MAX } from '../config/units.ts';
import { SECOND } from '../core/time.ts';
import { excludes } from './conditions.ts';
import { isNothing } from './draft.ts';
import type { Draft, DraftClass, DraftRange, DraftReservation, DraftSubnet, Told } from './draft.ts';
import type { Notes, Origin } from './notes.ts';
import { withOwnAddress } from './own-address.ts';
import { checkTold } from './told-check.ts';

/** A draft that may be written: what the file format cannot say has gone, with a note. */
export interface Plan {
  readonly draft: Draft;
  /** The server's own address. */
  readonly address: Ipv4;
  readonly prefixLength: number;
  readonly subnets: readonly PlannedSubnet[];
}

export interface PlannedSubnet extends DraftSubnet {
  /** Option 3, taken out of what is told. */
  readonly routers: readonly Ipv4[];
}

/** What one file of ours may have. */
const SUBNETS_MAX = 1_000;
const RANGES_MAX = 64;
const DAY_SECONDS = 86_400;
const LEASE_DAYS_MAX = DURATION_US_MAX / SECOND / DAY_SECONDS;
const RELAYS_MAX = 64;
/** Over all subnets: a file has 200,000 values. */
const RESERVATIONS_MAX = 40_000;

/** Checks a draft against what a scenario can say. `given`: the server's address, when the person says it. */
export function finish(draft: Draft, given: Ipv4 | undefined, fileName: string, notes: Notes): Plan {
  const start: Origin = { file: fileName, line: 1, column: 1 };
  let subnets = draft.subnets.filter((subnet) => isPossible(subnet, notes));
  if (subnets.length > SUBNETS_MAX) {
    const message = `only the first ${SUBNETS_MAX} of ${subnets.length} subnets were taken over`;
    notes.warn(subnets[SUBNETS_MAX]?.origin ?? start, message, 'bring the file in by parts');
    subnets = subnets.slice(0, SUBNETS_MAX);
  }
  const address = chooseAddress(draft, subnets, given, start, notes);
  if (draft.own !== undefined) {
    const own = draft.own;
    subnets = subnets.map((subnet) => withOwnAddress(subnet, address, own));
  }
  const taken = new Taken(address);
  const planned = subnets.flatMap((subnet) => planSubnet(subnet, taken, notes) ?? []);
  for (const { subnet, origin } of subnets)
    if (!planned.some((each) => samePrefix(each.subnet, subnet)))
      notes.say(origin, `${formatPrefix(subnet)} has no address to give and was left out`);
  const home = planned.find(({ subnet }) => prefixContains(subnet, address));
  return { draft, address, prefixLength: home?.subnet.length ?? 24, subnets: planned };
}

function samePrefix(a: Prefix, b: Prefix): boolean {
  return a.address === b.address && a.length === b.length;
}

function isPossible({ subnet, origin }: DraftSubnet, notes: Notes): boolean {
  if (isIpv4(subnet.address) && subnet.length >= 8 && subnet.length <= 30) return true;
  notes.warn(origin, `${formatPrefix(subnet)} was not taken over`, 'a subnet here is from /8 to /30');
  return false;
}

/** Which addresses are spoken for, over the whole file. */
class Taken {
  readonly #address: Ipv4;
  readonly #ranges: DraftRange[] = [];
  readonly #reserved = new Set<Ipv4>();

  constructor(address: Ipv4) {
    this.#address = address;
  }

  /** The parts of a range that nobody has yet, which it then has. */
  claim(range: DraftRange, subnet: Prefix, notes: Notes): readonly DraftRange[] {
    const text = `${formatIpv4(range.first)}-${formatIpv4(range.last)}`;
    const inside = clip(range, subnet);
    if (inside === undefined) {
      notes.warn(range.origin, `the range ${text} is outside of ${formatPrefix(subnet)} and was left out`);
      return [];
    }
    if (inside.first !== range.first || inside.last !== range.last)
      notes.warn(range.origin, `the range ${text} was cut to the hosts of ${formatPrefix(subnet)}`);
    let parts: readonly DraftRange[] = [inside];
    for (const other of this.#ranges) {
      const rest = parts.flatMap((part) => without(part, other));
      if (rest.length !== parts.length || rest.some((part, index) => part !== parts[index]))
        notes.warn(range.origin, `the range ${text} shares addresses with another one, which keeps them`);
      parts = rest;
    }
    const own = { first: this.#address, last: this.#address };
    const rest = parts.flatMap((part) => without(part, own));
    if (rest.length !== parts.length || rest.some((part, index) => part !== parts[index]))
      notes.say(
        range.origin,
        `${formatIpv4(this.#address)} was taken out of the range: it is the server's own`,
      );
    this.#ranges.push(...rest);
    return rest;
  }

  reserve(address: Ipv4): 'new' | 'again' | 'own' | 'full' {
    if (address === this.#address) return 'own';
    if (this.#reserved.has(address)) return 'again';
    if (this.#reserved.size >= RESERVATIONS_MAX) return 'full';
    this.#reserved.add(address);
    return 'new';
  }
}

/** The part of a range that is hosts of the subnet. */
function clip(range: DraftRange, subnet: Prefix): DraftRange | undefined {
  if (!isIpv4(subnet.address)) return undefined;
  const low = ipv4(subnet.address + 1);
  const high = ipv4(broadcastOf(subnet) - 1);
  const first = compareIpv4(range.first, low) < 0 ? low : range.first;
  const last = compareIpv4(range.last, high) > 0 ? high : range.last;
  if (compareIpv4(first, last) > 0) return undefined;
  return first === range.first && last === range.last ? range : { ...range, first, last };
}

function without(
  range: DraftRange,
  { first, last }: { readonly first: Ipv4; readonly last: Ipv4 },
): readonly DraftRange[] {
  if (compareIpv4(last, range.first) < 0 || compareIpv4(first, range.last) > 0) return [range];
  const parts: DraftRange[] = [];
  if (compareIpv4(first, range.first) > 0) parts.push({ ...range, last: ipv4(first - 1) });
  if (compareIpv4(last, range.last) < 0) parts.push({ ...range, first: ipv4(last + 1) });
  return parts;
}

function planSubnet(subnet: DraftSubnet, taken: Taken, notes: Notes): PlannedSubnet | undefined {
  let ranges = joined(subnet.ranges.flatMap((range) => taken.claim(range, subnet.subnet, notes)));
  if (ranges.length > RANGES_MAX) {
    notes.warn(subnet.origin, `only the first ${RANGES_MAX} of ${ranges.length} ranges were taken over`);
    ranges = ranges.slice(0, RANGES_MAX);
  }
  const { defaultSeconds, maxSeconds = defaultSeconds } = subnet.lease;
  if (Math.max(defaultSeconds, maxSeconds) > LEASE_DAYS_MAX * DAY_SECONDS)
    notes.warn(
      subnet.origin,
      `a lease of ${formatPrefix(subnet.subnet)} that lasts for ever, or longer than ${LEASE_DAYS_MAX} days, was cut to that`,
      'reserve the addresses of clients that are to keep them',
    );
  const reservations = subnet.reservations.filter((each) => isReservable(each, subnet.subnet, taken, notes));
  if (ranges.length === 0 && reservations.length === 0) return undefined;
  const { told, routers } = routersOf(checkTold(subnet.told, notes), subnet.subnet);
  return {
    ...subnet,
    ranges,
    relays: subnet.relays.slice(0, RELAYS_MAX),
    routers,
    told,
    classes: planClasses(subnet, notes),
    reservations: reservations.map((each) => ({ ...each, told: checkTold(each.told, notes) })),
  };
}

const CLASSES_MAX = 100;

function planClasses({ classes, test }: DraftSubnet, notes: Notes): readonly DraftClass[] {
  const some = classes
    .filter((each) => test === undefined || !excludes(test, each.test))
    .map((each) => ({ ...each, told: checkTold(each.told, notes) }))
    .filter(({ told }) => !isNothing(told));
  const next = some[CLASSES_MAX];
  if (next !== undefined)
    notes.warn(next.origin, `only the first ${CLASSES_MAX} of ${some.length} classes were taken over`);
  return some.slice(0, CLASSES_MAX);
}

/** Ranges that touch are one; they do not overlap. */
function joined(ranges: readonly DraftRange[]): DraftRange[] {
  const list: DraftRange[] = [];
  for (const range of ranges.toSorted((a, b) => compareIpv4(a.first, b.first))) {
    const before = list.at(-1);
    if (before !== undefined && ipv4(before.last + 1) === range.first)
      list[list.length - 1] = { ...before, last: range.last };
    else list.push(range);
  }
  return list;
}

function isReservable(
  { address, origin }: DraftReservation,
  subnet: Prefix,
  taken: Taken,
  notes: Notes,
): boolean {
  const text = formatIpv4(address);
  if (!prefixContains(subnet, address) || address === subnet.address || address === broadcastOf(subnet)) {
    notes.warn(origin, `the reservation of ${text} was left out: it is no host of ${formatPrefix(subnet)}`);
    return false;
  }
  switch (taken.reserve(address)) {
    case 'new':
      return true;
    case 'again':
      notes.warn(
        origin,
        `another reservation of ${text} was left out`,
        'here an address is reserved for one client',
      );
      return false;
    case 'own':
      notes.say(origin, `the reservation of ${text} was left out: it is the server's own address`);
      return false;
    case 'full':
      notes.warn(origin, `the reservation of ${text} was left out: there are more than ${RESERVATIONS_MAX}`);
      return false;
  }
}

const ROUTERS = 3;
const SUBNET_MASK = 1;
const ROUTERS_MAX = 16;

/** Routers inside of the subnet have a key of their own, and the mask is made of the subnet. */
function routersOf(told: Told, subnet: Prefix): { readonly told: Told; readonly routers: readonly Ipv4[] } {
  const options = new Map(told.options);
  const mask = options.get(SUBNET_MASK)?.value;
  if (mask === formatIpv4(maskOfLength(subnet.length))) options.delete(SUBNET_MASK);
  const value = options.get(ROUTERS)?.value;
  const texts: readonly unknown[] = Array.isArray(value) ? value : [];
  const routers = texts.map((text) => (typeof text === 'string' ? parseIpv4(text) : undefined));
  const inside = routers.filter(
    (router) =>
      router !== undefined &&
      prefixContains(subnet, router) &&
      router !== subnet.address &&
      router !== broadcastOf(subnet),
  ) as Ipv4[];
  if (inside.length === 0 || inside.length < texts.length || inside.length > ROUTERS_MAX)
    return { told: { ...told, options }, routers: [] };
  options.delete(ROUTERS);
  return { told: { ...told, options }, routers: inside };
}

/** What a server without any network is written with: RFC 5737, to be changed by who reads the note. */
const NO_ADDRESS = parseIpv4('192.0.2.1') ?? ipv4(0);

function chooseAddress(
  draft: Draft,
  subnets: readonly DraftSubnet[],
  given: Ipv4 | undefined,
  start: Origin,
  notes: Notes,
): Ipv4 {
  if (given !== undefined) return given;
  if (draft.address !== undefined) return draft.address.address;
  // A network of which nothing is given is most often the server's own, with relays in all the others.
  const isBare = ({ subnet }: DraftSubnet): boolean =>
    subnets.every(
      (each) => !samePrefix(each.subnet, subnet) || each.ranges.length + each.reservations.length === 0,
    );
  const local = subnets.find(isBare) ?? subnets.find(({ relays }) => relays.length === 0) ?? subnets[0];
  const free = local === undefined ? undefined : freeAddress(local, subnets);
  const address = free ?? NO_ADDRESS;
  notes.say(
    local?.origin ?? start,
    `the file does not say which address the server has: ${formatIpv4(address)} was chosen`,
    'give its own with --ip, or change ip: in what was written',
  );
  return address;
}

/** The lowest host that no range, reservation or option has; the very first is most often a router. */
function freeAddress({ subnet }: DraftSubnet, subnets: readonly DraftSubnet[]): Ipv4 | undefined {
  if (!isIpv4(subnet.address)) return undefined;
  const ranges = subnets.flatMap((each) => each.ranges);
  const single = new Set<unknown>();
  for (const each of subnets) {
    for (const { address } of each.reservations) single.add(formatIpv4(address));
    for (const told of [each.told, ...each.classes.map((one) => one.told)])
      for (const { value } of told.options.values())
        for (const one of Array.isArray(value) ? value : [value]) single.add(one);
  }
  const last = broadcastOf(subnet);
  for (let address = ipv4(subnet.address + 2); compareIpv4(address, last) < 0;) {
    const inside = ranges.find(
      ({ first, last: end }) => compareIpv4(first, address) <= 0 && compareIpv4(address, end) <= 0,
    );
    if (inside === undefined && !single.has(formatIpv4(address))) return address;
    const next = ipv4((inside?.last ?? address) + 1);
    if (compareIpv4(next, address) <= 0) return undefined;
    address = next;
  }
  return undefined;
}
