import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Random } from '../../../../src/core/random.ts';
import type { DnsMessage } from '../../../../src/codec/dns/message.ts';
import { coveredType } from '../../../../src/codec/dns/rdata/rrsig.ts';
import type { ResourceRecord } from '../../../../src/codec/dns/record.ts';
import { Type, rcodeName, typeName } from '../../../../src/codec/dns/registry.ts';
import { portableCrypto } from '../../../../src/crypto/portable.ts';
import { DnsService } from '../../../../src/service/dns.ts';
import { loadZone } from '../../../../src/store/zone-builder.ts';
import { ZoneSet } from '../../../../src/store/zone-set.ts';
import { ask, query } from '../../../support/dns-client.ts';

const EDNS = { payloadOctets: 4096, version: 0, flags: 0x8000, options: [] };

function server(file: string, mode: 'strict' | 'lenient' = 'strict'): DnsService {
  const text = readFileSync(new URL(`../../../../fixtures/zones/${file}`, import.meta.url), 'utf8');
  const zone = loadZone(text, { file, sha1: portableCrypto.sha1, mode });
  return new DnsService({ zones: new ZoneSet([zone]), random: new Random(1), udpOctetsMax: 4096 });
}

/** `name TYPE`, a signature as `name RRSIG(TYPE)`, in order. */
function brief({ owner, type, rdata }: ResourceRecord): string {
  const name = owner.toString();
  return type === Type.RRSIG ? `${name} RRSIG(${typeName(coveredType(rdata))})` : `${name} ${typeName(type)}`;
}

function seen(reply: DnsMessage | undefined) {
  return {
    rcode: rcodeName(reply?.rcode ?? -1),
    answer: reply?.answers.map(brief),
    authority: reply?.authorities.map(brief),
  };
}

/** A set with its signature. */
const signed = (...sets: string[]): string[] =>
  sets.flatMap((set) => [set, set.replace(/ (\S+)$/, ' RRSIG($1)')]);

describe('the responses of RFC 4035 §B, without the NS that are not asked for', () => {
  const service = server('rfc4035-signed.zone');
  test.each([
    { name: 'B.1 answer', ask: 'x.w.example MX', answer: signed('x.w.example. MX') },
    {
      name: 'B.2 name error',
      ask: 'ml.example A',
      rcode: 'NXDOMAIN',
      authority: signed('example. SOA', 'b.example. NSEC', 'example. NSEC'),
    },
    { name: 'B.3 no data', ask: 'ns1.example MX', authority: signed('example. SOA', 'ns1.example. NSEC') },
    {
      name: 'B.4 referral to a signed zone',
      ask: 'mc.a.example MX',
      authority: ['a.example. NS', 'a.example. NS', ...signed('a.example. DS')],
    },
    {
      name: 'B.5 referral to an unsigned zone',
      ask: 'mc.b.example MX',
      authority: ['b.example. NS', 'b.example. NS', ...signed('b.example. NSEC')],
    },
    {
      name: 'B.6 wildcard expansion',
      ask: 'a.z.w.example MX',
      answer: signed('a.z.w.example. MX'),
      authority: signed('x.y.w.example. NSEC'),
    },
    {
      name: 'B.7 wildcard no data',
      ask: 'a.z.w.example AAAA',
      authority: signed('example. SOA', 'x.y.w.example. NSEC', '*.w.example. NSEC'),
    },
    {
      name: 'B.8 DS of the apex',
      ask: 'example DS',
      authority: signed('example. SOA', 'example. NSEC'),
    },
    {
      name: 'an empty non-terminal has no NSEC: the one before it',
      ask: 'y.w.example A',
      authority: signed('example. SOA', 'x.w.example. NSEC'),
    },
    {
      name: 'DS of an unsigned cut',
      ask: 'b.example DS',
      authority: signed('example. SOA', 'b.example. NSEC'),
    },
    { name: 'the NSEC itself', ask: 'ns1.example NSEC', answer: signed('ns1.example. NSEC') },
    {
      name: 'every signature of a name',
      ask: 'ns1.example RRSIG',
      answer: ['ns1.example. RRSIG(A)', 'ns1.example. RRSIG(NSEC)'],
    },
    {
      name: 'ANY: one set that is there (RFC 8482 §4.1)',
      ask: 'ns1.example ANY',
      answer: signed('ns1.example. A'),
    },
  ])('$name', ({ ask: question, rcode = 'NOERROR', answer = [], authority = [] }) => {
    const [qname = '', qtype = ''] = question.split(' ');
    expect(seen(ask(service, query(qname, qtype, { edns: EDNS })))).toEqual({ rcode, answer, authority });
  });

  test('addresses that only help have their signatures too', () => {
    const reply = ask(service, query('x.w.example', 'MX', { edns: EDNS }));
    expect(reply?.additionals.map(brief)).toEqual(signed('xx.example. A', 'xx.example. AAAA'));
  });

  test('who does not set DO gets none of it, and is not told DO', () => {
    const reply = ask(service, query('ml.example', 'A', { edns: { ...EDNS, flags: 0 } }));
    expect(seen(reply)).toEqual({ rcode: 'NXDOMAIN', answer: [], authority: ['example. SOA'] });
    expect(reply?.edns?.flags).toBe(0);
  });

  test('the signature of a negative SOA has its TTL: RFC 4035 §2.2', () => {
    const reply = ask(service, query('ml.example', 'A', { edns: EDNS }));
    expect(reply?.authorities.slice(0, 2).map(({ ttl }) => ttl)).toEqual([3600, 3600]);
  });
});

const signature = (type: string, labels: number): string =>
  `RRSIG ${type} 13 ${labels} 300 20300101000000 20200101000000 1 cut.example. AAAA`;

test('RFC 4035 §3.1.1: a referral signs the addresses that are data of the zone, and no glue', () => {
  const text = `$ORIGIN cut.example.
$TTL 300
@ SOA ns1 root 1 2 3 4 5
@ ${signature('SOA', 2)}
@ NS ns1
ns1 A 192.0.2.1
ns1 ${signature('A', 3)}
sub NS ns1
sub NS ns.sub
ns.sub A 192.0.2.53
`;
  const zone = loadZone(text, { file: 'cut.zone' });
  const service = new DnsService({ zones: new ZoneSet([zone]), random: new Random(1) });
  const reply = ask(service, query('www.sub.cut.example', 'A', { edns: EDNS }));
  expect(reply?.additionals.map(brief)).toEqual(['ns.sub.cut.example. A', ...signed('ns1.cut.example. A')]);
});

describe('the responses of RFC 5155 §B', () => {
  const service = server('rfc5155-signed.zone');
  const H = {
    example: '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example. NSEC3',
    a: '35mthgpgcu1qg68fab165klnsnk3dpvl.example. NSEC3',
    ns1: '2t7b4g4vsa5smi47k61mv5bv1a22bojr.example. NSEC3',
    ns2: 'q04jkcevqvmu85r014c7dkba38o0ji5r.example. NSEC3',
    w: 'k8udemvp1j2f7eg6jebps17vp3n8i58h.example. NSEC3',
    star: 'r53bq7cc2uvmubfu5ocmm6pers9tk9en.example. NSEC3',
    xw: 'b4um86eghhds6nea196smvmlo4ors995.example. NSEC3',
    yw: 'ji6neoaepv8b5o6k4ev33abha8ht9fgc.example. NSEC3',
  };
  test.each([
    {
      name: 'B.1 name error: closest encloser, next closer, wildcard',
      ask: 'a.c.x.w.example A',
      rcode: 'NXDOMAIN',
      authority: signed('example. SOA', H.xw, H.example, H.a),
    },
    { name: 'B.2 no data', ask: 'ns1.example MX', authority: signed('example. SOA', H.ns1) },
    { name: 'B.2.1 empty non-terminal', ask: 'y.w.example A', authority: signed('example. SOA', H.yw) },
    {
      name: 'B.3 referral to an opt-out unsigned zone',
      ask: 'mc.c.example MX',
      authority: ['c.example. NS', 'c.example. NS', ...signed(H.example, H.a)],
    },
    {
      name: 'B.4 wildcard expansion',
      ask: 'a.z.w.example MX',
      answer: signed('a.z.w.example. MX'),
      authority: signed(H.ns2),
    },
    {
      name: 'B.5 wildcard no data',
      ask: 'a.z.w.example AAAA',
      authority: signed('example. SOA', H.w, H.ns2, H.star),
    },
    { name: 'B.6 DS of the apex', ask: 'example DS', authority: signed('example. SOA', H.example) },
    {
      name: '§7.2.4 DS of an opt-out cut: the closest provable encloser',
      ask: 'c.example DS',
      authority: signed('example. SOA', H.example, H.a),
    },
    {
      name: '§7.2.8 the owner of an NSEC3 does not exist',
      ask: '0p9mhaveqvm6t7vbl5lop2u3t2rp3tom.example NSEC3',
      rcode: 'NXDOMAIN',
      authority: expect.arrayContaining(signed('example. SOA', H.example)),
    },
    {
      name: '§7.2.8 the owner of an NSEC3 that has other records does exist',
      ask: '2t7b4g4vsa5smi47k61mv5bv1a22bojr.example NSEC3',
      authority: signed('example. SOA', 'kohar7mbb8dc2ce8a9qvl8hon4k53uhi.example. NSEC3'),
    },
  ])('$name', ({ ask: question, rcode = 'NOERROR', answer = [], authority = [] }) => {
    const [qname = '', qtype = ''] = question.split(' ');
    expect(seen(ask(service, query(qname, qtype, { edns: EDNS })))).toEqual({ rcode, answer, authority });
  });
});
