import type { Ip, Ipv4 } from '../../core/address.ts';
import {
  formatIp,
  formatIpv4,
  formatMac,
  ipv4,
  isIpv4,
  maskOfLength,
  prefixContains,
} from '../../core/address.ts';
import { MILLISECOND, SECOND } from '../../core/time.ts';
import { formatDurationUs } from '../../config/units.ts';
import { formatName, toName } from '../../codec/dns/name.ts';
import { flowMap, scalar } from '../yaml-flow.ts';
import type { SeenBoot } from './boot.ts';
import type { SeenClient } from './clients.ts';
import type { ServedFile } from './files.ts';
import { subnetLines, subnetsOf, textOf, type SeenSubnet } from './subnets.ts';
import type { SeenRecord } from './names.ts';

export interface CaptureHeading {
  readonly name: string;
  /** The capture's name, on one line. */
  readonly source: string;
}

/** A client as a device of the scenario. */
interface Device {
  readonly name: string;
  readonly client: SeenClient;
  readonly isModem: boolean;
}

/** Beyond what the boot took: a client whose packet is lost asks again after 4, 8, 16, 32 and 64 seconds. */
const PATIENCE_US = 180 * SECOND;
/** Expectations of single clients; more would only be slow. */
const EXPECTED_MAX = 100;
const SERVER_BITS_MAX = 24;

/** The text of a scenario in which the clients of a capture boot again. */
export function writeBoot(boot: SeenBoot, files: readonly ServedFile[], heading: CaptureHeading): string {
  const subnets = subnetsOf(boot.clients.byMac.values());
  const relay = subnets.flatMap(({ relays }) => [...relays])[0];
  const isRelayed = relay !== undefined;
  const devices = devicesOf(boot, isRelayed);
  const servers = serversOf(boot, files, subnets);
  const lines = [
    `# Brought in by headend import from ${heading.source}.`,
    '# To let the recorded server answer in place of one: place: replay and trace: (the capture) under it.',
    'headend: 1',
    `name: ${scalar(heading.name)}`,
    `about: ${scalar(`The boot of ${devices.length} clients as ${heading.source} shows it.`)}`,
    `duration: ${formatDurationUs(Math.ceil((boot.lengthUs + PATIENCE_US) / SECOND) * SECOND)}`,
    'net:',
    ...(isRelayed ? ['  hfc: { kind: segment, delay: 8ms, jitter: 6ms }'] : []),
    '  core: { kind: segment, delay: 1ms }',
    'services:',
    ...servers.flatMap(({ lines: own }) => own),
    'devices:',
    ...(isRelayed ? cmtsLines(relay, boot, subnets) : []),
    ...devices.map((device) => deviceLine(device, isRelayed)),
    'timeline:',
    ...devices.map(
      ({ name, client }) =>
        `  - { at: ${formatDurationUs(Math.round(client.firstUs / MILLISECOND) * MILLISECOND)}, do: power-on, who: ${name} }`,
    ),
    'expect:',
    '  - always: leases.unique',
    ...devices
      .filter(({ client }) => client.lease !== undefined)
      .slice(0, EXPECTED_MAX)
      .flatMap(expectLines),
  ];
  return `${lines.join('\n')}\n`;
}

function devicesOf({ clients }: SeenBoot, isRelayed: boolean): Device[] {
  let modems = 0;
  let hosts = 0;
  return [...clients.byMac.values()].map((client) => {
    const isModem = isRelayed && textOf(client.vendorClass)?.startsWith('docsis') === true;
    return { client, isModem, name: isModem ? `cm-${++modems}` : `host-${++hosts}` };
  });
}

interface Server {
  readonly address: Ip;
  readonly lines: readonly string[];
}

function serversOf(
  boot: SeenBoot,
  files: readonly ServedFile[],
  subnets: readonly SeenSubnet[],
): readonly Server[] {
  const { clients, timeServers, names } = boot;
  const tftp = new Set(boot.fetched.map(({ server }) => server));
  const all = [...clients.servers, ...tftp, ...timeServers, ...names.servers];
  const bits = bitsOf(all.filter((address) => isIpv4(address)));
  const at = (address: Ip): string =>
    isIpv4(address) ? `${formatIpv4(address)}/${bits}` : scalar(formatIp(address));
  const one = (kind: string, addresses: Iterable<Ip>, more: (address: Ip) => readonly string[]): Server[] =>
    [...addresses].map((address, index) => {
      const name = index === 0 ? kind : `${kind}-${index + 1}`;
      const kindLine = index === 0 ? [] : [`    kind: ${kind}`];
      return {
        address,
        lines: [`  ${name}:`, ...kindLine, '    on: core', `    ip: ${at(address)}`, ...more(address)],
      };
    });
  const zones = names.zones();
  return [
    ...(subnets.length === 0
      ? []
      : one('dhcp', [...clients.servers].slice(0, 1), () => [
          '    subnets:',
          ...subnets.flatMap(subnetLines),
        ])),
    ...one('tftp', tftp, (address) => fileLines(files.filter(({ server }) => server === address))),
    ...one('tod', timeServers, () => []),
    ...one('dns', zones.size === 0 ? [] : names.servers, () => zoneLines(zones)),
  ];
}

/** What all servers have in common is the network that they are on, as far as a capture can tell. */
function bitsOf(addresses: readonly Ipv4[]): number {
  const [first] = addresses;
  let bits = SERVER_BITS_MAX;
  if (first === undefined) return bits;
  while (bits > 1 && addresses.some((each) => ((each ^ first) & maskOfLength(bits)) !== 0)) bits--;
  return bits;
}

function fileLines(files: readonly ServedFile[]): string[] {
  if (files.length === 0) return [];
  return [
    '    files:',
    ...files.map(({ asked, path }) => `      ${scalar(asked)}: { file: ${scalar(path)} }`),
  ];
}

function zoneLines(zones: ReadonlyMap<string, readonly SeenRecord[]>): string[] {
  const lines = ['    zones:'];
  for (const [zone, records] of zones) {
    lines.push(`      ${scalar(zone)}:`, '        records:');
    for (const [owner, own] of byOwner(zone, records))
      lines.push(`          ${scalar(owner)}: ${flowList(own.map(recordText))}`);
  }
  return lines;
}

function byOwner(zone: string, records: readonly SeenRecord[]): ReadonlyMap<string, readonly SeenRecord[]> {
  const apex = toName(zone);
  const owners = new Map<string, SeenRecord[]>();
  for (const record of records) {
    const whole = formatName(record.owner);
    const name = record.owner.equals(apex) ? '@' : whole.slice(0, whole.length - formatName(apex).length - 1);
    owners.set(name, [...(owners.get(name) ?? []), record]);
  }
  return owners;
}

function recordText({ type, ttl, data }: SeenRecord): string {
  return flowMap([
    ['type', type],
    ['ttl', `${ttl}s`],
    ['data', scalar(data)],
  ]);
}

function flowList(texts: readonly string[]): string {
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`;
}

function cmtsLines(giaddr: Ipv4, { clients }: SeenBoot, subnets: readonly SeenSubnet[]): string[] {
  const [helper] = clients.servers;
  const own = subnets.find(({ prefix }) => prefixContains(prefix, giaddr));
  return [
    '  cmts:',
    '    kind: cmts',
    '    cable: hfc',
    '    uplink: core',
    `    giaddr: ${formatIpv4(giaddr)}/${own?.prefix.length ?? SERVER_BITS_MAX}`,
    ...(helper === undefined ? [] : [`    helper: ${formatIpv4(helper)}`]),
  ];
}

function deviceLine({ name, client, isModem }: Device, isRelayed: boolean): string {
  const vendorClass = textOf(client.vendorClass);
  const parts = [
    `kind: ${isModem ? 'cable-modem' : 'host'}`,
    `on: ${isRelayed ? 'hfc' : 'core'}`,
    `mac: ${scalar(formatMac(client.mac))}`,
    ...(vendorClass === undefined ? [] : [`class: ${scalar(vendorClass)}`]),
  ];
  return `  ${name}: { ${parts.join(', ')} }`;
}

function expectLines({ name, client, isModem }: Device): string[] {
  const address = formatIpv4(client.lease?.yiaddr ?? ipv4(0));
  return [
    `  - sequence: { steps: [${scalar(`DHCP ACK *>* mac=${formatMac(client.mac)} yiaddr=${address}`)}] }`,
    `  - eventually: { who: ${name}, state: ${isModem ? 'operational' : 'bound'} }`,
  ];
}
