import { describe, expect, test } from 'vitest';
import { Random } from '../../../src/core/random.ts';
import { toInstant } from '../../../src/core/time.ts';
import { Flag } from '../../../src/codec/dns/header.ts';
import { decodeMessage, encodeMessage } from '../../../src/codec/dns/message.ts';
import { formatRecord } from '../../../src/codec/dns/record.ts';
import { rcodeName } from '../../../src/codec/dns/registry.ts';
import { ResolverService, type ResolverServiceOptions } from '../../../src/service/resolver.ts';
import { AccessList } from '../../../src/store/access.ts';
import { maskIp } from '../../../src/core/address.ts';
import { CLIENT, SERVER, ask, datagram, query } from '../../support/dns-client.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';
import { RESOLVER_OPTIONS, record } from '../../support/resolver-bench.ts';

function resolver(change: Partial<ResolverServiceOptions> = {}): ResolverService {
  return new ResolverService({
    ...RESOLVER_OPTIONS,
    random: new Random(3),
    allowQuery: undefined,
    ...change,
  });
}

const RD = { flags: Flag.RD };
const EDNS = { payloadOctets: 4_096, version: 0, flags: 0, options: [] };

describe('what is answered at once', () => {
  const others = new AccessList([
    { verdict: 'allow', prefix: { address: maskIp(SERVER.address, 32), length: 32 } },
  ]);
  test.each([
    { name: 'without RD', message: query('www.example', 'A'), change: {}, says: 'REFUSED' },
    {
      name: 'from who may not ask',
      message: query('www.example', 'A', RD),
      change: { allowQuery: others },
      says: 'REFUSED',
    },
    { name: 'ANY', message: query('www.example', 'ANY', RD), change: {}, says: 'NOTIMP' },
    { name: 'a transfer', message: query('example', 'AXFR', RD), change: {}, says: 'NOTIMP' },
    { name: 'NXNAME: RFC 9824', message: query('www.example', 'TYPE128', RD), change: {}, says: 'FORMERR' },
    {
      name: 'another opcode',
      message: query('www.example', 'A', { ...RD, opcode: 2 }),
      change: {},
      says: 'NOTIMP',
    },
    {
      name: 'EDNS of another version',
      message: query('www.example', 'A', { ...RD, edns: { ...EDNS, version: 1 } }),
      change: {},
      says: 'BADVERS',
    },
    {
      name: 'no question',
      message: { ...query('www.example', 'A', RD), questions: [] },
      change: {},
      says: 'FORMERR',
    },
    {
      name: 'octets that are no message',
      message: Uint8Array.of(1, 2, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 77),
      change: {},
      says: 'FORMERR',
    },
  ])('$name: $says', ({ message, change, says }) => {
    const reply = ask(resolver(change), message);
    expect(rcodeName(reply?.rcode ?? -1)).toBe(says);
    expect((reply?.flags ?? 0) & Flag.QR).not.toBe(0);
  });

  test.each([
    { name: 'a response', octets: encodeMessage(query('www.example', 'A', { flags: Flag.QR })) },
    { name: 'eleven octets', octets: new Uint8Array(11) },
  ])('$name: silence', ({ octets }) => {
    expect(datagram(resolver(), octets).of('send')).toEqual([]);
  });
});

/** A question, its search of one step, and the reply to the client. */
function answered(answers: readonly string[], change: Parameters<typeof query>[2] = {}) {
  const service = resolver();
  const effects = datagram(service, encodeMessage(query('www.example', 'TXT', { ...RD, ...change })));
  const upstream = effects.last('send');
  const asked = decodeMessage(upstream.octets);
  const sink = new RecordingEffects();
  service.handle(
    {
      kind: 'datagram',
      octets: encodeMessage({ ...asked, flags: Flag.QR | Flag.AA, answers: answers.map(record) }),
      from: { address: upstream.to.address, port: 53 },
      to: { address: SERVER.address, port: upstream.port },
      via: 0,
      hardware: undefined,
    },
    toInstant(20_000),
    sink,
  );
  const sent = sink.last('send');
  return { to: sent.to, reply: decodeMessage(sent.octets), octets: sent.octets.length, effects };
}

describe('what was found', () => {
  test('goes to the client from the address it asked, with RA and without AA', () => {
    const { to, reply } = answered(['www.example 60 TXT "hello"']);
    expect(to).toEqual({ ...CLIENT, source: SERVER.address });
    expect(reply.id).toBe(0x1234);
    expect(reply.flags).toBe(Flag.QR | Flag.RD | Flag.RA);
    expect(reply.answers.map(formatRecord)).toEqual(['www.example. 60 IN TXT "hello"']);
  });

  test.each([
    { name: 'without EDNS 512 octets', change: {}, count: 2, isCut: false },
    { name: 'more than that', change: {}, count: 3, isCut: true },
    { name: 'with EDNS 1,232 octets', change: { edns: EDNS }, count: 5, isCut: false },
    { name: 'more than that, whatever the client can take', change: { edns: EDNS }, count: 7, isCut: true },
  ])('$name: cut short is $isCut', ({ change, count, isCut }) => {
    const texts = Array.from(
      { length: count },
      (_, index) => `www.example 60 TXT "${String(index).repeat(200)}"`,
    );
    const { reply, octets } = answered(texts, change);
    expect((reply.flags & Flag.TC) !== 0).toBe(isCut);
    expect(reply.answers.length).toBe(isCut ? 0 : count);
    expect(octets).toBeLessThanOrEqual(1_232);
  });

  test('a search asks from a port and with an ID of its own', () => {
    const { effects } = answered(['www.example 60 TXT "hello"']);
    const { port, octets } = effects.last('send');
    expect(port).not.toBe(53);
    expect(decodeMessage(octets).id).not.toBe(0x1234);
  });
});
