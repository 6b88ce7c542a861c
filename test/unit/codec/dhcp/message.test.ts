import { describe, expect, it, test } from 'vitest';
import { DecodeError } from '../../../../src/core/errors.ts';
import { Option } from '../../../../src/codec/dhcp/codes.ts';
import { encodeMessage } from '../../../../src/codec/dhcp/fields.ts';
import { DhcpDecoder, decodeMessage } from '../../../../src/codec/dhcp/message.ts';
import { clientFields, clientMessage, ip, mac, option, textOption } from '../../../support/dhcp-builders.ts';
import { hex, packetFixture } from '../../../support/hex.ts';

const FIXED = 240;

/** A message whose octets from `options` on are given. */
function withOptions(options: string, field: { file?: string; sname?: string } = {}): Uint8Array {
  const octets = new Uint8Array(FIXED + hex(options).length);
  octets.set(clientMessage('bootp').subarray(0, FIXED));
  if (field.file !== undefined) octets.set(hex(field.file), 108);
  if (field.sname !== undefined) octets.set(hex(field.sname), 44);
  octets.set(hex(options), FIXED);
  return octets;
}

function refusal(octets: Uint8Array): { reason: string; field: string; offset: number } | undefined {
  try {
    decodeMessage(octets);
    return undefined;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { reason: error.reason, field: error.field, offset: error.offset };
  }
}

describe('a cable modem`s DISCOVER', () => {
  const message = decodeMessage(packetFixture('dhcp-discover-relayed'));

  it('gives its fields', () => {
    expect(message.op).toBe(1);
    expect(message.xid).toBe(0x380b2a5e);
    expect(message.giaddr).toBe(ip('10.9.0.1'));
    expect(message.chaddrMac).toBe(mac('20:e5:2a:b8:15:14'));
    expect(message.broadcast).toBe(false);
    expect(message.messageType).toBe(1);
  });

  it('gives its options where they lie', () => {
    expect(message.codes()).toEqual([53, 60, 55, 125, 43, 61, 57, 82]);
    expect(message.option(60)).toEqual(hex('646f63736973332e303a'));
    expect(message.u16(Option.maximumMessageSize)).toBe(1500);
    expect(message.option(82)).toEqual(hex('0104200000020206 20e52ab81514 09090000118b0401020300'));
    expect(message.option(66)).toBeUndefined();
    expect(message.has(66)).toBe(false);
  });
});

describe('options', () => {
  it('pad is skipped, what follows end is not read, a missing end is forgiven', () => {
    expect(decodeMessage(withOptions('00 00 350101 00 ff 3604')).codes()).toEqual([53]);
    expect(decodeMessage(withOptions('350101')).codes()).toEqual([53]);
  });

  it('parts are joined in the order options, file, sname (RFC 3396 §7)', () => {
    const message = decodeMessage(
      withOptions('340103 e00101 350101 e00102 ff', { file: 'e00103 ff', sname: 'e00104 ff' }),
    );
    expect(message.option(224)).toEqual(hex('01020304'));
    expect(message.overload).toBe(3);
    expect(message.fileText).toBe('');
    expect(message.codes()).toEqual([52, 224, 53]);
  });

  it('is found where it lies, but not when it is missing or in parts', () => {
    const message = decodeMessage(withOptions('350101 3d03000102 e00101 e00102 ff'));
    expect(['53', '61', '224', '60'].map((code) => message.find(Number(code)))).toEqual([242, 245, -1, -1]);
    expect(message.firstIp(60)).toBeUndefined();
  });

  it('overload 1 reads file only, 2 reads sname only', () => {
    const fields = { file: 'e00103 ff', sname: 'e00104 ff' };
    expect(decodeMessage(withOptions('340101 ff', fields)).option(224)).toEqual(hex('03'));
    expect(decodeMessage(withOptions('340102 ff', fields)).option(224)).toEqual(hex('04'));
  });

  it('a decoder reused forgets the last message', () => {
    const decoder = new DhcpDecoder();
    expect(decoder.decode(withOptions('350101 3204 0a000001 ff')).has(50)).toBe(true);
    expect(decoder.decode(withOptions('350103 ff')).has(50)).toBe(false);
    expect(decoder.decode(withOptions('ff')).messageType).toBe(0);
  });

  it('hundreds of options are one table', () => {
    const many = Array.from({ length: 300 }, () => 'e001aa').join('');
    expect(decodeMessage(withOptions(`${many}ff`)).option(224)).toHaveLength(300);
  });

  test.each([
    { name: 'file with a NUL', octets: 'cm/gold.cm', text: 'cm/gold.cm' },
    { name: 'file without one', octets: 'x'.repeat(128), text: 'x'.repeat(128) },
  ])('$name is a name', ({ octets, text }) => {
    const file = Uint8Array.from(octets, (c) => c.charCodeAt(0));
    expect(decodeMessage(encodeMessage(clientFields('discover', { file }))).fileText).toBe(text);
  });
});

describe('octets that are no message', () => {
  test.each([
    { name: 'nothing', octets: new Uint8Array(0), is: { reason: 'truncated', field: 'op', offset: 0 } },
    { name: 'cut in xid', octets: new Uint8Array(6), is: { reason: 'truncated', field: 'xid', offset: 4 } },
    { name: 'cut in the cookie', octets: new Uint8Array(238), is: { field: 'magic cookie', offset: 236 } },
    { name: 'no cookie', octets: new Uint8Array(300), is: { reason: 'malformed', field: 'magic cookie' } },
    {
      name: 'an option cut off',
      octets: withOptions('350101 3204 0a'),
      is: { field: 'option 50', offset: 245 },
    },
    { name: 'an option without a length', octets: withOptions('350101 32'), is: { field: 'option 50' } },
    { name: 'a message type of two octets', octets: withOptions('35020101ff'), is: { field: 'option 53' } },
    {
      name: 'a requested address twice',
      octets: withOptions('32040a000001 32040a000002 ff'),
      is: { field: 'option 50' },
    },
    { name: 'overload 4', octets: withOptions('340104 ff'), is: { field: 'option 52', offset: 242 } },
    {
      name: 'an option cut off in file',
      octets: withOptions('340101ff', { file: 'e0ff' }),
      is: { field: 'option 224' },
    },
  ])('$name', ({ octets, is }) => {
    expect(refusal(octets)).toMatchObject(is);
  });

  it('a hardware address over 16 octets', () => {
    const octets = clientMessage('discover');
    octets[2] = 17;
    expect(refusal(octets)).toEqual({ reason: 'malformed', field: 'hlen', offset: 2 });
  });
});

describe('encodeMessage', () => {
  it('pads to a BOOTP message of 300 octets', () => {
    const octets = clientMessage('discover');
    expect(octets).toHaveLength(300);
    expect(octets.subarray(240, 244)).toEqual(hex('350101ff'));
  });

  it('option 82 goes last', () => {
    const octets = clientMessage('discover', { options: [option(82, 1, 1, 7), textOption(12, 'pc')] });
    expect(decodeMessage(octets).codes()).toEqual([53, 12, 82]);
  });

  it('a value over 255 octets goes in parts', () => {
    const value = Uint8Array.from({ length: 600 }, (_, index) => index & 255);
    const octets = clientMessage('discover', { options: [{ code: 224, octets: value }] });
    expect(decodeMessage(octets).option(224)).toEqual(value);
    expect(octets.subarray(243, 245)).toEqual(hex('e0ff'));
    expect(octets.subarray(243 + 257, 245 + 257)).toEqual(hex('e0ff'));
    expect(octets.subarray(243 + 514, 245 + 514)).toEqual(hex('e05a'));
  });

  test.each([
    { name: 'both fields free: file first', file: '', overload: 1 },
    { name: 'file holds a name: sname', file: 'gold.cm', overload: 2 },
  ])('what does not fit in options overloads ($name)', ({ file, overload }) => {
    const fields = clientFields('discover', {
      file: Uint8Array.from(file, (c) => c.charCodeAt(0)),
      options: [textOption(17, 'r'.repeat(240)), textOption(12, 'h'.repeat(50))],
    });
    const octets = encodeMessage(fields, 548);
    expect(octets.length).toBeLessThanOrEqual(548);
    const message = decodeMessage(octets);
    expect(message.overload).toBe(0);
    const tight = decodeMessage(encodeMessage(fields, 500));
    expect(tight.overload).toBe(overload);
    expect(tight.option(12)).toEqual(textOption(12, 'h'.repeat(50)).octets);
    expect(tight.fileText).toBe(file);
  });
});
