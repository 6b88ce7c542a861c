import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ANY, BROADCAST, ipv4, macAt, type Ip, type Mac } from '../../src/core/address.ts';
import { DecodeError } from '../../src/core/errors.ts';
import { encodeFrame } from '../../src/codec/frame/packet.ts';
import { CaptureWriter, LinkType } from '../../src/codec/pcap.ts';
import { MessageType, Op, Option } from '../../src/codec/dhcp/codes.ts';
import { encodeMessage } from '../../src/codec/dhcp/fields.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { importCapture } from '../../src/import/capture/capture.ts';
import { clientFields } from '../support/dhcp-builders.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

const RUNS = { numRuns: fuzzRuns(200) };
const SERVER = ipv4(0x0a00_0043);
const RELAY = ipv4(0x0a09_0001);
const mac = (last: number): Mac => macAt(Uint8Array.of(0, 16, 24, 0, 0, last), 0);

function brought(octets: Uint8Array): ReturnType<typeof importCapture> {
  return importCapture({
    octets,
    fileName: 'x.pcapng',
    name: 'x',
    folder: 'x-files',
    crypto: portableCrypto,
  });
}

test('any octets are a capture or a DecodeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => {
      try {
        brought(Uint8Array.of(0xd4, 0xc3, 0xb2, 0xa1, ...octets));
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }),
    RUNS,
  );
});

const option = fc.record({
  code: fc
    .integer({ min: 1, max: 254 })
    .filter((code) => code !== Option.overload && code !== Option.relayAgent),
  octets: fc.uint8Array({ maxLength: 20 }),
});
/** An ACK as a hostile server might send it. */
const ack = fc.record({
  client: fc.integer({ min: 1, max: 3 }),
  relayed: fc.boolean(),
  yiaddr: fc.integer({ min: 0, max: 0xffff_ffff }).map(ipv4),
  siaddr: fc.constantFrom(ANY, SERVER, BROADCAST),
  file: fc.uint8Array({ maxLength: 20 }),
  options: fc.uniqueArray(option, { maxLength: 6, selector: ({ code }) => code }),
  text: fc.uint8Array({ maxLength: 30 }),
});

/** RFC 1350 §5, RFC 1035 §4.1: what else is said between two, with octets of anybody in it. */
function others(text: Uint8Array): readonly { from: number; to: number; octets: Uint8Array }[] {
  const rrq = Uint8Array.of(0, 1, ...text.filter((octet) => octet !== 0), 0, 111, 99, 116, 101, 116, 0);
  const label = text.subarray(0, 20);
  const question = [label.length || 1, ...(label.length === 0 ? [97] : label), 0, 0, 16, 0, 1];
  const answer = [0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 9, 0, label.length + 1, label.length, ...label];
  return [
    { from: 3_000, to: 69, octets: rrq },
    { from: 69, to: 3_000, octets: Uint8Array.of(0, 3, 0, 1, ...text) },
    {
      from: 53,
      to: 4_000,
      octets: Uint8Array.of(0, 1, 0x84, 0, 0, 1, 0, 1, 0, 0, 0, 0, ...question, ...answer),
    },
    { from: 37, to: 5_000, octets: text },
  ];
}

test('whatever a capture says, the scenario that comes of it is without mistakes', () => {
  fc.assert(
    fc.property(fc.array(ack, { minLength: 1, maxLength: 5 }), (given) => {
      const writer = new CaptureWriter({ comment: '' });
      writer.addInterface({ name: 'any', linkType: LinkType.ethernet });
      let packet = 0;
      const put = (
        from: { address: Ip; port: number },
        to: { address: Ip; port: number },
        octets: Uint8Array,
      ): void =>
        writer.addPacket({
          interface: 0,
          atUs: packet * 1_000,
          packetId: packet++,
          octets: encodeFrame({
            sourceMac: mac(1),
            destinationMac: mac(2),
            packet,
            body: { kind: 'udp', from, to, ttl: 64, octets },
          }),
        });
      for (const { client, relayed, options, text, ...fields } of given) {
        const giaddr = relayed ? RELAY : ANY;
        const said = [
          { code: Option.messageType, octets: Uint8Array.of(MessageType.ack) },
          { code: Option.leaseTime, octets: Uint8Array.of(0, 0, 14, 16) },
          ...options.filter(({ code }) => code !== Option.messageType && code !== Option.leaseTime),
        ];
        const reply = {
          ...clientFields('bootp', { mac: mac(client), giaddr, ...fields }),
          op: Op.reply,
          options: said,
        };
        const vendor = { code: Option.vendorClass, octets: text };
        const asked = clientFields('discover', { mac: mac(client), giaddr, options: [vendor] });
        put({ address: RELAY, port: 67 }, { address: SERVER, port: 67 }, encodeMessage(asked));
        put({ address: SERVER, port: 67 }, { address: RELAY, port: 67 }, encodeMessage(reply));
        for (const { from, to, octets } of others(text)) {
          const [mine, theirs] = from < 100 ? [SERVER, RELAY] : [RELAY, SERVER];
          put({ address: mine, port: from }, { address: theirs, port: to }, octets);
        }
      }
      const { mistakes, leases } = brought(writer.take());
      if (leases > 0) expect(mistakes).toEqual([]);
    }),
    RUNS,
  );
});
