import { ipv4, type Endpoint, type Ip } from '../../src/core/address.ts';
import { Writer } from '../../src/core/bytes.ts';
import { latin1Octets, latin1Text } from '../../src/core/text.ts';
import { toInstant, type Instant } from '../../src/core/time.ts';
import { decodePacket, encodePacket, type TftpPacket } from '../../src/codec/tftp/packet.ts';
import type { TftpServerOptions } from '../../src/engine/tftp/server.ts';
import { TftpService } from '../../src/service/tftp.ts';
import { FileTable } from '../../src/store/file-table.ts';
import { RecordingEffects } from './recording-effects.ts';

export const ascii = (text: string) => latin1Octets(text)!;
export const us = ipv4(0x0a000045);
export const them: Endpoint = { address: ipv4(0x0a090001), port: 3000 };
export const T0 = toInstant(0);

export function wireOf(packet: TftpPacket): Uint8Array {
  const writer = new Writer(new Uint8Array(2000));
  encodePacket(writer, packet);
  return writer.written();
}

export const rrq = (
  name: string,
  options: Record<string, string> = {},
  mode: 'octet' | 'netascii' | 'mail' = 'octet',
) =>
  wireOf({
    kind: 'rrq',
    name: ascii(name),
    mode,
    options: Object.entries(options).map(([key, value]) => ({ name: ascii(key), value: ascii(value) })),
  });
export const ack = (block: number) => wireOf({ kind: 'ack', block });

/** One TFTP server and the packets it sent, as words. */
export class Bench {
  readonly effects = new RecordingEffects();
  readonly files = new FileTable();
  service: TftpService;

  constructor(options: TftpServerOptions = {}) {
    this.files.set(ascii('f'), new Uint8Array(1300).fill(0x66));
    this.files.set(ascii('empty'), new Uint8Array(0));
    this.service = new TftpService({ ...options, files: this.files });
  }

  /** A new service with other files takes over. */
  succeed(files: FileTable, options: TftpServerOptions = {}): void {
    const before = this.service;
    this.service = new TftpService({ ...options, files });
    this.service.succeed(before);
  }

  /** Hands in a datagram and gives the packets and rules that come of it. */
  in(
    octets: Uint8Array,
    {
      port = 69,
      from = them,
      now = T0,
      to = us,
    }: { port?: number; from?: Endpoint; now?: Instant; to?: Ip } = {},
  ): readonly string[] {
    this.effects.clear();
    const input = {
      kind: 'datagram',
      octets,
      from,
      to: { address: to, port },
      via: 0,
      hardware: undefined,
    } as const;
    this.service.handle(input, now, this.effects);
    return this.out();
  }

  timer(now: Instant): readonly string[] {
    this.effects.clear();
    this.service.handle({ kind: 'timer' }, now, this.effects);
    return this.out();
  }

  out(): readonly string[] {
    return this.effects.of('send').map(({ port, octets }) => `${port} ${wordsOf(octets)}`);
  }

  get rules(): readonly string[] {
    return this.effects.rules();
  }
}

export function wordsOf(octets: Uint8Array): string {
  const packet = decodePacket(octets);
  switch (packet.kind) {
    case 'data':
      return `data ${packet.block} (${packet.octets.length})`;
    case 'ack':
      return `ack ${packet.block}`;
    case 'error':
      return `error ${packet.code} ${latin1Text(packet.text)}`;
    case 'oack':
      return `oack ${packet.options.map(({ name, value }) => `${latin1Text(name)}=${latin1Text(value)}`).join(' ')}`;
    default:
      return packet.kind;
  }
}
