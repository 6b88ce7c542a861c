import { formatEndpoint, type Endpoint } from '../core/address.ts';
import type { FrameBody } from '../core/driver.ts';
import { DecodeError } from '../core/errors.ts';
import { showOctets } from '../core/text.ts';
import {
  decodeOack,
  decodePacket,
  DEFAULT_BLKSIZE,
  Opcode,
  TFTP_PORT,
  type TftpOption,
} from '../codec/tftp/packet.ts';
import { optionName, optionValue } from '../codec/tftp/options.ts';
import type { Description } from './packet.ts';

type Udp = Extract<FrameBody, { kind: 'udp' }>;

/** Transfers with a block size of their own that are remembered; the oldest is forgotten. */
const TRANSFERS_MAX = 10_000;

/** The block size of each transfer, by the client's endpoint. */
export class Transfers {
  readonly #blksizes = new Map<string, number>();

  /** Looks at every packet: OACKs set a size, and a new request ends what was there. */
  note({ octets, from, to }: Udp): void {
    const opcode = octets[1];
    if (opcode === Opcode.rrq && to.port === TFTP_PORT && this.#blksizes.size > 0)
      this.#blksizes.delete(formatEndpoint(from));
    if (opcode !== Opcode.oack) return;
    const blksize = blksizeOf(octets);
    if (blksize === undefined) return;
    const [oldest] = this.#blksizes.keys();
    if (this.#blksizes.size >= TRANSFERS_MAX && oldest !== undefined) this.#blksizes.delete(oldest);
    this.#blksizes.set(formatEndpoint(to), blksize);
  }

  /** Octets of a whole block that is sent to `client`. */
  blksize(client: Endpoint): number {
    return this.#blksizes.get(formatEndpoint(client)) ?? DEFAULT_BLKSIZE;
  }
}

function blksizeOf(octets: Uint8Array): number | undefined {
  try {
    const option = decodeOack(octets).find((each) => optionName(each) === 'blksize');
    return option && optionValue('blksize', option);
  } catch (error) {
    if (error instanceof DecodeError) return undefined;
    throw error;
  }
}

/** RFC 1350 §5 and RFC 2347. */
export function describeTftp(body: Udp, transfers: Transfers): Description {
  const packet = decodePacket(body.octets);
  const fields = new Map<string, string>();
  switch (packet.kind) {
    case 'rrq':
    case 'wrq':
      fields.set('file', showOctets(packet.name));
      fields.set('mode', packet.mode ?? 'unknown');
      addOptions(fields, packet.options);
      break;
    case 'data':
      fields.set('block', String(packet.block));
      fields.set('size', String(packet.octets.length));
      if (packet.octets.length < transfers.blksize(body.to)) fields.set('last', '');
      break;
    case 'ack':
      fields.set('block', String(packet.block));
      break;
    case 'error':
      fields.set('code', String(packet.code));
      fields.set('text', showOctets(packet.text));
      break;
    case 'oack':
      addOptions(fields, packet.options);
  }
  fields.set('sport', String(body.from.port));
  fields.set('dport', String(body.to.port));
  return { kind: packet.kind.toUpperCase(), fields };
}

function addOptions(fields: Map<string, string>, options: readonly TftpOption[]): void {
  for (const option of options)
    fields.set(optionName(option) ?? showOctets(option.name), showOctets(option.value));
}
