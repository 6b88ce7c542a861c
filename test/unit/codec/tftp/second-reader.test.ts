import { createRequire } from 'node:module';
import { describe, expect, test } from 'vitest';
import { Writer } from '../../../../src/core/bytes.ts';
import { latin1Octets, latin1Text } from '../../../../src/core/text.ts';
import { decodePacket, encodePacket, type TftpPacket } from '../../../../src/codec/tftp/packet.ts';

/** The codecs of the `tftp` package: other people's reading of the same RFCs. */
interface Theirs {
  ack: { serialize(block: number): Buffer; deserialize(octets: Buffer): { block: number } };
  data: {
    serialize(block: number, octets: Buffer): Buffer;
    deserialize(octets: Buffer, blksize: number): { block: number; data: Buffer };
  };
  error: {
    serialize(error: { code: number; message: string }): Buffer;
    deserialize(octets: Buffer): { code: number; message: string };
  };
  oack: {
    serialize(options: Record<string, string | number>): Buffer;
    deserialize(octets: Buffer): Record<string, string>;
  };
  rrq: { deserialize(octets: Buffer): { file: string; extensions: Record<string, number> | null } };
}

const load = createRequire(import.meta.url);
const theirs = Object.fromEntries(
  ['ack', 'data', 'error', 'oack', 'rrq'].map((name) => [name, load(`tftp/lib/protocol/packets/${name}.js`)]),
) as unknown as Theirs;

const ascii = (text: string) => latin1Octets(text)!;

function ours(packet: TftpPacket): Buffer {
  const writer = new Writer(new Uint8Array(2000));
  encodePacket(writer, packet);
  return Buffer.from(writer.written());
}

describe('they read what we write, and we read what they write', () => {
  test.each([0, 1, 255, 256, 65535])('ACK %d', (block) => {
    expect(theirs.ack.deserialize(ours({ kind: 'ack', block }))).toEqual({ block });
    expect(decodePacket(theirs.ack.serialize(block))).toEqual({ kind: 'ack', block });
  });

  test.each([0, 1, 511, 512])('DATA of %d octets', (length) => {
    const octets = new Uint8Array(length).fill(0xc3);
    const read = theirs.data.deserialize(ours({ kind: 'data', block: 9, octets }), 512);
    expect({ block: read.block, octets: new Uint8Array(read.data) }).toEqual({ block: 9, octets });
    const back = decodePacket(new Uint8Array(theirs.data.serialize(9, Buffer.from(octets))));
    expect(back).toEqual({ kind: 'data', block: 9, octets });
  });

  test('ERROR', () => {
    const packet = { kind: 'error', code: 1, text: ascii('file not found') } as const;
    expect(theirs.error.deserialize(ours(packet))).toEqual({ code: 1, message: 'file not found' });
    const octets = new Uint8Array(theirs.error.serialize({ code: 1, message: 'file not found' }));
    expect(decodePacket(octets)).toEqual(packet);
  });

  test('OACK', () => {
    const options = [
      { name: ascii('blksize'), value: ascii('1428') },
      { name: ascii('tsize'), value: ascii('9000') },
    ];
    expect(theirs.oack.deserialize(ours({ kind: 'oack', options }))).toEqual({
      blksize: '1428',
      tsize: '9000',
    });
    const octets = new Uint8Array(theirs.oack.serialize({ blksize: 1428, tsize: 9000 }));
    expect(decodePacket(octets)).toEqual({ kind: 'oack', options });
  });

  test.each([
    { name: 'modem.cfg', options: {} },
    { name: 'a/b.bin', options: { blksize: '1428', tsize: '0', windowsize: '16' } },
  ])('RRQ of $name with $options', ({ name, options }) => {
    const list = Object.entries(options).map(([key, value]) => ({ name: ascii(key), value: ascii(value) }));
    const octets = ours({ kind: 'rrq', name: ascii(name), mode: 'octet', options: list });
    const read = theirs.rrq.deserialize(octets);
    expect(read.file).toBe(name);
    expect(read.extensions ?? {}).toEqual(
      Object.fromEntries(Object.entries(options).map(([key, value]) => [key, Number(value)])),
    );
  });
});

test('where they differ: names of options in capitals, which RFC 2347 has compared without case', () => {
  const octets = ours({
    kind: 'rrq',
    name: ascii('f'),
    mode: 'octet',
    options: [{ name: ascii('BLKSIZE'), value: ascii('1428') }],
  });
  expect(theirs.rrq.deserialize(octets).extensions).toBeNull();
  const packet = decodePacket(octets);
  expect(packet.kind === 'rrq' && latin1Text(packet.options[0]!.name)).toBe('BLKSIZE');
});
