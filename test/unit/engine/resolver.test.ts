import { describe, expect, test } from 'vitest';
import { formatIp, parseIp } from '../../../src/core/address.ts';
import { Random } from '../../../src/core/random.ts';
import { SECOND, toInstant } from '../../../src/core/time.ts';
import { frameMessage } from '../../../src/codec/dns/frame.ts';
import { Flag } from '../../../src/codec/dns/header.ts';
import { type DnsMessage, decodeMessage, encodeMessage } from '../../../src/codec/dns/message.ts';
import { toName } from '../../../src/codec/dns/name.ts';
import { Rcode, Type } from '../../../src/codec/dns/registry.ts';
import { parseRdataText } from '../../../src/codec/dns/zone-text.ts';
import { type LookupOutcome, StubResolver } from '../../../src/engine/resolver.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const FIRST = parseIp('10.0.0.53')!;
const SECOND_SERVER = parseIp('10.0.0.54')!;
const STRANGER = parseIp('10.0.0.66')!;
const QNAME = toName('portal.lab.example');

/** A resolver with two servers, one look-up under way, and all that it does. */
class Bench {
  readonly effects = new RecordingEffects();
  readonly outcomes: LookupOutcome[] = [];
  readonly resolver = new StubResolver({
    random: new Random(7),
    settled: (outcome) => this.outcomes.push(outcome),
  });

  constructor(servers = [FIRST, SECOND_SERVER]) {
    this.resolver.useServers(servers);
    this.resolver.resolve(QNAME, Type.A, toInstant(0), this.effects);
  }

  get sent() {
    return this.effects.of('send').map((one) => ({
      to: formatIp(one.to.address),
      port: one.port,
      message: decodeMessage(one.octets),
    }));
  }

  get query(): DnsMessage {
    return this.sent.at(-1)!.message;
  }

  reply(change: Partial<DnsMessage> = {}): DnsMessage {
    const rdata = parseRdataText(Type.A, '10.0.0.80');
    const answer = { owner: QNAME, type: Type.A, class: 1, ttl: 60, rdata };
    return { ...this.query, edns: undefined, flags: Flag.QR | Flag.AA, answers: [answer], ...change };
  }

  receive(
    message: DnsMessage | Uint8Array,
    from = FIRST,
    at = 0,
    change: { port?: number; to?: number } = {},
  ): this {
    const octets = message instanceof Uint8Array ? message : encodeMessage(message);
    this.resolver.receive(
      {
        kind: 'datagram',
        octets,
        from: { address: from, port: change.port ?? 53 },
        to: { address: STRANGER, port: change.to ?? this.sent[0]!.port },
        via: 0,
        hardware: undefined,
      },
      toInstant(at),
      this.effects,
    );
    return this;
  }

  wake(seconds: number): this {
    this.resolver.wake(toInstant(seconds * SECOND), this.effects);
    return this;
  }
}

describe('an answer that counts', () => {
  test.each([
    { name: 'an address', reply: {}, result: 'answered' },
    { name: 'no such type', reply: { answers: [] }, result: 'nodata' },
    { name: 'no such name', reply: { answers: [], rcode: Rcode.NXDOMAIN }, result: 'nxdomain' },
    {
      name: 'an alias and nothing else',
      reply: { answers: [{ owner: QNAME, type: Type.CNAME, class: 1, ttl: 1, rdata: toName('x').octets }] },
      result: 'nodata',
    },
  ])('$name: $result', ({ reply, result }) => {
    const bench = new Bench();
    bench.receive(bench.reply(reply));
    expect(bench.outcomes.map((one) => one.result)).toEqual([result]);
    expect(bench.outcomes[0]?.server).toBe(FIRST);
    expect(bench.effects.of('release').map(({ port }) => port)).toEqual([bench.sent[0]?.port]);
    expect(bench.resolver.deadline()).toBe(Infinity);
  });

  test('in another case: RFC 4343', () => {
    const bench = new Bench();
    const questions = [{ qname: toName('PORTAL.lab.EXAMPLE'), qtype: Type.A, qclass: 1 }];
    bench.receive(bench.reply({ questions }));
    expect(bench.outcomes[0]?.result).toBe('answered');
  });
});

describe('an answer that does not count: RFC 5452 §9.1', () => {
  const otherName = [{ qname: toName('portal.lab.exampl'), qtype: Type.A, qclass: 1 }];
  const otherType = [{ qname: QNAME, qtype: Type.AAAA, qclass: 1 }];
  test.each([
    { name: 'from a stranger', from: STRANGER },
    { name: 'from a server not asked yet', from: SECOND_SERVER },
    { name: 'from another port', change: { port: 5353 } },
    { name: 'with another ID', reply: (query: DnsMessage) => ({ id: query.id ^ 1 }) },
    { name: 'for another name', reply: () => ({ questions: otherName }) },
    { name: 'for another type', reply: () => ({ questions: otherType }) },
    {
      name: 'with another question beside it',
      reply: (query: DnsMessage) => ({ questions: [...query.questions, ...otherType] }),
    },
    { name: 'without a question', reply: () => ({ questions: [] }) },
    { name: 'a query', reply: () => ({ flags: 0 }) },
    { name: 'of another opcode', reply: () => ({ opcode: 4 }) },
    { name: 'octets that are no message', octets: Uint8Array.of(1, 2, 3) },
  ])('$name', ({ reply, from, change, octets }) => {
    const bench = new Bench();
    bench.receive(octets ?? bench.reply(reply?.(bench.query)), from ?? FIRST, 0, change);
    expect(bench.outcomes).toEqual([]);
    expect(bench.effects.rules().at(-1)).toBe('HE-DNS-035');
    // The wait goes on, and the right answer still counts.
    bench.receive(bench.reply());
    expect(bench.outcomes[0]?.result).toBe('answered');
  });

  test('a port that is not a look-up’s is left alone', () => {
    const bench = new Bench();
    const before = bench.effects.log.length;
    bench.receive(bench.reply(), FIRST, 0, { to: 9 });
    expect(bench.effects.log.length).toBe(before);
  });
});

describe('when there is no answer', () => {
  test('each server is asked for 5 s, then each for 10 s, then the look-up fails: RFC 1123 §6.1.3.3', () => {
    const bench = new Bench();
    const deadlines = [bench.resolver.deadline() / SECOND];
    for (const at of [4.9, 5, 10, 20]) {
      bench.wake(at);
      deadlines.push(bench.resolver.deadline() / SECOND);
    }
    expect(deadlines).toEqual([5, 5, 10, 20, 30]);
    expect(bench.sent.map(({ to }) => to)).toEqual(['10.0.0.53', '10.0.0.54', '10.0.0.53', '10.0.0.54']);
    expect(bench.outcomes).toEqual([]);
    bench.wake(30);
    expect(bench.outcomes[0]?.result).toBe('failed');
    expect(bench.effects.rules().at(-1)).toBe('HE-DNS-034');
    expect(bench.resolver.deadline()).toBe(Infinity);
  });

  test('a late answer of the first server is taken while the second is asked', () => {
    const bench = new Bench().wake(5);
    bench.receive(bench.reply(), FIRST, 6 * SECOND);
    expect(bench.outcomes[0]).toMatchObject({ result: 'answered', server: FIRST });
  });

  test.each([
    { name: 'SERVFAIL', reply: { rcode: Rcode.SERVFAIL, answers: [] } },
    { name: 'REFUSED', reply: { rcode: Rcode.REFUSED, answers: [] } },
    {
      name: 'a referral',
      reply: {
        flags: Flag.QR,
        answers: [],
        authorities: [
          { owner: toName('lab.example'), type: Type.NS, class: 1, ttl: 1, rdata: toName('x').octets },
        ],
      },
    },
  ])('$name: the next server is asked at once', ({ reply }) => {
    const bench = new Bench();
    bench.receive(bench.reply(reply), FIRST, 1 * SECOND);
    expect(bench.sent.map(({ to }) => to)).toEqual(['10.0.0.53', '10.0.0.54']);
    expect(bench.resolver.deadline()).toBe(6 * SECOND);
  });

  test('an ICMP error: the next server is asked at once; one for another server changes nothing', () => {
    const bench = new Bench();
    const port = bench.sent[0]!.port;
    const error = (address: typeof FIRST) =>
      bench.resolver.unreachable(
        { kind: 'unreachable', reason: 'port', port, to: { address, port: 53 } },
        toInstant(9),
        bench.effects,
      );
    error(SECOND_SERVER);
    expect(bench.sent.length).toBe(1);
    error(FIRST);
    expect(bench.sent.map(({ to }) => to)).toEqual(['10.0.0.53', '10.0.0.54']);
  });

  test('FORMERR to a question with EDNS: the same server is asked without it, once', () => {
    const bench = new Bench([FIRST]);
    expect(bench.query.edns?.payloadOctets).toBe(1232);
    bench.receive({ ...bench.reply({ rcode: Rcode.FORMERR, answers: [] }), questions: [] });
    expect(bench.query.edns).toBeUndefined();
    bench.receive(bench.reply({ rcode: Rcode.FORMERR, answers: [] }));
    bench.receive(bench.reply({ rcode: Rcode.FORMERR, answers: [] }));
    expect(bench.outcomes[0]?.result).toBe('failed');
    expect(bench.sent.length).toBe(3);
  });

  test('no servers at all', () => {
    const bench = new Bench([]);
    expect(bench.outcomes[0]?.result).toBe('failed');
    expect(bench.effects.of('bind')).toEqual([]);
  });
});

function truncated() {
  const bench = new Bench();
  bench.receive(bench.reply({ flags: Flag.QR | Flag.TC, answers: [] }));
  const [connect] = bench.effects.of('connect');
  const event = (name: 'closed' | 'reset') =>
    bench.resolver.stream(
      { kind: 'stream', event: name, stream: connect!.stream },
      toInstant(2),
      bench.effects,
    );
  const octets = (chunk: Uint8Array) =>
    bench.resolver.stream(
      { kind: 'stream', event: 'octets', stream: connect!.stream, octets: chunk },
      toInstant(2),
      bench.effects,
    );
  const local = { address: STRANGER, port: 50_000 };
  bench.resolver.stream(
    { kind: 'stream', event: 'opened', stream: connect!.stream, local, peer: connect!.to },
    toInstant(1),
    bench.effects,
  );
  return { bench, connect, event, octets };
}

describe('an answer that was truncated', () => {
  test('is asked for over TCP at the same server, and taken from there', () => {
    const { bench, connect, octets } = truncated();
    expect(connect?.to).toEqual({ address: FIRST, port: 53 });
    const written = decodeMessage(bench.effects.last('write').octets.subarray(2));
    expect(written.questions).toEqual(bench.query.questions);
    const reply = frameMessage(encodeMessage(bench.reply()));
    octets(reply.subarray(0, 5));
    expect(bench.outcomes).toEqual([]);
    octets(reply.subarray(5));
    expect(bench.outcomes[0]?.result).toBe('answered');
    expect(bench.effects.words().slice(-2)).toEqual(['close', expect.stringMatching(/^release/)]);
  });

  test('a message over TCP with another ID is passed over', () => {
    const { bench, octets } = truncated();
    octets(frameMessage(encodeMessage(bench.reply({ id: bench.query.id ^ 1 }))));
    expect(bench.outcomes).toEqual([]);
    octets(frameMessage(encodeMessage(bench.reply())));
    expect(bench.outcomes.length).toBe(1);
  });

  test.each(['closed', 'reset'] as const)('the server has %s: the next is asked', (name) => {
    const { bench, event } = truncated();
    event(name);
    expect(bench.sent.map(({ to }) => to)).toEqual(['10.0.0.53', '10.0.0.54']);
  });

  test('nothing comes over TCP: the next is asked after 5 s', () => {
    const { bench } = truncated();
    bench.wake(5);
    expect(bench.effects.of('reset').length).toBe(1);
    expect(bench.sent.map(({ to }) => to)).toEqual(['10.0.0.53', '10.0.0.54']);
  });
});

describe('chance: RFC 5452 §9.2', () => {
  test('a thousand look-ups use IDs from the whole range', () => {
    const effects = new RecordingEffects();
    const resolver = new StubResolver({ random: new Random(1), settled: () => undefined });
    resolver.useServers([FIRST]);
    const ids = new Set<number>();
    for (let turn = 0; turn < 1_000; turn++) {
      resolver.resolve(QNAME, Type.A, toInstant(0), effects);
      ids.add(decodeMessage(effects.last('send').octets).id);
      resolver.stop(effects);
      effects.clear();
    }
    expect(ids.size).toBeGreaterThan(980);
    expect(Math.max(...ids)).toBeGreaterThan(65_000);
    expect(Math.min(...ids)).toBeLessThan(500);
  });

  test('look-ups at a time are bounded', () => {
    const bench = new Bench([FIRST]);
    for (let turn = 0; turn < 100; turn++) bench.resolver.resolve(QNAME, Type.A, toInstant(0), bench.effects);
    expect(bench.outcomes.length).toBe(101 - 64);
    expect(bench.effects.of('bind').length).toBe(64);
  });
});
