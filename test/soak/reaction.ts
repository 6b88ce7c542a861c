import { ANY, BROADCAST, formatIpv4, type Endpoint } from '../../src/core/address.ts';
import { Writer } from '../../src/core/bytes.ts';
import type { Random } from '../../src/core/random.ts';
import { MessageType, Op, Option, SERVER_PORT } from '../../src/codec/dhcp/codes.ts';
import { encodeMessage, fieldsOf, type DhcpOption } from '../../src/codec/dhcp/fields.ts';
import { decodeMessage } from '../../src/codec/dhcp/message.ts';
import { Opcode, decodeBlock, decodeOpcode, encodeAck, encodeError } from '../../src/codec/tftp/packet.ts';
import { clientFields, ipOption, option } from '../support/dhcp-builders.ts';
import type { Server } from './question.ts';

/** Something that a server said, from which port and to whom. */
export interface Said {
  readonly port: number;
  readonly to: Endpoint;
  readonly octets: Uint8Array;
}

/** What a client could say next: so that noise meets conversations that have begun, and not only servers at rest. */
export function reactionTo(server: Server, said: Said, random: Random): Uint8Array | undefined {
  if (server === 'tftp') return reactionToTftp(said.octets, random);
  return server === 'dhcp' ? reactionToDhcp(said.octets, random) : undefined;
}

/** Where the reaction comes from and goes to. */
export function wayBack(
  server: Server,
  { port, to }: Said,
): { readonly from: Endpoint; readonly port: number } {
  if (server === 'tftp') return { from: to, port };
  const address = to.address === BROADCAST ? ANY : to.address;
  return { from: { address, port: to.port }, port: SERVER_PORT };
}

function reactionToTftp(octets: Uint8Array, random: Random): Uint8Array | undefined {
  const opcode = decodeOpcode(octets);
  if (opcode !== Opcode.data && opcode !== Opcode.oack) return undefined;
  const writer = new Writer(new Uint8Array(64));
  const block = opcode === Opcode.data ? decodeBlock(octets) : 0;
  const draw = random.below(10);
  if (draw === 0) encodeError(writer, 0, 'enough');
  else encodeAck(writer, draw === 1 ? (block + 65_535) % 65_536 : draw === 2 ? (block + 1) % 65_536 : block);
  return writer.octets.slice(0, writer.offset);
}

const TYPES = ['request', 'request', 'request', 'release', 'decline', 'inform', 'discover'] as const;

function reactionToDhcp(octets: Uint8Array, random: Random): Uint8Array | undefined {
  const reply = decodeMessage(octets);
  if (reply.messageType !== MessageType.offer && reply.messageType !== MessageType.ack) return undefined;
  const { xid, flags, giaddr, chaddr, htype, hlen, yiaddr } = fieldsOf(reply);
  const type = TYPES[random.below(TYPES.length)] ?? 'request';
  const address = formatIpv4(yiaddr);
  const own: DhcpOption[] = [];
  const clientId = reply.option(Option.clientIdentifier);
  if (clientId !== undefined) own.push({ code: Option.clientIdentifier, octets: clientId.slice() });
  const isSelecting = reply.messageType === MessageType.offer;
  if (type === 'decline' || (type === 'request' && isSelecting))
    own.push(ipOption(Option.requestedAddress, address));
  if (type === 'decline' || type === 'release' || isSelecting)
    own.push(ipOption(Option.serverIdentifier, '10.0.0.67'));
  if (random.below(4) === 0) own.push(option(55, 1, 3, 6, 12, 43, 66, 67, 122, 125, 150));
  const ciaddr = own.some(({ code }) => code === Option.requestedAddress) ? ANY : yiaddr;
  const base = clientFields(type, { options: own });
  return encodeMessage({ ...base, op: Op.request, xid, flags, giaddr, chaddr, htype, hlen, ciaddr });
}
