import { formatIpv4, formatPrefix, type Ipv4 } from '../core/address.ts';
import { SECOND } from '../core/time.ts';
import { escapeText, utf8Octets } from '../core/text.ts';
import type { Plain } from '../core/service.ts';
import { DURATION_US_MAX, formatDurationUs } from '../config/units.ts';
import { optionSpec } from '../codec/dhcp/registry.ts';
import type { DraftCondition, DraftTest } from './conditions.ts';
import { isNothing } from './draft.ts';
import type { DraftClass, DraftLease, DraftReservation, DraftZone, Told } from './draft.ts';
import type { Plan, PlannedSubnet } from './finish.ts';
import type { Origin } from './notes.ts';
import { isLine } from './told-check.ts';
import { flowMap, flowValue, scalar } from './yaml-flow.ts';

/** What stands at the head of the file that is made. */
export interface Heading {
  /** The new scenario's name. */
  readonly name: string;
  /** Such as `Kea's kea-dhcp4.conf`. */
  readonly source: string;
  /** How many things were not taken over. */
  readonly warnings: number;
}

/** The segment that the servers and their clients stand on. */
const SEGMENT = 'lan';

/** The text of a scenario file, each part with the place it came from. */
export function writeScenario(plan: Plan, heading: Heading): string {
  const lines = [
    `# Brought in by headend import from ${oneLine(heading.source)}.`,
    ...(heading.warnings === 0
      ? []
      : [`# ${count(heading.warnings, 'thing')} in it could not be taken over whole: import tells each.`]),
    'headend: 1',
    `name: ${scalar(heading.name)}`,
    `about: ${scalar(`The servers of ${oneLine(heading.source)}.`)}`,
    'net:',
    `  ${SEGMENT}: { kind: segment }`,
  ];
  const services = [...dhcpLines(plan), ...tftpLines(plan), ...dnsLines(plan)];
  if (services.length > 0) lines.push('services:', ...services);
  return `${lines.join('\n')}\n`;
}

function count(number: number, noun: string): string {
  return number === 1 ? `One ${noun}` : `${number} ${noun}s`;
}

function addressText({ address, prefixLength }: Plan): string {
  return `${formatIpv4(address)}/${prefixLength}`;
}

function dhcpLines(plan: Plan): string[] {
  const { draft, subnets } = plan;
  if (subnets.length === 0) return [];
  const lines = ['  dhcp:', `    on: ${SEGMENT}`, `    ip: ${addressText(plan)}`];
  if (draft.authoritative !== undefined) lines.push(`    authoritative: ${draft.authoritative}`);
  if (draft.ignoreClientId === true) lines.push('    ignore-client-id: true');
  if (draft.declineHoldSeconds !== undefined)
    lines.push(`    decline-hold: ${duration(draft.declineHoldSeconds)}`);
  lines.push('    subnets:');
  for (const subnet of subnets) lines.push(...subnetLines(subnet));
  return lines;
}

function subnetLines(subnet: PlannedSubnet): string[] {
  const keys = [`subnet: ${formatPrefix(subnet.subnet)}`];
  if (subnet.sharedNetwork !== undefined)
    keys.push(`shared-network: ${scalar(lineOf(subnet.sharedNetwork))}`);
  if (subnet.relays.length > 0) keys.push(`relay: ${addresses(subnet.relays)}`);
  const ranges = subnet.ranges.map(({ first, last }) => `${formatIpv4(first)}-${formatIpv4(last)}`);
  if (ranges.length > 0) keys.push(`range: ${ranges.length === 1 ? ranges[0] : flowValue(ranges)}`);
  keys.push(`lease: ${leaseText(subnet.lease)}`);
  if (subnet.test !== undefined) keys.push(...testKeys(subnet.test));
  if (subnet.routers.length > 0) keys.push(`router: ${addresses(subnet.routers)}`);
  keys.push(...toldKeys(subnet.told, 8));
  if (subnet.classes.length > 0)
    keys.push(['classes:', ...subnet.classes.flatMap((each) => classLines(each))].join('\n'));
  if (subnet.reservations.length > 0)
    keys.push(['reservations:', ...subnet.reservations.flatMap((each) => reservationLines(each))].join('\n'));
  const body = keys.map((key, index) => `${index === 0 ? '      - ' : '        '}${key}`);
  return [`      # ${from(subnet.origin)}: ${oneLine(subnet.about)}`, ...body];
}

function from({ file, line }: Origin): string {
  return `${oneLine(file)}:${line}`;
}

/** A name that has characters which no line has, by their numbers. */
function lineOf(text: string): string {
  return isLine(text) ? text : `named ${[...utf8Octets(text.slice(0, 100))].join('.')}`;
}

/** What another file says may not end a comment, nor do anything to a terminal. */
function oneLine(text: string): string {
  const escaped = escapeText(text);
  return escaped.length > 200 ? `${escaped.slice(0, 197)}...` : escaped;
}

function addresses(list: readonly Ipv4[]): string {
  const texts = list.map(formatIpv4);
  return texts.length === 1 ? (texts[0] ?? '') : flowValue(texts);
}

function duration(seconds: number): string {
  return formatDurationUs(Math.min(Math.max(Math.round(seconds), 1) * SECOND, DURATION_US_MAX));
}

/** Kept in the order that a file must have: min, default, max; renew, rebind, default. */
function leaseText(lease: DraftLease): string {
  const most = DURATION_US_MAX / SECOND;
  const whole = (seconds: number): number => Math.min(Math.max(Math.round(seconds), 1), most);
  const least = whole(lease.minSeconds ?? lease.defaultSeconds);
  const longest = whole(lease.maxSeconds ?? lease.defaultSeconds);
  const usual = whole(lease.defaultSeconds);
  const min = Math.min(least, usual);
  const max = Math.max(longest, usual);
  const rebind =
    lease.rebindSeconds !== undefined && lease.rebindSeconds >= 1 && lease.rebindSeconds < usual
      ? lease.rebindSeconds
      : undefined;
  const renew =
    lease.renewSeconds !== undefined && lease.renewSeconds >= 1 && lease.renewSeconds < (rebind ?? usual)
      ? lease.renewSeconds
      : undefined;
  if (min === usual && max === usual && renew === undefined && rebind === undefined) return duration(usual);
  return flowMap([
    ['default', duration(usual)],
    ['min', min === usual ? undefined : duration(min)],
    ['max', max === usual ? undefined : duration(max)],
    ['renew', renew === undefined ? undefined : duration(renew)],
    ['rebind', rebind === undefined ? undefined : duration(rebind)],
  ]);
}

function testKeys({ when, unless }: DraftTest): string[] {
  const keys: string[] = [];
  if (when.length > 0) keys.push(`when: ${testText(when)}`);
  if (unless.length > 0) keys.push(`unless: ${testText(unless)}`);
  return keys;
}

function testText(lists: readonly (readonly DraftCondition[])[]): string {
  const maps = lists.map((all) => flowMap(all.map(({ key, match }) => [key, flowValue(match)])));
  return maps.length === 1 ? (maps[0] ?? '') : `[${maps.join(', ')}]`;
}

function provisionText({ server, file }: Told): string | undefined {
  if (server === undefined && file === undefined) return undefined;
  return flowMap([
    ['server', server === undefined ? undefined : formatIpv4(server)],
    ['file', file === undefined ? undefined : scalar(file)],
  ]);
}

/** `tftp:` and `options:`, the latter a line an option at `indent`. */
function toldKeys(told: Told, indent: number): string[] {
  const keys: string[] = [];
  const provision = provisionText(told);
  if (provision !== undefined) keys.push(`tftp: ${provision}`);
  if (told.options.size > 0) {
    const space = ' '.repeat(indent + 2);
    const lines = optionsOf(told).map(([name, value]) => `${space}${name}: ${flowValue(value)}`);
    keys.push(['options:', ...lines].join('\n'));
  }
  return keys;
}

/** By code. */
function optionsOf({ options }: Told): readonly (readonly [name: string, value: Plain])[] {
  return [...options]
    .toSorted(([a], [b]) => a - b)
    .map(([code, { value }]) => [optionSpec(code).name, value] as const);
}

function classLines({ origin, name, test, told }: DraftClass): string[] {
  const keys = [...testKeys(test), ...toldKeys(told, 12)];
  if (isLine(name)) keys.unshift(`name: ${scalar(name)}`);
  const body = keys.map((key, index) => `${index === 0 ? '          - ' : '            '}${key}`);
  return [`          # ${from(origin)}`, ...body];
}

function reservationLines({ origin, by, address, hostname, told }: DraftReservation): string[] {
  const options = Object.fromEntries(optionsOf(told));
  const text = flowMap([
    [by.key, scalar(by.text)],
    ['ip', formatIpv4(address)],
    ['hostname', hostname === undefined ? undefined : scalar(hostname)],
    ['tftp', provisionText(told)],
    ['options', isNothing({ ...told, server: undefined, file: undefined }) ? undefined : flowValue(options)],
  ]);
  return [`          - ${text} # ${from(origin)}`];
}

function tftpLines(plan: Plan): string[] {
  const { tftp } = plan.draft;
  if (tftp === undefined) return [];
  const lines = [
    `  # ${from(tftp.origin)}`,
    '  tftp:',
    `    on: ${SEGMENT}`,
    `    ip: ${addressText(plan)}`,
    `    folder: ${scalar(tftp.folder)}`,
  ];
  if (tftp.singlePort) lines.push('    single-port: true');
  if (tftp.sessions !== undefined) lines.push(`    limits: { sessions: ${tftp.sessions} }`);
  return lines;
}

function dnsLines(plan: Plan): string[] {
  const { zones } = plan.draft;
  if (zones.length === 0) return [];
  const lines = ['  dns:', `    on: ${SEGMENT}`, `    ip: ${addressText(plan)}`, '    zones:'];
  for (const zone of zones) lines.push(...zoneLines(zone));
  return lines;
}

function zoneLines({ origin, apex, negativeSeconds, records }: DraftZone): string[] {
  const lines = [`      # ${from(origin)}`, `      ${scalar(apex)}:`];
  if (negativeSeconds !== undefined) lines.push(`        negative-ttl: ${duration(negativeSeconds)}`);
  lines.push('        records:');
  for (const [owner, list] of records) {
    lines.push(`          ${scalar(owner)}:`);
    for (const { origin: place, type, ttlSeconds, data } of list) {
      const text = flowMap([
        ['type', type],
        ['ttl', ttlSeconds === undefined ? undefined : duration(ttlSeconds)],
        ['data', scalar(data)],
      ]);
      lines.push(`            - ${text} # ${from(place)}`);
    }
  }
  return lines;
}
