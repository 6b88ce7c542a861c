import { describe, expect, test } from 'vitest';
import { type DnsMessage, decodeMessage, encodeMessage } from '../../../../src/codec/dns/message.ts';
import { toName } from '../../../../src/codec/dns/name.ts';
import { type Tsig, appendTsig, readTsig, tsigOffset } from '../../../../src/codec/dns/tsig.ts';
import { utf8Octets } from '../../../../src/core/text.ts';
import { portableCrypto } from '../../../../src/crypto/portable.ts';
import { type TsigKey, TsigKeys } from '../../../../src/engine/dns/tsig.ts';
import { query } from '../../../support/dns-client.ts';

const NOW = 1_700_000_000;
const keyOf = (name: string, algorithm = 'hmac-sha256', secret = 'secret'): TsigKey => ({
  name: toName(name),
  algorithm,
  secret: utf8Octets(secret),
});
const SHARED = keyOf('shared');
const SHA1 = keyOf('sha1', 'hmac-sha1');
const server = new TsigKeys([SHARED, SHA1], portableCrypto);

function withRoom(message: DnsMessage): { octets: Uint8Array; length: number } {
  const encoded = encodeMessage(message);
  const octets = new Uint8Array(encoded.length + 700);
  octets.set(encoded);
  return { octets, length: encoded.length };
}

function signed(key: TsigKey, seconds = NOW): Uint8Array {
  const { octets, length } = withRoom(query('lab.example', 'SOA'));
  return octets.slice(
    0,
    new TsigKeys([key], portableCrypto).signRequest(key, octets, length, seconds).length,
  );
}

/** The request with another TSIG in the place of its own. */
function altered(octets: Uint8Array, change: (tsig: Tsig) => Partial<Tsig>): Uint8Array {
  const at = tsigOffset(octets);
  const tsig = readTsig(octets, at);
  const room = new Uint8Array(octets.length + 100);
  room.set(octets.subarray(0, at));
  room[11] = 0;
  return room.slice(0, appendTsig(room, at, { ...tsig, ...change(tsig) }));
}

const cut =
  (length: number) =>
  ({ mac }: Tsig): Partial<Tsig> => ({ mac: mac.subarray(0, length) });

describe('a signed request: RFC 8945 §5.2', () => {
  test.each([
    { name: 'of a key that is shared', octets: signed(SHARED), kind: 'good' },
    { name: 'its name in capitals', octets: signed(keyOf('SHARED')), kind: 'good' },
    { name: 'four minutes late', octets: signed(SHARED, NOW - 240), kind: 'good' },
    { name: 'SHA-1 cut to 96 bits', octets: altered(signed(SHA1), cut(12)), kind: 'good' },
    { name: 'of an unknown key', octets: signed(keyOf('other')), kind: 'bad-key' },
    { name: 'by another algorithm', octets: signed(keyOf('shared', 'hmac-sha512')), kind: 'bad-key' },
    { name: 'with another secret', octets: signed(keyOf('shared', 'hmac-sha256', 'wrong')), kind: 'bad-sig' },
    { name: 'ten minutes late', octets: signed(SHARED, NOW - 600), kind: 'bad-time' },
    { name: 'ten minutes early', octets: signed(SHARED, NOW + 600), kind: 'bad-time' },
    {
      name: 'the time set anew, but not signed anew',
      octets: altered(signed(SHARED, NOW - 600), () => ({ timeSigned: NOW })),
      kind: 'bad-sig',
    },
    { name: 'SHA-1 cut to 80 bits', octets: altered(signed(SHA1), cut(10)), kind: 'bad-trunc' },
  ])('$name: $kind', ({ octets, kind }) => {
    expect(server.verify(octets, tsigOffset(octets), NOW).kind).toBe(kind);
  });

  test('a message that was changed has a bad signature', () => {
    const octets = signed(SHARED);
    octets[13]! ^= 0x20;
    expect(server.verify(octets, tsigOffset(octets), NOW).kind).toBe('bad-sig');
  });

  test('a forwarder may change the ID: the original one is signed', () => {
    const octets = signed(SHARED);
    octets[0] = 0x77;
    expect(server.verify(octets, tsigOffset(octets), NOW).kind).toBe('good');
  });

  test.each([
    { name: 'shorter than ten octets', octets: altered(signed(SHA1), cut(9)) },
    { name: 'shorter than half the hash', octets: altered(signed(SHARED), cut(15)) },
    {
      name: 'longer than the hash',
      octets: altered(signed(SHA1), ({ mac }) => ({ mac: Uint8Array.of(...mac, 0) })),
    },
  ])('a MAC that is $name is malformed: RFC 8945 §5.2.2.1', ({ octets }) => {
    expect(() => server.verify(octets, tsigOffset(octets), NOW)).toThrow('TSIG: MAC size');
  });

  test('a TSIG that is not the last record is malformed', () => {
    const octets = signed(SHARED);
    const room = new Uint8Array(octets.length * 2);
    room.set(octets);
    const length = appendTsig(room, octets.length, readTsig(octets, tsigOffset(octets)));
    expect(() => tsigOffset(room.subarray(0, length))).toThrow('not the last record');
  });
});

const answerTo = (request: Uint8Array): { message: DnsMessage; tsig: Tsig; octets: Uint8Array } => {
  const verdict = server.verify(request, tsigOffset(request), NOW);
  const { octets, length } = withRoom(query('lab.example', 'SOA', { flags: 0x8000, rcode: 9 }));
  const whole = octets.slice(0, server.answer(verdict, octets, length, NOW));
  return { message: decodeMessage(whole), tsig: readTsig(whole, tsigOffset(whole)), octets: whole };
};

describe('the answer: RFC 8945 §5.3', () => {
  test.each([
    { name: 'BADKEY is not signed', request: signed(keyOf('other')), error: 17, macOctets: 0 },
    {
      name: 'BADSIG is not signed',
      request: signed(keyOf('shared', 'hmac-sha256', 'wrong')),
      error: 16,
      macOctets: 0,
    },
    { name: 'BADTIME is signed', request: signed(SHARED, NOW - 600), error: 18, macOctets: 32 },
    { name: 'BADTRUNC is signed', request: altered(signed(SHA1), cut(10)), error: 22, macOctets: 20 },
    { name: 'no error is signed', request: signed(SHARED), error: 0, macOctets: 32 },
  ])('$name', ({ request, error, macOctets }) => {
    const { tsig } = answerTo(request);
    expect({ error: tsig.error, macOctets: tsig.mac.length }).toEqual({ error, macOctets });
  });

  test('BADTIME has the time of the client, and ours beside it', () => {
    const { tsig } = answerTo(signed(SHARED, NOW - 600));
    expect(tsig.timeSigned).toBe(NOW - 600);
    expect(tsig.other).toEqual(Uint8Array.of(0, 0, 0x65, 0x53, 0xf1, 0x00));
  });

  test('the client believes it, and no other', () => {
    const { octets, length } = withRoom(query('lab.example', 'SOA'));
    const request = server.signRequest(SHARED, octets, length, NOW);
    const answer = answerTo(octets.slice(0, request.length)).octets;
    const take = (message: Uint8Array): string | undefined =>
      server.verifier(SHARED, request.mac).take(message, tsigOffset(message), NOW);
    expect(take(answer)).toBeUndefined();
    expect(take(encodeMessage(query('lab.example', 'SOA', { flags: 0x8000 })))).toBe(
      'the answer is not signed',
    );
    const forged = answer.slice();
    forged[13]! ^= 1;
    expect(take(forged)).toBe('the signature is wrong');
    expect(server.verifier(SHARED, new Uint8Array(32)).take(answer, tsigOffset(answer), NOW)).toBe(
      'the signature is wrong',
    );
  });
});

/** Messages that answer one request. */
function messages(count: number) {
  const { octets, length } = withRoom(query('lab.example', 'AXFR'));
  const request = server.signRequest(SHARED, octets, length, NOW);
  const verdict = server.verify(octets.slice(0, request.length), length, NOW);
  if (verdict.kind !== 'good') throw new Error(verdict.kind);
  const signer = server.signer(verdict);
  const all = Array.from({ length: count }, (_, index) => {
    const answer = withRoom(query('lab.example', 'AXFR', { flags: 0x8000, rcode: index }));
    return answer.octets.slice(0, signer.sign(answer.octets, answer.length, NOW + index));
  });
  return { all, verifier: server.verifier(SHARED, request.mac) };
}

describe('an answer of many messages: RFC 8945 §5.3.1', () => {
  test('each is bound to the one before', () => {
    const { all, verifier } = messages(4);
    for (const message of all) expect(verifier.take(message, tsigOffset(message), NOW)).toBeUndefined();
    expect(verifier.isVouched).toBe(true);
  });

  test('one that is left out shows at the next', () => {
    const { all, verifier } = messages(3);
    const [first, , third] = all;
    expect(verifier.take(first!, tsigOffset(first!), NOW)).toBeUndefined();
    expect(verifier.take(third!, tsigOffset(third!), NOW)).toBe('the signature is wrong');
  });

  test('up to 99 may come without a signature in between, and the last must have one', () => {
    const { all, verifier } = messages(1);
    const plain = encodeMessage(query('lab.example', 'AXFR', { flags: 0x8000 }));
    expect(verifier.take(all[0]!, tsigOffset(all[0]!), NOW)).toBeUndefined();
    for (let count = 0; count < 99; count++) expect(verifier.take(plain, -1, NOW)).toBeUndefined();
    expect(verifier.isVouched).toBe(false);
    expect(verifier.take(plain, -1, NOW)).toBe('too much comes unsigned');
  });
});
