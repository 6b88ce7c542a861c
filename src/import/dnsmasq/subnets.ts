import { formatPrefix, prefixContains } from '../../core/address.ts';
import { isOpenToAll, testOf, testsOf, type DraftTest, type Expression } from '../conditions.ts';
import {
  isNothing,
  NOTHING_TOLD,
  tellOver,
  type DraftClass,
  type DraftReservation,
  type DraftSubnet,
  type Told,
  type ToldOption,
} from '../draft.ts';
import { sharedName, type DnsmasqFile } from './file.ts';
import type { HostLine } from './hosts.ts';
import type { TaggedTold } from './options.ts';
import { LEASE_SECONDS_MIN, type Range } from './ranges.ts';
import type { TagTest } from './tags.ts';

const HOST_NAME = 12;
const DOMAIN_NAME = 15;

/** Puts ranges, options and hosts together; every range is an entry of its own. */
export function addSubnets(found: DnsmasqFile): void {
  const groups = found.options.groups();
  for (const range of found.ranges) {
    const entry = entryOf(range, groups, found);
    if (entry !== undefined) found.draft.subnets.push(entry);
  }
  for (const host of found.hosts) addHost(host, found);
}

function entryOf(range: Range, groups: readonly TaggedTold[], found: DnsmasqFile): DraftSubnet | undefined {
  const { origin, subnet, leaseSeconds } = range;
  const test = guardOf(range, found);
  const told: Told[] = [domainOf(found)];
  const classes: DraftClass[] = [];
  for (const group of groups) {
    const expression = found.tags.expressionOf(group.tests, range.own);
    const whole =
      expression && group.also ? ({ kind: 'and', of: [expression, group.also] } as const) : expression;
    const tests = whole && testsOf(whole);
    if (tests === undefined)
      found.notes.warn(
        group.origin,
        `what "${nameOf(group.tests)}" is told was not taken over: who it is cannot be said here`,
        'write classes: with when: by hand',
      );
    for (const one of tests ?? []) {
      if (isOpenToAll(one)) told.push(group);
      else classes.push(...classOf(group, one, found));
    }
  }
  return {
    origin,
    about: range.own.size === 0 ? 'dhcp-range' : `dhcp-range, ${[...range.own].join(' ')}`,
    subnet,
    relays: [],
    sharedNetwork: sharedName(found, formatPrefix(subnet)),
    ranges: range.range === undefined || test === undefined ? [] : [range.range],
    lease: { defaultSeconds: leaseSeconds, minSeconds: LEASE_SECONDS_MIN },
    test: test === undefined || isOpenToAll(test) ? undefined : test,
    told: tellOver(...told),
    // Of two that tell the same, dnsmasq takes the later.
    classes: classes.toReversed(),
    reservations: [],
  };
}

function nameOf(tests: readonly TagTest[]): string {
  return tests.map(({ tag, isSet }) => (isSet ? tag : `not ${tag}`)).join(' ');
}

function domainOf({ domain }: DnsmasqFile): Told {
  if (domain === undefined) return NOTHING_TOLD;
  const option: ToldOption = { value: domain.name, origin: domain.origin };
  return { ...NOTHING_TOLD, options: new Map([[DOMAIN_NAME, option]]) };
}

function classOf(group: TaggedTold, test: DraftTest, { notes }: DnsmasqFile): readonly DraftClass[] {
  const options = new Map(group.options);
  for (const [code, { value, origin }] of group.options) {
    if (value !== null) continue;
    options.delete(code);
    notes.warn(origin, `that option ${code} is not sent to "${nameOf(group.tests)}" was not taken over`);
  }
  const told: Told = { options, server: group.server, file: group.file };
  const name = nameOf(group.tests);
  return isNothing(told) ? [] : [{ origin: group.origin, name: name === '' ? 'vendor' : name, test, told }];
}

/** Who a range is for: those with its tags, and not those that are ignored. Undefined after a note: nobody. */
function guardOf(range: Range, { tags, notes, ignored, hosts }: DnsmasqFile): DraftTest | undefined {
  const of: (Expression | undefined)[] = [tags.expressionOf(range.tests, range.own)];
  for (const { tests } of ignored) {
    const expression = tags.expressionOf(tests, range.own);
    of.push(expression && { kind: 'not', of: expression });
  }
  for (const { who, ignored: isIgnored } of hosts)
    if (isIgnored && who !== undefined) of.push({ kind: 'not', of: who });
  const known = of.filter((each) => each !== undefined);
  const test = known.length < of.length ? undefined : testOf(flat(known));
  if (test !== undefined && test !== 'nobody') return test;
  const why = test === 'nobody' ? 'it is for nobody' : 'who it is for cannot be said here';
  notes.warn(range.origin, `the range was left out: ${why}`, 'write range: and when: for it by hand');
  return undefined;
}

/** One list of conjunctions, so that what is ignored stays a list of its own. */
function flat(of: readonly Expression[]): Expression {
  return { kind: 'and', of: of.flatMap((each) => (each.kind === 'and' ? each.of : [each])) };
}

function addHost(host: HostLine, { draft, notes, ranges }: DnsmasqFile): void {
  const { origin, by, address, hostname, who, ignored } = host;
  if (ignored) return;
  if (address === undefined) return hostWithoutAddress(host, draft.subnets, notes);
  if (by === undefined) {
    const hint = who === undefined ? 'it names no client' : 'here a reservation is by mac or client-id';
    return notes.warn(origin, 'a host was left out', hint);
  }
  const index = draft.subnets.findIndex(({ subnet }) => prefixContains(subnet, address));
  const found = draft.subnets[index];
  if (found === undefined)
    return notes.warn(
      origin,
      'a host was left out',
      ranges.length === 0 ? 'there is no dhcp-range' : 'its address is in no dhcp-range',
    );
  const reservation: DraftReservation = { origin, by, address, hostname, told: NOTHING_TOLD };
  draft.subnets[index] = { ...found, reservations: [...found.reservations, reservation] };
}

/** A name for a client whose address comes from a range: a class of one. */
function hostWithoutAddress(
  { origin, who, hostname, by }: HostLine,
  subnets: DraftSubnet[],
  notes: DnsmasqFile['notes'],
): void {
  if (hostname === undefined) return;
  const [test] = (by === undefined ? undefined : who && testsOf(who)) ?? [];
  if (test === undefined) return notes.warn(origin, `the name "${hostname}" was not taken over`);
  const told: Told = { ...NOTHING_TOLD, options: new Map([[HOST_NAME, { value: hostname, origin }]]) };
  for (const [index, subnet] of subnets.entries())
    subnets[index] = { ...subnet, classes: [{ origin, name: hostname, test, told }, ...subnet.classes] };
}
