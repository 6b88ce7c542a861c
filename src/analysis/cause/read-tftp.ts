import { formatEndpoint } from '../../core/address.ts';
import type { Endpoint } from '../../core/address.ts';
import { showOctets } from '../../core/text.ts';
import { optionName, optionValue } from '../../codec/tftp/options.ts';
import {
  DATA_HEADER_OCTETS,
  decodeBlock,
  decodeErrorPacket,
  decodeOack,
  decodeOpcode,
  decodeRequest,
  DEFAULT_BLKSIZE,
  Opcode,
  TFTP_PORT,
} from '../../codec/tftp/packet.ts';
import type { Boot, Fetch } from './boot.ts';
import type { Observed } from './observed.ts';
import type { Datagram, Sighting } from './sighting.ts';
import { markOf } from './track.ts';

/** Transfers under way that are watched; the oldest is forgotten. */
const TRANSFERS_MAX = 10_000;

interface Transfer {
  readonly boot: Boot;
  readonly fetch: Fetch;
  blksize: number;
  /** The block that is shorter than the others. */
  lastBlock: number | undefined;
}

/** Follows downloads: who asked for what, from which port the answer came, whether the file was whole. */
export class TftpReader {
  readonly #seen: Observed;
  /** By the client's address and port, which no other transfer of its time has. */
  readonly #transfers = new Map<string, Transfer>();

  constructor(seen: Observed) {
    this.#seen = seen;
  }

  /** Throws `DecodeError`. False: it is no packet of a transfer. */
  read(sighting: Sighting, body: Datagram, number: number): boolean {
    const { from, to, octets } = body;
    if (to.port === TFTP_PORT && octets[1] === Opcode.rrq) {
      this.#request(sighting, body, number);
      return true;
    }
    if (this.#transfers.size === 0) return false;
    const seen = { number, arrived: this.#seen.arrives(sighting, to.address) };
    const down = this.#transfers.get(formatEndpoint(to));
    if (down !== undefined && down.fetch.server === from.address) {
      this.#answer(down, { sighting, body, seen });
      return true;
    }
    const up = this.#transfers.get(formatEndpoint(from));
    if (up === undefined || up.fetch.server !== to.address) return false;
    this.#acknowledge(up, { sighting, body, seen });
    return true;
  }

  #request(sighting: Sighting, { from, to, octets }: Datagram, number: number): void {
    const boot = this.#seen.bootAt(from.address, sighting.sender);
    if (boot === undefined) return;
    const seen = { number, arrived: this.#seen.arrives(sighting, to.address) };
    boot.note('read-request', sighting, seen);
    this.#seen.peer('tftp', to.address)?.asks(sighting, seen);
    const key = formatEndpoint(from);
    const known = this.#transfers.get(key);
    if (known !== undefined && known.boot === boot && known.fetch === boot.fetch) return;
    const file = showOctets(decodeRequest(octets).name).slice(0, 128);
    const fetch: Fetch = { server: to.address, file, port: undefined };
    boot.fetch = fetch;
    this.#remember(key, { boot, fetch, blksize: DEFAULT_BLKSIZE, lastBlock: undefined });
  }

  #remember(key: string, transfer: Transfer): void {
    const [oldest] = this.#transfers.keys();
    if (this.#transfers.size >= TRANSFERS_MAX && oldest !== undefined) this.#transfers.delete(oldest);
    this.#transfers.set(key, transfer);
  }

  #answer(transfer: Transfer, { sighting, body, seen }: Packet): void {
    const { boot, fetch } = transfer;
    fetch.port = body.from.port;
    this.#seen.peerAt('tftp', fetch.server)?.answers(sighting);
    switch (decodeOpcode(body.octets)) {
      case Opcode.oack:
        transfer.blksize = blksizeOf(body.octets) ?? DEFAULT_BLKSIZE;
        return boot.note('data', sighting, seen);
      case Opcode.data:
        if (body.octets.length - DATA_HEADER_OCTETS < transfer.blksize)
          transfer.lastBlock = decodeBlock(body.octets);
        return boot.note('data', sighting, seen);
      case Opcode.error: {
        const { code, text } = decodeErrorPacket(body.octets);
        boot.note('tftp-error', sighting, seen);
        if (seen.arrived)
          boot.fileError ??= {
            code,
            text: showOctets(text).slice(0, 128),
            mark: markOf(sighting, seen.number),
          };
        return;
      }
      default:
    }
  }

  #acknowledge(transfer: Transfer, { sighting, body, seen }: Packet): void {
    const { boot, lastBlock } = transfer;
    if (decodeOpcode(body.octets) !== Opcode.ack) return;
    boot.note('data-ack', sighting, seen);
    if (lastBlock === undefined || decodeBlock(body.octets) !== lastBlock) return;
    boot.completed ??= markOf(sighting, seen.number);
    if (!boot.isModem) boot.serve();
  }
}

interface Packet {
  readonly sighting: Sighting;
  readonly body: Datagram & { readonly from: Endpoint };
  readonly seen: { readonly number: number; readonly arrived: boolean };
}

function blksizeOf(octets: Uint8Array): number | undefined {
  const option = decodeOack(octets).find((each) => optionName(each) === 'blksize');
  return option && optionValue('blksize', option);
}
