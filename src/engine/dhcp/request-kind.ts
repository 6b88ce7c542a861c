import { ANY } from '../../core/address.ts';
import { Option } from '../../codec/dhcp/codes.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';

/** `no-data`: neither option 50 nor ciaddr, which no state of RFC 2131 sends. */
export type RequestKind = 'selecting' | 'init-reboot' | 'renewing' | 'rebinding' | 'no-data';

/** The state of the client that sent a REQUEST: RFC 2131 §4.3.6, table 4. `unicast`: sent to our own address, by no relay. */
export function requestKind(request: DhcpMessage, unicast: boolean): RequestKind {
  if (request.has(Option.serverIdentifier)) return 'selecting';
  if (request.ciaddr !== ANY) return unicast ? 'renewing' : 'rebinding';
  return request.has(Option.requestedAddress) ? 'init-reboot' : 'no-data';
}
