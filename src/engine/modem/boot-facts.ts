import { ANY } from '../../core/address.ts';
import type { Ipv4 } from '../../core/address.ts';
import { Option } from '../../codec/dhcp/codes.ts';
import { DhcpDecoder } from '../../codec/dhcp/message.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';
import { cableLabsServer } from '../../codec/dhcp/option/vivso.ts';

/** What a modem reads in its ACK beside the lease. */
export interface BootFacts {
  /** The TFTP server. */
  readonly server: Ipv4;
  readonly isServerFrom125: boolean;
  /** The first time server; `ANY` when none is named. */
  readonly time: Ipv4;
  /** Whether options 2, 4 and 7 are there. */
  readonly isComplete: boolean;
}

const decoder = new DhcpDecoder();

/** `ack` is one that the modem took. */
export function bootFacts(ack: Uint8Array, reads125: boolean): BootFacts {
  const message = decoder.decode(ack);
  const named = reads125 ? cableLabsServer(message) : ANY;
  return {
    server: named === ANY ? message.siaddr : named,
    isServerFrom125: named !== ANY,
    time: message.firstIp(Option.timeServers) ?? ANY,
    isComplete:
      message.has(Option.timeOffset) && message.has(Option.timeServers) && message.has(Option.logServers),
  };
}

/** Where a modem fetches its file: option 125 sub-option 2 before siaddr, if it reads it; `ANY` when nowhere. */
export function bootServer(message: DhcpMessage, reads125: boolean): Ipv4 {
  const named = reads125 ? cableLabsServer(message) : ANY;
  return named === ANY ? message.siaddr : named;
}
