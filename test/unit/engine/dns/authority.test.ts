import { expect, test } from 'vitest';
import { encodeMessage } from '../../../../src/codec/dns/message.ts';
import { ask, datagram, query, summary } from '../../../support/dns-client.ts';
import { labServer } from '../../../support/dns-zones.ts';

const SOA =
  'lab.example. 300 IN SOA ns1.lab.example. hostmaster.lab.example. 2026010101 7200 900 1209600 300';
interface Case {
  readonly name: string;
  readonly ask: string;
  readonly rcode?: string;
  readonly aa?: boolean;
  readonly answer?: readonly string[];
  readonly authority?: readonly string[];
  readonly additional?: readonly string[];
  readonly because: string;
}

const NS1 = ['ns1.lab.example. 3600 IN A 10.0.0.53', 'ns1.lab.example. 3600 IN AAAA fd00::53'];
const SUB = {
  aa: false,
  authority: [
    'sub.lab.example. 3600 IN NS ns.sub.lab.example.',
    'sub.lab.example. 3600 IN NS ns.other.lab.example.',
  ],
  additional: [
    'ns.sub.lab.example. 3600 IN A 10.1.0.53',
    'ns.sub.lab.example. 3600 IN AAAA fd00:1::53',
    'ns.other.lab.example. 3600 IN A 10.2.0.53',
  ],
  because: 'HE-DNS-008',
};

const cases: readonly Case[] = [
  // RFC 1034 §4.3.2 step 3a
  {
    name: 'a name with the type',
    ask: 'portal.lab.example A',
    answer: ['portal.lab.example. 300 IN A 10.0.0.80'],
    because: 'HE-DNS-001',
  },
  {
    name: 'the case of the question comes back',
    ask: 'PoRTaL.LAB.example A',
    answer: ['PoRTaL.LAB.example. 300 IN A 10.0.0.80'],
    because: 'HE-DNS-001',
  },
  {
    name: 'an unknown type',
    ask: 'odd.lab.example TYPE65400',
    answer: [String.raw`odd.lab.example. 3600 IN TYPE65400 \# 4 C0000201`],
    because: 'HE-DNS-001',
  },
  {
    name: 'a dot inside of a label',
    ask: String.raw`dot\.ted.lab.example A`,
    answer: [String.raw`dot\.ted.lab.example. 3600 IN A 10.0.0.91`],
    because: 'HE-DNS-001',
  },
  {
    name: 'the apex, with the addresses of its servers',
    ask: 'lab.example NS',
    answer: ['lab.example. 3600 IN NS ns1.lab.example.', 'lab.example. 3600 IN NS ns.elsewhere.example.'],
    additional: NS1,
    because: 'HE-DNS-001',
  },
  {
    name: 'MX, with the address of the host',
    ask: 'lab.example MX',
    answer: ['lab.example. 3600 IN MX 10 mail.lab.example.'],
    additional: ['mail.lab.example. 3600 IN A 10.0.0.25'],
    because: 'HE-DNS-001',
  },
  {
    name: 'SRV, with the address of the host',
    ask: '_tftp._udp.lab.example SRV',
    answer: ['_tftp._udp.lab.example. 3600 IN SRV 0 5 69 portal.lab.example.'],
    additional: ['portal.lab.example. 300 IN A 10.0.0.80', 'portal.lab.example. 300 IN AAAA fd00::80'],
    because: 'HE-DNS-001',
  },
  {
    name: 'strings with quotes, backslashes and octets',
    ask: 'bin.lab.example TXT',
    answer: [String.raw`bin.lab.example. 3600 IN TXT "quote \" backslash \\ octet \007" "plain" ""`],
    because: 'HE-DNS-001',
  },
  // Aliases
  {
    name: 'an alias is followed',
    ask: 'www.lab.example A',
    answer: ['www.lab.example. 3600 IN CNAME portal.lab.example.', 'portal.lab.example. 300 IN A 10.0.0.80'],
    because: 'HE-DNS-003 HE-DNS-001',
  },
  {
    name: 'an alias asked for itself is not followed',
    ask: 'www.lab.example CNAME',
    answer: ['www.lab.example. 3600 IN CNAME portal.lab.example.'],
    because: 'HE-DNS-001',
  },
  {
    name: 'a chain of three',
    ask: 'chain1.lab.example AAAA',
    answer: [
      'chain1.lab.example. 3600 IN CNAME chain2.lab.example.',
      'chain2.lab.example. 3600 IN CNAME chain3.lab.example.',
      'chain3.lab.example. 3600 IN CNAME portal.lab.example.',
      'portal.lab.example. 300 IN AAAA fd00::80',
    ],
    because: 'HE-DNS-003 HE-DNS-003 HE-DNS-003 HE-DNS-001',
  },
  {
    name: 'an alias that leads out of the zone',
    ask: 'away.lab.example A',
    answer: ['away.lab.example. 3600 IN CNAME www.example.com.'],
    because: 'HE-DNS-003 HE-DNS-004',
  },
  {
    name: 'an alias to nothing: NXDOMAIN for the last name',
    ask: 'dangling.lab.example A',
    rcode: 'NXDOMAIN',
    answer: ['dangling.lab.example. 3600 IN CNAME nowhere.lab.example.'],
    authority: [SOA],
    because: 'HE-DNS-003 HE-DNS-012',
  },
  {
    name: 'an alias to a name without the type',
    ask: 'toempty.lab.example A',
    answer: ['toempty.lab.example. 3600 IN CNAME deep.lab.example.'],
    authority: [SOA],
    because: 'HE-DNS-003 HE-DNS-011',
  },
  {
    name: 'a circle of aliases ends',
    ask: 'loop1.lab.example A',
    answer: [
      'loop1.lab.example. 3600 IN CNAME loop2.lab.example.',
      'loop2.lab.example. 3600 IN CNAME loop1.lab.example.',
    ],
    because: 'HE-DNS-003 HE-DNS-003 HE-DNS-005',
  },
  {
    name: 'an alias into a delegated zone: the CNAME is ours, the rest a referral',
    ask: 'intosub.lab.example A',
    ...SUB,
    aa: true,
    answer: ['intosub.lab.example. 3600 IN CNAME www.sub.lab.example.'],
    because: 'HE-DNS-003 HE-DNS-008',
  },
  // NODATA, NXDOMAIN
  { name: 'a name without the type', ask: 'mail.lab.example AAAA', authority: [SOA], because: 'HE-DNS-010' },
  { name: 'an empty non-terminal', ask: 'deep.lab.example A', authority: [SOA], because: 'HE-DNS-011' },
  {
    name: 'an empty non-terminal that stands only above another',
    ask: 'b.deep.lab.example A',
    authority: [SOA],
    because: 'HE-DNS-011',
  },
  {
    name: 'nothing below an empty non-terminal',
    ask: 'x.deep.lab.example A',
    rcode: 'NXDOMAIN',
    authority: [SOA],
    because: 'HE-DNS-012',
  },
  {
    name: 'a name that does not exist',
    ask: 'nowhere.lab.example A',
    rcode: 'NXDOMAIN',
    authority: [SOA],
    because: 'HE-DNS-012',
  },
  {
    name: 'below a name that exists',
    ask: 'x.portal.lab.example A',
    rcode: 'NXDOMAIN',
    authority: [SOA],
    because: 'HE-DNS-012',
  },
  {
    name: 'DS at the apex, whose parent is not ours: NODATA',
    ask: 'lab.example DS',
    authority: [SOA],
    because: 'HE-DNS-010',
  },
  // Wildcards: RFC 4592
  {
    name: 'a wildcard answers for what does not exist',
    ask: 'x.wild.lab.example A',
    answer: ['x.wild.lab.example. 3600 IN A 10.0.0.77'],
    because: 'HE-DNS-002 HE-DNS-001',
  },
  {
    name: 'several labels below a wildcard',
    ask: 'x.y.z.wild.lab.example A',
    answer: ['x.y.z.wild.lab.example. 3600 IN A 10.0.0.77'],
    because: 'HE-DNS-002 HE-DNS-001',
  },
  {
    name: 'a wildcard without the type',
    ask: 'x.wild.lab.example TXT',
    authority: [SOA],
    because: 'HE-DNS-002 HE-DNS-010',
  },
  {
    name: 'a wildcard does not cover an existing name',
    ask: 'host.wild.lab.example A',
    authority: [SOA],
    because: 'HE-DNS-010',
  },
  {
    name: 'nor what is below an existing name',
    ask: 'x.host.wild.lab.example A',
    rcode: 'NXDOMAIN',
    authority: [SOA],
    because: 'HE-DNS-012',
  },
  {
    name: 'nor an empty non-terminal',
    ask: 'under.wild.lab.example A',
    authority: [SOA],
    because: 'HE-DNS-011',
  },
  {
    name: 'nor what is below an empty non-terminal',
    ask: 'x.under.wild.lab.example A',
    rcode: 'NXDOMAIN',
    authority: [SOA],
    because: 'HE-DNS-012',
  },
  {
    name: 'the name above a wildcard is empty',
    ask: 'wild.lab.example A',
    authority: [SOA],
    because: 'HE-DNS-011',
  },
  {
    name: 'the wildcard asked for by its own name',
    ask: '*.wild.lab.example A',
    answer: ['*.wild.lab.example. 3600 IN A 10.0.0.77'],
    because: 'HE-DNS-001',
  },
  {
    name: 'nothing is made below a wildcard asked for by name',
    ask: 'x.*.wild.lab.example A',
    rcode: 'NXDOMAIN',
    authority: [SOA],
    because: 'HE-DNS-012',
  },
  {
    name: 'an alias made from a wildcard',
    ask: 'x.aliases.lab.example A',
    answer: [
      'x.aliases.lab.example. 3600 IN CNAME portal.lab.example.',
      'portal.lab.example. 300 IN A 10.0.0.80',
    ],
    because: 'HE-DNS-002 HE-DNS-003 HE-DNS-001',
  },
  // Referrals
  { name: 'below a cut', ask: 'www.sub.lab.example A', ...SUB },
  { name: 'the cut itself', ask: 'sub.lab.example A', ...SUB },
  { name: 'NS of the cut: the child knows better', ask: 'sub.lab.example NS', ...SUB },
  { name: 'what stands below a cut is not answered', ask: 'hidden.sub.lab.example A', ...SUB },
  { name: 'nor is glue', ask: 'ns.sub.lab.example A', ...SUB },
  {
    name: 'servers without addresses here',
    ask: 'x.lame.lab.example A',
    aa: false,
    authority: ['lame.lab.example. 3600 IN NS ns.elsewhere.example.'],
    because: 'HE-DNS-008',
  },
  {
    name: 'DS at a cut is ours',
    ask: 'sub.lab.example DS',
    answer: [`sub.lab.example. 3600 IN DS 12345 13 2 ${'0123456789ABCDEF'.repeat(4)}`],
    because: 'HE-DNS-009 HE-DNS-001',
  },
  {
    name: 'no DS at a cut is ours to say',
    ask: 'other.lab.example DS',
    authority: [SOA],
    because: 'HE-DNS-009 HE-DNS-010',
  },
  { name: 'DS below a cut is not', ask: 'www.sub.lab.example DS', ...SUB },
  // DNAME: RFC 6672
  {
    name: 'below a DNAME',
    ask: 'host.old.lab.example A',
    answer: [
      'old.lab.example. 3600 IN DNAME new.lab.example.',
      'host.old.lab.example. 3600 IN CNAME host.new.lab.example.',
      'host.new.lab.example. 3600 IN A 10.0.0.90',
    ],
    because: 'HE-DNS-006 HE-DNS-001',
  },
  {
    name: 'below a DNAME, to nothing',
    ask: 'x.old.lab.example A',
    rcode: 'NXDOMAIN',
    answer: [
      'old.lab.example. 3600 IN DNAME new.lab.example.',
      'x.old.lab.example. 3600 IN CNAME x.new.lab.example.',
    ],
    authority: [SOA],
    because: 'HE-DNS-006 HE-DNS-012',
  },
  {
    name: 'the CNAME made from a DNAME',
    ask: 'host.old.lab.example CNAME',
    answer: [
      'old.lab.example. 3600 IN DNAME new.lab.example.',
      'host.old.lab.example. 3600 IN CNAME host.new.lab.example.',
    ],
    because: 'HE-DNS-006',
  },
  {
    name: 'a DNAME asked for itself',
    ask: 'old.lab.example DNAME',
    answer: ['old.lab.example. 3600 IN DNAME new.lab.example.'],
    because: 'HE-DNS-001',
  },
  {
    name: 'other types of its owner are not redirected',
    ask: 'old.lab.example TXT',
    answer: [`old.lab.example. 3600 IN TXT "the DNAME's own name is not redirected"`],
    because: 'HE-DNS-001',
  },
  // ANY: RFC 8482
  {
    name: 'ANY',
    ask: 'portal.lab.example ANY',
    answer: ['portal.lab.example. 3600 IN HINFO "RFC8482" ""'],
    because: 'HE-DNS-015',
  },
  {
    name: 'ANY of an alias is the alias',
    ask: 'www.lab.example ANY',
    answer: ['www.lab.example. 3600 IN CNAME portal.lab.example.'],
    because: 'HE-DNS-001',
  },
  {
    name: 'ANY of an empty non-terminal',
    ask: 'deep.lab.example ANY',
    authority: [SOA],
    because: 'HE-DNS-011',
  },
  {
    name: 'ANY of a wildcard',
    ask: 'x.wild.lab.example ANY',
    answer: ['x.wild.lab.example. 3600 IN HINFO "RFC8482" ""'],
    because: 'HE-DNS-002 HE-DNS-015',
  },
  // Not ours
  { name: 'another zone', ask: 'www.example.com A', rcode: 'REFUSED', aa: false, because: 'HE-DNS-013' },
  { name: 'the name above', ask: 'example A', rcode: 'REFUSED', aa: false, because: 'HE-DNS-013' },
  {
    name: 'a name that only ends alike',
    ask: 'notlab.example A',
    rcode: 'REFUSED',
    aa: false,
    because: 'HE-DNS-013',
  },
];

test.each(cases)(
  '$name: $ask',
  ({
    ask: question,
    rcode = 'NOERROR',
    aa = true,
    answer = [],
    authority = [],
    additional = [],
    because,
  }) => {
    const [qname = '', qtype = ''] = question.split(' ');
    const message = query(qname, qtype, { edns: { payloadOctets: 1232, version: 0, flags: 0, options: [] } });
    const service = labServer();
    expect(summary(ask(service, message))).toEqual({ rcode, aa, answer, authority, additional });
    expect(datagram(service, encodeMessage(message)).rules()).toEqual(because.split(' '));
  },
);
