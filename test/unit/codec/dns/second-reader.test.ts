import packet from 'dns-packet';
import { describe, expect, test } from 'vitest';
import { toHex } from '../../../../src/core/bytes.ts';
import { Flag } from '../../../../src/codec/dns/header.ts';
import { type DnsMessage, decodeMessage, encodeMessage } from '../../../../src/codec/dns/message.ts';
import { formatName } from '../../../../src/codec/dns/name.ts';
import { formatRecord } from '../../../../src/codec/dns/record.ts';
import { typeName } from '../../../../src/codec/dns/registry.ts';
import { datagram, query } from '../../../support/dns-client.ts';
import { labServer } from '../../../support/dns-zones.ts';

const edns = { payloadOctets: 1232, version: 0, flags: 0, options: [] };

/** What the package dns-packet makes of the reply of our name server. */
function readByPackage(message: DnsMessage): packet.DecodedPacket {
  const { octets } = datagram(labServer(), encodeMessage(message)).last('send');
  return packet.decode(Buffer.from(octets));
}

describe('dns-packet reads our answers', () => {
  test.each([
    { ask: 'portal.lab.example A', data: '10.0.0.80' },
    { ask: 'portal.lab.example AAAA', data: 'fd00::80' },
    { ask: 'lab.example NS', data: 'ns1.lab.example' },
    { ask: 'www.lab.example CNAME', data: 'portal.lab.example' },
    { ask: 'old.lab.example DNAME', data: 'new.lab.example' },
    { ask: '25.lab.example PTR', data: 'mail.lab.example' },
    { ask: 'lab.example MX', data: { preference: 10, exchange: 'mail.lab.example' } },
    { ask: 'lab.example TXT', data: [Buffer.from('v=spf1 mx -all')] },
    {
      ask: '_tftp._udp.lab.example SRV',
      data: { priority: 0, weight: 5, port: 69, target: 'portal.lab.example' },
    },
    { ask: 'owner.lab.example HINFO', data: { cpu: 'DOCSIS CMTS', os: '' } },
    {
      ask: 'sub.lab.example DS',
      data: {
        keyTag: 12_345,
        algorithm: 13,
        digestType: 2,
        digest: Buffer.from('0123456789abcdef'.repeat(4), 'hex'),
      },
    },
    {
      ask: 'lab.example SOA',
      data: {
        mname: 'ns1.lab.example',
        rname: 'hostmaster.lab.example',
        serial: 2026010101,
        refresh: 7200,
        retry: 900,
        expire: 1_209_600,
        minimum: 300,
      },
    },
  ])('$ask', ({ ask, data }) => {
    const [qname = '', qtype = ''] = ask.split(' ');
    const read = readByPackage(query(qname, qtype, { edns }));
    expect(read.answers?.[0]).toMatchObject({ name: qname, type: qtype, class: 'IN', data });
    expect(read).toMatchObject({ type: 'response', flag_aa: true, flag_tc: false, rcode: 'NOERROR' });
    expect(read.additionals?.at(-1)).toMatchObject({ type: 'OPT', udpPayloadSize: 1232 });
  });

  test('a chain of aliases, a referral with glue, a name error', () => {
    const chain = readByPackage(query('chain1.lab.example', 'A'));
    expect(chain.answers?.map(({ type }) => type)).toEqual(['CNAME', 'CNAME', 'CNAME', 'A']);
    const referral = readByPackage(query('www.sub.lab.example', 'A'));
    expect(referral.authorities?.map(({ name }) => name)).toEqual(['sub.lab.example', 'sub.lab.example']);
    expect(referral.additionals?.map(({ name }) => name)).toEqual([
      'ns.sub.lab.example',
      'ns.sub.lab.example',
      'ns.other.lab.example',
    ]);
    const missing = readByPackage(query('nowhere.lab.example', 'A'));
    expect(missing).toMatchObject({ rcode: 'NXDOMAIN' });
    expect(missing.authorities?.[0]).toMatchObject({ type: 'SOA', ttl: 300 });
  });
});

describe('we read what dns-packet writes', () => {
  test.each(['A', 'AAAA', 'NS', 'MX', 'TXT', 'SRV', 'SOA', 'CAA', 'DS'] as const)(
    'a query for %s',
    (type) => {
      const octets = packet.encode({
        type: 'query',
        id: 4711,
        flags: packet.RECURSION_DESIRED,
        questions: [{ type, name: 'www.lab.example', class: 'IN' }],
        additionals: [
          {
            type: 'OPT',
            name: '.',
            udpPayloadSize: 1400,
            extendedRcode: 0,
            ednsVersion: 0,
            flags: 0,
            flag_do: false,
            options: [],
          },
        ],
      });
      const message = decodeMessage(octets);
      expect(message).toMatchObject({
        id: 4711,
        opcode: 0,
        flags: Flag.RD,
        edns: { payloadOctets: 1400, version: 0 },
      });
      const [question] = message.questions;
      expect(question && `${formatName(question.qname)} ${typeName(question.qtype)} ${question.qclass}`).toBe(
        `www.lab.example. ${type} 1`,
      );
      expect(toHex(encodeMessage(message))).toBe(toHex(octets));
    },
  );

  test('a response with many types', () => {
    const octets = packet.encode({
      type: 'response',
      id: 1,
      flags: packet.AUTHORITATIVE_ANSWER,
      questions: [{ type: 'A', name: 'a.example' }],
      answers: [
        { type: 'A', name: 'a.example', ttl: 60, data: '192.0.2.1' },
        { type: 'AAAA', name: 'a.example', ttl: 60, data: '2001:db8::1' },
        { type: 'MX', name: 'a.example', ttl: 60, data: { preference: 5, exchange: 'mx.example' } },
        { type: 'TXT', name: 'a.example', ttl: 60, data: ['one', 'two'] },
        {
          type: 'SRV',
          name: 'a.example',
          ttl: 60,
          data: { priority: 1, weight: 2, port: 3, target: 's.example' },
        },
        {
          type: 'SOA',
          name: 'example',
          ttl: 60,
          data: { mname: 'm', rname: 'r', serial: 1, refresh: 2, retry: 3, expire: 4, minimum: 5 },
        },
        { type: 'CAA', name: 'a.example', ttl: 60, data: { flags: 0, tag: 'issue', value: 'ca.example' } },
      ],
    });
    expect(decodeMessage(octets).answers.map(formatRecord)).toEqual([
      'a.example. 60 IN A 192.0.2.1',
      'a.example. 60 IN AAAA 2001:db8::1',
      'a.example. 60 IN MX 5 mx.example.',
      'a.example. 60 IN TXT "one" "two"',
      'a.example. 60 IN SRV 1 2 3 s.example.',
      'example. 60 IN SOA m. r. 1 2 3 4 5',
      'a.example. 60 IN CAA 0 issue "ca.example"',
    ]);
  });
});
