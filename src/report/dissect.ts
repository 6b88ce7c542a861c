import { formatEndpoint, formatIp, formatMac, MAC_BROADCAST, toMac } from '../core/address.ts';
import type { Ip, Mac } from '../core/address.ts';
import { u16At, u32At } from '../core/bytes.ts';
import type { FrameBody, FrameEvent, HostSpec } from '../core/driver.ts';
import { bug, DecodeError } from '../core/errors.ts';
import { toInstant } from '../core/time.ts';
import { CLIENT_PORT, SERVER_PORT } from '../codec/dhcp/codes.ts';
import { COOKIE_OFFSET, MAGIC_COOKIE } from '../codec/dhcp/message.ts';
import { decodeFrame } from '../codec/frame/decode.ts';
import { EtherType } from '../codec/frame/protocol.ts';
import { LinkType } from '../codec/pcap.ts';
import { TFTP_PORT } from '../codec/tftp/packet.ts';
import { PacketReader } from '../scenario/packet.ts';

/** How to read octets: a whole frame, a MAC message of a cable, or what a UDP datagram of that protocol carries. */
export const FORMS = ['ethernet', 'docsis', 'dhcp', 'dns', 'tftp', 'tod'] as const;
export type Form = (typeof FORMS)[number];

/** One packet read without its run. Texts are safe to show. */
export interface Dissection {
  readonly protocol: string;
  readonly kind: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly from: string | null;
  readonly to: string | null;
  readonly source_mac: string | null;
  readonly destination_mac: string | null;
  /** What the protocol's own codec reads; a view. */
  readonly payload: Uint8Array;
}

interface Frame {
  readonly body: FrameBody;
  readonly source: Mac | undefined;
  readonly destination: Mac | undefined;
}

/** Throws `DecodeError` for octets that are no such thing. `transfers`: endpoints that are known to speak TFTP. */
export function dissect(
  octets: Uint8Array,
  form: Form,
  transfers: ReadonlySet<string> = new Set(),
): Dissection {
  const { body, source, destination } = frameOf(octets, form);
  const ends = body.kind === 'udp' || body.kind === 'tcp' ? body : undefined;
  const isTransfer =
    ends !== undefined &&
    (transfers.has(formatEndpoint(ends.from)) || transfers.has(formatEndpoint(ends.to)));
  const facts = new PacketReader(NOWHERE).describe(eventOf(body, isTransfer));
  return {
    protocol: facts.protocol,
    kind: facts.kind,
    fields: Object.fromEntries(facts.fields),
    // Octets without a frame have no addresses to show.
    from: form === 'ethernet' ? placeText(body, 'from') : null,
    to: form === 'ethernet' ? placeText(body, 'to') : null,
    source_mac: source === undefined ? null : formatMac(source),
    destination_mac: destination === undefined ? null : formatMac(destination),
    payload: body.kind === 'tcp' ? body.segment : body.kind === 'arp' ? octets : body.octets,
  };
}

/** What octets most likely are: by the marks that each form has; undefined when they have none. */
export function guessForm(octets: Uint8Array): Form | undefined {
  if (octets.length >= COOKIE_OFFSET + 4 && u32At(octets, COOKIE_OFFSET) === MAGIC_COOKIE) return 'dhcp';
  if (octets[0] === DOCSIS_MAC_MESSAGE && reads(octets, 'docsis')) return 'docsis';
  if (octets.length > 14 && ETHER_TYPES.has(u16At(octets, 12)) && reads(octets, 'ethernet'))
    return 'ethernet';
  if (looksLikeTftp(octets) && reads(octets, 'tftp')) return 'tftp';
  if (octets.length >= 12 && reads(octets, 'dns')) return 'dns';
  return undefined;
}

/** FC of a MAC management message: MULPI §6.2. */
const DOCSIS_MAC_MESSAGE = 0xc2;
const ETHER_TYPES: ReadonlySet<number> = new Set(Object.values(EtherType));

/** An opcode from 1 to 6; names, texts and options end in a zero, and an ACK has four octets. */
function looksLikeTftp(octets: Uint8Array): boolean {
  const opcode = octets.length >= 4 ? u16At(octets, 0) : 0;
  if (opcode === 4) return octets.length === 4;
  return [1, 2, 5, 6].includes(opcode) && octets.at(-1) === 0;
}

function reads(octets: Uint8Array, form: Form): boolean {
  try {
    return dissect(octets, form).kind !== 'MALFORMED';
  } catch (error) {
    if (error instanceof DecodeError) return false;
    throw error;
  }
}

/** The client's endpoint of a read or write request, whose transfer goes on between other ports: RFC 1350 §4. */
export function transferOf(octets: Uint8Array): string | undefined {
  try {
    const { body } = frameOf(octets, 'ethernet');
    return body.kind === 'udp' && body.to.port === TFTP_PORT ? formatEndpoint(body.from) : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

export function formOfLink(linkType: number): Form | undefined {
  if (linkType === LinkType.ethernet) return 'ethernet';
  return linkType === LinkType.docsis ? 'docsis' : undefined;
}

function frameOf(octets: Uint8Array, form: Form): Frame {
  if (form === 'ethernet') return decodeFrame(octets);
  const unknown = { source: undefined, destination: undefined };
  if (form === 'docsis') return { ...unknown, body: { kind: 'mac-message', octets } };
  const [from, to] = PORTS[form](octets);
  const ends = { from: { address: UNKNOWN_IP, port: from }, to: { address: UNKNOWN_IP, port: to } };
  return { ...unknown, body: { kind: 'udp', ...ends, ttl: 64, octets } };
}

const UNKNOWN_IP = 0 as Ip;
/** Above what any service listens on. */
const SOME_PORT = 50_000;

/** Source and destination that the octets would have. */
const PORTS: Readonly<
  Record<Exclude<Form, 'ethernet' | 'docsis'>, (octets: Uint8Array) => [number, number]>
> = {
  dhcp: (octets) => (octets[0] === 1 ? [CLIENT_PORT, SERVER_PORT] : [SERVER_PORT, CLIENT_PORT]),
  dns: (octets) => ((octets[2] ?? 0) >= 0x80 ? [53, SOME_PORT] : [SOME_PORT, 53]),
  tftp: () => [SOME_PORT, TFTP_PORT],
  tod: (octets) => (octets.length === 0 ? [SOME_PORT, 37] : [37, SOME_PORT]),
};

const NOWHERE = { segments: [], links: [], hosts: [] };

/** The packet as if somebody had sent it to somebody. */
function eventOf(body: FrameBody, isTransfer: boolean): FrameEvent {
  return {
    sentAt: toInstant(0),
    at: toInstant(0),
    segment: '',
    sender: somebody(isTransfer),
    receiver: somebody(isTransfer),
    fate: 'delivered',
    fault: undefined,
    sourceMac: toMac(0),
    destinationMac: MAC_BROADCAST,
    packet: 0,
    body,
    rule: undefined,
    detail: undefined,
  };
}

function somebody(servesTftp: boolean): HostSpec {
  return {
    name: 'somebody',
    kind: 'host',
    group: 'somebody',
    interfaces: [],
    routes: [],
    forwards: false,
    udpPorts: servesTftp ? [TFTP_PORT] : [],
    tcpPorts: [],
    create: () => bug('a packet without its run has no hosts to start'),
  };
}

function placeText(body: FrameBody, end: 'from' | 'to'): string | null {
  switch (body.kind) {
    case 'udp':
    case 'tcp':
      return formatEndpoint(body[end]);
    case 'icmp':
      return formatIp(body[end]);
    case 'arp':
      return formatIp(end === 'from' ? body.senderIp : body.targetIp);
    case 'mac-message':
      return null;
    default:
      return body satisfies never;
  }
}
