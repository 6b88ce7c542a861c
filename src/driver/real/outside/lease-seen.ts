import { ANY, ipv4At, macAt } from '../../../core/address.ts';
import { CLIENT_PORT, MessageType, Op, Option } from '../../../codec/dhcp/codes.ts';
import { CHADDR_OFFSET, DhcpDecoder, type DhcpMessage } from '../../../codec/dhcp/message.ts';
import { DecodeError } from '../../../core/errors.ts';
import type { InterfaceAddress } from '../../../core/service.ts';
import type { Interface, Packet } from '../plant.ts';

const decoder = new DhcpDecoder();
/** RFC 950 §2.1: a network without a mask is as its class; ours are never wider than this. */
const PREFIX_LENGTH = 24;

/** What a server or relay of ours says to a client; undefined when it is something else. Valid until the next is read. */
export function replyIn({ to, octets }: Packet): DhcpMessage | undefined {
  if (to.port !== CLIENT_PORT) return undefined;
  try {
    const message = decoder.decode(octets);
    return message.op === Op.reply ? message : undefined;
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/**
 * A client's lease is seen as it passes: from then on the plant finds it there, and it is who sends from there. Whether this reply
 * gave it one.
 */
export function isBoundBy(reply: DhcpMessage, { octets }: Packet, client: Interface): boolean {
  if (macAt(octets, CHADDR_OFFSET) !== client.spec.mac) return false;
  if (reply.messageType === MessageType.nak) client.configure(undefined);
  if (reply.messageType !== MessageType.ack || reply.yiaddr === ANY) return false;
  client.configure(leaseIn(reply));
  return true;
}

function leaseIn(reply: DhcpMessage): InterfaceAddress {
  const mask = reply.option(Option.subnetMask);
  const router = reply.option(Option.routers);
  return {
    address: reply.yiaddr,
    prefixLength: mask?.length === 4 ? onesIn(ipv4At(mask, 0)) : PREFIX_LENGTH,
    router: router !== undefined && router.length >= 4 ? ipv4At(router, 0) : undefined,
  };
}

function onesIn(mask: number): number {
  return Math.clz32(~mask);
}
