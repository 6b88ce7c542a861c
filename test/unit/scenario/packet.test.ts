import { describe, expect, test } from 'vitest';
import { latin1Octets } from '../../../src/core/text.ts';
import type { FrameBody, FrameEvent, HostSpec } from '../../../src/core/driver.ts';
import { PacketReader, type PacketFacts } from '../../../src/scenario/packet.ts';
import { query } from '../../support/dns-client.ts';
import { encodeMessage as encodeDns } from '../../../src/codec/dns/message.ts';
import { Flag } from '../../../src/codec/dns/header.ts';
import { dhcp, frameOf, HOSTS, ipv4Of, TOPOLOGY, tftp, udp } from './plant.ts';

const { cm0, cm1, cmts, dhcp: server, tftp: files, dns, home } = HOSTS;
const text = (value: string) => latin1Octets(value) ?? new Uint8Array(0);

function describeOne(event: FrameEvent): PacketFacts {
  return new PacketReader(TOPOLOGY).describe(event);
}

function shown(facts: PacketFacts): string {
  const fields = [...facts.fields].map(([name, value]) => (value === '' ? name : `${name}=${value}`));
  return [`${facts.title} ${facts.from.name}>${facts.to?.name ?? '*'}`, ...fields].join(' ');
}

describe('what a packet is, by its ports and octets', () => {
  const cases: { name: string; body: FrameBody; sender?: HostSpec; receiver?: HostSpec; says: string }[] = [
    {
      name: 'a DISCOVER for everybody',
      body: udp('0.0.0.0:68', '*:67', dhcp('discover', cm0, { flags: 0x8000 })),
      says: 'DHCP DISCOVER cm[0]>* xid=429eb20c mac=00:10:18:00:00:00 ciaddr=0.0.0.0 yiaddr=0.0.0.0 siaddr=0.0.0.0 giaddr=0.0.0.0 hops=0 broadcast sport=68 dport=67',
    },
    {
      name: 'an OFFER with a file and options',
      sender: server,
      receiver: cmts,
      body: udp(
        '10.0.0.67:67',
        '10.9.0.1:67',
        dhcp(
          'offer',
          cm0,
          { yiaddr: ipv4Of('10.9.16.1'), giaddr: ipv4Of('10.9.0.1'), file: text('gold.cfg') },
          [
            { code: 51, octets: Uint8Array.of(0, 1, 0x51, 0x80) },
            { code: 66, octets: text('10.0.0.69') },
          ],
        ),
      ),
      says: 'DHCP OFFER dhcp>cmts xid=429eb20c mac=00:10:18:00:00:00 ciaddr=0.0.0.0 yiaddr=10.9.16.1 siaddr=0.0.0.0 giaddr=10.9.0.1 hops=0 file=gold.cfg lease=24h opt51=86400 opt66=10.0.0.69 sport=67 dport=67',
    },
    {
      name: 'octets that are no DHCP',
      body: udp('0.0.0.0:68', '*:67', Uint8Array.of(1, 2, 3)),
      says: 'DHCP MALFORMED cm[0]>* error=truncated at octet 3: hops',
    },
    {
      name: 'a hostile class',
      body: udp('0.0.0.0:68', '*:67', dhcp('discover', cm0, {}, [{ code: 60, octets: text('a\x1b[31m') }])),
      says: 'DHCP DISCOVER cm[0]>* xid=429eb20c mac=00:10:18:00:00:00 ciaddr=0.0.0.0 yiaddr=0.0.0.0 siaddr=0.0.0.0 giaddr=0.0.0.0 hops=0 class=a\\x1b[31m opt60=a\\x1b[31m sport=68 dport=67',
    },
    {
      name: 'a request for a file',
      receiver: files,
      body: udp(
        '10.9.16.1:1024',
        '10.0.0.69:69',
        tftp({ kind: 'rrq', name: text('gold.cfg'), mode: 'octet', options: [] }),
      ),
      says: 'TFTP RRQ cm[0]>tftp file=gold.cfg mode=octet sport=1024 dport=69',
    },
    {
      name: 'the time, asked',
      receiver: server,
      body: udp('10.9.16.1:1024', '10.0.0.67:37', new Uint8Array(0)),
      says: 'TOD REQUEST cm[0]>dhcp',
    },
    {
      name: 'the time, told',
      sender: server,
      receiver: cm0,
      body: udp('10.0.0.67:37', '10.9.16.1:1024', Uint8Array.of(0xed, 0x00, 0x37, 0x80)),
      says: 'TOD TIME dhcp>cm[0] seconds=1767225600',
    },
    {
      name: 'another protocol',
      receiver: server,
      body: udp('10.9.16.1:1024', '10.0.0.67:9', Uint8Array.of(1, 2, 3)),
      says: 'UDP cm[0]>dhcp size=3 sport=1024 dport=9',
    },
    {
      name: 'who has an address',
      body: {
        kind: 'arp',
        operation: 'request',
        senderMac: cm0.interfaces[0]!.mac,
        senderIp: ipv4Of('0.0.0.0'),
        targetMac: cm0.interfaces[0]!.mac,
        targetIp: ipv4Of('10.9.0.1'),
      },
      says: 'ARP REQUEST cm[0]>* ip=10.9.0.1 mac=00:10:18:00:00:00',
    },
  ];

  test.each(cases)('$name', ({ body, sender = cm0, receiver, says }) => {
    expect(shown(describeOne(frameOf({ seconds: 1, sender, receiver }, body)))).toBe(says);
  });

  test('a question and its answer', () => {
    const question = query('www.lab.example', 'A', { flags: Flag.RD });
    const asked = frameOf(
      { seconds: 1, sender: home, receiver: dns, segment: 'core' },
      udp('10.0.0.99:4000', '10.0.0.53:53', encodeDns(question)),
    );
    expect(shown(describeOne(asked))).toBe(
      'DNS QUERY home>dns id=4660 qname=www.lab.example qtype=A rd sport=4000 dport=53',
    );
    const [{ qname, qclass }] = question.questions as [(typeof question.questions)[0]];
    const answer = encodeDns({
      ...question,
      flags: Flag.QR | Flag.AA,
      answers: [{ owner: qname, type: 1, class: qclass, ttl: 60, rdata: Uint8Array.of(10, 0, 0, 80) }],
    });
    const answered = frameOf(
      { seconds: 1, sender: dns, receiver: home, segment: 'core' },
      udp('10.0.0.53:53', '10.0.0.99:4000', answer),
    );
    expect(shown(describeOne(answered))).toBe(
      'DNS ANSWER dns>home id=4660 qname=www.lab.example qtype=A rcode=NOERROR answers=1 answer=10.0.0.80 aa sport=53 dport=4000',
    );
  });
});

describe('the ends of a routed packet', () => {
  const rrq = udp(
    '10.9.16.1:1024',
    '10.0.0.69:69',
    tftp({ kind: 'rrq', name: text('gold.cfg'), mode: 'octet', options: [] }),
  );

  test('its second crossing names the modem, which the first has shown', () => {
    const reader = new PacketReader(TOPOLOGY);
    const first = reader.describe(frameOf({ seconds: 1, sender: cm1, receiver: cmts }, rrq));
    const second = reader.describe(
      frameOf({ seconds: 1.01, sender: cmts, receiver: files, segment: 'core' }, rrq),
    );
    expect([first.from.name, first.to?.name, first.arrived]).toEqual(['cm[1]', 'tftp', false]);
    expect([second.from.name, second.to?.name, second.arrived]).toEqual(['cm[1]', 'tftp', true]);
  });

  test('a lost one did not arrive', () => {
    const facts = describeOne(frameOf({ seconds: 1, sender: server, receiver: files, fate: 'lost' }, rrq));
    expect([facts.arrived, facts.fate]).toEqual([false, 'lost']);
  });
});

describe('the last block of a transfer', () => {
  const data = (octets: number, port: number) =>
    frameOf(
      { seconds: 2, sender: files, receiver: cm0 },
      udp(
        '10.0.0.69:2000',
        `10.9.16.1:${port}`,
        tftp({ kind: 'data', block: 1, octets: new Uint8Array(octets) }),
      ),
    );
  const oack = frameOf(
    { seconds: 1, sender: files, receiver: cm0 },
    udp(
      '10.0.0.69:2000',
      '10.9.16.1:1024',
      tftp({ kind: 'oack', options: [{ name: text('BLKSIZE'), value: text('1024') }] }),
    ),
  );

  test.each([
    { name: 'shorter than 512', octets: 511, port: 1024, negotiated: false, last: true },
    { name: '512', octets: 512, port: 1024, negotiated: false, last: false },
    { name: 'nothing at all', octets: 0, port: 1024, negotiated: false, last: true },
    { name: '512 where 1024 was agreed', octets: 512, port: 1024, negotiated: true, last: true },
    { name: '1024 where 1024 was agreed', octets: 1024, port: 1024, negotiated: true, last: false },
    { name: '512 of another transfer', octets: 512, port: 1025, negotiated: true, last: false },
  ])('$name', ({ octets, port, negotiated, last }) => {
    const reader = new PacketReader(TOPOLOGY);
    if (negotiated) reader.describe(oack);
    expect(reader.describe(data(octets, port)).fields.has('last')).toBe(last);
  });
});
