import { randomInt } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { describeMessage as describeDhcp } from '../codec/dhcp/describe.ts';
import type { DhcpDescription } from '../codec/dhcp/describe.ts';
import { encodeMessage as encodeDhcp } from '../codec/dhcp/fields.ts';
import { decodeMessage as decodeDhcp } from '../codec/dhcp/message.ts';
import { RelaySuboption } from '../codec/dhcp/option/relay-agent.ts';
import { encodeSuboptions } from '../codec/dhcp/option/suboptions.ts';
import { HTYPE_ETHERNET, MessageType, Op, Option, SERVER_PORT } from '../codec/dhcp/codes.ts';
import { Flag } from '../codec/dns/header.ts';
import { decodeMessage as decodeDns } from '../codec/dns/message.ts';
import { formatRecord } from '../codec/dns/record.ts';
import { rcodeName } from '../codec/dns/registry.ts';
import { decodeTod, unixSecondsOfTod } from '../codec/tod.ts';
import { ANY, formatIp, ipOctets, isIpv4, parseIp, parseMac, writeMac } from '../core/address.ts';
import type { Ip, Ipv4, Mac } from '../core/address.ts';
import { u16At, u32At } from '../core/bytes.ts';
import { DecodeError } from '../core/errors.ts';
import { escapeText, utf8Octets } from '../core/text.ts';
import { exchangeTcp, exchangeUdp } from './exchange.ts';
import type { Exchange, Server } from './exchange.ts';
import { UsageError } from './failure.ts';

export type { Exchange, Server } from './exchange.ts';
export { fetchTftp } from './probe-tftp.ts';

/** How long one sending waits, and how many there are. */
const PATIENCE = { timeoutMs: 1_500, tries: 3 };

/** `10.0.0.53`, or `10.0.0.53` with a port of its own. */
export function serverAt(address: string, port: number): Server {
  if (parseIp(address) === undefined) {
    const [, bracketed, plain, own] = /^(?:\[(.+)\]|([^:]+)):(\d{1,5})$/.exec(address) ?? [];
    const host = bracketed ?? plain ?? '';
    const remedy =
      parseIp(host) !== undefined ? `write ${host}, and --port ${own}` : 'write 192.0.2.53 or 2001:db8::53';
    throw new UsageError(`"${address.slice(0, 60)}" is not an address: ${remedy}`);
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new UsageError(`"${port}" is not a port: write 1 to 65535`);
  return { address, port };
}

/** `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1`, `[2001:db8::1]:5353`; port 53 when none is said. */
export function serverFrom(text: string): Server {
  const [, bracketed, plain, port = '53'] = /^(?:\[(.+)\]|([^:]+))(?::(\d+))?$/.exec(text) ?? [];
  return serverAt(bracketed ?? plain ?? text, Number(port));
}

/** A DNS answer as we read it; presentation format, so safe to show. */
export interface DnsReading {
  readonly rcode: string;
  readonly flags: readonly string[];
  readonly answers: readonly string[];
  readonly authorities: readonly string[];
  readonly additionals: readonly string[];
}

const FLAG_NAMES = [
  ['aa', Flag.AA],
  ['tc', Flag.TC],
  ['rd', Flag.RD],
  ['ra', Flag.RA],
  ['ad', Flag.AD],
] as const;

/** Whether it was cut to fit the datagram. */
export function isCut(octets: Uint8Array): boolean {
  return octets.length >= 12 && (u16At(octets, 2) & Flag.TC) !== 0;
}

/** Gives why not, safe to show, when it cannot be read. */
export function readDns(octets: Uint8Array): DnsReading | string {
  const message = attempt(() => decodeDns(octets));
  if (typeof message === 'string') return message;
  return {
    rcode: rcodeName(message.rcode),
    flags: FLAG_NAMES.filter(([, flag]) => (message.flags & flag) !== 0).map(([name]) => name),
    answers: message.answers.map(formatRecord),
    authorities: message.authorities.map(formatRecord),
    additionals: message.additionals.map(formatRecord),
  };
}

/** What a decoder makes of an answer, or why it cannot be read. */
function attempt<Message>(decode: () => Message): Message | string {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError) return `the answer cannot be read: ${escapeText(error.message)}`;
    throw error;
  }
}

/** Whether it answers this query: same id, QR set. */
function isDnsAnswer(query: Uint8Array, octets: Uint8Array): boolean {
  return octets.length >= 12 && u16At(octets, 0) === u16At(query, 0) && ((octets[2] ?? 0) & 0x80) !== 0;
}

export function askDns(query: Uint8Array, server: Server): Promise<Exchange> {
  return exchangeUdp(query, server, { ...PATIENCE, isAnswer: (octets) => isDnsAnswer(query, octets) });
}

export function askDnsByTcp(query: Uint8Array, server: Server): Promise<Exchange> {
  return exchangeTcp(query, server, { ...PATIENCE, isAnswer: (octets) => isDnsAnswer(query, octets) });
}

export interface TodReading {
  /** RFC 3339; undefined without an answer. */
  readonly time: string | undefined;
  /** Against this machine's clock; positive: the server is ahead. */
  readonly offSeconds: number | undefined;
  readonly tookMs: number;
  readonly trouble: string;
}

function isTime(octets: Uint8Array): boolean {
  return octets.length === 4;
}

export async function probeTod(server: Server): Promise<TodReading> {
  const { octets, tookMs, trouble } = await exchangeUdp(new Uint8Array(0), server, {
    ...PATIENCE,
    isAnswer: isTime,
  });
  if (octets === undefined) return { time: undefined, offSeconds: undefined, tookMs, trouble };
  const unixSeconds = unixSecondsOfTod(decodeTod(octets));
  const offSeconds = unixSeconds - Math.floor(Date.now() / 1_000);
  return {
    time: `${new Date(unixSeconds * 1_000).toISOString().slice(0, 19)}Z`,
    offSeconds,
    tookMs,
    trouble: '',
  };
}

export interface DhcpProbe {
  readonly mac: string;
  /** The modem that it is behind, option 82.2; left out: itself. */
  readonly modem?: string | undefined;
  /** An address on its link, option 82.5; left out: giaddr is on it. */
  readonly link?: Ipv4 | undefined;
  readonly class: string | undefined;
  /** The relay to speak as, an address of this machine; undefined: the one that leads to the server. */
  readonly giaddr: string | undefined;
}

export interface DhcpExchange extends Exchange {
  readonly reading: DhcpDescription | undefined;
}

/**
 * Sends a DISCOVER in the name of a relay, which needs no raw socket: the answer comes to giaddr. Option 82.19 asks for
 * it at our port (RFC 8357 §5); where port 67 can be had it is used, for servers that do not know that option.
 */
export async function probeDhcp(server: Server, probe: DhcpProbe): Promise<DhcpExchange> {
  const mac = macOf(probe.mac);
  const modem = probe.modem === undefined ? mac : macOf(probe.modem);
  const asked = parseIp(server.address);
  const giaddr = probe.giaddr === undefined ? await sourceTowards(server) : parseIp(probe.giaddr);
  if (asked === undefined || giaddr === undefined || !isIpv4(asked) || !isIpv4(giaddr))
    throw new UsageError('DHCP is asked over IPv4: give an IPv4 server and --giaddr');
  const xid = randomInt(2 ** 32);
  const request = discover({ mac, modem, xid, giaddr, link: probe.link, class: probe.class });
  const isAnswer = (octets: Uint8Array) =>
    octets.length >= 240 && octets[0] === Op.reply && u32At(octets, 4) === xid;
  const port = (await isFree(SERVER_PORT)) ? SERVER_PORT : 0;
  const from = { address: formatIp(giaddr), port };
  const exchange = await exchangeUdp(request, server, { ...PATIENCE, isAnswer, from });
  const { octets } = exchange;
  if (octets === undefined) return { ...exchange, reading: undefined };
  const message = attempt(() => decodeDhcp(octets));
  if (typeof message === 'string') return { ...exchange, reading: undefined, trouble: message };
  return { ...exchange, reading: describeDhcp(message) };
}

function macOf(text: string): Mac {
  const mac = parseMac(text);
  if (mac !== undefined) return mac;
  throw new UsageError(`"${text.slice(0, 60)}" is not a hardware address: write 02:00:00:00:00:01`);
}

interface Facts {
  readonly mac: Mac;
  readonly modem: Mac;
  readonly xid: number;
  readonly giaddr: Ipv4;
  readonly link: Ipv4 | undefined;
  readonly class: string | undefined;
}

/** What a cable modem's relay would send. */
function discover(facts: Facts): Uint8Array {
  const chaddr = new Uint8Array(6);
  writeMac(chaddr, 0, facts.mac);
  const remoteId = new Uint8Array(6);
  writeMac(remoteId, 0, facts.modem);
  const { link } = facts;
  const relayAgent = encodeSuboptions([
    { code: RelaySuboption.remoteId, octets: remoteId },
    ...(link === undefined ? [] : [{ code: RelaySuboption.linkSelection, octets: ipOctets(link) }]),
    { code: RelaySuboption.sourcePort, octets: new Uint8Array(0) },
  ]);
  const text = facts.class === undefined ? undefined : utf8Octets(facts.class);
  return encodeDhcp({
    op: Op.request,
    htype: HTYPE_ETHERNET,
    hlen: 6,
    hops: 1,
    xid: facts.xid,
    secs: 0,
    flags: 0,
    ciaddr: ANY,
    yiaddr: ANY,
    siaddr: ANY,
    giaddr: facts.giaddr,
    chaddr,
    sname: new Uint8Array(0),
    file: new Uint8Array(0),
    options: [
      { code: Option.messageType, octets: Uint8Array.of(MessageType.discover) },
      ...(text === undefined ? [] : [{ code: Option.vendorClass, octets: text }]),
      { code: Option.parameterRequestList, octets: Uint8Array.of(1, 2, 3, 4, 6, 7, 15, 66, 67) },
      { code: Option.relayAgent, octets: relayAgent },
    ],
  });
}

/** The address this machine sends from to reach the server, 0.0.0.0 where no way leads there; nothing is sent. */
function sourceTowards({ address, port }: Server): Promise<Ip | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(address) ? 'udp6' : 'udp4');
    socket.connect(port, address, (error?: Error | null) => {
      const source = error ? ANY : parseIp(socket.address().address);
      socket.close(() => resolve(source));
    });
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind(port, () => socket.close(() => resolve(true)));
  });
}
