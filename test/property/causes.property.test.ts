import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CauseFinder } from '../../src/analysis/cause/finder.ts';
import type { Party } from '../../src/analysis/cause/sighting.ts';
import { TraceCauses } from '../../src/analysis/cause/trace-source.ts';
import { ipv4, toMac } from '../../src/core/address.ts';
import type { Fate, FrameBody } from '../../src/core/driver.ts';
import { toInstant } from '../../src/core/time.ts';
import { encodeMessage } from '../../src/codec/dhcp/fields.ts';
import { clientFields } from '../support/dhcp-builders.ts';

/** Some are whole messages with chance fields, so that more is read than a first octet. */
const octets = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc
    .tuple(
      fc.constantFrom('discover', 'offer', 'request', 'ack', 'nak'),
      fc.boolean(),
      fc.integer({ min: 1, max: 4 }),
    )
    .map(([type, isReply, chaddr]) =>
      encodeMessage({
        ...clientFields(type as 'discover', { mac: toMac(chaddr) }),
        op: isReply ? 2 : 1,
        giaddr: ipv4(chaddr % 2 === 0 ? 0 : 0x0a09_0001),
        yiaddr: ipv4(0x0a09_1001),
      }),
    ),
  fc.constantFrom('file', '').map((name) => Uint8Array.from([0, 1, ...Buffer.from(`${name}\0octet\0`)])),
);
const port = fc.constantFrom(37, 53, 67, 68, 69, 50_000, 50_001);
const address = fc.constantFrom(0, -1, 0x0a00_0043, 0x0a09_0001, 0x0a09_1001).map(ipv4);
const endpoint = fc.record({ address, port });
const mac = fc.integer({ min: 1, max: 4 }).map(toMac);

const body: fc.Arbitrary<FrameBody> = fc.oneof(
  fc.record({
    kind: fc.constant('udp' as const),
    from: endpoint,
    to: endpoint,
    ttl: fc.constant(64),
    octets,
  }),
  fc.record({ kind: fc.constant('mac-message' as const), octets }),
  fc.record({ kind: fc.constant('icmp' as const), from: address, to: address, ttl: fc.constant(64), octets }),
  fc.record({
    kind: fc.constant('arp' as const),
    operation: fc.constantFrom('request' as const, 'reply' as const),
    senderMac: mac,
    senderIp: address,
    targetMac: mac,
    targetIp: address,
  }),
);

const party: fc.Arbitrary<Party> = fc.record({
  name: fc.constantFrom('cm', 'cmts', 'dhcp'),
  kind: fc.constantFrom('', 'cable-modem', 'cmts', 'dhcp+tftp', 'client'),
  group: fc.constant('g'),
  forwards: fc.boolean(),
  interfaces: fc.array(fc.record({ segment: fc.constant('hfc'), mac, addresses: fc.constant([]) }), {
    maxLength: 1,
  }),
});

const fate = fc.constantFrom<Fate>('delivered', 'lost', 'faulted', 'unheard', 'overflow', 'limited');

describe('a cause finder', () => {
  test('takes any frames without a word, and answers', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ body, fate, sender: party, receiver: fc.option(party, { nil: undefined }) }), {
          maxLength: 60,
        }),
        fc.boolean(),
        (frames, knowsHosts) => {
          const finder = new CauseFinder(knowsHosts ? frames.map(({ sender }) => sender) : []);
          for (const [index, frame] of frames.entries())
            finder.frame({
              ...frame,
              sentAt: toInstant(index),
              at: toInstant(index + 1),
              segment: 'hfc',
              fault: undefined,
              packet: index,
              sourceMac: toMac(1),
              destinationMac: toMac(2),
            });
          for (const cause of finder.causes()) expect(cause.evidence.length).toBeGreaterThan(0);
          finder.clients();
          finder.sides();
        },
      ),
      { numRuns: 300 },
    );
  });

  test('takes what a damaged trace file says', () => {
    const text = fc.oneof(
      fc.string({ maxLength: 30 }),
      fc.constantFrom('10.0.0.1:67', '[::1]:69', '00:10:18:00:00:01', 'zz'),
    );
    fc.assert(
      fc.property(
        fc.constantFrom('udp', 'arp', 'icmp', 'mac-message', 'tcp'),
        fc.array(text, { minLength: 8, maxLength: 8 }),
        (kind, words) => {
          const [
            from = '',
            to = '',
            sender = '',
            receiver = '',
            source = '',
            destination = '',
            data = '',
            name = '',
          ] = words;
          const reader = new TraceCauses([
            {
              name,
              kind: 'cmts',
              group: name,
              forwards: true,
              interfaces: [{ segment: 'hfc', mac: source, addresses: [to] }],
            },
          ]);
          reader.add({
            kind: 'frame',
            number: 1,
            at: 1,
            sent_at: 0,
            segment: 'hfc',
            sender,
            receiver,
            origin: sender,
            target: null,
            fate: 'delivered',
            fault: null,
            packet: 1,
            source_mac: source,
            destination_mac: destination,
            body: kind,
            from,
            ttl: 64,
            to,
            octets: data,
            protocol: '',
            message: '',
            fields: {},
            rule: null,
            detail: null,
          });
          expect(reader.finder.causes()).toEqual([]);
        },
      ),
      { numRuns: 300 },
    );
  });

  test('a flood of invented clients and servers stays in its bounds', () => {
    const finder = new CauseFinder([]);
    const cmts: Party = { name: 'cmts', kind: 'cmts', group: 'cmts', forwards: true, interfaces: [] };
    const client: Party = { name: 'x', kind: '', group: 'x', forwards: false, interfaces: [] };
    for (let index = 0; index < 40_000; index++) {
      const discover = encodeMessage(clientFields('discover', { mac: toMac(index + 1) }));
      finder.frame({
        sentAt: toInstant(index),
        at: toInstant(index + 1),
        segment: 'hfc',
        fate: 'delivered',
        fault: undefined,
        packet: index,
        sourceMac: toMac(index + 1),
        destinationMac: toMac(0xffff_ffff_ffff),
        body: {
          kind: 'udp',
          from: { address: ipv4(0), port: 68 },
          to: { address: ipv4(index), port: 67 },
          ttl: 64,
          octets: discover,
        },
        sender: client,
        receiver: cmts,
      });
    }
    expect(finder.clients().seen).toBe(20_000);
  });
});
