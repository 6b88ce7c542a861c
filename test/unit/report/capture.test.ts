import { describe, expect, test } from 'vitest';
import { decodeCapture } from '../../../src/codec/pcap-reader.ts';
import { formatIp, ipv4, toMac } from '../../../src/core/address.ts';
import type { FrameEvent, HostSpec, Topology } from '../../../src/core/driver.ts';
import { bug } from '../../../src/core/errors.ts';
import { NET_RULES } from '../../../src/core/rules/net.ts';
import { toInstant } from '../../../src/core/time.ts';
import { CaptureRecorder } from '../../../src/report/capture.ts';
import type { CaptureFacts } from '../../../src/report/capture.ts';

function host(name: string, segment: string, last: number): HostSpec {
  const address = { address: ipv4(0x0a000000 + last), prefixLength: 24 };
  return {
    name,
    kind: 'host',
    group: name,
    interfaces: [{ segment, mac: toMac(last), addresses: [address] }],
    routes: [],
    forwards: false,
    udpPorts: [],
    tcpPorts: [],
    create: () => bug('never started here'),
  };
}

const modem = host('cm[0]', 'hfc', 1);
const server = host('tod', 'hfc', 2);
const quality = { delayUs: 0, jitterUs: 0, lossRatio: 0, bitsPerSecond: 0 };
const topology: Topology = {
  segments: [
    { name: 'hfc', kind: 'cable', quality },
    { name: 'core', kind: 'ethernet', quality },
  ],
  links: [],
  hosts: [modem, server],
};

const facts: CaptureFacts = {
  scenario: 'boot\u202e',
  seed: 7,
  mode: 'virtual',
  epochUs: 1_767_225_600_000_000,
  note: '',
};

const datagram: FrameEvent = {
  sentAt: toInstant(0),
  at: toInstant(1_500),
  segment: 'hfc',
  sender: modem,
  receiver: server,
  fate: 'delivered',
  fault: undefined,
  sourceMac: toMac(1),
  destinationMac: toMac(2),
  packet: 9,
  body: {
    kind: 'udp',
    from: { address: ipv4(0x0a000001), port: 1000 },
    to: { address: ipv4(0x0a000002), port: 37 },
    ttl: 64,
    octets: new Uint8Array(0),
  },
  rule: undefined,
  detail: undefined,
};

function captured(events: readonly FrameEvent[], digest: string | null = null) {
  const chunks: Uint8Array[] = [];
  const recorder = new CaptureRecorder(topology, facts, (octets) => chunks.push(octets));
  for (const event of events) recorder.frame(event);
  recorder.end();
  return decodeCapture(new Uint8Array(Buffer.concat([recorder.header(digest), ...chunks.slice(1)])));
}

describe('capture', () => {
  test('an interface a segment, and one for the MAC messages of a cable', () => {
    expect(captured([]).interfaces.map(({ name, linkType }) => [name, linkType])).toEqual([
      ['hfc', 1],
      ['hfc-mac', 143],
      ['core', 1],
    ]);
  });

  test('a packet has the date of the scenario, the id of its datagram and no comment when all went by itself', () => {
    const [packet] = captured([datagram]).packets;
    expect(packet).toMatchObject({ interface: 0, atNs: 1_767_225_600_001_500_000n, packetId: 9n });
    expect(packet?.comment).toBeUndefined();
    expect(packet?.octets).toHaveLength(14 + 20 + 8);
  });

  test('a loss is there once, with its fate, its rule and what was particular', () => {
    const lost: FrameEvent = {
      ...datagram,
      fate: 'faulted',
      fault: 'noise',
      rule: NET_RULES.faulted,
      detail: 'a\u001bb',
    };
    const { packets } = captured([lost]);
    expect(packets).toHaveLength(1);
    expect(packets[0]?.comment).toBe(
      String.raw`LOST on hfc (noise) · HE-NET-002 A declared fault takes the frame. · a\x1bb`,
    );
  });

  test('a MAC message goes to the interface of its own', () => {
    const octets = Uint8Array.of(0xc2, 0, 0, 6, 0, 0);
    const [packet] = captured([{ ...datagram, body: { kind: 'mac-message', octets } }]).packets;
    expect(packet).toMatchObject({ interface: 1, octets });
  });

  test('the header says scenario, seed and digest, and is as long before the digest is known', () => {
    const recorder = new CaptureRecorder(topology, facts, () => undefined);
    expect(recorder.header(null)).toHaveLength(recorder.header('0123456789abcdef').length);
    expect(captured([], '0123456789abcdef').comment).toBe(
      String.raw`scenario boot\u{202e}, seed 7, virtual, digest 0123456789abcdef`,
    );
  });

  test('addresses have names', () => {
    expect(captured([datagram]).names.map(({ address, name }) => `${formatIp(address)} ${name}`)).toEqual([
      '10.0.0.1 cm[0]',
      '10.0.0.2 tod',
    ]);
  });

  test('packets by the thousand come out whole', () => {
    expect(captured(Array.from({ length: 1_000 }, () => datagram)).packets).toHaveLength(1_000);
  });
});
