import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ipv4 } from '../../src/core/address.ts';
import { DecodeError } from '../../src/core/errors.ts';
import { NEVER, toInstant } from '../../src/core/time.ts';
import { datagramsOf, type RecordedDatagram } from '../../src/codec/datagrams.ts';
import { decodeCapture } from '../../src/codec/pcap-reader.ts';
import { CaptureWriter, LinkType } from '../../src/codec/pcap.ts';
import { Recording } from '../../src/engine/replay/recording.ts';
import { ReplayService } from '../../src/service/replay.ts';
import { clientMessage, serverMessage } from '../support/dhcp-builders.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';
import { RecordingEffects } from '../support/recording-effects.ts';

const RUNS = { numRuns: fuzzRuns() };
const SERVER = ipv4(0x0a00_0043);
const PORTS = [37, 53, 67, 69, 4_000];

test('of frames with any octets the datagrams are read or passed over', () => {
  const frames = fc.array(
    fc.record({
      head: fc.constantFrom([], ETHERNET_IPV4, ETHERNET_IPV6),
      tail: fc.uint8Array({ maxLength: 120 }),
    }),
    { maxLength: 20 },
  );
  fc.assert(
    fc.property(frames, (given) => {
      const writer = new CaptureWriter({ comment: '' });
      writer.addInterface({ name: 'any', linkType: LinkType.ethernet });
      for (const [index, { head, tail }] of given.entries())
        writer.addPacket({
          interface: 0,
          atUs: index,
          octets: Uint8Array.of(...head, ...tail),
          packetId: index,
        });
      const { datagrams, passedOver } = datagramsOf(decodeCapture(writer.take()));
      const over = [...passedOver.values()].reduce((sum, count) => sum + count, 0);
      expect(datagrams.length + over).toBe(given.length);
    }),
    RUNS,
  );
});

const ETHERNET_IPV4 = [...Array.from({ length: 12 }, () => 2), 8, 0, 0x45, 0];
const ETHERNET_IPV6 = [...Array.from({ length: 12 }, () => 2), 0x86, 0xdd, 0x60, 0];

test('a file of any octets is a capture or a DecodeError', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(...MAGICS), (octets, magic) => {
      try {
        datagramsOf(decodeCapture(Uint8Array.of(...magic, ...octets)));
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
      }
    }),
    RUNS,
  );
});

const MAGICS = [[0xd4, 0xc3, 0xb2, 0xa1], [0xa1, 0xb2, 0x3c, 0x4d], [0x0a, 0x0d, 0x0d, 0x0a], []] as const;

const discover = clientMessage('discover');
/** Octets of a peer: any, or a message with some of them changed. */
const octets = fc.oneof(
  fc.uint8Array({ maxLength: 60 }),
  fc
    .tuple(
      fc.constantFrom(discover, serverMessage('offer', discover), Uint8Array.of(0, 1, 97, 0, 97, 0)),
      fc.array(fc.tuple(fc.nat(300), fc.nat(255)), { maxLength: 4 }),
    )
    .map(([message, changes]) => {
      const changed = message.slice();
      for (const [at, octet] of changes) if (at < changed.length) changed[at] = octet;
      return changed;
    }),
);
const ends = fc.record({ port: fc.constantFrom(...PORTS), peer: fc.nat(2), toServer: fc.boolean(), octets });

test('a recording of anything, asked anything, neither throws nor sleeps past its deadline', () => {
  fc.assert(
    fc.property(fc.array(ends, { maxLength: 40 }), fc.array(ends, { maxLength: 40 }), (then, now) => {
      const datagrams = then.map((each, index): RecordedDatagram => {
        const server = { address: SERVER, port: each.port };
        const peer = { address: ipv4(0x0a09_0001 + each.peer), port: 40_000 };
        const [from, to] = each.toServer ? [peer, server] : [server, peer];
        return { firstUs: index * 10, lastUs: index * 10, from, to, octets: each.octets, isLost: false };
      });
      const recording = new Recording(datagrams, { addresses: [SERVER], ports: PORTS });
      const service = new ReplayService({ name: 'any', recording });
      const effects = new RecordingEffects();
      let at = 0;
      for (const each of now) {
        const from = { address: ipv4(0x0a09_0001 + each.peer), port: 40_000 };
        const to = { address: SERVER, port: each.port };
        const input = {
          kind: 'datagram',
          octets: each.octets,
          from,
          to,
          via: 0,
          hardware: undefined,
        } as const;
        service.handle(input, toInstant(at), effects);
        at += 7;
        service.handle({ kind: 'timer' }, toInstant(at), effects);
        expect(service.deadline()).toBeGreaterThan(at);
      }
      service.handle({ kind: 'timer' }, toInstant(at + 100_000_000), effects);
      expect(service.deadline()).toBe(NEVER);
    }),
    RUNS,
  );
});
