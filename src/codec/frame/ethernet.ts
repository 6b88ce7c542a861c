import { macAt } from '../../core/address.ts';
import type { Mac } from '../../core/address.ts';
import { Reader } from '../../core/bytes.ts';
import type { Writer } from '../../core/bytes.ts';

export const ETHERNET_HEADER_OCTETS = 14;

/** IEEE 802.3 §3.1, as Ethernet II: RFC 894. */
export interface EthernetHeader {
  readonly destination: Mac;
  readonly source: Mac;
  readonly etherType: number;
}

export interface EthernetFrame extends EthernetHeader {
  /** What follows, padding to the least frame length included; a view. */
  readonly payload: Uint8Array;
}

export function decodeEthernet(octets: Uint8Array): EthernetFrame {
  const reader = new Reader(octets);
  const destination = macAt(reader.take(6, 'destination'), 0);
  const source = macAt(reader.take(6, 'source'), 0);
  const etherType = reader.u16('EtherType');
  return { destination, source, etherType, payload: reader.take(reader.left, 'payload') };
}

export function encodeEthernet(writer: Writer, header: EthernetHeader): void {
  writeMacField(writer, header.destination);
  writeMacField(writer, header.source);
  writer.u16(header.etherType);
}

export function writeMacField(writer: Writer, mac: Mac): void {
  writer.u16(Math.floor(mac / 0x1_0000_0000));
  writer.u32(mac % 0x1_0000_0000);
}
