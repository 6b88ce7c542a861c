import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { DnsMessage } from '../../../../src/codec/dns/message.ts';
import { toName } from '../../../../src/codec/dns/name.ts';
import { Type } from '../../../../src/codec/dns/registry.ts';
import { Random } from '../../../../src/core/random.ts';
import { DNSSEC } from '../../../../src/core/rules/dnssec.ts';
import { portableCrypto } from '../../../../src/crypto/portable.ts';
import type { TrustAnchor } from '../../../../src/engine/dnssec/key-chain.ts';
import { dsRecords } from '../../../../src/engine/dnssec/made-sets.ts';
import { signZone } from '../../../../src/engine/dnssec/whole.ts';
import { DnsService } from '../../../../src/service/dns.ts';
import type { Zone } from '../../../../src/store/zone.ts';
import { ZoneBuilder, loadZone } from '../../../../src/store/zone-builder.ts';
import { ZoneSet } from '../../../../src/store/zone-set.ts';
import { CASES_ZONE, START, schedule, signedZone, testKey } from '../../../support/signed-zone.ts';
import { judgeAnswer } from '../../../support/validator.ts';

const APEX = toName('signed.example.');
const KEY = testKey(1);
const ANCHOR: TrustAnchor = { zone: APEX, ds: dsRecords(APEX, KEY, portableCrypto) };

function whole(nsec3?: { iterations: number; salt: Uint8Array }): Zone {
  const options = { schedule: schedule([KEY]), seconds: START, crypto: portableCrypto, nsec3 };
  const builder = new ZoneBuilder({ file: 'whole', sha1: portableCrypto.sha1 });
  for (const record of signZone(loadZone(CASES_ZONE, { file: 'plain' }), options))
    builder.add(record, { file: 'whole', line: 1, column: 1 });
  return builder.build();
}

function serverOf(...zones: Zone[]): DnsService {
  return new DnsService({ zones: new ZoneSet(zones), random: new Random(1) });
}

const SERVERS = [
  { name: 'compact denial', server: serverOf(signedZone(CASES_ZONE)) },
  { name: 'NSEC, signed when asked', server: serverOf(signedZone(CASES_ZONE, { denial: 'nsec' })) },
  { name: 'NSEC, signed before', server: serverOf(whole()) },
  { name: 'NSEC3', server: serverOf(whole({ iterations: 2, salt: Uint8Array.of(0xab) })) },
] as const;

const CASES = [
  { name: 'an answer', ask: 'www A', isNoName: false },
  { name: 'an alias', ask: 'alias A', isNoName: false },
  { name: 'a wildcard', ask: 'x.y.wild A', isNoName: false },
  { name: 'a DNAME and what comes of it', ask: 'host.old A', isNoName: false },
  { name: 'no such name', ask: 'none A', isNoName: true },
  { name: 'no such name below one that is there', ask: 'a.b.www A', isNoName: true },
  { name: 'no such type', ask: 'www AAAA', isNoName: false },
  { name: 'an empty non-terminal', ask: 'deep A', isNoName: false },
  { name: 'no such type at a wildcard', ask: 'x.wild AAAA', isNoName: false },
  { name: 'no DS at a cut', ask: 'plain DS', isNoName: false },
  { name: 'what lies behind a DNAME and is not there', ask: 'none.old A', isNoName: true },
  { name: 'the keys', ask: '@ DNSKEY', isNoName: false },
  { name: 'CDS', ask: '@ CDS', isNoName: false },
] as const;

function full(name: string): string {
  return name === '@' ? 'signed.example.' : `${name}.signed.example.`;
}

describe.each(SERVERS)('$name', ({ server }) => {
  test.each(CASES)('$name: $ask is secure', ({ ask, isNoName }) => {
    const [name = '', type = ''] = ask.split(' ');
    const { verdict, questions } = judgeAnswer(full(name), type, { anchors: [ANCHOR], server });
    expect([verdict.rule.id, verdict.at.toString(), verdict.isNoName]).toEqual([
      DNSSEC.secure.id,
      expect.any(String),
      isNoName,
    ]);
    expect(questions).toEqual(['signed.example. DNSKEY']);
  });

  test.each([
    {
      name: 'another address',
      ask: 'www A',
      tamper: withAnswers((record) =>
        record.type === Type.A ? { ...record, rdata: Uint8Array.of(6, 6, 6, 6) } : record,
      ),
      rule: DNSSEC.wrongSignature,
    },
    {
      name: 'no signatures',
      ask: 'www A',
      tamper: withAnswers((record) => (record.type === Type.RRSIG ? undefined : record)),
      rule: DNSSEC.noSignature,
    },
    {
      name: 'no proof',
      ask: 'none A',
      tamper: (reply: DnsMessage | undefined) => reply && { ...reply, authorities: [] },
      rule: DNSSEC.notDenied,
    },
    {
      name: 'the proof of another name',
      ask: 'www A',
      tamper: (reply: DnsMessage | undefined) =>
        reply && reply.questions[0]?.qtype === Type.A ? { ...reply, rcode: 3, answers: [] } : reply,
      rule: DNSSEC.notDenied,
    },
  ])('tampered with: $name', ({ ask, tamper, rule }) => {
    const [name = '', type = ''] = ask.split(' ');
    const { verdict } = judgeAnswer(full(name), type, { anchors: [ANCHOR], server, tamper });
    expect(verdict).toMatchObject({ security: 'bogus', rule: { id: rule.id } });
  });

  test.each([
    { name: 'too late', seconds: START + 20 * 86_400, rule: DNSSEC.expired },
    { name: 'too early', seconds: START - 20 * 86_400, rule: DNSSEC.notYet },
  ])('$name', ({ seconds, rule }) => {
    const { verdict } = judgeAnswer('www.signed.example.', 'A', { anchors: [ANCHOR], server, seconds });
    expect(verdict).toMatchObject({ security: 'bogus', rule: { id: rule.id } });
  });

  test('another key in the anchor: the parent disagrees', () => {
    const other = { zone: APEX, ds: dsRecords(APEX, testKey(9), portableCrypto) };
    const { verdict } = judgeAnswer('www.signed.example.', 'A', { anchors: [other], server });
    expect(verdict).toMatchObject({ security: 'bogus', rule: { id: DNSSEC.parentDisagrees.id } });
  });

  test('an anchor with an algorithm unknown here: insecure', () => {
    const other = { zone: APEX, ds: [Uint8Array.of(1, 2, 8, 2, ...new Uint8Array(32))] };
    const { verdict } = judgeAnswer('www.signed.example.', 'A', { anchors: [other], server });
    expect(verdict.security).toBe('insecure');
  });

  test('no anchor above: insecure, and nothing is asked', () => {
    const elsewhere = { ...ANCHOR, zone: toName('other.example.') };
    const { verdict, questions } = judgeAnswer('www.signed.example.', 'A', { anchors: [elsewhere], server });
    expect([verdict.security, questions]).toEqual(['insecure', []]);
  });
});

test('an answer with hundreds of proofs costs no hundreds of signatures', () => {
  let verified = 0;
  const { p256, ed25519 } = portableCrypto.curves;
  const verify: typeof p256.verify = (...signed) => {
    verified++;
    return p256.verify(...signed);
  };
  const crypto = { ...portableCrypto, curves: { ed25519, p256: { ...p256, verify } } };
  const judge = (count: number) => {
    verified = 0;
    const tamper = (reply: DnsMessage | undefined) => {
      const proof = reply?.authorities.filter(({ type }) => type === Type.NSEC || type === Type.RRSIG) ?? [];
      const copies = Array.from({ length: count }, (_, index) =>
        proof.map((record) => ({ ...record, owner: toName(`n${index}.signed.example.`) })),
      );
      return reply && { ...reply, authorities: [...reply.authorities, ...copies.flat()] };
    };
    const server = serverOf(signedZone(CASES_ZONE, { denial: 'nsec' }));
    const { verdict } = judgeAnswer('none.signed.example.', 'A', {
      anchors: [ANCHOR],
      server,
      tamper,
      crypto,
    });
    return { security: verdict.security, verified };
  };
  expect(judge(50)).toMatchObject({ security: 'secure', verified: judge(200).verified });
});

function withAnswers(
  change: (record: DnsMessage['answers'][number]) => DnsMessage['answers'][number] | undefined,
) {
  return (reply: DnsMessage | undefined): DnsMessage | undefined =>
    reply?.questions[0]?.qtype === Type.DNSKEY
      ? reply
      : reply && { ...reply, answers: reply.answers.flatMap((record) => change(record) ?? []) };
}

const child = (apex: string) => CASES_ZONE.replace('signed.example.', apex);

describe('a chain of zones', () => {
  const childKey = testKey(2);
  const schedules = { signed: schedule([childKey]), wrong: schedule([testKey(5)]) };
  const parent = `$ORIGIN signed.example.
$TTL 300
@ SOA ns hostmaster 1 7200 1800 604800 60
@ NS ns
ns A 192.0.2.53
good NS ns
broken NS ns
unsigned NS ns
`;
  const children = [
    { apex: toName('good.signed.example.'), schedule: schedules.signed, ds: 'follow' as const },
    { apex: toName('broken.signed.example.'), schedule: schedules.wrong, ds: 'follow' as const },
  ];
  const server = serverOf(
    signedZone(parent, { keys: [KEY], children }),
    signedZone(child('good.signed.example.'), { keys: [childKey], denial: 'nsec' }),
    signedZone(child('broken.signed.example.'), { keys: [childKey] }),
    loadZone(child('unsigned.signed.example.'), { file: 'unsigned' }),
  );
  const judge = (name: string, type = 'A') =>
    judgeAnswer(`${name}.signed.example.`, type, { anchors: [ANCHOR], server });

  test('a child whose DS the parent has is secure', () => {
    const { verdict, questions } = judge('www.good');
    expect(verdict.security).toBe('secure');
    expect(questions).toEqual([
      'good.signed.example. DS',
      'signed.example. DNSKEY',
      'good.signed.example. DNSKEY',
    ]);
  });

  test('a child with another key than the parent says is bogus', () => {
    expect(judge('www.broken').verdict).toMatchObject({
      security: 'bogus',
      rule: { id: DNSSEC.parentDisagrees.id },
    });
  });

  test('a child without DS is insecure, its answers and what it does not have', () => {
    expect(judge('www.unsigned').verdict.security).toBe('insecure');
    expect(judge('none.unsigned').verdict).toMatchObject({ security: 'insecure', isNoName: true });
  });

  test('what the child lacks is the child’s to prove', () => {
    expect(judge('none.good').verdict).toMatchObject({ security: 'secure', isNoName: true });
  });
});

test('RFC 5155 Appendix A: its zone is of an algorithm unknown here, and insecure', () => {
  const text = readFileSync(
    new URL('../../../../fixtures/zones/rfc5155-signed.zone', import.meta.url),
    'utf8',
  );
  const zone = loadZone(text, { file: 'rfc5155', sha1: portableCrypto.sha1 });
  const dnskey = zone.node(zone.apex)!.rrset(Type.DNSKEY)!.rdatas[0]!;
  const anchor = { zone: zone.apex, ds: [Uint8Array.of(0, 1, dnskey[3]!, 2, ...new Uint8Array(32))] };
  const { verdict } = judgeAnswer('a.c.x.w.example.', 'A', { anchors: [anchor], server: serverOf(zone) });
  expect(verdict).toMatchObject({ security: 'insecure', isNoName: true });
});
