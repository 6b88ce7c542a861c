import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ipv4, ipv6At, toMac } from '../../src/core/address.ts';
import type { Ip } from '../../src/core/address.ts';
import { Writer } from '../../src/core/bytes.ts';
import { DecodeError } from '../../src/core/errors.ts';
import { macMessageOfEthernet } from '../../src/codec/docsis/mac-message.ts';
import { decodeArp, encodeArp } from '../../src/codec/frame/arp.ts';
import { decodeFrame } from '../../src/codec/frame/decode.ts';
import { decodeEthernet, encodeEthernet } from '../../src/codec/frame/ethernet.ts';
import {
  decodeIcmp,
  decodeIcmpv6,
  decodeNeighbour,
  encodeIcmp,
  encodeIcmpv6,
  encodeNeighbour,
} from '../../src/codec/frame/icmp.ts';
import { decodeIpv4, encodeIpv4Header } from '../../src/codec/frame/ipv4.ts';
import { decodeIpv6, encodeIpv6Header } from '../../src/codec/frame/ipv6.ts';
import { decodeTcp, encodeTcp } from '../../src/codec/frame/tcp.ts';
import { decodeUdp, encodeUdp } from '../../src/codec/frame/udp.ts';
import { decodeVxlan } from '../../src/codec/frame/vxlan.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

const RUNS = { numRuns: fuzzRuns() };
const octet = fc.integer({ min: 0, max: 255 });
const word = fc.integer({ min: 0, max: 0xffff });
const long = fc.integer({ min: 0, max: 0xffff_ffff });
const payload = fc.uint8Array({ maxLength: 300 });
const mac = fc.integer({ min: 0, max: 2 ** 48 - 1 }).map(toMac);
const v4 = long.map(ipv4);
const v6 = fc.uint8Array({ minLength: 16, maxLength: 16 }).map((octets) => ipv6At(octets, 0));
const ends = fc.oneof(
  fc.record({ source: v4, destination: v4 }),
  fc.record({ source: v6, destination: v6 }),
) as fc.Arbitrary<{ source: Ip; destination: Ip }>;
const ends6 = fc.record({ source: v6, destination: v6 });

function written(write: (writer: Writer) => void): Uint8Array {
  const writer = new Writer(new Uint8Array(2048).fill(0xee));
  write(writer);
  return writer.written();
}

describe('any octets decode or are a DecodeError', () => {
  const anyEnds = { source: ipv4(1), destination: ipv4(2) };
  test.each([
    { name: 'Ethernet', decode: decodeEthernet },
    { name: 'ARP', decode: decodeArp },
    { name: 'VXLAN', decode: (octets: Uint8Array) => decodeFrame(decodeVxlan(octets).frame) },
    { name: 'a MAC message in Ethernet', decode: macMessageOfEthernet },
    { name: 'IPv4', decode: decodeIpv4 },
    { name: 'IPv6', decode: decodeIpv6 },
    { name: 'UDP', decode: (octets: Uint8Array) => decodeUdp(octets, anyEnds) },
    { name: 'TCP', decode: (octets: Uint8Array) => decodeTcp(octets, anyEnds) },
    { name: 'ICMP', decode: (octets: Uint8Array) => decodeNeighbour(decodeIcmp(octets)) },
  ])('$name', ({ decode }) => {
    // Half of them begin like a packet, so that the decoder gets somewhere.
    const likely = fc
      .tuple(fc.constantFrom(0x45, 0x4f, 0x60, 0x00), payload)
      .map(([first, rest]) => Uint8Array.of(first, ...rest));
    fc.assert(
      fc.property(fc.oneof(payload, likely), (octets) => {
        try {
          decode(octets);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
          expect((error as DecodeError).offset).toBeLessThanOrEqual(octets.length);
        }
      }),
      RUNS,
    );
  });
});

describe('what is encoded is decoded as it was', () => {
  test('Ethernet and ARP', () => {
    const header = fc.record({ destination: mac, source: mac, etherType: word });
    const operation = fc.constantFrom('request' as const, 'reply' as const);
    const packet = fc.record({ operation, senderMac: mac, senderIp: v4, targetMac: mac, targetIp: v4 });
    fc.assert(
      fc.property(header, packet, (frame, arp) => {
        const octets = written((writer) => {
          encodeEthernet(writer, frame);
          encodeArp(writer, arp);
        });
        const decoded = decodeEthernet(octets);
        expect(decoded).toMatchObject(frame);
        expect(decodeArp(decoded.payload)).toEqual(arp);
      }),
      RUNS,
    );
  });

  test('IPv4, with a right checksum that any change of the header spoils, and padding cut off', () => {
    const fields = fc.record({
      identification: word,
      ttl: octet,
      protocol: octet,
      source: v4,
      destination: v4,
    });
    fc.assert(
      fc.property(fields, payload, fc.integer({ min: 8, max: 19 }), octet, (header, body, at, change) => {
        const octets = written((writer) => {
          encodeIpv4Header(writer, { ...header, payloadOctets: body.length });
          writer.bytes(body);
          writer.fill(7, 0);
        });
        const decoded = decodeIpv4(octets);
        expect(decoded).toMatchObject({ ...header, isFragment: false, checksumIsRight: true, payload: body });
        octets[at]! ^= change;
        // 0x00 and 0xff of one octet sum alike only when the whole word turns from 0x0000 to 0xffff: not by one octet.
        expect(decodeIpv4(octets).checksumIsRight).toBe(change === 0);
      }),
      RUNS,
    );
  });

  test('IPv6', () => {
    // Not one of the extension headers.
    const protocol = octet.filter((value) => ![0, 43, 44, 60].includes(value));
    const fields = fc.record({ hopLimit: octet, protocol, source: v6, destination: v6 });
    fc.assert(
      fc.property(fields, payload, (header, body) => {
        const octets = written((writer) => {
          encodeIpv6Header(writer, { ...header, payloadOctets: body.length });
          writer.bytes(body);
        });
        expect(decodeIpv6(octets)).toMatchObject({ ...header, isFragment: false, payload: body });
      }),
      RUNS,
    );
  });

  test('UDP over both families', () => {
    fc.assert(
      fc.property(ends, word, word, payload, (addresses, sourcePort, destinationPort, body) => {
        const octets = written((writer) =>
          encodeUdp(writer, { ...addresses, sourcePort, destinationPort }, body),
        );
        const expected = { sourcePort, destinationPort, checksum: 'right', payload: body };
        expect(decodeUdp(octets, addresses)).toEqual(expected);
      }),
      RUNS,
    );
  });

  test('TCP over both families', () => {
    const maximumSegmentSize = fc.option(word, { nil: undefined });
    const fields = fc.record({
      sourcePort: word,
      destinationPort: word,
      sequence: long,
      acknowledgment: long,
      flags: octet,
      window: word,
      maximumSegmentSize,
    });
    fc.assert(
      fc.property(ends, fields, payload, (addresses, segment, body) => {
        const octets = written((writer) => encodeTcp(writer, { ...addresses, ...segment }, body));
        expect(decodeTcp(octets, addresses)).toEqual({ ...segment, checksumIsRight: true, payload: body });
      }),
      RUNS,
    );
  });

  test('ICMP, ICMPv6 and neighbours', () => {
    const fields = fc.record({ type: octet, code: octet, rest: long });
    const kind = fc.constantFrom('solicitation' as const, 'advertisement' as const);
    const neighbour = fc.record({ kind, target: v6, hardware: mac });
    fc.assert(
      fc.property(fields, payload, ends6, neighbour, (message, body, addresses, asked) => {
        const four = written((writer) => encodeIcmp(writer, message, body));
        expect(decodeIcmp(four)).toEqual({ ...message, checksumIsRight: true, body });
        const six = written((writer) => encodeIcmpv6(writer, message, body, addresses));
        expect(decodeIcmpv6(six, addresses)).toEqual({ ...message, checksumIsRight: true, body });
        const about = decodeIcmpv6(
          written((writer) => encodeNeighbour(writer, asked, addresses)),
          addresses,
        );
        expect(about.checksumIsRight).toBe(true);
        expect(decodeNeighbour(about)).toEqual(asked);
      }),
      RUNS,
    );
  });
});
