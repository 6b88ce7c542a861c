import { expect, test } from 'vitest';
import { fromHex, toHex, Writer } from '../../../../src/core/bytes.ts';
import { decodeVxlan, encodeVxlanHeader, VXLAN_HEADER_OCTETS } from '../../../../src/codec/frame/vxlan.ts';

test('the header says which network, octet for octet: RFC 7348 §5', () => {
  const writer = new Writer(new Uint8Array(VXLAN_HEADER_OCTETS).fill(0xee));
  encodeVxlanHeader(writer, 0xabcdef);
  expect(toHex(writer.octets)).toBe('08000000abcdef00');
});

test.each([
  { name: 'a frame behind it', hex: '0800000000002a00aabb', network: 42, frame: 'aabb' },
  { name: 'no frame', hex: '08000000ffffff00', network: 0xffffff, frame: '' },
  { name: 'what is reserved is ignored', hex: 'ff123456000001ff01', network: 1, frame: '01' },
])('$name', ({ hex, network, frame }) => {
  const decoded = decodeVxlan(fromHex(hex)!);
  expect({ network: decoded.network, frame: toHex(decoded.frame) }).toEqual({ network, frame });
});

test.each([
  { name: 'no network', hex: '0000000000002a00aabb', field: 'flags', offset: 0 },
  { name: 'nothing', hex: '', field: 'flags', offset: 0 },
  { name: 'half a header', hex: '08000000', field: 'network identifier', offset: 4 },
])('not a packet: $name', ({ hex, field, offset }) => {
  expect(() => decodeVxlan(fromHex(hex)!)).toThrow(
    expect.objectContaining({ name: 'DecodeError', field, offset }),
  );
});
