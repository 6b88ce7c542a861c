import { describe, expect, test } from 'vitest';
import { formatEndpoint, parseIp, parseMac, type Ip } from '../../../src/core/address.ts';
import { datagramsOf, type Recorded } from '../../../src/codec/datagrams.ts';
import { encodeFrame } from '../../../src/codec/frame/packet.ts';
import { decodeCapture } from '../../../src/codec/pcap-reader.ts';
import { CaptureWriter, LinkType } from '../../../src/codec/pcap.ts';

const A = { address: parseIp('10.0.0.1')!, port: 68 };
const B = { address: parseIp('10.0.0.2')!, port: 67 };

interface Seen {
  readonly atUs?: number;
  readonly interface?: number;
  readonly ttl?: number;
  readonly id?: number;
  readonly text?: string;
  readonly comment?: string;
  readonly ends?: readonly [string, string];
  readonly change?: (octets: Uint8Array) => Uint8Array;
}

/** A frame with one datagram from A to B. */
function frame({ ttl = 64, id = 1, text = 'hello', ends, change = (octets) => octets }: Seen): Uint8Array {
  const [from, to] = ends?.map((end): Ip => parseIp(end)!) ?? [A.address, B.address];
  const octets = encodeFrame({
    sourceMac: parseMac('02:00:00:00:00:01')!,
    destinationMac: parseMac('02:00:00:00:00:02')!,
    packet: id,
    body: {
      kind: 'udp',
      from: { ...A, address: from! },
      to: { ...B, address: to! },
      ttl,
      octets: Uint8Array.from(Buffer.from(text)),
    },
  });
  return change(octets);
}

function capture(...packets: readonly Seen[]): Recorded {
  const writer = new CaptureWriter({ comment: '' });
  writer.addInterface({ name: 'one', linkType: LinkType.ethernet });
  writer.addInterface({ name: 'two', linkType: LinkType.ethernet });
  writer.addInterface({ name: 'mac', linkType: LinkType.docsis });
  for (const each of packets)
    writer.addPacket({
      interface: each.interface ?? 0,
      atUs: 5_000_000 + (each.atUs ?? 0),
      octets: frame(each),
      packetId: undefined,
      comment: each.comment,
    });
  return datagramsOf(decodeCapture(writer.take()));
}

/** IEEE 802.1Q: a tag between the addresses and the type. */
const tagged = (octets: Uint8Array): Uint8Array =>
  Uint8Array.of(...octets.subarray(0, 12), 0x81, 0, 0, 7, ...octets.subarray(12));

describe('the datagrams of a capture', () => {
  test('their ends, octets and time', () => {
    const { datagrams, passedOver } = capture({ atUs: 0 }, { atUs: 1_500, id: 2, text: '' });
    expect(
      datagrams.map(({ firstUs, from, to }) => [firstUs, formatEndpoint(from), formatEndpoint(to)]),
    ).toEqual([0, 1_500].map((us) => [us, '10.0.0.1:68', '10.0.0.2:67']));
    expect(Buffer.from(datagrams[0]!.octets).toString()).toBe('hello');
    expect(datagrams[1]!.octets).toHaveLength(0);
    expect(passedOver.size).toBe(0);
  });

  test('behind a VLAN tag, and by IPv6', () => {
    const { datagrams } = capture({ change: tagged }, { ends: ['fd00::1', 'fd00::2'] });
    expect(datagrams.map(({ from }) => formatEndpoint(from))).toEqual(['10.0.0.1:68', '[fd00::1]:68']);
  });

  test.each<{ name: string; packets: readonly Seen[]; spans: readonly (readonly [number, number])[] }>([
    {
      name: 'on two segments of its way is one',
      packets: [{}, { interface: 1, atUs: 30 }],
      spans: [[0, 30]],
    },
    { name: 'before and behind a router is one', packets: [{}, { ttl: 63, atUs: 30 }], spans: [[0, 30]] },
    {
      name: 'that its sender sends again is two',
      packets: [{}, { atUs: 30 }],
      spans: [
        [0, 0],
        [30, 30],
      ],
    },
    {
      name: 'with other octets is another',
      packets: [{}, { interface: 1, text: 'other' }],
      spans: [
        [0, 0],
        [0, 0],
      ],
    },
    {
      name: 'two seconds later is another',
      packets: [{}, { interface: 1, atUs: 2_000_000 }],
      spans: [
        [0, 0],
        [2_000_000, 2_000_000],
      ],
    },
  ])('one seen $name', ({ packets, spans }) => {
    expect(capture(...packets).datagrams.map(({ firstUs, lastUs }) => [firstUs, lastUs])).toEqual(spans);
  });

  test('one of which our own capture says that it did not arrive', () => {
    const { datagrams } = capture(
      {},
      { interface: 1, comment: 'LOST on hfc' },
      { id: 3, comment: 'HE-DHCP-001 LOST' },
    );
    expect(datagrams.map(({ isLost }) => isLost)).toEqual([true, false]);
  });

  test.each<{ name: string; packet: Seen; why: string }>([
    { name: 'a DOCSIS message', packet: { interface: 2 }, why: 'is no Ethernet frame' },
    { name: 'ARP', packet: { change: (octets) => octets.with(13, 6) }, why: 'is no IP' },
    { name: 'TCP', packet: { change: (octets) => octets.with(23, 6) }, why: 'is no UDP' },
    { name: 'a fragment', packet: { change: (octets) => octets.with(20, 0x20) }, why: 'is a fragment' },
    {
      name: 'a frame of ten octets',
      packet: { change: (octets) => octets.slice(0, 10) },
      why: 'is malformed',
    },
    {
      name: 'a datagram longer than its packet',
      packet: { change: (octets) => octets.with(38, 9) },
      why: 'is malformed',
    },
  ])('$name is passed over, and told', ({ packet, why }) => {
    const { datagrams, passedOver } = capture(packet, {});
    expect([...passedOver]).toEqual([[why, 1]]);
    expect(datagrams).toHaveLength(1);
  });
});
