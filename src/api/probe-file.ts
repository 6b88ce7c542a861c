import { randomInt } from 'node:crypto';
import { connect } from 'node:net';
import { Flag } from '../codec/dns/header.ts';
import { encodeQuery } from '../codec/dns/question.ts';
import { toName } from '../codec/dns/name.ts';
import { Type } from '../codec/dns/registry.ts';
import type {
  DhcpServiceConfig,
  DnsServiceConfig,
  Scenario,
  ServiceConfig,
  TftpServiceConfig,
} from '../config/scenario.ts';
import { formatIp, isIpv4 } from '../core/address.ts';
import { bug } from '../core/errors.ts';
import { escapeText } from '../core/text.ts';
import { askControl } from './control.ts';
import { askDns, fetchTftp, probeDhcp, probeTod, readDns } from './probe.ts';
import type { Server } from './probe.ts';
import { readScenario } from './read-scenario.ts';

/** One question to one service of a file, or to one CMTS. */
export interface Asked {
  readonly name: string;
  readonly good: boolean;
  /** What was asked and what came; safe to show. */
  readonly tells: string;
}

export interface ProbeFileOptions {
  /** Where to ask instead of the addresses of the file. */
  readonly at?: string | undefined;
  /** Values that the file is read with. */
  readonly set?: readonly string[] | undefined;
  /** The folder of the `serve` that runs the CMTSs here: their modems are asked after, too. */
  readonly stateFolder?: string | undefined;
}

const PORTS = { dhcp: 67, tftp: 69, tod: 37, dns: 53, ftp: 21, resolver: 53 } as const;
const GREETING_MS = 3_000;
/** The clients in whose name DHCP is asked: a modem, and what stands behind it. */
const MODEM = '02:68:65:61:64:70';
const BEHIND = '02:68:65:61:64:71';

/** Asks every service of a scenario file one question that it must be able to answer. */
export async function probeFile(path: string, options: ProbeFileOptions): Promise<readonly Asked[]> {
  const { scenario } = readScenario(path, { reach: 'any', set: options.set });
  const services = scenario.services.map((service) => {
    const address =
      options.at ?? formatIp(service.addresses[0]?.address ?? bug(`${service.name} is nowhere`));
    return ask(service, { address, port: PORTS[service.kind] });
  });
  const { stateFolder } = options;
  const cmts = stateFolder === undefined ? [] : await askCmts(scenario, stateFolder);
  return [...(await Promise.all(services)), ...cmts];
}

function ask(service: ServiceConfig, server: Server): Promise<Asked> {
  switch (service.kind) {
    case 'dhcp':
      return askDhcp(service, server);
    case 'tftp':
      return askTftp(service, server);
    case 'dns':
      return askZone(service, server);
    case 'resolver':
      return askResolver(service.name, server);
    case 'tod':
      return askTod(service.name, server);
    case 'ftp':
      return askFtp(service.name, server);
  }
}

/** In the name of a relay of the first subnet, which link selection (RFC 3527 §3) lets us be from anywhere. */
async function askDhcp({ name, subnets }: DhcpServiceConfig, server: Server): Promise<Asked> {
  const [subnet] = subnets;
  const inside = subnet?.subnet.address;
  const link = subnet?.relays[0] ?? (inside !== undefined && isIpv4(inside) ? inside : undefined);
  const { reading, trouble, tookMs } = await probeDhcp(server, {
    mac: subnet?.member === 'cpe' ? BEHIND : MODEM,
    modem: MODEM,
    class: subnet?.class?.replaceAll('*', ''),
    giaddr: undefined,
    link,
  });
  const good = reading?.type === 'OFFER';
  const tells = good ? `offers ${reading.yiaddr}` : reading === undefined ? trouble : `says ${reading.type}`;
  return { name, good, tells: `DISCOVER: ${tells}${good ? inMs(tookMs) : ''}` };
}

/** A file that is not there is asked for where none of the file's can be: to be told so is an answer. */
async function askTftp({ name, files }: TftpServiceConfig, server: Server): Promise<Asked> {
  const file = files.find((one) => !one.name.includes('{'))?.name;
  const { octets, trouble, tookMs, refused } = await fetchTftp(server, file ?? 'headend-probe', {});
  const good = octets !== undefined || (file === undefined && refused === true);
  const tells = octets === undefined ? trouble : `${octets.length} octets${inMs(tookMs)}`;
  return { name, good, tells: `RRQ ${escapeText(file ?? 'headend-probe')}: ${tells}` };
}

function askZone({ name, zones }: DnsServiceConfig, server: Server): Promise<Asked> {
  return askSoa(name, zones[0]?.apex ?? '.', 0, server);
}

/** The root is a name that every resolver can find. */
function askResolver(name: string, server: Server): Promise<Asked> {
  return askSoa(name, '.', Flag.RD, server);
}

async function askSoa(name: string, apex: string, flags: number, server: Server): Promise<Asked> {
  const question = { qname: toName(apex), qtype: Type.SOA };
  const query = encodeQuery(question, { id: randomInt(65_536), flags });
  const { octets, trouble, tookMs } = await askDns(query, server);
  const reading = octets === undefined ? trouble : readDns(octets);
  const good = typeof reading !== 'string' && reading.rcode === 'NOERROR' && reading.answers.length > 0;
  const tells = typeof reading === 'string' ? reading : reading.rcode;
  return { name, good, tells: `${apex} SOA: ${tells}${good ? inMs(tookMs) : ''}` };
}

async function askTod(name: string, server: Server): Promise<Asked> {
  const { time, trouble, tookMs } = await probeTod(server);
  return { name, good: time !== undefined, tells: `time: ${time ?? trouble}${time ? inMs(tookMs) : ''}` };
}

/** A server greets whoever connects: RFC 959 §5.4. */
async function askFtp(name: string, { address, port }: Server): Promise<Asked> {
  const startedAt = performance.now();
  const tells = await new Promise<string>((resolve) => {
    const socket = connect({ host: address, port, timeout: GREETING_MS });
    const end = (text: string): void => {
      socket.destroy();
      resolve(text);
    };
    socket.once('data', (octets) => {
      end(octets.toString('latin1').slice(0, 80).trimEnd());
    });
    socket.once('timeout', () => {
      end('no greeting');
    });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      end(error.code ?? error.message);
    });
    socket.once('end', () => {
      end('closed without a greeting');
    });
  });
  const good = tells.startsWith('220');
  const took = good ? inMs(Math.round(performance.now() - startedAt)) : '';
  return { name, good, tells: `greeting: ${escapeText(tells)}${took}` };
}

/** Each CMTS that runs there, with as many modems online as the file has on its cable. */
async function askCmts(scenario: Scenario, stateFolder: string): Promise<readonly Asked[]> {
  const answer = await askControl(stateFolder, 'modems');
  if (answer === undefined)
    return [{ name: 'modems', good: false, tells: `no serve runs on ${escapeText(stateFolder)}` }];
  const tables = answer as readonly { host: string; modems: readonly { state: string }[] }[];
  return tables.map(({ host, modems }) => {
    const online = modems.filter(({ state }) => state === 'online').length;
    const all = modemsOf(scenario, host);
    return { name: host, good: online >= all, tells: `modems: ${online} of ${all} online` };
  });
}

function modemsOf({ devices }: Scenario, name: string): number {
  const cmts = devices.find((device) => device.name === name);
  let count = 0;
  for (const device of devices)
    if (device.kind === 'cable-modem' && cmts?.kind === 'cmts' && device.on === cmts.cable)
      count += device.count ?? 1;
  return count;
}

function inMs(tookMs: number): string {
  return ` in ${tookMs.toFixed(1)} ms`;
}
