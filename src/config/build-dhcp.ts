import { broadcastOf, formatIpv4, formatPrefix, prefixContains, type Ipv4 } from '../core/address.ts';
import { optionNamed } from '../codec/dhcp/registry.ts';
import { parseOption } from '../codec/dhcp/value.ts';
import { ConfigError } from '../core/errors.ts';
import { SECOND } from '../core/time.ts';
import { checkOverlap } from './addresses.ts';
import { buildClientTest } from './build-clients.ts';
import type { Findings, Path } from './findings.ts';
import type {
  DhcpClassConfig,
  DhcpOptionConfig,
  DhcpServiceConfig,
  DhcpSubnetConfig,
  LeaseSeconds,
  ProvisionConfig,
  ReservationConfig,
  ServiceCommon,
} from './scenario.ts';
import type {
  ClientClassFile,
  DhcpFile,
  DhcpSubnetFile,
  ProvisionFile,
  ReservationFile,
} from './schema-services.ts';
import { pathText } from './source.ts';

export function buildDhcp(
  file: DhcpFile,
  common: ServiceCommon,
  findings: Findings,
  path: Path,
): DhcpServiceConfig {
  const subnets = file.subnets.map((subnet, index) =>
    buildSubnet(subnet, findings, [...path, 'subnets', index]),
  );
  checkOverlap(
    subnets.flatMap((subnet, index) =>
      subnet.ranges.map((range) => ({ ...range, path: [...path, 'subnets', index, 'range'] })),
    ),
    findings,
  );
  checkReservations(subnets, common, findings, path);
  return {
    ...common,
    kind: 'dhcp',
    authoritative: file.authoritative ?? false,
    switches: {
      ignoresClientId: file['ignore-client-id'],
      acksWithoutRequestData: file['ack-without-data'],
      acceptsWithoutServerId: file['accept-without-server-id'],
      offerHoldSeconds: holdOf(file, 'offer-hold', findings, path),
      declineHoldSeconds: holdOf(file, 'decline-hold', findings, path),
    },
    subnets,
  };
}

function holdOf(
  file: DhcpFile,
  key: 'offer-hold' | 'decline-hold',
  findings: Findings,
  path: Path,
): number | undefined {
  const us = file[key];
  if (us === undefined) return undefined;
  if (us < SECOND || us % SECOND !== 0)
    findings.add([...path, key], 'an address is held for whole seconds', 'write 1s or more');
  return us / SECOND;
}

function checkReservations(
  subnets: readonly DhcpSubnetConfig[],
  { addresses }: ServiceCommon,
  findings: Findings,
  path: Path,
): void {
  const seen = new Set<Ipv4>();
  for (const [index, subnet] of subnets.entries())
    for (const [item, reservation] of subnet.reservations.entries()) {
      const at = [...path, 'subnets', index, 'reservations', item, 'ip'];
      const shown = formatIpv4(reservation.address);
      if (seen.has(reservation.address))
        findings.add(at, `${shown} is reserved twice`, 'reserve each address for one client');
      if (addresses.some(({ address }) => address === reservation.address))
        findings.add(at, `${shown} is the server's own address`, 'reserve one that no other host has');
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
    test:
      file.when === undefined && file.unless === undefined
        ? undefined
        : buildClientTest(file, findings, path),
    sharedNetwork: file['shared-network'],
    // A relay on the clients' link is their router, unless the file says otherwise.
    routers: file.router ?? (file.relay ?? []).filter((relay) => prefixContains(subnet, relay)),
    tftp: provisionsOf(file.tftp ?? [], findings, path),
    options: buildOptions(file, findings, path),
    classes: (file.classes ?? []).map((each, index) =>
      buildClass(each, index, findings, [...path, 'classes', index]),
    ),
    reservations: (file.reservations ?? []).map((reservation, index) =>
      buildReservation(reservation, findings, [...path, 'reservations', index]),
    ),
    at: pathText(path),
  };
}

/** A subnet as it is when some of it has changed. */
export function changeSubnet(
  before: DhcpSubnetConfig,
  file: Pick<DhcpSubnetFile, 'lease' | 'router' | 'tftp' | 'options'>,
  findings: Findings,
  path: Path,
): DhcpSubnetConfig {
  const options = buildOptions(file, findings, path);
  const others = before.options.filter(({ name }) => !options.some((option) => option.name === name));
  for (const router of file.router ?? [])
    if (!prefixContains(before.subnet, router))
      findings.add(
        [...path, 'router'],
        `the router ${formatIpv4(router)} is outside of the subnet ${formatPrefix(before.subnet)}`,
        `write an address of ${formatPrefix(before.subnet)}`,
      );
  return {
    ...before,
    lease: file.lease === undefined ? before.lease : leaseOf(file.lease, findings, [...path, 'lease']),
    routers: file.router ?? before.routers,
    tftp: file.tftp === undefined ? before.tftp : provisionsOf(file.tftp, findings, path),
    options: [...others, ...options],
  };
}

function provisionsOf(
  files: NonNullable<DhcpSubnetFile['tftp']>,
  findings: Findings,
  path: Path,
): DhcpSubnetConfig['tftp'] {
  return files.map((each) => ({
    ...provisionOf(each, findings, path),
    class: each.class,
    userClass: each['user-class'],
  }));
}

function buildClass(file: ClientClassFile, index: number, findings: Findings, path: Path): DhcpClassConfig {
  if (file.tftp === undefined && file.options === undefined)
    findings.add(path, 'the class says nothing to its clients', 'add tftp: or options:');
  return {
    name: file.name ?? `classes[${index}]`,
    test: buildClientTest(file, findings, path),
    tftp: file.tftp && provisionOf(file.tftp, findings, path),
    options: buildOptions(file, findings, path),
  };
}

function buildOptions(
  file: Pick<DhcpSubnetFile, 'options'>,
  findings: Findings,
  parent: Path,
): DhcpOptionConfig[] {
  const path = [...parent, 'options'];
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

export function leaseOf(file: DhcpSubnetFile['lease'], findings: Findings, path: Path): LeaseSeconds {
  const texts: LeaseFile = typeof file === 'object' ? file : { default: file ?? 3600 * SECOND };
  const defaultSeconds = texts.default / SECOND;
  const minSeconds = (texts.min ?? texts.default) / SECOND;
  const maxSeconds = (texts.max ?? texts.default) / SECOND;
  const renewSeconds = texts.renew === undefined ? undefined : texts.renew / SECOND;
  const rebindSeconds = texts.rebind === undefined ? undefined : texts.rebind / SECOND;
  for (const seconds of [defaultSeconds, minSeconds, maxSeconds])
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > LEASE_SECONDS_MAX) {
      findings.add(path, 'a lease lasts whole seconds', 'write 1s or more, without a fraction of a second');
      break;
    }
  if (minSeconds > defaultSeconds || defaultSeconds > maxSeconds)
    findings.add(path, 'min, default and max are not in this order', 'let min <= default <= max');
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

function provisionOf(file: ProvisionFile, findings: Findings, parent: Path): ProvisionConfig {
  if (file.server === undefined && file.file === undefined)
    findings.add([...parent, 'tftp'], 'there is neither a server nor a file', 'add server:, file:, or both');
  return { server: file.server, file: file.file, siaddr: file.siaddr ?? file.server ?? 'none' };
}

function buildReservation(file: ReservationFile, findings: Findings, path: Path): ReservationConfig {
  const given = [file.mac, file['client-id'], file['remote-id']].filter((each) => each !== undefined);
  if (given.length !== 1)
    findings.add(
      path,
      `a reservation is by one of mac, client-id, remote-id, and this one has ${given.length}`,
      'write exactly one of them',
    );
  const rest = {
    address: file.ip,
    hostname: file.hostname,
    tftp: file.tftp && provisionOf(file.tftp, findings, path),
    options: buildOptions(file, findings, path),
  };
  if (file.mac !== undefined) return { by: { kind: 'mac', mac: file.mac }, ...rest };
  if (file['client-id'] !== undefined) return { by: { kind: 'client-id', hex: file['client-id'] }, ...rest };
  return { by: { kind: 'remote-id', hex: file['remote-id'] ?? '' }, ...rest };
}
