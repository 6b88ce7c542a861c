import { describe, expect, test } from 'vitest';
import { toMac } from '../../../../src/core/address.ts';
import { fromHex, toHex, Writer } from '../../../../src/core/bytes.ts';
import {
  beginMacMessage,
  decodeMacMessage,
  endMacMessage,
  ethernetOfMacMessage,
  isMacMessageFrame,
  MAC_MESSAGE_OCTETS_MAX,
  MacMessage,
  macMessageOfEthernet,
  MacType,
} from '../../../../src/codec/docsis/mac-message.ts';

const CMTS = toMac(0x00005e0053fe);
const MODEM = toMac(0x001018000001);

function rangingRequest(): Uint8Array {
  const writer = new Writer(new Uint8Array(100).fill(0xee));
  beginMacMessage(writer, CMTS, MODEM, MacType.rangingRequest);
  writer.u16(0);
  writer.u8(1);
  writer.u8(0);
  return writer.octets.slice(0, endMacMessage(writer));
}

describe('a RNG-REQ', () => {
  // tshark 4.0 reads this frame (LINKTYPE_DOCSIS): header check sequence good, frame check sequence good.
  const GOLDEN = 'c200001c9c2400005e0053fe001018000001000a000003010400000001008230d110';

  test('is written octet for octet', () => {
    expect(toHex(rangingRequest())).toBe(GOLDEN);
  });

  test('is read back', () => {
    const message = decodeMacMessage(rangingRequest());
    expect(message).toMatchObject({
      destination: CMTS,
      source: MODEM,
      type: MacType.rangingRequest,
      version: 1,
      sid: 0,
      channel: 1,
    });
    expect(message.tlvsAt).toBe(message.end);
  });
});

describe('what is wrong is named, with its octet', () => {
  test.each([
    { name: 'empty', change: () => new Uint8Array(0), field: 'MAC message', offset: 0 },
    { name: 'cut', change: (octets: Uint8Array) => octets.slice(0, -1), field: 'LEN', offset: 2 },
    { name: 'another frame type', change: (o: Uint8Array) => o.with(0, 0), field: 'FC', offset: 0 },
    { name: 'header damaged', change: (o: Uint8Array) => o.with(1, 1), field: 'HCS', offset: 4 },
    { name: 'body damaged', change: (o: Uint8Array) => o.with(29, 7), field: 'CRC', offset: 30 },
    { name: 'message length', change: (o: Uint8Array) => o.with(19, 9), field: 'message length', offset: 18 },
  ])('$name', ({ change, field, offset }) => {
    expect(() => decodeMacMessage(change(rangingRequest()))).toThrow(
      expect.objectContaining({ name: 'DecodeError', field, offset }),
    );
  });
});

test('the -MP kinds tell their part', () => {
  const writer = new Writer(new Uint8Array(100));
  beginMacMessage(writer, CMTS, MODEM, MacType.registrationRequestMp);
  writer.u16(7);
  writer.u8(3);
  writer.u8(2);
  writer.bytes(fromHex('030101')!);
  const message = new MacMessage().decode(writer.octets.slice(0, endMacMessage(writer)));
  expect(message).toMatchObject({ sid: 7, fragments: 3, fragment: 2, version: 4 });
  expect(toHex(message.octets.subarray(message.tlvsAt, message.end))).toBe('030101');
});

describe('a message as a frame of Ethernet', () => {
  test('has no MAC header and no check sequence, and comes back octet for octet', () => {
    const frame = ethernetOfMacMessage(rangingRequest());
    expect(toHex(frame)).toBe('00005e0053fe001018000001000a00000301040000000100');
    expect(isMacMessageFrame(frame)).toBe(true);
    expect(toHex(macMessageOfEthernet(frame))).toBe(toHex(rangingRequest()));
  });

  const frame = ethernetOfMacMessage(rangingRequest()).slice();
  test.each([
    { name: 'nothing', frame: new Uint8Array(0) },
    { name: 'one that ends in its header', frame: frame.slice(0, 19) },
    { name: 'IPv4', frame: frame.with(12, 8).with(13, 0) },
    { name: 'another length', frame: frame.with(13, 11) },
    { name: 'a service access point', frame: frame.with(14, 0x42) },
    { name: 'another control', frame: frame.with(16, 0xf3) },
    { name: 'one octet more than there are', frame: frame.slice(0, -1) },
  ])('no message: $name', ({ frame: other }) => {
    expect(isMacMessageFrame(other)).toBe(false);
    expect(() => macMessageOfEthernet(other)).toThrow(expect.objectContaining({ name: 'DecodeError' }));
  });

  test('none is longer than a frame may be', () => {
    const long = new Uint8Array(MAC_MESSAGE_OCTETS_MAX - 6 - 4 + 1);
    long.set(frame);
    new DataView(long.buffer).setUint16(12, long.length - 14);
    expect(isMacMessageFrame(long)).toBe(true);
    expect(() => macMessageOfEthernet(long)).toThrow(expect.objectContaining({ name: 'DecodeError' }));
    const longest = long.slice(0, -1);
    new DataView(longest.buffer).setUint16(12, longest.length - 14);
    expect(decodeMacMessage(macMessageOfEthernet(longest)).octets.length).toBe(MAC_MESSAGE_OCTETS_MAX);
  });

  test('what is too short for a message has no frame', () => {
    expect(() => ethernetOfMacMessage(new Uint8Array(29))).toThrow(
      expect.objectContaining({ name: 'DecodeError', field: 'MAC message', offset: 29 }),
    );
  });
});
