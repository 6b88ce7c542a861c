import {
  broadcastOf,
  formatPrefix,
  isIpv4,
  parseIpv4,
  parsePrefix,
  prefixContains,
  toMac,
  formatMac,
  type Prefix,
} from '../../core/address.ts';
import { toHex } from '../../core/bytes.ts';
import { isNothing, tellOver, type DraftRange, type DraftReservation, type DraftSubnet } from '../draft.ts';
import type { Notes, Origin } from '../notes.ts';
import { hexOctets } from '../option-values.ts';
import { isLine } from '../told-check.ts';
import { draftLease, leaseBy, type KeaContext, type Level } from './level.ts';
import type { KeaObject } from './object.ts';
import { toldBy } from './options.ts';

const LINK = 'reservations are found on their link';
const DISMISSED: Readonly<Record<string, string>> = {
  interface: 'serve --interface names it',
  'reservation-mode': LINK,
  'reservations-global': LINK,
  'reservations-in-subnet': LINK,
  'reservations-out-of-pool': 'a reservation may be inside of a range or outside',
  'store-extended-info': 'headend keeps option 82 of a lease',
  'cache-threshold': 'leases are renewed as they are asked for',
  'cache-max-age': 'leases are renewed as they are asked for',
  allocator: 'addresses are given in order, the lowest never used first',
  metadata: 'it is about configuration databases',
};

/** All subnets of the file, those of shared networks too, and the reservations that stand outside of subnets. */
export function readNetworks(server: KeaObject, level: Level, context: KeaContext): void {
  for (const subnet of server.objects('subnet4')) readSubnet(subnet, level, context);
  for (const [index, network] of server.objects('shared-networks').entries()) {
    const name = network.text('name') ?? `shared-network-${index + 1}`;
    const inner = levelOf(network, { ...level, sharedNetwork: name }, context);
    for (const subnet of network.objects('subnet4')) readSubnet(subnet, inner, context);
    finishLevel(network, context);
  }
  for (const reservation of server.objects('reservations')) globalReservation(reservation, context);
}

function levelOf(object: KeaObject, outer: Level, { definitions, notes }: KeaContext): Level {
  const told = toldBy(object, definitions, notes);
  const relay = object.object('relay');
  const single = relay?.address('ip-address');
  const many = relay?.texts('ip-addresses').flatMap((text) => parseIpv4(text) ?? []) ?? [];
  relay?.done();
  const relays = single === undefined ? many : [single, ...many];
  return {
    tells: !isNothing(told),
    told: tellOver(outer.told, told),
    inner: tellOver(outer.inner, told),
    lease: leaseBy(object, outer.lease),
    relays: relays.length > 0 ? relays : outer.relays,
    sharedNetwork: outer.sharedNetwork,
    guards: [...outer.guards, ...object.texts('client-class'), ...object.texts('client-classes')],
    required: [
      ...outer.required,
      ...object.texts('require-client-classes'),
      ...object.texts('evaluate-additional-classes'),
    ],
  };
}

function finishLevel(object: KeaObject, { draft, notes }: KeaContext): void {
  const authoritative = object.bool('authoritative');
  if (authoritative !== undefined && authoritative !== (draft.authoritative ?? false))
    notes.warn(
      object.place('authoritative'),
      '"authoritative" was not taken over',
      'it is one for the whole server here',
    );
  const matches = object.bool('match-client-id');
  if (matches !== undefined && matches === (draft.ignoreClientId === true))
    notes.warn(
      object.place('match-client-id'),
      '"match-client-id" was not taken over',
      'it is one for the whole server here',
    );
  object.dismiss(DISMISSED);
  object.done();
}

function readSubnet(object: KeaObject, outer: Level, context: KeaContext): void {
  const { notes, draft } = context;
  const place = object.place('subnet');
  const subnet = networkOf(object.text('subnet') ?? '');
  if (subnet === undefined) {
    notes.warn(place, 'the subnet was not taken over', 'it has an IPv4 network such as 192.0.2.0/24');
    return;
  }
  const level = levelOf(object, outer, context);
  const reservations = object.objects('reservations').flatMap((each) => readReservation(each, context) ?? []);
  const origin = object.origin;
  const ranges: DraftRange[] = [];
  const apart: DraftSubnet[] = [];
  const pools = object.objects('pools').map((pool) => readPool(pool, level, subnet, context));
  for (const { range, own, isApart, origin: at } of pools) {
    if (range === undefined) continue;
    if (!isApart) ranges.push(range);
    else {
      const part = entryOf(
        { subnet, origin: at, what: 'the pool', ranges: [range], reservations: [] },
        own,
        context,
      );
      if (part !== undefined) apart.push(part);
    }
  }
  finishLevel(object, context);
  // The network itself stays, so that what is reserved in it and relayed from it is known, unless pools say all.
  const rest = { subnet, origin, what: `the subnet ${formatPrefix(subnet)}`, ranges, reservations };
  const main = entryOf(rest, level, context);
  if (main !== undefined) draft.subnets.push(main);
  draft.subnets.push(...apart);
}

interface Entry {
  readonly subnet: Prefix;
  readonly origin: Origin;
  readonly what: string;
  readonly ranges: readonly DraftRange[];
  readonly reservations: readonly DraftReservation[];
}

function entryOf(entry: Entry, level: Level, { classes }: KeaContext): DraftSubnet | undefined {
  const { subnet, origin, ranges, reservations } = entry;
  const names = [...new Set(level.guards)];
  const test = names.length === 0 ? 'everybody' : classes.guard(names, entry.what, origin);
  if (test === undefined) return undefined;
  return {
    origin,
    about: names.length === 0 ? 'subnet' : `for ${names.join(' and ')}`,
    subnet,
    relays: level.relays.filter((relay) => !prefixContains(subnet, relay)),
    sharedNetwork: level.sharedNetwork,
    ranges,
    lease: draftLease(level.lease),
    test: test === 'everybody' ? undefined : test,
    told: level.told,
    classes: classes.told(level.inner, new Set(level.required)),
    reservations,
  };
}

interface Pool {
  readonly origin: Origin;
  readonly range: DraftRange | undefined;
  readonly own: Level;
  /** It tells or asks something of its own. */
  readonly isApart: boolean;
}

function readPool(object: KeaObject, level: Level, subnet: Prefix, context: KeaContext): Pool {
  const { origin } = object;
  const place = object.place('pool');
  const text = object.text('pool') ?? '';
  const own = levelOf(object, level, context);
  object.dismiss({ 'pool-id': 'it is about statistics' });
  object.done();
  const range = rangeOf(text, place);
  if (range === undefined || !isIpv4(subnet.address))
    context.notes.warn(place, `the pool "${text}" was not taken over`, 'write two addresses, or a network');
  const isGuarded = own.guards.length > level.guards.length || own.required.length > level.required.length;
  return { origin, range, own, isApart: own.tells || isGuarded };
}

function rangeOf(text: string, origin: Origin): DraftRange | undefined {
  const prefix = parsePrefix(text.trim());
  if (prefix !== undefined)
    return isIpv4(prefix.address) ? { first: prefix.address, last: broadcastOf(prefix), origin } : undefined;
  const [first, last, more] = text.split('-').map((part) => parseIpv4(part.trim()));
  if (first === undefined || last === undefined || more !== undefined) return undefined;
  return first >>> 0 <= last >>> 0 ? { first, last, origin } : undefined;
}

function networkOf(text: string): Prefix | undefined {
  const prefix = parsePrefix(text.trim());
  return prefix !== undefined && isIpv4(prefix.address) ? prefix : undefined;
}

const IDENTIFIERS: Readonly<Record<string, DraftReservation['by']['key'] | undefined>> = {
  'hw-address': 'mac',
  'client-id': 'client-id',
  duid: undefined,
  'circuit-id': undefined,
  'flex-id': undefined,
};

function readReservation(object: KeaObject, context: KeaContext): DraftReservation | undefined {
  const { definitions, classes, notes } = context;
  const { origin } = object;
  const own = toldBy(object, definitions, notes);
  const names = object.texts('client-classes');
  const told = tellOver(...names.toReversed().map((name) => classes.toldOf(name)), own);
  const by = identifierOf(object, notes);
  const address = object.address('ip-address');
  const name = object.text('hostname')?.replace(/\.$/, '');
  object.done();
  if (by === undefined) return undefined;
  if (address === undefined) {
    const hint = 'here a reservation is of an address; what it tells can go into classes:';
    notes.warn(origin, 'a reservation without an address was left out', hint);
    return undefined;
  }
  return { origin, by, address, hostname: name !== undefined && isLine(name) ? name : undefined, told };
}

function identifierOf(object: KeaObject, notes: Notes): DraftReservation['by'] | undefined {
  for (const [word, key] of Object.entries(IDENTIFIERS)) {
    const place = object.place(word);
    const text = object.text(word);
    if (text === undefined) continue;
    const quoted = /^'(.*)'$/.exec(text)?.[1];
    const octets =
      quoted === undefined ? hexOctets(text) : Uint8Array.from(quoted, (each) => each.charCodeAt(0));
    if (key === undefined) {
      notes.warn(
        place,
        `a reservation by "${word}" was left out`,
        'here it is by mac, client-id or remote-id',
      );
      return undefined;
    }
    if (
      octets === undefined ||
      octets.length === 0 ||
      octets.length > 255 ||
      (key === 'mac' && octets.length !== 6)
    ) {
      notes.warn(place, `a reservation was left out: "${text}" is no ${word}`);
      return undefined;
    }
    const hex = toHex(octets, ':');
    return { key, text: key === 'mac' ? formatMac(toMac(parseInt(hex.replaceAll(':', ''), 16))) : hex };
  }
  notes.warn(object.origin, 'a reservation that names no client was left out');
  return undefined;
}

/** A reservation that stands outside of subnets goes to the one that its address lies in. */
function globalReservation(object: KeaObject, { draft, ...context }: KeaContext): void {
  const made = readReservation(object, { draft, ...context });
  if (made === undefined) return;
  const at = draft.subnets.findIndex(({ subnet }) => prefixContains(subnet, made.address));
  const found = draft.subnets[at];
  if (found === undefined)
    context.notes.warn(made.origin, 'a reservation was left out', 'its address is in no subnet of the file');
  else draft.subnets[at] = { ...found, reservations: [...found.reservations, made] };
}
