import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { ANY, ipv4 } from '../../src/core/address.ts';
import { Writer } from '../../src/core/bytes.ts';
import { DecodeError } from '../../src/core/errors.ts';
import { NEVER, toInstant, type Instant } from '../../src/core/time.ts';
import { decodeTod, encodeTod } from '../../src/codec/tod.ts';
import { decodePacket, encodePacket, type TftpPacket } from '../../src/codec/tftp/packet.ts';
import { TftpReceiver } from '../../src/engine/tftp/receiver.ts';
import { TftpService } from '../../src/service/tftp.ts';
import { FileTable } from '../../src/store/file-table.ts';
import { RecordingEffects } from '../support/recording-effects.ts';
import { SERVER } from '../support/tftp-wire.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

const text = (length: number) =>
  fc.uint8Array({ minLength: 1, maxLength: length }).map((octets) => octets.map((octet) => octet || 1));
const options = fc.array(fc.record({ name: text(12), value: text(12) }), { maxLength: 8 });
const packets: fc.Arbitrary<TftpPacket> = fc.oneof(
  fc.record({
    kind: fc.constantFrom('rrq', 'wrq'),
    name: text(200),
    mode: fc.constantFrom('octet', 'netascii', 'mail'),
    options,
  }),
  fc.record({
    kind: fc.constant('data' as const),
    block: fc.nat(65535),
    octets: fc.uint8Array({ maxLength: 1468 }),
  }),
  fc.record({ kind: fc.constant('ack' as const), block: fc.nat(65535) }),
  fc.record({ kind: fc.constant('error' as const), code: fc.nat(65535), text: text(80) }),
  fc.record({ kind: fc.constant('oack' as const), options }),
);

function wireOf(packet: TftpPacket): Uint8Array {
  const writer = new Writer(new Uint8Array(2000).fill(0xa5));
  encodePacket(writer, packet);
  return writer.written().slice();
}

/** Octets near a packet: one changed here and there, and cut or lengthened. */
const mutated = fc
  .tuple(packets, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(1500))
  .map(([packet, changes, length]) => {
    const octets = wireOf(packet);
    for (const [at, octet] of changes) octets[at % octets.length] = octet;
    return octets.subarray(0, length);
  });

test('decode(encode(packet)) is the packet', () => {
  fc.assert(
    fc.property(packets, (packet) => {
      expect(decodePacket(wireOf(packet))).toEqual(packet);
    }),
    { numRuns: fuzzRuns(100) },
  );
});

test('any octets are a packet that encodes to the same again, or a DecodeError', () => {
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 600 }), mutated), (octets) => {
      let packet: TftpPacket;
      try {
        packet = decodePacket(octets);
      } catch (error) {
        expect(error).toBeInstanceOf(DecodeError);
        return;
      }
      expect(decodePacket(wireOf(packet))).toEqual(
        'mode' in packet ? { ...packet, mode: packet.mode ?? 'octet' } : packet,
      );
    }),
    { numRuns: fuzzRuns(1000) },
  );
});

test('a time of day comes back', () => {
  fc.assert(
    fc.property(fc.nat(0xffffffff), (tod) => {
      const writer = new Writer(new Uint8Array(4));
      encodeTod(writer, tod);
      expect(decodeTod(writer.written())).toBe(tod);
    }),
    { numRuns: fuzzRuns(100) },
  );
});

test('any datagrams at any moments: the server never throws, forgets all in the end, and gives back its ports', () => {
  const steps = fc.array(
    fc.record({
      octets: fc.oneof(fc.uint8Array({ maxLength: 40 }), mutated),
      host: fc.nat(2),
      port: fc.nat(3),
      to: fc.nat(5),
      waitUs: fc.nat(3_000_000),
    }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(steps, fc.boolean(), (list, singlePort) => {
      const files = new FileTable();
      files.addMaker(({ name }) => new Uint8Array(name.length * 100));
      const service = new TftpService({ files, singlePort, transfersMax: 4 });
      const effects = new RecordingEffects();
      let now = toInstant(0);
      const timersUntil = (end: Instant) => {
        while (service.deadline() <= end && service.deadline() !== NEVER) {
          now = toInstant(Math.max(now, service.deadline()));
          service.handle({ kind: 'timer' }, now, effects);
          expect(service.deadline()).toBeGreaterThan(now);
        }
      };
      for (const { octets, host, port, to, waitUs } of list) {
        const end = toInstant(now + waitUs);
        timersUntil(end);
        now = end;
        const from = { address: ipv4(0x0a090000 + host), port: 3000 + port };
        const destination = { address: to === 5 ? ANY : SERVER.address, port: to < 3 ? 69 : 49149 + to };
        const input = {
          kind: 'datagram',
          octets,
          from,
          to: destination,
          via: 0,
          hardware: undefined,
        } as const;
        service.handle(input, now, effects);
        const open = effects.of('bind').length - effects.of('release').length;
        expect(open).toBeLessThanOrEqual(4);
      }
      timersUntil(toInstant(now + 1e12));
      expect(service.deadline()).toBe(NEVER);
      const portsOf = (kind: 'bind' | 'release') => new Set(effects.of(kind).map(({ port }) => port));
      expect(portsOf('release')).toEqual(portsOf('bind'));
      expect(effects.of('release')).toHaveLength(effects.of('bind').length);
    }),
    { numRuns: fuzzRuns() },
  );
});

test('any datagrams from the server: the receiver ends, within its bounds, and gives back its port', () => {
  const profiles = fc.record({
    blksize: fc.option(fc.integer({ min: 8, max: 1468 }), { nil: undefined }),
    windowsize: fc.option(fc.integer({ min: 1, max: 8 }), { nil: undefined }),
    tsize: fc.option(fc.boolean(), { nil: undefined }),
    octetsMax: fc.nat(3_000),
  });
  const data = fc
    .tuple(fc.nat(6), fc.constantFrom(0, 8, 512, 1468))
    .map(([block, length]) => wireOf({ kind: 'data', block, octets: new Uint8Array(length) }));
  const steps = fc.array(fc.tuple(fc.oneof(data, mutated), fc.constantFrom(69, 5000, 5000, 5001)), {
    maxLength: 30,
  });
  fc.assert(
    fc.property(profiles, steps, (wanted, list) => {
      const profile = { resendSeconds: [4, 8, 16], sendsMax: 4, dallySeconds: 1, ...wanted };
      const receiver = new TftpReceiver(SERVER, new Uint8Array([0x66]), profile);
      const effects = new RecordingEffects();
      let now = toInstant(0);
      receiver.start(now, effects);
      for (const [octets, port] of list) {
        now = toInstant(now + 1000);
        try {
          receiver.receive(octets.slice(), { address: SERVER.address, port }, now, effects);
        } catch (error) {
          expect(error).toBeInstanceOf(DecodeError);
        }
        expect(receiver.receivedOctets).toBeLessThanOrEqual(profile.octetsMax);
      }
      for (let turn = 0; turn < 10 && receiver.deadline() !== NEVER; turn++) {
        now = receiver.deadline();
        receiver.wake(now, effects);
        expect(receiver.deadline()).toBeGreaterThan(now);
      }
      expect(receiver.deadline()).toBe(NEVER);
      expect(['done', 'failed']).toContain(receiver.state.kind);
      expect(effects.of('release')).toHaveLength(1);
    }),
    { numRuns: fuzzRuns(500) },
  );
});
