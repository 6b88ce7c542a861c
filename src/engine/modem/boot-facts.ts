import { ANY, ipv4At } from '../../core/address.ts';
import type { Ipv4 } from '../../core/address.ts';
import { Option } from '../../codec/dhcp/codes.ts';
import { DhcpDecoder } from '../../codec/dhcp/message.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';
import { suboption } from '../../codec/dhcp/option/suboptions.ts';
import { CABLELABS, CableLabsSuboption, enterpriseData } from '../../codec/dhcp/option/vivso.ts';

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
  const times = message.option(Option.timeServers);
  return {
    server: bootServer(message, reads125),
    isServerFrom125: reads125 && option125Servers(message) !== undefined,
    time: times === undefined || times.length < 4 ? ANY : ipv4At(times, 0),
    isComplete: message.has(Option.timeOffset) && times !== undefined && message.has(Option.logServers),
  };
}

/** Where a modem fetches its file: option 125 sub-option 2 before siaddr, if it reads it; `ANY` when nowhere. */
export function bootServer(message: DhcpMessage, reads125: boolean): Ipv4 {
  const servers = reads125 ? option125Servers(message) : undefined;
  return servers === undefined ? message.siaddr : ipv4At(servers, 0);
}

/** The addresses of option 125 sub-option 2, one at least. */
function option125Servers(message: DhcpMessage): Uint8Array | undefined {
  const option = message.option(Option.vendorSpecific);
  const data = option && enterpriseData(option, CABLELABS);
  const servers = data && suboption(data, CableLabsSuboption.tftpServers);
  return servers === undefined || servers.length < 4 ? undefined : servers;
}
