import { describe, expect, test } from 'vitest';
import { type Ip, parseIp } from '../../../../src/core/address.ts';
import { fromHex, toHex } from '../../../../src/core/bytes.ts';
import { SECOND, toInstant } from '../../../../src/core/time.ts';
import { portableCrypto } from '../../../../src/crypto/portable.ts';
import { ServerCookies } from '../../../../src/engine/dns/cookies.ts';

const hex = (text: string): Uint8Array => fromHex(text) ?? new Uint8Array(0);
const address = (text: string): Ip => parseIp(text)!;
const at = (seconds: number) => toInstant(seconds * SECOND);

function cookies(...secrets: string[]): ServerCookies {
  let drawn = 0;
  return new ServerCookies({
    secrets: secrets.map(hex),
    draw: () => new Uint8Array(16).fill(++drawn),
    sipHash24: portableCrypto.sipHash24,
    epoch: { us: 0 },
  });
}

describe('the examples of RFC 9018 §A', () => {
  const SECRET = 'e5e973e5a6b2a43f48e7dc849e37bfcf';
  const A1 = '2464c4abcf10c957010000005cf79f111f8130c3eee29480';
  const CLIENT = address('198.51.100.100');

  test('A.1: a new server cookie', () => {
    const made = cookies(SECRET).make(hex('2464c4abcf10c957'), CLIENT, at(1_559_731_985));
    expect(toHex(made)).toBe(A1);
  });

  test('A.2: the same client, 40 minutes later: good, and renewed', () => {
    const server = cookies(SECRET);
    const now = at(1_559_734_385);
    expect(server.isGood(hex(A1), CLIENT, now)).toBe(true);
    expect(toHex(server.make(hex(A1), CLIENT, now))).toBe('2464c4abcf10c957010000005cf7a871d4a564a1442aca77');
  });

  test('A.3: reserved octets that are set are hashed as they came', () => {
    const server = cookies(SECRET);
    const client = address('203.0.113.203');
    const option = hex('fc93fc62807ddb8601abcdef5cf78f71a314227b6679ebf5');
    expect(server.isGood(option, client, at(1_559_728_100))).toBe(true);
    expect(toHex(server.make(option, client, at(1_559_734_700)))).toBe(
      'fc93fc62807ddb86010000005cf7a9acf73a7810aca2381e',
    );
  });

  test('A.4: IPv6, a cookie made with the secret before', () => {
    const server = cookies('445536bcd2513298075a5d379663c962', 'dd3bdf9344b678b185a6f5cb60fca715');
    const client = address('2001:db8:220:1:59de:d0f4:8769:82b8');
    const option = hex('22681ab97d52c298010000005cf7c57926556bd0934c72f8');
    expect(server.isGood(option, client, at(1_559_741_961))).toBe(true);
    expect(toHex(server.make(option, client, at(1_559_741_961)))).toBe(
      '22681ab97d52c298010000005cf7c609a6bb79d16625507a',
    );
  });
});

describe('what is no good cookie', () => {
  const server = cookies('00'.repeat(16));
  const client = address('192.0.2.1');
  const made = server.make(hex('0102030405060708'), client, at(10_000));
  test.each([
    { name: 'as it was made', change: {}, good: true },
    { name: 'an hour old', change: { now: 13_600 }, good: true },
    { name: 'older than an hour', change: { now: 13_601 }, good: false },
    { name: 'five minutes ahead', change: { now: 9_700 }, good: true },
    { name: 'further ahead', change: { now: 9_699 }, good: false },
    { name: 'from another address', change: { from: '192.0.2.2' }, good: false },
    { name: 'another client cookie', change: { flip: 0 }, good: false },
    { name: 'another version', change: { flip: 8 }, good: false },
    { name: 'another hash', change: { flip: 23 }, good: false },
  ])('$name: $good', ({ change, good }) => {
    const {
      now = 10_000,
      from = '192.0.2.1',
      flip,
    } = change as { now?: number; from?: string; flip?: number };
    const option = made.slice();
    if (flip !== undefined) option[flip]! ^= 1;
    expect(server.isGood(option, address(from), at(now))).toBe(good);
  });

  test.each([8, 16, 23, 25, 36, 40])('an option of %i octets', (length) => {
    expect(server.isGood(new Uint8Array(length).fill(1), client, at(10_000))).toBe(false);
  });
});

test('a secret of our own is drawn anew each month, and the one before stays good for what it made', () => {
  const server = cookies();
  const client = address('192.0.2.1');
  const month = 30 * 86_400;
  server.make(hex('0102030405060708'), client, at(0));
  const old = server.make(hex('0102030405060708'), client, at(month - 10));
  expect(toHex(old)).toBe(toHex(cookies('01'.repeat(16)).make(old, client, at(month - 10))));
  const renewed = server.make(old, client, at(month));
  expect(toHex(renewed)).toBe(toHex(cookies('02'.repeat(16)).make(old, client, at(month))));
  expect(server.isGood(old, client, at(month))).toBe(true);
  expect(server.isGood(renewed, client, at(month))).toBe(true);
});

describe('after a reload', () => {
  const CLIENT = address('198.51.100.100');
  const asked = hex('2464c4abcf10c957');
  const own = '00112233445566778899aabbccddeeff';
  /** A server that draws other secrets than `cookies()` does. */
  const other = (...secrets: string[]) =>
    new ServerCookies({
      secrets: secrets.map(hex),
      draw: () => new Uint8Array(16).fill(0xee),
      sipHash24: portableCrypto.sipHash24,
      epoch: { us: 0 },
    });

  test.each([
    { name: 'cookies of drawn secrets stay good', before: [], after: [], good: true },
    { name: 'secrets that the file has now go', before: [], after: [own], good: false },
    { name: 'secrets that the file had go', before: [own], after: [], good: false },
  ])('$name', ({ before, after, good }) => {
    const old = cookies(...before);
    const option = old.make(asked, CLIENT, at(1000));
    const now = other(...after);
    now.inherit(old);
    expect(now.isGood(option, CLIENT, at(1001))).toBe(good);
  });
});
