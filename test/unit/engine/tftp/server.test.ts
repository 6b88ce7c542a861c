import { describe, expect, test } from 'vitest';
import { BROADCAST, ipv4, parseIp } from '../../../../src/core/address.ts';
import { TFTP_RULES as RULES } from '../../../../src/core/rules/tftp.ts';
import { NEVER, SECOND, toInstant } from '../../../../src/core/time.ts';
import type { FileSource } from '../../../../src/store/file-table.ts';
import { ack, ascii, Bench, rrq, T0, them, us, wireOf } from '../../../support/tftp-bench.ts';

const fromPort = (port: number) => ({ from: { address: them.address, port } });

describe('who asks, and again', () => {
  test('a repeated request before any acknowledgment gets the first packet again, from the same port', () => {
    const bench = new Bench();
    bench.in(rrq('f'));
    expect(bench.in(rrq('f'))).toEqual(['49152 data 1 (512)']);
    expect(bench.rules).toEqual([RULES.repeatedRequest.id]);
    expect(bench.effects.of('bind')).toEqual([]);
  });

  test('the same with options gets the OACK again', () => {
    const bench = new Bench();
    bench.in(rrq('f', { tsize: '0' }));
    expect(bench.in(rrq('f', { tsize: '0' }))).toEqual(['49152 oack tsize=1300']);
  });

  test('a late copy in a transfer under way is nothing', () => {
    const bench = new Bench();
    bench.in(rrq('f'));
    bench.in(ack(1), { port: 49152 });
    expect(bench.in(rrq('f'))).toEqual([]);
    expect(bench.rules).toEqual([RULES.repeatedRequest.id]);
  });

  test('the same request to a transfer that has gone silent starts it over', () => {
    const bench = new Bench();
    bench.in(rrq('f'));
    bench.in(ack(1), { port: 49152 });
    bench.timer(toInstant(SECOND));
    expect(bench.in(rrq('f'), { now: toInstant(SECOND + 1) })).toEqual(['49153 data 1 (512)']);
    expect(bench.rules).toEqual([RULES.startedOver.id, RULES.granted.id]);
    expect(bench.effects.last('release').port).toBe(49152);
  });

  test('another request from the same port ends the first transfer', () => {
    const bench = new Bench();
    bench.in(rrq('f'));
    expect(bench.in(rrq('empty'))).toEqual(['49153 data 1 (0)']);
    expect(bench.rules).toEqual([RULES.startedOver.id, RULES.granted.id]);
  });

  test('beyond the limit requests are dropped in silence, and a freed place is used', () => {
    const bench = new Bench({ transfersMax: 2 });
    bench.in(rrq('empty'), fromPort(1));
    bench.in(rrq('empty'), fromPort(2));
    expect(bench.in(rrq('empty'), fromPort(3))).toEqual([]);
    expect(bench.rules).toEqual([RULES.busy.id]);
    expect(bench.in(rrq('empty'), fromPort(2))).toEqual(['49153 data 1 (0)']);
    bench.in(ack(1), { ...fromPort(1), port: 49152 });
    expect(bench.in(rrq('empty'), fromPort(3))).toEqual(['49154 data 1 (0)']);
  });
});

const sentFrom = (address: string, port: number) => ({ from: { address: parseIp(address)!, port } });

describe('one client address has so many transfers at one time', () => {
  test.each([
    { name: 'another IPv4 address has its own', other: '10.0.0.10', answered: true },
    { name: 'the same IPv4 address at another port', other: '10.0.0.9', answered: false },
  ])('$name', ({ other, answered }) => {
    const bench = new Bench({ transfersPerSourceMax: 2 });
    bench.in(rrq('empty'), sentFrom('10.0.0.9', 1));
    bench.in(rrq('empty'), sentFrom('10.0.0.9', 2));
    const sent = bench.in(rrq('empty'), sentFrom(other, 3));
    expect(sent).toEqual(answered ? ['49154 data 1 (0)'] : []);
    expect(bench.rules).toEqual([answered ? RULES.granted.id : RULES.busyForSource.id]);
  });

  test('an IPv6 site counts as one, and a transfer that ended makes room', () => {
    const bench = new Bench({ transfersPerSourceMax: 1 });
    bench.in(rrq('empty'), sentFrom('fd00:0:0:100::1', 1));
    expect(bench.in(rrq('empty'), sentFrom('fd00:0:0:1ff::2', 1))).toEqual([]);
    expect(bench.in(rrq('empty'), sentFrom('fd00:0:0:200::1', 1))).toEqual(['49153 data 1 (0)']);
    bench.in(ack(1), { ...sentFrom('fd00:0:0:100::1', 1), port: 49152 });
    expect(bench.in(rrq('empty'), sentFrom('fd00:0:0:1ff::2', 1))).toEqual(['49154 data 1 (0)']);
  });
});

describe('refusals', () => {
  test.each([
    {
      name: 'no such file',
      octets: rrq('nothing'),
      rule: RULES.notFound,
      sent: ['69 error 1 file not found'],
    },
    { name: 'another case', octets: rrq('F'), rule: RULES.notFoundCase, sent: ['69 error 1 file not found'] },
    {
      name: 'a slash before it',
      octets: rrq('/f'),
      rule: RULES.notFoundSlash,
      sent: ['69 error 1 file not found'],
    },
    {
      name: 'out of the root',
      octets: rrq('../f'),
      rule: RULES.notFound,
      sent: ['69 error 1 file not found'],
    },
    { name: 'an empty name', octets: rrq(''), rule: RULES.notFound, sent: ['69 error 1 file not found'] },
    {
      name: 'a write',
      octets: wireOf({ kind: 'wrq', name: ascii('f'), mode: 'octet', options: [] }),
      rule: RULES.writeRefused,
      sent: ['69 error 2 this server only reads'],
    },
    {
      name: 'mail',
      octets: rrq('f', {}, 'mail'),
      rule: RULES.modeRefused,
      sent: ['69 error 4 transfer modes are octet and netascii'],
    },
    {
      name: 'an unknown mode',
      octets: ascii('\0\x01f\0image\0'),
      rule: RULES.modeRefused,
      sent: ['69 error 4 transfer modes are octet and netascii'],
    },
    {
      name: 'an ACK to port 69',
      octets: ack(1),
      rule: RULES.stranger,
      sent: ['69 error 5 no such transfer'],
    },
    {
      name: 'an ERROR to port 69, which is not answered',
      octets: wireOf({ kind: 'error', code: 0, text: ascii('x') }),
      rule: RULES.stranger,
      sent: [],
    },
    { name: 'no TFTP', octets: ascii('\0'), rule: RULES.malformed, sent: [] },
    { name: 'a request cut short', octets: ascii('\0\x01f\0oct'), rule: RULES.malformed, sent: [] },
    { name: 'a broadcast', octets: rrq('f'), to: BROADCAST, rule: RULES.broadcastIgnored, sent: [] },
    { name: 'a multicast', octets: rrq('f'), to: ipv4(0xe00000fb), rule: RULES.broadcastIgnored, sent: [] },
  ])('$name: $rule.id', ({ octets, rule, sent, to }) => {
    const bench = new Bench();
    expect(bench.in(octets, { to: to ?? us })).toEqual(sent);
    expect(bench.rules).toEqual([rule.id]);
    expect(bench.service.deadline()).toBe(NEVER);
    expect(bench.effects.of('bind')).toEqual([]);
  });

  test.each([
    { asked: 'F', detail: '"F"; "f" is served' },
    { asked: 'modern.cfg', detail: '"modern.cfg"; "modem.cfg" is served' },
    { asked: '\x1b[2J', detail: '"\\x1b[2J"' },
  ])('the explanation of "$asked" says $detail', ({ asked, detail }) => {
    const bench = new Bench();
    bench.files.set(ascii('modem.cfg'), ascii(''));
    bench.in(rrq(asked));
    expect(bench.effects.last('because').detail).toBe(detail);
    bench.effects.explains = false;
    bench.in(rrq(asked));
    expect(bench.effects.last('because').detail).toBeUndefined();
  });
});

describe('strangers and ends', () => {
  test.each([
    { name: 'another port', from: { address: them.address, port: 3999 } },
    { name: 'another address', from: { address: ipv4(0x0a090002), port: 3000 } },
  ])('an ACK from $name gets error 5, and the transfer goes on: RFC 1350 §4', ({ from }) => {
    const bench = new Bench();
    bench.in(rrq('f'));
    expect(bench.in(ack(1), { port: 49152, from })).toEqual(['49152 error 5 no such transfer']);
    expect(bench.effects.last('send').to).toMatchObject(from);
    expect(bench.in(ack(1), { port: 49152 })).toEqual(['49152 data 2 (512)']);
  });

  test("a stranger's ERROR ends nothing", () => {
    const bench = new Bench();
    bench.in(rrq('f'));
    const error = wireOf({ kind: 'error', code: 0, text: ascii('') });
    expect(bench.in(error, { port: 49152, from: { ...them, port: 1 } })).toEqual([]);
    expect(bench.in(ack(1), { port: 49152 })).toEqual(['49152 data 2 (512)']);
  });

  test("the client's ERROR ends the transfer without an answer", () => {
    const bench = new Bench();
    bench.in(rrq('f'));
    expect(bench.in(wireOf({ kind: 'error', code: 3, text: ascii('full\x1b') }), { port: 49152 })).toEqual(
      [],
    );
    expect(bench.effects.last('because')).toMatchObject({
      rule: RULES.peerError,
      detail: 'error 3: full\\x1b',
    });
    expect(bench.service.deadline()).toBe(NEVER);
    expect(bench.in(ack(1), { port: 49152 })).toEqual([]);
  });

  test.each([
    { name: 'a closed port at the client ends it', reason: 'port', ends: true },
    { name: 'a host out of reach does not', reason: 'host', ends: false },
    { name: 'a filter does not', reason: 'filtered', ends: false },
  ] as const)('ICMP: $name', ({ reason, ends }) => {
    for (const singlePort of [false, true]) {
      const bench = new Bench({ singlePort });
      bench.in(rrq('f'));
      const { port } = bench.effects.last('send');
      bench.service.handle({ kind: 'unreachable', reason, port, to: them }, T0, bench.effects);
      expect(bench.service.deadline() === NEVER).toBe(ends);
    }
  });

  test('ICMP about another port of the client is nothing', () => {
    const bench = new Bench();
    bench.in(rrq('f'));
    bench.service.handle(
      { kind: 'unreachable', reason: 'port', port: 49152, to: { ...them, port: 5 } },
      T0,
      bench.effects,
    );
    bench.service.handle({ kind: 'unreachable', reason: 'port', port: 5, to: them }, T0, bench.effects);
    expect(bench.service.deadline()).not.toBe(NEVER);
  });
});

describe('files that are read in pieces', () => {
  class Source implements FileSource {
    size: number;
    held = 0;
    readable: number;
    reads: number[] = [];

    constructor(size: number) {
      this.size = size;
      this.readable = size;
    }

    read(offset: number, into: Uint8Array, at: number, count: number): number {
      this.reads.push(count);
      if (this.readable < 0) return -1;
      const end = Math.max(offset, Math.min(offset + count, this.readable));
      into.fill(0x2a, at, at + end - offset);
      return end - offset;
    }

    retain() {
      this.held++;
    }

    release() {
      this.held--;
    }
  }

  test('a block is read for each sending, and the source is held from the request to the end', () => {
    const bench = new Bench();
    const source = new Source(600);
    bench.files.set(ascii('s'), source);
    bench.in(rrq('s'));
    expect(source.held).toBe(1);
    bench.in(ack(1), { port: 49152 });
    bench.in(ack(2), { port: 49152 });
    expect(source.reads).toEqual([512, 88]);
    expect(source.held).toBe(0);
  });

  test.each([
    { name: 'cannot be read', readable: -1 },
    { name: 'has become shorter', readable: 550 },
  ])('a file that $name ends with error 0', ({ readable }) => {
    const bench = new Bench();
    const source = new Source(600);
    bench.files.set(ascii('s'), source);
    bench.in(rrq('s'));
    source.readable = readable;
    expect(bench.in(ack(1), { port: 49152 })).toEqual(['49152 error 0 the file cannot be read']);
    expect(bench.rules).toEqual([RULES.nextWindow.id, RULES.unreadable.id]);
    expect(source.held).toBe(0);
    expect(bench.service.deadline()).toBe(NEVER);
  });

  test('a file that grows is sent as long as it was when the transfer began', () => {
    const bench = new Bench();
    const source = new Source(600);
    bench.files.set(ascii('s'), source);
    bench.in(rrq('s', { tsize: '0' }));
    source.size = 900;
    source.readable = 900;
    bench.in(ack(0), { port: 49152 });
    expect(bench.in(ack(1), { port: 49152 })).toEqual(['49152 data 2 (88)']);
    bench.in(ack(2), { port: 49152 });
    expect(bench.rules).toEqual([RULES.complete.id]);
  });

  test('unreadable from the first block on', () => {
    const bench = new Bench();
    const source = new Source(600);
    source.readable = -1;
    bench.files.set(ascii('s'), source);
    expect(bench.in(rrq('s'))).toEqual(['49152 error 0 the file cannot be read']);
    expect(bench.effects.last('release').port).toBe(49152);
    expect(bench.service.deadline()).toBe(NEVER);
  });
});
