import type { DhcpMessage } from '../../codec/dhcp/message.ts';
import type { Effects } from '../../core/service.ts';
import type { Instant } from '../../core/time.ts';

/** RFC 2131 §4.4, figure 5, and `checking`, the ARP probe before the address is used. */
export type ClientState =
  | 'stopped'
  | 'init'
  | 'selecting'
  | 'requesting'
  | 'rebooting'
  | 'checking'
  | 'bound'
  | 'renewing'
  | 'rebinding';

/** Who wants to hear of each state entered, in order. */
export interface ClientListener {
  entered(state: ClientState, now: Instant, effects: Effects): void;
  /** An ACK that is taken, before the state it leads to: good during the call. */
  leased?(ack: DhcpMessage): void;
}
