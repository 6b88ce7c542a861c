import { describe, expect, test } from 'vitest';
import { Writer } from '../../../../src/core/bytes.ts';
import { DecodeError } from '../../../../src/core/errors.ts';
import { latin1Octets, latin1Text } from '../../../../src/core/text.ts';
import {
  decodePacket,
  encodeError,
  encodePacket,
  type TftpPacket,
} from '../../../../src/codec/tftp/packet.ts';

const ascii = (text: string) => latin1Octets(text)!;
const option = (name: string, value: string) => ({ name: ascii(name), value: ascii(value) });

const packets: { name: string; wire: string; packet: TftpPacket }[] = [
  {
    name: 'RRQ without options: RFC 1350 figure 5-1',
    wire: '\0\x01modem.cfg\0octet\0',
    packet: { kind: 'rrq', name: ascii('modem.cfg'), mode: 'octet', options: [] },
  },
  {
    name: 'RRQ with blksize: the example of RFC 2348',
    wire: '\0\x01foobar\0octet\0blksize\x001428\0',
    packet: { kind: 'rrq', name: ascii('foobar'), mode: 'octet', options: [option('blksize', '1428')] },
  },
  {
    name: 'RRQ whose name is any octets',
    wire: '\0\x01\xff\xfe\x1b/..\0netascii\0',
    packet: { kind: 'rrq', name: ascii('\xff\xfe\x1b/..'), mode: 'netascii', options: [] },
  },
  {
    name: 'WRQ with tsize: the example of RFC 2349',
    wire: '\0\x02foobar\0octet\0tsize\x00673312\0',
    packet: { kind: 'wrq', name: ascii('foobar'), mode: 'octet', options: [option('tsize', '673312')] },
  },
  { name: 'DATA', wire: '\0\x03\0\x01abc', packet: { kind: 'data', block: 1, octets: ascii('abc') } },
  {
    name: 'DATA, empty: the last block',
    wire: '\0\x03\xff\xff',
    packet: { kind: 'data', block: 65535, octets: ascii('') },
  },
  { name: 'ACK', wire: '\0\x04\x12\x34', packet: { kind: 'ack', block: 0x1234 } },
  { name: 'ERROR', wire: '\0\x05\0\x01none\0', packet: { kind: 'error', code: 1, text: ascii('none') } },
  {
    name: 'OACK: RFC 2347',
    wire: '\0\x06blksize\x001432\0tsize\x000\0',
    packet: { kind: 'oack', options: [option('blksize', '1432'), option('tsize', '0')] },
  },
];

describe('octets and packet', () => {
  test.each(packets)('$name', ({ wire, packet }) => {
    expect(decodePacket(ascii(wire))).toEqual(packet);
    const writer = new Writer(new Uint8Array(600).fill(0xa5));
    encodePacket(writer, packet);
    expect(latin1Text(writer.written())).toBe(wire);
  });
});

describe('what is let pass', () => {
  test.each([
    { name: 'a mode in mixed case: RFC 1350 §5', wire: '\0\x01f\0OcTeT\0', packet: { mode: 'octet' } },
    {
      name: 'a mode nobody knows: the server refuses it',
      wire: '\0\x01f\0image\0',
      packet: { mode: undefined },
    },
    { name: 'zeros after the mode: old boot ROMs', wire: '\0\x01f\0octet\0\0\0\0', packet: { options: [] } },
    { name: 'an empty name', wire: '\0\x01\0octet\0', packet: { kind: 'rrq', name: ascii('') } },
    {
      name: 'an option with an empty value',
      wire: '\0\x01f\0octet\0tsize\0\0',
      packet: { options: [option('tsize', '')] },
    },
    { name: 'octets after an ACK', wire: '\0\x04\0\x07xyz', packet: { kind: 'ack', block: 7 } },
    {
      name: 'an ERROR without its last zero',
      wire: '\0\x05\0\x02no',
      packet: { code: 2, text: ascii('no') },
    },
    { name: 'an ERROR without a text', wire: '\0\x05\0\0', packet: { code: 0, text: ascii('') } },
  ])('$name', ({ wire, packet }) => {
    expect(decodePacket(ascii(wire))).toMatchObject(packet);
  });
});

describe('what is refused, with the field and its offset', () => {
  test.each([
    { name: 'nothing', wire: '', field: 'opcode', offset: 0 },
    { name: 'one octet', wire: '\0', field: 'opcode', offset: 0 },
    { name: 'opcode 0', wire: '\0\0', field: 'opcode', offset: 0 },
    { name: 'opcode 7', wire: '\0\x07\0\0', field: 'opcode', offset: 0 },
    { name: 'opcode 256', wire: '\x01\0', field: 'opcode', offset: 0 },
    { name: 'a name without its zero', wire: '\0\x01name', field: 'filename', offset: 2 },
    { name: 'a request without a mode', wire: '\0\x01name\0', field: 'mode', offset: 7 },
    { name: 'a mode without its zero', wire: '\0\x01f\0octet', field: 'mode', offset: 4 },
    { name: 'an option without its zero', wire: '\0\x01f\0octet\0blksize', field: 'option', offset: 10 },
    { name: 'an option without a value', wire: '\0\x01f\0octet\0tsize\0', field: 'option value', offset: 16 },
    {
      name: 'an option without a name',
      wire: '\0\x01f\0octet\0\x009\0',
      field: 'option without a name',
      offset: 10,
    },
    { name: 'an ACK of three octets', wire: '\0\x04\0', field: 'block', offset: 2 },
    { name: 'a DATA of three octets', wire: '\0\x03\0', field: 'block', offset: 2 },
    { name: 'an ERROR without a code', wire: '\0\x05\0', field: 'error code', offset: 2 },
    {
      name: '513 octets of request: RFC 2347',
      wire: `\0\x01${'n'.repeat(504)}\0octet\0`,
      field: 'request of more than 512 octets',
      offset: 0,
    },
    { name: '33 options', wire: `\0\x06${'a\0b\0'.repeat(33)}`, field: 'too many options', offset: 130 },
  ])('$name', ({ wire, field, offset }) => {
    let error: unknown;
    try {
      decodePacket(ascii(wire));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(DecodeError);
    expect(error).toMatchObject({ field, offset });
  });

  test('512 octets of request and 32 options are within the bounds', () => {
    expect(decodePacket(ascii(`\0\x01${'n'.repeat(503)}\0octet\0`))).toMatchObject({ kind: 'rrq' });
    expect(decodePacket(ascii(`\0\x06${'a\0b\0'.repeat(32)}`))).toMatchObject({ kind: 'oack' });
  });
});

test('an ERROR text of ours is cut at 128 octets and stays ASCII', () => {
  const writer = new Writer(new Uint8Array(200));
  encodeError(writer, 8, 'x'.repeat(500));
  expect(writer.offset).toBe(4 + 128 + 1);
  expect(decodePacket(writer.written())).toEqual({ kind: 'error', code: 8, text: ascii('x'.repeat(128)) });
});
