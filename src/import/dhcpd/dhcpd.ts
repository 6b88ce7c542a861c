import { prefixContains } from '../../core/address.ts';
import { is, isOpenToAll, type Expression } from '../conditions.ts';
import { emptyDraft, isNothing, type Draft, type DraftClass, type Told } from '../draft.ts';
import type { Includes } from '../includes.ts';
import { DhcpdClasses } from './classes.ts';
import { hardwareOf, readHost, type Host } from './hosts.ts';
import { DhcpdDefinitions } from './options.ts';
import { guardOf, type Part, type Permits } from './pools.ts';
import { Scope, type DhcpdContext } from './scope.ts';
import { parseDhcpd, type Statement } from './tree.ts';
import { LevelReader, type Network } from './levels.ts';

/** Reads ISC's dhcpd.conf. Throws `ScenarioError` when its statements do not end. */
export function importDhcpd(text: string, file: string, includes: Includes): Draft {
  const statements = parseDhcpd(text, file, includes);
  const context: DhcpdContext = {
    draft: emptyDraft(),
    definitions: new DhcpdDefinitions(),
    classes: new DhcpdClasses(),
    notes: includes.notes,
    known: knownOf(statements),
    usesHostNames: false,
  };
  const reader = new LevelReader(context);
  reader.read(statements, new Scope(undefined));
  const hosts = reader.hosts.flatMap(({ statement, scope }) => readHost(statement, scope, context) ?? []);
  const classes = [...hostClasses(hosts), ...context.classes.drafts(context)];
  for (const network of reader.networks) addNetwork(network, classes, context);
  addReservations(hosts, reader.networks, context);
  return context.draft;
}

/** All clients that a host declaration speaks of; undefined: there is none. */
function knownOf(statements: readonly Statement[]): Expression | undefined {
  const of: Expression[] = [];
  const look = (list: readonly Statement[]): void => {
    for (const { keyword, block } of list) {
      if (block === undefined) continue;
      const mac = keyword === 'host' ? hardwareOf(block) : undefined;
      if (mac !== undefined) of.push(is('mac', mac));
      else if (keyword !== 'host') look(block);
    }
  };
  look(statements);
  return of.length === 0 ? undefined : { kind: 'or', of };
}

/** What a host without an address is told, it is told as a class of one. */
function hostClasses(hosts: readonly Host[]): readonly DraftClass[] {
  return hosts.flatMap(({ name, origin, by, addresses, told }) =>
    addresses.length === 0 && by?.key === 'mac' && !isNothing(told)
      ? [{ origin, name, test: { when: [[{ key: 'mac', match: by.text }]], unless: [] }, told }]
      : [],
  );
}

function addNetwork(network: Network, classes: readonly DraftClass[], context: DhcpdContext): void {
  const { subnet, origin, scope, parts } = network;
  const open = parts.filter((part) => !isApart(part));
  const main: Part = {
    origin,
    about: 'subnet',
    ranges: open.flatMap(({ ranges }) => ranges),
    settings: undefined,
    permits: NO_PERMITS,
  };
  for (const part of [main, ...parts.filter(isApart)]) {
    const own = part.settings === undefined ? scope : new Scope(scope, part.settings);
    const test = guardOf(part, own, context);
    // What is reserved in a network is reserved whoever its addresses are for.
    if (test === undefined && part !== main) continue;
    context.draft.subnets.push({
      origin: part.origin,
      about: part.about,
      subnet,
      relays: [],
      sharedNetwork: network.sharedNetwork,
      ranges: test === undefined ? [] : part.ranges,
      lease: own.lease,
      test: test === undefined || isOpenToAll(test) ? undefined : test,
      told: own.told(context),
      classes: [...classes, ...own.conditionalClasses(context)],
      reservations: [],
    });
  }
}

const NO_PERMITS: Permits = { allow: [], deny: [] };

/** Whether a pool says something that the network around it does not. */
function isApart({ settings, permits }: Part): boolean {
  if (permits.allow.length > 0 || permits.deny.length > 0) return true;
  return settings !== undefined && (settings.tells || settings.setsLease || settings.conditionals.length > 0);
}

/** Each address of a host goes to the network it lies in. */
function addReservations(
  hosts: readonly Host[],
  networks: readonly Network[],
  { draft, notes }: DhcpdContext,
): void {
  for (const { origin, name, by, addresses, hostname, told } of hosts) {
    if (addresses.length === 0 && isNothing(told))
      notes.say(origin, `"${name}" has neither an address nor an option`, 'it counts as a known client');
    if (by === undefined || (addresses.length === 0 && by.key !== 'mac')) continue;
    for (const { address, origin: at } of addresses) {
      const index = draft.subnets.findIndex(({ subnet }) => prefixContains(subnet, address));
      const found = draft.subnets[index];
      if (found === undefined) {
        const where =
          networks.length === 0 ? 'the file has no subnet' : 'its address is in no subnet of the file';
        notes.warn(at, `the reservation of "${name}" was left out`, where);
        continue;
      }
      const own = withoutSame(told, found.told);
      const reservation = { origin, by, address, hostname, told: own };
      draft.subnets[index] = { ...found, reservations: [...found.reservations, reservation] };
    }
  }
}

/** A host inside of a subnet need not say again what the subnet says. */
function withoutSame(told: Told, outer: Told): Told {
  return {
    options: new Map([...told.options].filter(([code, option]) => outer.options.get(code) !== option)),
    server: told.server === outer.server ? undefined : told.server,
    file: told.file === outer.file ? undefined : told.file,
  };
}
