import { formatIp, formatMac, MAC_BROADCAST } from '../../core/address.ts';
import type { Ip, Mac } from '../../core/address.ts';
import type { Fate, FrameBody } from '../../core/driver.ts';
import { DecodeError } from '../../core/errors.ts';
import { escapeText } from '../../core/text.ts';
import { toInstant } from '../../core/time.ts';
import { MacMessage } from '../../codec/docsis/mac-message.ts';
import { decodeFrame } from '../../codec/frame/decode.ts';
import { LinkType } from '../../codec/pcap.ts';
import type { Capture } from '../../codec/pcap-reader.ts';
import { CauseFinder } from './finder.ts';
import type { Party } from './sighting.ts';

/** A frame of a capture that could be read. */
interface Captured {
  readonly number: number;
  readonly at: number;
  readonly segment: string;
  readonly source: Mac;
  readonly destination: Mac;
  readonly body: FrameBody;
  readonly fate: Fate;
  readonly packet: number;
}

/** From so many addresses only a router sends. */
const ADDRESSES_OF_A_HOST = 2;

/**
 * Hands a capture to a finder. A capture knows no hosts: each hardware address is one, named by the address that it sends from, and a
 * router is who sends from many. What headend wrote beside a packet that did not arrive is believed.
 */
export function findInCapture(capture: Capture): CauseFinder {
  const finder = new CauseFinder([]);
  const frames = readFrames(capture);
  const parties = partiesOf(frames, new Map(capture.names.map(({ address, name }) => [address, name])));
  for (const { number, at, segment, source, destination, body, fate, packet } of frames) {
    const sender = parties.get(source);
    if (sender === undefined) continue;
    finder.next(number);
    finder.frame({
      sentAt: toInstant(at),
      at: toInstant(at),
      segment,
      fate,
      fault: undefined,
      packet,
      sourceMac: source,
      destinationMac: destination,
      body,
      sender,
      receiver: destination === MAC_BROADCAST ? undefined : parties.get(destination),
    });
  }
  return finder;
}

/** Moments count from the first packet. What cannot be read is left out. */
function readFrames({ packets, interfaces }: Capture): readonly Captured[] {
  const frames: Captured[] = [];
  const firstNs = packets.find(({ atNs }) => atNs !== undefined)?.atNs ?? 0n;
  let other = 0;
  for (const [index, { octets, atNs, interface: number, packetId, comment }] of packets.entries()) {
    const link = interfaces[number];
    const frame = link === undefined ? undefined : readFrame(octets, link.linkType);
    if (link === undefined || frame === undefined) continue;
    frames.push({
      ...frame,
      number: index + 1,
      at: Number(((atNs ?? firstNs) - firstNs) / 1_000n),
      segment: escapeText((link.name ?? `interface ${number}`).replace(/-mac$/, '')),
      fate: fateOf(comment ?? ''),
      // Crossings of one datagram share an id only where somebody wrote one.
      packet: packetId === undefined ? --other : Number(packetId),
    });
  }
  return frames;
}

const message = new MacMessage();

function readFrame(
  octets: Uint8Array,
  linkType: number,
): { source: Mac; destination: Mac; body: FrameBody } | undefined {
  try {
    if (linkType === LinkType.ethernet) return decodeFrame(octets);
    if (linkType !== LinkType.docsis) return undefined;
    const { source, destination } = message.decode(octets);
    return { source, destination, body: { kind: 'mac-message', octets } };
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** The words that headend's own captures begin a comment with. */
function fateOf(comment: string): Fate {
  if (comment.startsWith('LOST')) return comment.includes('(') ? 'faulted' : 'lost';
  if (comment.startsWith('UNHEARD')) return 'unheard';
  if (comment.startsWith('DROPPED: the queue')) return 'overflow';
  return comment.startsWith('DROPPED: the limiter') ? 'limited' : 'delivered';
}

function partiesOf(frames: readonly Captured[], names: ReadonlyMap<Ip, string>): ReadonlyMap<Mac, Party> {
  const sources = new Map<Mac, Set<Ip>>();
  const segments = new Map<Mac, string>();
  const firsts = new Map<Ip, Mac>();
  for (const { source, destination, segment, body } of frames) {
    for (const mac of [source, destination]) {
      if (!sources.has(mac)) sources.set(mac, new Set());
      if (!segments.has(mac)) segments.set(mac, segment);
    }
    const from = addressOf(body);
    const addresses = sources.get(source);
    if (from !== undefined && !firsts.has(from)) firsts.set(from, source);
    // Two are a host that changed its address, or a router and what it says itself.
    if (from !== undefined && from !== 0 && (addresses?.size ?? 0) <= ADDRESSES_OF_A_HOST)
      addresses?.add(from);
  }
  const parties = new Map<Mac, Party>();
  for (const [mac, addresses] of sources) {
    // A router sends from the addresses of others, too, but never first.
    const address = [...addresses].find((one) => firsts.get(one) === mac);
    const known = address === undefined ? undefined : (names.get(address) ?? formatIp(address));
    const forwards = addresses.size > ADDRESSES_OF_A_HOST;
    const name = escapeText(known ?? formatMac(mac));
    const segment = segments.get(mac) ?? '';
    parties.set(mac, {
      name,
      kind: '',
      group: name,
      forwards,
      interfaces: [{ segment, mac, addresses: [] }],
    });
  }
  return parties;
}

function addressOf(body: FrameBody): Ip | undefined {
  switch (body.kind) {
    case 'udp':
    case 'tcp':
      return body.from.address;
    case 'icmp':
      return body.from;
    default:
      return undefined;
  }
}
