import { describe, expect, test } from 'vitest';
import { fromHex } from '../../../src/core/bytes.ts';
import { decodeCapture } from '../../../src/codec/pcap-reader.ts';
import { CaptureWriter } from '../../../src/codec/pcap.ts';

const hex = (text: string): Uint8Array => fromHex(text)!;

/** The classic format: header, then one packet of two octets, cut off from five. */
const classic = {
  little: 'd4c3b2a1 0200 0400 00000000 00000000 ffff0000 01000000  01000000 02000000 02000000 05000000 abcd',
  big: 'a1b2c3d4 0002 0004 00000000 00000000 0000ffff 00000001  00000001 00000002 00000002 00000005 abcd',
  nanoseconds:
    'a1b23c4d 0002 0004 00000000 00000000 0000ffff 00000001  00000001 00000002 00000002 00000005 abcd',
};

describe('the classic format', () => {
  test.each([
    { order: 'little' as const, atNs: 1_000_002_000n },
    { order: 'big' as const, atNs: 1_000_002_000n },
    { order: 'nanoseconds' as const, atNs: 1_000_000_002n },
  ])('$order', ({ order, atNs }) => {
    const capture = decodeCapture(hex(classic[order]));
    expect(capture).toMatchObject({ format: 'pcap', interfaces: [{ linkType: 1 }] });
    expect(capture.packets).toMatchObject([{ atNs, octets: hex('abcd'), originalOctets: 5, interface: 0 }]);
  });

  test.each([
    { name: 'a packet that is cut off', octets: classic.big.slice(0, -2), error: /truncated.*packet/ },
    {
      name: 'a length beyond the file',
      octets: classic.big.replace('00000002 00000005', 'fffffff0 00000005'),
      error: /truncated.*packet/,
    },
    { name: 'a header that is cut off', octets: 'a1b2c3d4 0002', error: /file header/ },
    { name: 'something else', octets: '504b0304 00000000', error: /neither pcapng nor pcap/ },
    { name: 'nothing', octets: '', error: /magic/ },
  ])('$name is refused', ({ octets, error }) => {
    expect(() => decodeCapture(hex(octets))).toThrow(error);
  });
});

/** A little-endian section: an interface in units of 2^-10 s from second 5 on, one packet of one octet, a simple packet. */
const LITTLE = [
  '0a0d0d0a 1c000000 4d3c2b1a 01000000 ffffffffffffffff 1c000000',
  '01000000 2c000000 8f000000 00000000 09000100 8a000000 0e000800 0500000000000000 00000000 2c000000',
  '06000000 24000000 00000000 00000000 00020000 01000000 01000000 aa000000 24000000',
  '03000000 14000000 02000000 bbcc0000 14000000',
  'ef000000 10000000 00000000 10000000',
].join('');

describe('pcapng of others', () => {
  test('the other byte order, another resolution, an offset, a simple packet, a block nobody knows', () => {
    const { format, interfaces, packets } = decodeCapture(hex(LITTLE));
    expect(format).toBe('pcapng');
    expect(interfaces).toEqual([{ name: undefined, description: undefined, linkType: 143 }]);
    expect(packets).toHaveLength(2);
    expect(packets[0]).toMatchObject({ atNs: 5_500_000_000n, octets: hex('aa') });
    expect(packets[1]).toMatchObject({ atNs: undefined, octets: hex('bbcc'), originalOctets: 2 });
  });

  test('interfaces are numbered anew in each section', () => {
    const sections = [1, 143].map((linkType) => {
      const writer = new CaptureWriter();
      const number = writer.addInterface({ name: `of ${linkType}`, linkType });
      writer.addPacket({ interface: number, atUs: 0, octets: Uint8Array.of(linkType) });
      return writer.take();
    });
    const capture = decodeCapture(Uint8Array.from(sections.flatMap((octets) => [...octets])));
    expect(capture.packets.map((packet) => capture.interfaces[packet.interface]?.linkType)).toEqual([1, 143]);
  });

  test.each([
    { name: 'a length that is no multiple of four', from: '0000001c', to: '0000001d', error: /block length/ },
    {
      name: 'another length at the end',
      from: /0000001c$/,
      to: '00000020',
      error: /block length at the end/,
    },
    { name: 'another version', from: '00010000', to: '00020000', error: /major version/ },
    { name: 'neither byte order', from: '1a2b3c4d', to: '1a2b3c4e', error: /byte-order magic/ },
  ])('$name is refused', ({ from, to, error }) => {
    const section = '0a0d0d0a0000001c1a2b3c4d00010000ffffffffffffffff0000001c';
    expect(decodeCapture(hex(section)).packets).toEqual([]);
    expect(() => decodeCapture(hex(section.replace(from, to)))).toThrow(error);
  });

  test('a packet of an interface that was not described is refused', () => {
    const writer = new CaptureWriter();
    writer.addPacket({ interface: 0, atUs: 0, octets: new Uint8Array(4) });
    expect(() => decodeCapture(writer.take())).toThrow(/interface/);
  });
});

describe('the writer', () => {
  test('`take` gives pieces that join to one file', () => {
    const whole = new CaptureWriter({ comment: 'c' });
    const pieces = new CaptureWriter({ comment: 'c' });
    const taken: number[] = [];
    for (const writer of [whole, pieces]) {
      writer.addInterface({ name: 'core', linkType: 1 });
      if (writer === pieces) taken.push(...writer.take());
      for (let index = 0; index < 100; index++)
        writer.addPacket({ interface: 0, atUs: index, octets: new Uint8Array(index) });
    }
    taken.push(...pieces.take());
    expect(Uint8Array.from(taken)).toEqual(whole.take());
  });

  test('a comment of a megabyte is cut, between characters', () => {
    const writer = new CaptureWriter({ comment: '✗'.repeat(350_000) });
    const { comment } = decodeCapture(writer.take());
    expect(comment).toBe('✗'.repeat(Math.floor(8192 / 3)));
  });
});
