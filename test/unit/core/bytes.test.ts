import { describe, expect, test } from 'vitest';
import { fromHex, Reader, toHex, Writer } from '../../../src/core/bytes.ts';
import { BugError, DecodeError } from '../../../src/core/errors.ts';

describe('Reader', () => {
  const octets = fromHex('01 0203 04050607 ff')!;

  test('fields come in wire order, big-endian', () => {
    const reader = new Reader(octets);
    expect([reader.u8('op'), reader.u16('secs'), reader.u32('xid')]).toEqual([1, 0x0203, 0x04050607]);
    expect(reader.left).toBe(1);
  });

  test('u32 is unsigned', () => {
    expect(new Reader(fromHex('ffffffff')!).u32('xid')).toBe(0xffffffff);
  });

  test.each([
    ['u16', (reader: Reader) => reader.u16('secs')],
    ['u32', (reader: Reader) => reader.u32('secs')],
    ['take', (reader: Reader) => reader.take(2, 'secs')],
    ['skip', (reader: Reader) => reader.skip(2, 'secs')],
    ['inner', (reader: Reader) => reader.inner(2, 'secs')],
  ])('%s past the end names the field and the offset, and moves nothing', (_, read) => {
    const reader = new Reader(octets, 7);
    expect(() => read(reader)).toThrow(new DecodeError('truncated', 'secs', 7));
    expect(reader.offset).toBe(7);
  });

  test('an inner reader ends where it should, with offsets of the whole message', () => {
    const inner = new Reader(octets, 1).inner(2, 'option');
    expect(inner.u16('value')).toBe(0x0203);
    expect(() => inner.u8('more')).toThrow(new DecodeError('truncated', 'more', 3));
  });

  test('what is left over is malformed where nothing may follow', () => {
    const reader = new Reader(octets, 6);
    expect(() => reader.done('rdata')).toThrow('malformed at octet 6: rdata: 2 octets too many');
  });
});

describe('Writer', () => {
  test('writes what a reader reads', () => {
    const writer = new Writer(new Uint8Array(16));
    writer.u8(1);
    writer.u16(0x0203);
    writer.u32(0xfffefdfc);
    writer.fill(2, 0xaa);
    writer.bytes(fromHex('0102030405')!, 1, 3);
    expect(toHex(writer.written())).toBe('010203fffefdfcaaaa0203');
  });

  test('long octets and a part of them are copied as they are', () => {
    const source = Uint8Array.from({ length: 100 }, (_, index) => index);
    const writer = new Writer(new Uint8Array(200), 3);
    writer.bytes(source);
    writer.bytes(source, 50, 95);
    expect(writer.written(3)).toEqual(Uint8Array.of(...source, ...source.subarray(50, 95)));
  });

  test('running over the end is our own mistake', () => {
    expect(() => new Writer(new Uint8Array(1)).u16(1)).toThrow(BugError);
  });
});

test.each(['0', 'zz', '0x00'])('%j is not hex', (text) => expect(fromHex(text)).toBeUndefined());
