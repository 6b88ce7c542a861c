import { ANY } from '../../core/address.ts';
import type { Ipv4 } from '../../core/address.ts';
import { latin1Octets } from '../../core/text.ts';
import { Option } from '../../codec/dhcp/codes.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';
import { cableLabsServer } from '../../codec/dhcp/option/vivso.ts';

/** What a modem reads in its ACK beside the lease; one object for all that are told the same. */
export interface BootFacts {
  /** The name of its file. */
  readonly file: Uint8Array;
  /** The TFTP server. */
  readonly server: Ipv4;
  readonly isServerFrom125: boolean;
  /** The first time server; `ANY` when none is named. */
  readonly time: Ipv4;
  /** Whether options 2, 4 and 7 are there. */
  readonly isComplete: boolean;
}

const NO_FACTS: BootFacts = {
  file: new Uint8Array(0),
  server: ANY,
  isServerFrom125: false,
  time: ANY,
  isComplete: false,
};

/** Reads ACKs and remembers the last: nearly all modems of a plant are told the same. */
export class BootFactsReader {
  #last = NO_FACTS;

  /** `ack` is one that the modem took. */
  read(ack: DhcpMessage, reads125: boolean): BootFacts {
    const named = reads125 ? cableLabsServer(ack) : ANY;
    const server = named === ANY ? ack.siaddr : named;
    const isServerFrom125 = named !== ANY;
    const time = ack.firstIp(Option.timeServers) ?? ANY;
    const isComplete =
      ack.has(Option.timeOffset) && ack.has(Option.timeServers) && ack.has(Option.logServers);
    const last = this.#last;
    if (
      server === last.server &&
      isServerFrom125 === last.isServerFrom125 &&
      time === last.time &&
      isComplete === last.isComplete &&
      ack.isFile(last.file)
    )
      return last;
    const file = latin1Octets(ack.fileText) ?? NO_FACTS.file;
    this.#last = { file, server, isServerFrom125, time, isComplete };
    return this.#last;
  }
}

/** Where a modem fetches its file: option 125 sub-option 2 before siaddr, if it reads it; `ANY` when nowhere. */
export function bootServer(message: DhcpMessage, reads125: boolean): Ipv4 {
  const named = reads125 ? cableLabsServer(message) : ANY;
  return named === ANY ? message.siaddr : named;
}
