import { parseIp, parseMac } from '../../core/address.ts';
import type { Endpoint, Ip } from '../../core/address.ts';
import { fromHex, u32At } from '../../core/bytes.ts';
import type { FrameBody } from '../../core/driver.ts';
import { DecodeError } from '../../core/errors.ts';
import { unixSecondsOfTod } from '../../codec/tod.ts';
import { encodeFrame } from '../../codec/frame/packet.ts';
import type { FrameRecord } from '../../scenario/record.ts';
import { formatDate } from '../line.ts';
import { dhcpLayer } from './dhcp.ts';
import { dnsLayer } from './dns.ts';
import { docsisLayers } from './docsis.ts';
import { headersOf } from './headers.ts';
import { hexText, Marks } from './marks.ts';
import type { Anatomy, Layer } from './marks.ts';
import { tftpLayer } from './tftp.ts';

/**
 * The octets of a frame as a capture has them, and which of them say what. Where a record does not tell the frame around its
 * octets, these alone; where they cannot be read, one layer that says so.
 */
export function anatomyOf(record: FrameRecord): Anatomy {
  const body = fromHex(record.octets);
  if (record.body === 'arp' || body === undefined) return { octets: new Uint8Array(0), layers: [] };
  if (record.body === 'mac-message') return read(body, () => docsisLayers(body));
  const frame = frameOf(record, body);
  if (frame === undefined) return read(body, () => [payloadLayer(record, body, 0)]);
  return read(frame, () => {
    const { layers, payloadAt } = headersOf(frame);
    return payloadAt < frame.length || record.body === 'udp'
      ? [...layers, payloadLayer(record, frame, payloadAt)]
      : layers;
  });
}

function read(octets: Uint8Array, layers: () => readonly Layer[]): Anatomy {
  try {
    return { octets, layers: layers() };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const marks = new Marks(octets);
    marks.add('not readable', { offset: 0, length: octets.length }, error.message);
    return { octets, layers: [marks.layer('Octets', error.message, 0, octets.length)] };
  }
}

function frameOf(record: FrameRecord, octets: Uint8Array): Uint8Array | undefined {
  const sourceMac = parseMac(record.source_mac);
  const destinationMac = parseMac(record.destination_mac);
  const body = bodyOf(record, octets);
  if (sourceMac === undefined || destinationMac === undefined || body === undefined) return undefined;
  return encodeFrame({ sourceMac, destinationMac, packet: record.packet, body });
}

function bodyOf(
  record: FrameRecord,
  octets: Uint8Array,
): Exclude<FrameBody, { kind: 'mac-message' }> | undefined {
  // Traces of earlier versions do not tell it.
  const ttl = record.ttl ?? undefined;
  if (record.from === null || record.to === null || ttl === undefined) return undefined;
  if (record.body === 'icmp') {
    const [from, to] = [parseIp(record.from), parseIp(record.to)];
    return from === undefined || to === undefined ? undefined : { kind: 'icmp', from, to, ttl, octets };
  }
  const [from, to] = [parseEndpoint(record.from), parseEndpoint(record.to)];
  if (from === undefined || to === undefined) return undefined;
  if (record.body === 'tcp') return { kind: 'tcp', from, to, ttl, segment: octets };
  return { kind: 'udp', from, to, ttl, octets };
}

/** `10.0.0.1:68`, `[fd00::1]:53`. */
function parseEndpoint(text: string): Endpoint | undefined {
  const [, bracketed, plain, port] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(text) ?? [];
  const address: Ip | undefined = parseIp(bracketed ?? plain ?? '');
  return address === undefined ? undefined : { address, port: Number(port) };
}

function payloadLayer({ protocol }: FrameRecord, octets: Uint8Array, at: number): Layer {
  switch (protocol) {
    case 'DHCP':
      return dhcpLayer(octets, at);
    case 'DNS':
      return dnsLayer(octets, at);
    case 'TFTP':
      return tftpLayer(octets, at);
    case 'TOD':
      return todLayer(octets, at);
    default: {
      const marks = new Marks(octets);
      marks.add('octets', { offset: at, length: octets.length - at }, hexText(octets.subarray(at)));
      return marks.layer('Payload', `${octets.length - at} octets`, at, octets.length - at);
    }
  }
}

/** RFC 868: an empty question, and four octets of seconds since 1900. */
function todLayer(octets: Uint8Array, at: number): Layer {
  const marks = new Marks(octets);
  const length = octets.length - at;
  if (length === 0) return marks.layer('Time of Day', 'a question is empty', at, 0);
  if (length !== 4) {
    marks.add('octets', { offset: at, length }, hexText(octets.subarray(at)));
    return marks.layer('Time of Day', `${length} octets, not 4`, at, length);
  }
  const date = formatDate(unixSecondsOfTod(u32At(octets, at)));
  marks.add('seconds since 1900', { offset: at, length: 4 }, `${u32At(octets, at)}, ${date} UTC`);
  return marks.layer('Time of Day', `${date} UTC`, at, 4);
}
