import {
  broadcastOf,
  formatIp,
  formatIpv4,
  formatPrefix,
  prefixContains,
  type Ipv4,
} from '../core/address.ts';
import { optionNamed } from '../codec/dhcp/registry.ts';
import { parseOption } from '../codec/dhcp/value.ts';
import { ConfigError } from '../core/errors.ts';
import { SECOND } from '../core/time.ts';
import { checkOverlap, interfaceAddress, type AddressBook } from './addresses.ts';
import type { Findings, Path } from './findings.ts';
import { buildTftpFiles } from './build-files.ts';
import { buildZone } from './build-zone.ts';
import type {
  CapacityConfig,
  DhcpOptionConfig,
  DhcpServiceConfig,
  DhcpSubnetConfig,
  DnsServiceConfig,
  LeaseSeconds,
  ProvisionConfig,
  ProvisionForSomeConfig,
  ReservationConfig,
  ServiceConfig,
  TftpServiceConfig,
} from './scenario.ts';
import type {
  DhcpFile,
  DhcpSubnetFile,
  DnsFile,
  ProvisionFile,
  ProvisionForSomeFile,
  ReservationFile,
  ServiceFile,
  ServicesFile,
  TftpFile,
} from './schema-services.ts';
import { pathText } from './source.ts';

type Common = Pick<ServiceConfig, 'name' | 'on' | 'addresses' | 'capacity'>;

/** Services in the file's order; the named kinds and those that say theirs. */
export function buildServices(
  services: ServicesFile,
  order: readonly string[],
  book: AddressBook,
  findings: Findings,
): ServiceConfig[] {
  const built: ServiceConfig[] = [];
  for (const name of order) {
    const file = services[name];
    if (file === undefined) continue;
    const path = ['services', name];
    const common = buildCommon(name, file, built, book, findings, path);
    const service = buildService(file, common, findings, path);
    built.push(service);
  }
  return built;
}

function buildService(file: ServiceFile, common: Common, findings: Findings, path: Path): ServiceConfig {
  // Under its own name a service need not say its kind.
  const kind = file.kind ?? common.name;
  if (isKind(file, kind, 'dhcp')) return buildDhcp(file, common, findings, path);
  if (isKind(file, kind, 'tftp')) return buildTftp(file, common, findings, path);
  if (isKind(file, kind, 'dns')) return buildDns(file, common, findings, path);
  return { ...common, kind: 'tod' };
}

function isKind<Kind extends 'dhcp' | 'tftp' | 'dns'>(
  _file: ServiceFile,
  kind: string,
  wanted: Kind,
): _file is NonNullable<ServicesFile[Kind]> & ServiceFile {
  return kind === wanted;
}

function buildTftp(file: TftpFile, common: Common, findings: Findings, path: Path): TftpServiceConfig {
  return {
    ...common,
    kind: 'tftp',
    files: buildTftpFiles(file.files ?? {}, findings, [...path, 'files']),
    folder: file.folder === undefined ? undefined : findings.file(file.folder, 'folder', [...path, 'folder']),
    singlePort: file['single-port'] ?? false,
    limits: {
      blksize: file.limits?.blksize,
      windowsize: file.limits?.windowsize,
      sessions: file.limits?.sessions,
    },
  };
}

function buildDns(file: DnsFile, common: Common, findings: Findings, path: Path): DnsServiceConfig {
  const zones = Object.entries(file.zones).map(([apex, zone]) =>
    buildZone(apex, zone, common.addresses, findings, [...path, 'zones', apex]),
  );
  return { ...common, kind: 'dns', zones };
}

function buildCommon(
  name: string,
  file: ServiceFile,
  before: readonly ServiceConfig[],
  book: AddressBook,
  findings: Findings,
  path: Path,
): Common {
  findings.segment(file.on, [...path, 'on']);
  const kind = file.kind ?? name;
  const addresses = file.ip.map((text, index) => {
    const address = interfaceAddress(text, file.router);
    const at = findings.has([...path, 'ip', index]) ? [...path, 'ip', index] : [...path, 'ip'];
    // Services of different kinds may share a host: they have different ports.
    const mate = before.find(
      (other) => other.on === file.on && other.addresses.some((one) => one.address === address.address),
    );
    if (mate?.kind === kind)
      findings.add(
        at,
        `${formatIp(address.address)} already has a ${kind} service, ${mate.name}`,
        `give ${name} another address`,
      );
    else if (mate === undefined) book.claim(address.address, 1, name, at);
    return address;
  });
  return { name, on: file.on, addresses, capacity: capacityOf(file.capacity) };
}

function capacityOf(file: ServiceFile['capacity']): CapacityConfig | undefined {
  return file && { rate: file.rate, queue: file.queue, whenFull: file['when-full'] ?? 'drop-newest' };
}

function buildDhcp(file: DhcpFile, common: Common, findings: Findings, path: Path): DhcpServiceConfig {
  const subnets = file.subnets.map((subnet, index) =>
    buildSubnet(subnet, findings, [...path, 'subnets', index]),
  );
  checkOverlap(
    subnets.flatMap((subnet, index) =>
      subnet.ranges.map((range) => ({ ...range, path: [...path, 'subnets', index, 'range'] })),
    ),
    findings,
  );
  checkReservations(subnets, findings, path);
  return { ...common, kind: 'dhcp', authoritative: file.authoritative ?? false, subnets };
}

function checkReservations(subnets: readonly DhcpSubnetConfig[], findings: Findings, path: Path): void {
  const seen = new Set<Ipv4>();
  for (const [index, subnet] of subnets.entries())
    for (const [item, reservation] of subnet.reservations.entries()) {
      if (seen.has(reservation.address))
        findings.add(
          [...path, 'subnets', index, 'reservations', item, 'ip'],
          `${formatIpv4(reservation.address)} is reserved twice`,
          'reserve each address for one client',
        );
      seen.add(reservation.address);
    }
}

function buildSubnet(file: DhcpSubnetFile, findings: Findings, path: Path): DhcpSubnetConfig {
  const { subnet } = file;
  const inside = (address: Ipv4, what: string, at: Path): void => {
    if (!prefixContains(subnet, address))
      findings.add(
        at,
        `${what} ${formatIpv4(address)} is outside of the subnet ${formatPrefix(subnet)}`,
        `write an address of ${formatPrefix(subnet)}, or another subnet`,
      );
    else if (address === subnet.address || address === broadcastOf(subnet))
      findings.add(
        at,
        `${what} ${formatIpv4(address)} stands for the whole network ${formatPrefix(subnet)}`,
        'leave the first and the last address of a network out',
      );
  };
  for (const range of file.range ?? []) {
    inside(range.first, 'the start of the range,', [...path, 'range']);
    inside(range.last, 'the end of the range,', [...path, 'range']);
  }
  for (const router of file.router ?? []) inside(router, 'the router', [...path, 'router']);
  for (const [index, reservation] of (file.reservations ?? []).entries())
    inside(reservation.ip, 'the reserved address', [...path, 'reservations', index, 'ip']);
  if (file.range === undefined && (file.reservations ?? []).length === 0)
    findings.add(path, 'the subnet has no address to give', 'add range: or reservations:');
  return {
    subnet,
    relays: file.relay ?? [],
    ranges: file.range ?? [],
    lease: leaseOf(file.lease, findings, [...path, 'lease']),
    class: file.class,
    member: file.member,
    // A relay on the clients' link is their router, unless the file says otherwise.
    routers: file.router ?? (file.relay ?? []).filter((relay) => prefixContains(subnet, relay)),
    tftp: (file.tftp ?? []).map(provisionForSomeOf),
    options: buildOptions(file, findings, [...path, 'options']),
    reservations: (file.reservations ?? []).map((reservation, index) =>
      buildReservation(reservation, findings, [...path, 'reservations', index]),
    ),
    at: pathText(path),
  };
}

function buildOptions(file: DhcpSubnetFile, findings: Findings, path: Path): DhcpOptionConfig[] {
  return Object.entries(file.options ?? {}).map(([name, value]) => {
    const at = pathText([...path, name]);
    const instead = OWN_OPTIONS[optionNamed(name)?.code ?? 0];
    if (instead !== undefined) findings.addAtKey(path, name, 'the server makes this option itself', instead);
    try {
      parseOption(name, value, at);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      if (optionNamed(name) === undefined)
        findings.addAtKey(path, name, 'there is no such DHCP option', `write ${error.expected}`);
      else findings.add([...path, name], `${error.found} will not do`, `write ${error.expected}`);
    }
    return { name, value, at };
  });
}

/** By code: what a reply has in any case, and what decides it. */
const OWN_OPTIONS: Readonly<Record<number, string>> = {
  50: 'take it away: clients send it',
  51: 'write lease: instead',
  53: 'take it away',
  54: 'take it away: it is the address of the server',
  55: 'take it away: clients send it',
  57: 'take it away: clients send it',
  58: 'write lease: { renew: ... } instead',
  59: 'write lease: { rebind: ... } instead',
  61: 'take it away: it is sent back as the client sent it',
  82: 'take it away: relays add it',
};

type LeaseFile = Extract<DhcpSubnetFile['lease'], object>;

/** RFC 2131 §3.3: seconds in 32 bits, of which all ones means for ever. */
const LEASE_SECONDS_MAX = 0xffff_fffe;

function leaseOf(file: DhcpSubnetFile['lease'], findings: Findings, path: Path): LeaseSeconds {
  const texts: LeaseFile = typeof file === 'object' ? file : { default: file ?? 3600 * SECOND };
  const defaultSeconds = texts.default / SECOND;
  const minSeconds = (texts.min ?? texts.default) / SECOND;
  const maxSeconds = (texts.max ?? texts.default) / SECOND;
  for (const seconds of [defaultSeconds, minSeconds, maxSeconds])
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > LEASE_SECONDS_MAX) {
      findings.add(path, 'a lease lasts whole seconds', 'write 1s or more, without a fraction of a second');
      break;
    }
  if (minSeconds > defaultSeconds || defaultSeconds > maxSeconds)
    findings.add(path, 'min, default and max are not in this order', 'let min <= default <= max');
  const renewSeconds = texts.renew === undefined ? undefined : texts.renew / SECOND;
  const rebindSeconds = texts.rebind === undefined ? undefined : texts.rebind / SECOND;
  // RFC 2131 §4.4.5: T1 before T2 before the end.
  const order = [renewSeconds, rebindSeconds, defaultSeconds].filter((seconds) => seconds !== undefined);
  if (order.some((seconds, index) => !Number.isInteger(seconds) || seconds <= (order[index - 1] ?? 0)))
    findings.add(
      path,
      'renew, rebind and default are not in this order',
      'let 0s < renew < rebind < default',
    );
  return { defaultSeconds, minSeconds, maxSeconds, renewSeconds, rebindSeconds };
}

function provisionOf({ server, file, siaddr }: ProvisionFile): ProvisionConfig {
  return { server, file, siaddr: siaddr ?? server };
}

function provisionForSomeOf(file: ProvisionForSomeFile): ProvisionForSomeConfig {
  return { ...provisionOf(file), class: file.class, userClass: file['user-class'] };
}

function buildReservation(file: ReservationFile, findings: Findings, path: Path): ReservationConfig {
  const given = [file.mac, file['client-id'], file['remote-id']].filter((each) => each !== undefined);
  if (given.length !== 1)
    findings.add(
      path,
      `a reservation is by one of mac, client-id, remote-id, and this one has ${given.length}`,
      'write exactly one of them',
    );
  const rest = { address: file.ip, hostname: file.hostname, tftp: file.tftp && provisionOf(file.tftp) };
  if (file.mac !== undefined) return { by: { kind: 'mac', mac: file.mac }, ...rest };
  if (file['client-id'] !== undefined) return { by: { kind: 'client-id', hex: file['client-id'] }, ...rest };
  return { by: { kind: 'remote-id', hex: file['remote-id'] ?? '' }, ...rest };
}
