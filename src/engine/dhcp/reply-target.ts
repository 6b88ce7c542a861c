import { ANY, BROADCAST } from '../../core/address.ts';
import type { Target } from '../../core/service.ts';
import { CLIENT_PORT, MessageType, Option, SERVER_PORT } from '../../codec/dhcp/codes.ts';
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
  if (giaddr !== ANY) return { address: giaddr, port: relayPort(request, fromPort) };
  if (reply.type === MessageType.nak) return { address: BROADCAST, port: CLIENT_PORT, via };
  if (ciaddr !== ANY) return { address: ciaddr, port: CLIENT_PORT };
  if (request.broadcast || reply.yiaddr === ANY) return { address: BROADCAST, port: CLIENT_PORT, via };
  const hardware = request.chaddrMac;
  // A client of other hardware than Ethernet cannot be written to by its address: §4.1 lets us broadcast.
  if (hardware === undefined) return { address: BROADCAST, port: CLIENT_PORT, via };
  return { address: reply.yiaddr, port: CLIENT_PORT, hardware, via };
}

/** RFC 8357 §5.1: a relay that sends from another port than 67 says so, and is answered there. */
function relayPort(request: DhcpMessage, fromPort: number): number {
  const relayAgent = request.option(Option.relayAgent);
  return relayAgent !== undefined && wantsSourcePort(relayAgent) ? fromPort : SERVER_PORT;
}
