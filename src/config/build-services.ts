import { formatIp } from '../core/address.ts';
import { interfaceAddress, type AddressBook } from './addresses.ts';
import { buildDhcp } from './build-dhcp.ts';
import type { Findings, Path } from './findings.ts';
import { buildTftpFiles } from './build-files.ts';
import { buildPlace } from './build-place.ts';
import { buildResolver } from './build-resolver.ts';
import { buildDns } from './build-dns.ts';
import { buildDoor } from './build-door.ts';
import type { FtpServiceConfig, ServiceCommon, ServiceConfig, TftpServiceConfig } from './scenario.ts';
import type { FtpFile, ServiceFile, ServicesFile, TftpFile } from './schema-services.ts';
import { quote } from './mistakes.ts';

/** Services in the file's order, the named kinds and those that say theirs; then those that stand among the devices. */
export function buildServices(
  services: ServicesFile,
  order: readonly string[],
  book: AddressBook,
  findings: Findings,
  among: readonly string[] = [],
): ServiceConfig[] {
  const built: ServiceConfig[] = [];
  for (const name of [...order, ...among]) {
    const file = services[name];
    if (file === undefined) continue;
    const path = [among.includes(name) ? 'devices' : 'services', name];
    const common = buildCommon(name, file, built, book, findings, path);
    const service = buildService(file, common, services, findings, path);
    built.push(service);
  }
  return built;
}

function buildService(
  file: ServiceFile,
  common: ServiceCommon,
  services: ServicesFile,
  findings: Findings,
  path: Path,
): ServiceConfig {
  // Under its own name a service need not say its kind.
  const kind = file.kind ?? common.name;
  if (isKind(file, kind, 'dhcp')) return buildDhcp(file, common, findings, path);
  if (isKind(file, kind, 'tftp')) return buildTftp(file, common, findings, path);
  if (isKind(file, kind, 'dns')) return buildDns(file, common, findings, path);
  if (isKind(file, kind, 'ftp')) return buildFtp(file, common, findings, path);
  if (isKind(file, kind, 'resolver')) return buildResolver(file, common, services, findings, path);
  return { ...common, kind: 'tod' };
}

function isKind<Kind extends 'dhcp' | 'tftp' | 'dns' | 'ftp' | 'resolver'>(
  _file: ServiceFile,
  kind: string,
  wanted: Kind,
): _file is NonNullable<ServicesFile[Kind]> & ServiceFile {
  return kind === wanted;
}

function buildTftp(file: TftpFile, common: ServiceCommon, findings: Findings, path: Path): TftpServiceConfig {
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
      perSource: file.limits?.['per-source'],
    },
  };
}

/** Ports that few else use, as many as clients at one time in a lesson. */
const PASSIVE_PORTS = { first: 50_000, last: 50_015 };
const PASSIVE_MAX = 1_000;

function buildFtp(file: FtpFile, common: ServiceCommon, findings: Findings, path: Path): FtpServiceConfig {
  const text = file['passive-ports'];
  const parts = /^(\d{1,5})-(\d{1,5})$/.exec(text ?? '');
  const [first, last] = [Number(parts?.[1]), Number(parts?.[2])];
  const isRange = first >= 1024 && first <= last && last <= 65_535 && last - first < PASSIVE_MAX;
  if (text !== undefined && !isRange)
    findings.add(
      [...path, 'passive-ports'],
      `${quote(text)} is no range of ports`,
      `write two from 1024 to 65535, at most ${PASSIVE_MAX} ports, such as 50000-50015`,
    );
  return {
    ...common,
    kind: 'ftp',
    files: buildTftpFiles(file.files ?? {}, findings, [...path, 'files']),
    folder: file.folder === undefined ? undefined : findings.file(file.folder, 'folder', [...path, 'folder']),
    passivePorts: isRange ? { first, last } : PASSIVE_PORTS,
  };
}

function buildCommon(
  name: string,
  file: ServiceFile,
  before: readonly ServiceConfig[],
  book: AddressBook,
  findings: Findings,
  path: Path,
): ServiceCommon {
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
    else if ((mate.place.kind === 'live') !== (file.place === 'live'))
      findings.add(
        at,
        `${mate.name} is at ${formatIp(address.address)} too, and one of both is real`,
        `let both be live, or give ${name} another address`,
      );
    return address;
  });
  return {
    name,
    on: file.on,
    addresses,
    ...buildDoor(file, { kind, addresses }, { before, findings, path }),
    place: buildPlace(file, { kind, addresses }, findings, path),
  };
}
