import { ScenarioError } from '../../config/mistakes.ts';
import { parseIpv4 } from '../../core/address.ts';
import { emptyDraft, type Draft } from '../draft.ts';
import type { Includes } from '../includes.ts';
import type { Origin } from '../notes.ts';
import { parseKeaJson } from './json.ts';
import { KeaObject } from './object.ts';
import { KeaClasses } from './classes.ts';
import { KeaDefinitions, toldBy } from './options.ts';
import { leaseBy, type KeaContext, type Level } from './level.ts';
import { readNetworks } from './subnets.ts';

const LOGS = 'serve logs by --log-level';
const STATE = 'serve keeps leases under --state';

/** What of Kea's file is about Kea itself. */
const DISMISSED: Readonly<Record<string, string>> = {
  'lease-database': STATE,
  loggers: LOGS,
  'control-socket': 'serve has one under --state',
  'multi-threading': 'headend has one thread',
  'expired-leases-processing': 'leases end by themselves',
  'sanity-checks': 'leases are checked when they are read',
  'host-reservation-identifiers': 'a reservation says by what it is',
  'reservation-mode': 'reservations are found on their link',
  'reservations-global': 'reservations are found on their link',
  'reservations-in-subnet': 'reservations are found on their link',
  'reservations-out-of-pool': 'a reservation may be inside of a range or outside',
  'early-global-reservations-lookup': 'reservations are found on their link',
  'ip-reservations-unique': 'they are',
  'echo-client-id': 'headend sends option 61 back: RFC 6842',
  'dhcp4o6-port': 'it is about DHCPv4 over DHCPv6',
  'dhcp-queue-control': 'serve has limits of its own',
  'parked-packet-limit': 'it is about hooks',
  'server-tag': 'it is about configuration databases',
  'store-extended-info': 'headend keeps option 82 of a lease',
  'statistic-default-sample-count': 'serve counts by itself',
  'statistic-default-sample-age': 'serve counts by itself',
  'hostname-char-set': 'it is about dynamic DNS',
  'hostname-char-replacement': 'it is about dynamic DNS',
  'cache-threshold': 'leases are renewed as they are asked for',
  'cache-max-age': 'leases are renewed as they are asked for',
  compatibility: 'it is about relays that break rules',
};

const NO_DDNS = 'headend does no dynamic DNS yet';
const NO_DATABASE = 'headend reads what stands in its file';

/** What clients would notice. */
const REFUSED: Readonly<Record<string, string>> = {
  'hooks-libraries': 'headend loads no libraries: look at what each did',
  'dhcp-ddns': NO_DDNS,
  'ddns-send-updates': NO_DDNS,
  'ddns-override-no-update': NO_DDNS,
  'ddns-override-client-update': NO_DDNS,
  'ddns-replace-client-name': NO_DDNS,
  'ddns-generated-prefix': NO_DDNS,
  'ddns-qualifying-suffix': NO_DDNS,
  'hosts-database': NO_DATABASE,
  'hosts-databases': NO_DATABASE,
  'config-control': NO_DATABASE,
};

/** Reads Kea's configuration of a DHCPv4 server. Throws `ScenarioError` when it is none. */
export function importKea(text: string, file: string, includes: Includes): Draft {
  const { notes } = includes;
  const json = parseKeaJson(text, file, includes);
  const start: Origin = json.origin;
  if (json.kind !== 'object')
    throw noServer(start, 'the file has no object', 'it begins with { "Dhcp4": { ...');
  const root = new KeaObject(json, notes);
  const server = root.object('Dhcp4');
  if (server === undefined) {
    const isSix = json.entries.has('Dhcp6');
    throw noServer(
      start,
      isSix ? 'the file is for DHCPv6' : 'the file has no "Dhcp4"',
      isSix ? 'headend serves DHCPv4' : 'bring in the file of kea-dhcp4',
    );
  }
  root.dismiss({ Logging: LOGS, 'Control-agent': 'it is about another program' });
  root.done();
  return importServer(server, includes);
}

function noServer({ file, line, column }: Origin, message: string, hint: string): ScenarioError {
  return new ScenarioError(file, [{ line, column, path: '', message, hint }]);
}

function importServer(server: KeaObject, { notes }: Includes): Draft {
  const draft = emptyDraft();
  const definitions = new KeaDefinitions();
  for (const definition of server.objects('option-def')) definitions.add(definition, notes);
  const classes = new KeaClasses(server.objects('client-classes'), definitions, notes);
  const context: KeaContext = { draft, definitions, classes, notes };
  draft.authoritative = server.bool('authoritative');
  if (server.bool('match-client-id') === false) draft.ignoreClientId = true;
  draft.declineHoldSeconds = server.number('decline-probation-period');
  readInterfaces(server, context);
  const level: Level = {
    tells: false,
    told: toldBy(server, definitions, notes),
    inner: { options: new Map(), server: undefined, file: undefined },
    lease: leaseBy(server, {}),
    relays: [],
    sharedNetwork: undefined,
    guards: [],
    required: [],
  };
  readNetworks(server, level, context);
  server.dismiss(DISMISSED);
  server.refuse(REFUSED);
  server.done();
  const identifier = level.told.options.get(SERVER_IDENTIFIER);
  if (draft.address === undefined && typeof identifier?.value === 'string') {
    const address = parseIpv4(identifier.value);
    if (address !== undefined) draft.address = { address, origin: identifier.origin };
  }
  return draft;
}

const SERVER_IDENTIFIER = 54;

/** `"interfaces": ["eth0/192.0.2.1"]` says an address, `"eth0"` none. */
function readInterfaces(server: KeaObject, { draft, notes }: KeaContext): void {
  const interfaces = server.object('interfaces-config');
  if (interfaces === undefined) return;
  const names: string[] = [];
  for (const text of interfaces.texts('interfaces')) {
    const [name = '', after] = text.split('/');
    names.push(name);
    const address = after === undefined ? undefined : parseIpv4(after);
    if (address !== undefined) draft.address ??= { address, origin: interfaces.place('interfaces') };
  }
  const hint =
    names.length === 1 && names[0] !== '*'
      ? `serve with --interface ${names[0]}`
      : 'serve with --interface, one process for each';
  if (names.length > 0) notes.say(interfaces.place('interfaces'), 'a file does not name interfaces', hint);
  interfaces.dismiss({
    'dhcp-socket-type': 'serve has UDP sockets',
    'outbound-interface': 'answers leave by the address that was asked',
    're-detect': 'serve looks once, when it starts',
    'service-sockets-max-retries': 'serve ends when a port is taken',
    'service-sockets-retry-wait-time': 'serve ends when a port is taken',
    'service-sockets-require-all': 'it does',
  });
  interfaces.done();
}
