import { describe, expect, test } from 'vitest';
import { EdnsFlag } from '../../../../src/codec/dns/edns.ts';
import { toName } from '../../../../src/codec/dns/name.ts';
import { formatRecord } from '../../../../src/codec/dns/record.ts';
import { rcodeName } from '../../../../src/codec/dns/registry.ts';
import { Random } from '../../../../src/core/random.ts';
import { DnsService } from '../../../../src/service/dns.ts';
import { ZoneSet } from '../../../../src/store/zone-set.ts';
import { ask, query } from '../../../support/dns-client.ts';
import {
  CASES_ZONE,
  START,
  type SigningChange,
  schedule,
  signedZone,
  testKey,
} from '../../../support/signed-zone.ts';

function server(denial: 'compact' | 'nsec', change: SigningChange = {}): DnsService {
  const zone = signedZone(CASES_ZONE, { denial, ...change });
  return new DnsService({ zones: new ZoneSet([zone]), random: new Random(1) });
}

const SERVERS = { compact: server('compact'), nsec: server('nsec') };

/** Answer and authority without signatures, each set marked where one covers it. */
function seen(denial: 'compact' | 'nsec', qname: string, qtype: string, flags: number = EdnsFlag.DO) {
  return seenOf(SERVERS[denial], qname, qtype, flags);
}

function seenOf(of: DnsService, qname: string, qtype: string, flags: number = EdnsFlag.DO) {
  const edns = { payloadOctets: 4096, version: 0, flags, options: [] };
  const reply = ask(of, query(`${qname}signed.example.`, qtype, { edns }));
  const lines = [...(reply?.answers ?? []), ...(reply?.authorities ?? [])].map((record) =>
    formatRecord(record)
      .replaceAll('.signed.example.', '')
      .replaceAll(/ signed\.example\./g, ' @')
      .replace(/^signed\.example\./, '@'),
  );
  return [
    rcodeName(reply?.rcode ?? -1),
    ...lines
      .map((line) => line.replace(/(RRSIG \w+ \d+ \d+) .*/, '$1'))
      .filter((line) => !/ (IN|RRSIG) SOA /.test(line)),
  ];
}

describe('compact denial', () => {
  test.each([
    {
      name: 'an answer',
      ask: ['www.', 'A'],
      says: ['NOERROR', 'www 300 IN A 192.0.2.80', 'www 300 IN RRSIG A 13 3'],
    },
    {
      name: 'RFC 9824 §3.1: a name that is not there',
      ask: ['none.', 'A'],
      says: ['NOERROR', 'none 60 IN NSEC \\000.none RRSIG NSEC NXNAME', 'none 60 IN RRSIG NSEC 13 3'],
    },
    {
      name: 'an empty non-terminal has no NXNAME',
      ask: ['deep.', 'A'],
      says: ['NOERROR', 'deep 60 IN NSEC \\000.deep RRSIG NSEC', 'deep 60 IN RRSIG NSEC 13 3'],
    },
    {
      name: 'RFC 9824 §3.2: no such type',
      ask: ['www.', 'AAAA'],
      says: ['NOERROR', 'www 60 IN NSEC \\000.www A RRSIG NSEC', 'www 60 IN RRSIG NSEC 13 3'],
    },
    {
      name: 'RFC 9824 §3.3: a wildcard is signed as the name',
      ask: ['x.y.wild.', 'A'],
      says: ['NOERROR', 'x.y.wild 300 IN A 192.0.2.99', 'x.y.wild 300 IN RRSIG A 13 5'],
    },
    {
      name: 'RFC 9824 §3.3: a wildcard without the type',
      ask: ['x.wild.', 'AAAA'],
      says: ['NOERROR', 'x.wild 60 IN NSEC \\000.x.wild A TXT RRSIG NSEC', 'x.wild 60 IN RRSIG NSEC 13 4'],
    },
    {
      name: 'RFC 9824 §3.4: an unsigned child, beside which the next name is',
      ask: ['below.plain.', 'A'],
      says: [
        'NOERROR',
        'plain 300 IN NS ns.plain',
        'plain 60 IN NSEC plain\\000 NS RRSIG NSEC',
        'plain 60 IN RRSIG NSEC 13 3',
      ],
    },
    {
      name: 'the NSEC of a name, when it is asked for',
      ask: ['alias.', 'NSEC'],
      says: ['NOERROR', 'alias 60 IN NSEC \\000.alias CNAME RRSIG NSEC', 'alias 60 IN RRSIG NSEC 13 3'],
    },
    { name: 'RFC 9824 §3.5: NXNAME is no type to ask for', ask: ['www.', 'TYPE128'], says: ['FORMERR'] },
  ] as const)('$name', ({ ask: [qname, qtype], says }) => {
    expect(seen('compact', qname, qtype)).toEqual(says);
  });

  test('RFC 9824 §5.1: who says CO gets NXDOMAIN with the same proof', () => {
    const [rcode, ...proof] = seen('compact', 'none.', 'A', EdnsFlag.DO | EdnsFlag.CO);
    expect(rcode).toBe('NXDOMAIN');
    expect(proof).toEqual(seen('compact', 'none.', 'A').slice(1));
  });

  test.each([
    { name: 'for one who says it, of whatever is asked', denial: 'compact', flags: EdnsFlag.CO, says: true },
    { name: 'not for one who does not', denial: 'compact', flags: 0, says: false },
    { name: 'not of a zone that hides nothing', denial: 'nsec', flags: EdnsFlag.CO, says: false },
  ] as const)('RFC 9824 §5.1: replies have CO, $name', ({ denial, flags, says }) => {
    for (const name of ['none.', 'www.']) {
      const edns = { payloadOctets: 4096, version: 0, flags: EdnsFlag.DO | flags, options: [] };
      const reply = ask(SERVERS[denial], query(`${name}signed.example.`, 'A', { edns }));
      expect(((reply?.edns?.flags ?? 0) & EdnsFlag.CO) !== 0).toBe(says);
    }
  });

  test('who does not ask for signatures gets NXDOMAIN without any', () => {
    expect(seen('compact', 'none.', 'A', 0)).toEqual(['NXDOMAIN']);
  });
});

describe.each(['compact', 'nsec'] as const)('a child whose key asks for no DS yet, %s', (denial) => {
  const times = { activate: START + 1 };
  const child = { apex: toName('plain.signed.example.'), schedule: schedule([testKey(5, 'csk', times)]) };
  const parent = server(denial, { children: [{ ...child, ds: 'follow' }] });
  const next = denial === 'compact' ? 'plain\\000' : '*.wild';

  test.each([
    { name: 'a referral proves that there is none', ask: ['below.plain.', 'A'] },
    { name: 'and so does the answer to who asks for it', ask: ['plain.', 'DS'] },
  ] as const)('$name', ({ ask: [qname, qtype] }) => {
    const lines = seenOf(parent, qname, qtype);
    expect(lines).toContain(`plain 60 IN NSEC ${next} NS RRSIG NSEC`);
    expect(lines.filter((line) => / IN DS /.test(line))).toEqual([]);
  });
});

describe('NSEC', () => {
  test.each([
    {
      name: 'a name that is not there: one for it, one for the wildcard',
      ask: ['none.', 'A'],
      says: [
        'NXDOMAIN',
        'host.new 60 IN NSEC ns A RRSIG NSEC',
        'host.new 60 IN RRSIG NSEC 13 4',
        '@ 60 IN NSEC alias NS SOA MX RRSIG NSEC DNSKEY CDS CDNSKEY',
        '@ 60 IN RRSIG NSEC 13 2',
      ],
    },
    {
      name: 'a wildcard carries its own signature and a proof',
      ask: ['x.y.wild.', 'A'],
      says: [
        'NOERROR',
        'x.y.wild 300 IN A 192.0.2.99',
        'x.y.wild 300 IN RRSIG A 13 3',
        '*.wild 60 IN NSEC www A TXT RRSIG NSEC',
        '*.wild 60 IN RRSIG NSEC 13 3',
      ],
    },
    {
      name: 'what lies below a cut has no NSEC, and the cut lists its NS',
      ask: ['plain.', 'DS'],
      says: ['NOERROR', 'plain 60 IN NSEC *.wild NS RRSIG NSEC', 'plain 60 IN RRSIG NSEC 13 3'],
    },
  ] as const)('$name', ({ ask: [qname, qtype], says }) => {
    expect(seen('nsec', qname, qtype)).toEqual(says);
  });
});

test('the keys, and what asks the parent for a DS: one key', () => {
  expect(seen('compact', '', 'DNSKEY').map((line) => line.replace(/ 257 .*/, ' 257'))).toEqual([
    'NOERROR',
    '@ 300 IN DNSKEY 257',
    '@ 300 IN RRSIG DNSKEY 13 2',
  ]);
  expect(seen('compact', '', 'CDS')[1]).toMatch(/^@ 300 IN CDS \d+ 13 2 [0-9A-F]{64}$/);
});
