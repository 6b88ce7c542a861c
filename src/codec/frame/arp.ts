import { ipv4At, macAt } from '../../core/address.ts';
import type { Ipv4, Mac } from '../../core/address.ts';
import { Reader } from '../../core/bytes.ts';
import type { Writer } from '../../core/bytes.ts';
import { DecodeError } from '../../core/errors.ts';
import { writeMacField } from './ethernet.ts';
import { EtherType } from './protocol.ts';

export const ARP_OCTETS = 28;

/** RFC 826, "Packet format", for Ethernet and IPv4. */
export interface ArpPacket {
  readonly operation: 'request' | 'reply';
  readonly senderMac: Mac;
  readonly senderIp: Ipv4;
  readonly targetMac: Mac;
  readonly targetIp: Ipv4;
}

export function decodeArp(octets: Uint8Array): ArpPacket {
  const reader = new Reader(octets);
  if (reader.u16('hardware type') !== 1) throw new DecodeError('unsupported', 'hardware type', 0);
  if (reader.u16('protocol type') !== EtherType.ipv4)
    throw new DecodeError('unsupported', 'protocol type', 2);
  if (reader.u8('hardware length') !== 6) throw new DecodeError('malformed', 'hardware length', 4);
  if (reader.u8('protocol length') !== 4) throw new DecodeError('malformed', 'protocol length', 5);
  const operation = reader.u16('operation');
  if (operation !== 1 && operation !== 2) throw new DecodeError('unsupported', 'operation', 6);
  return {
    operation: operation === 1 ? 'request' : 'reply',
    senderMac: macAt(reader.take(6, 'sender hardware address'), 0),
    senderIp: ipv4At(reader.take(4, 'sender protocol address'), 0),
    targetMac: macAt(reader.take(6, 'target hardware address'), 0),
    targetIp: ipv4At(reader.take(4, 'target protocol address'), 0),
  };
}

export function encodeArp(writer: Writer, packet: ArpPacket): void {
  writer.u16(1);
  writer.u16(EtherType.ipv4);
  writer.u8(6);
  writer.u8(4);
  writer.u16(packet.operation === 'request' ? 1 : 2);
  writeMacField(writer, packet.senderMac);
  writer.u32(packet.senderIp >>> 0);
  writeMacField(writer, packet.targetMac);
  writer.u32(packet.targetIp >>> 0);
}
