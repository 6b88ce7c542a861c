import type { Endpoint, Ip } from '../../core/address.ts';
import { formatEndpoint } from '../../core/address.ts';
import type { RecordedDatagram } from '../../codec/datagrams.ts';
import { optionName, optionValue } from '../../codec/tftp/options.ts';
import {
  DEFAULT_BLKSIZE,
  decodePacket,
  TFTP_PORT,
  type TftpOption,
  type TftpPacket,
} from '../../codec/tftp/packet.ts';

/** A file that was fetched, or asked for. */
export interface Fetched {
  readonly server: Ip;
  readonly client: Ip;
  /** As it was asked for, octet for octet. */
  readonly name: Uint8Array;
  /** undefined: not all of its blocks were seen. */
  readonly content: Uint8Array | undefined;
  /** The server said that it has no such file. */
  readonly isRefused: boolean;
}

/** A file of a capture has at most these octets. */
const CONTENT_OCTETS_MAX = 64 * 1024 * 1024;

interface Transfer {
  readonly server: Ip;
  readonly client: Ip;
  readonly name: Uint8Array;
  blksize: number;
  readonly blocks: Uint8Array[];
  octets: number;
  state: 'open' | 'whole' | 'refused' | 'too large';
}

/** Puts files together out of their blocks, each in its place: RFC 1350 §2. */
export class Transfers {
  /** By the client's end: it keeps its port for one transfer. */
  readonly #open = new Map<string, Transfer>();
  readonly #all: Transfer[] = [];

  take({ from, to, octets }: RecordedDatagram): void {
    const mine = to.port === TFTP_PORT ? undefined : this.#open.get(formatEndpoint(to));
    if (mine !== undefined && mine.server === from.address) this.#fromServer(mine, decodePacket(octets));
    else if (to.port === TFTP_PORT) this.#fromClient(from, to, decodePacket(octets));
  }

  results(): readonly Fetched[] {
    return this.#all.map(({ server, client, name, state, blocks }) => ({
      server,
      client,
      name,
      content: state === 'whole' ? joined(blocks) : undefined,
      isRefused: state === 'refused',
    }));
  }

  #fromClient(from: Endpoint, to: Endpoint, packet: TftpPacket): void {
    if (packet.kind !== 'rrq') return;
    const known = this.#open.get(formatEndpoint(from));
    // The same request again.
    if (known?.state === 'open' && known.blocks.length === 0) return;
    const transfer: Transfer = {
      server: to.address,
      client: from.address,
      name: packet.name.slice(),
      blksize: DEFAULT_BLKSIZE,
      blocks: [],
      octets: 0,
      state: 'open',
    };
    this.#open.set(formatEndpoint(from), transfer);
    this.#all.push(transfer);
  }

  #fromServer(transfer: Transfer, packet: TftpPacket): void {
    if (transfer.state !== 'open') return;
    if (packet.kind === 'oack') transfer.blksize = blksizeOf(packet.options) ?? transfer.blksize;
    if (packet.kind === 'error') transfer.state = 'refused';
    if (packet.kind !== 'data') return;
    // A block that came before, or one whose turn is not yet: the one that follows the last is wanted.
    if (packet.block !== ((transfer.blocks.length + 1) & 0xffff)) return;
    transfer.blocks.push(packet.octets);
    transfer.octets += packet.octets.length;
    if (packet.octets.length < transfer.blksize) transfer.state = 'whole';
    else if (transfer.octets > CONTENT_OCTETS_MAX) transfer.state = 'too large';
  }
}

function blksizeOf(options: readonly TftpOption[]): number | undefined {
  const option = options.find((each) => optionName(each) === 'blksize');
  return option && optionValue('blksize', option);
}

function joined(blocks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(blocks.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const block of blocks) {
    whole.set(block, at);
    at += block.length;
  }
  return whole;
}
