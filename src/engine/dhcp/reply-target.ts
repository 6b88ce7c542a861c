import { ANY, BROADCAST } from '../../core/address.ts';
import { Destination } from '../../core/destination.ts';
import type { Target } from '../../core/service.ts';
import { CLIENT_PORT, MessageType, SERVER_PORT } from '../../codec/dhcp/codes.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';
import { wantsSourcePort } from '../../codec/dhcp/option/relay-agent.ts';
import type { Ipv4 } from '../../core/address.ts';

/** What a reply says that its way depends on. */
export interface ReplyFacts {
  /** 0 for BOOTP. */
  readonly type: number;
  readonly yiaddr: Ipv4;
}

/** Where a reply goes: RFC 2131 §4.1, in its order. `via` and `fromPort` are the request's. */
export function replyTarget(request: DhcpMessage, reply: ReplyFacts, via: number, fromPort: number): Target {
  const { giaddr, ciaddr } = request;
  const target = new Destination();
  if (giaddr !== ANY) return target.at(giaddr, relayPort(request, fromPort));
  if (reply.type === MessageType.nak) return target.at(BROADCAST, CLIENT_PORT).by(via);
  if (ciaddr !== ANY) return target.at(ciaddr, CLIENT_PORT);
  if (request.broadcast || reply.yiaddr === ANY) return target.at(BROADCAST, CLIENT_PORT).by(via);
  const hardware = request.chaddrMac;
  // A client of other hardware than Ethernet cannot be written to by its address: §4.1 lets us broadcast.
  if (hardware === undefined) return target.at(BROADCAST, CLIENT_PORT).by(via);
  return target.at(reply.yiaddr, CLIENT_PORT).by(via, hardware);
}

/** RFC 8357 §5.1: a relay that sends from another port than 67 says so, and is answered there. */
function relayPort(request: DhcpMessage, fromPort: number): number {
  return wantsSourcePort(request) ? fromPort : SERVER_PORT;
}
