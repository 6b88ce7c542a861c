import { describe, expect, test } from 'vitest';
import { toMac } from '../../../../src/core/address.ts';
import { fromHex, toHex, Writer } from '../../../../src/core/bytes.ts';
import {
  beginMacMessage,
  decodeMacMessage,
  endMacMessage,
  MacMessage,
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
