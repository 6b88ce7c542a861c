import { describe, expect, test } from 'vitest';
import { TcpFlag } from '../../../../src/codec/frame/tcp.ts';
import { encodeUnreachable } from '../../../../src/codec/frame/unreachable.ts';
import { decodeIcmp, encodeIcmp } from '../../../../src/codec/frame/icmp.ts';
import { Writer } from '../../../../src/core/bytes.ts';
import { DecodeError } from '../../../../src/core/errors.ts';
import { end, ip, LAN, list, NAT, RouterBench, WAN } from '../../../support/router-bench.ts';

const { ack: ACK, fin: FIN, rst: RST, syn: SYN } = TcpFlag;
const PC = '10.8.0.10:5000';
const DNS = '192.0.2.53:53';

function listBench(): RouterBench {
  return new RouterBench({
    in: list(
      'from-lan',
      'permit udp 10.8.0.0/24 any eq 53',
      'deny tcp any any eq 25 log',
      'permit tcp any any',
    ),
    answers: list('from-wan', 'permit udp any eq 53 10.8.0.0/24', 'permit tcp any any established'),
  });
}

function stateBench(entriesMax = 100): RouterBench {
  return new RouterBench({ stateful: true, entriesMax, answers: list('in', 'deny ip any any') });
}

describe('lists without a state table', () => {
  test.each([
    {
      name: 'a question is permitted by its line',
      from: PC,
      to: DNS,
      rules: ['FW-001'],
      says: 'list from-lan in at lan, line 10',
    },
    {
      name: 'what no line names is denied by the end',
      from: PC,
      to: '192.0.2.1:69',
      rules: ['FW-003'],
      says: 'list from-lan in at lan, its end',
    },
  ])('$name', ({ from, to, rules, says }) => {
    const result = listBench().out(from, to);
    expect(result.rules).toEqual(rules);
    expect(result.detail).toContain(says);
    expect(result.onward).toBe(rules[0] === 'FW-001' ? `${from} > ${to}` : undefined);
  });

  test('a line with log tells each packet, and denies it', () => {
    const result = listBench().out(PC, '192.0.2.1:25', { protocol: 'tcp', flags: SYN });
    expect(result).toMatchObject({ onward: undefined, rules: ['FW-018', 'FW-002'] });
    expect(result.detail).toContain('line 20 "deny tcp any any eq 25 log"');
  });

  test('established lets answers in, and no connection that begins outside', () => {
    const made = listBench();
    expect(made.in('192.0.2.80:80', PC, { protocol: 'tcp', flags: SYN }).rules).toEqual(['FW-003']);
    expect(made.in('192.0.2.80:80', PC, { protocol: 'tcp', flags: SYN | ACK }).onward).toBeDefined();
    expect(made.in('192.0.2.80:80', PC, { protocol: 'tcp', flags: RST }).onward).toBeDefined();
  });

  test('an answer from another port than was asked is dropped', () => {
    const made = listBench();
    expect(made.in('192.0.2.53:53', PC).onward).toBe('192.0.2.53:53 > 10.8.0.10:5000');
    expect(made.in('192.0.2.53:1053', PC).rules).toEqual(['FW-003']);
  });

  test('a router without lists lets all pass, and counts', () => {
    const made = new RouterBench();
    expect(made.out(PC, DNS)).toMatchObject({ onward: `${PC} > ${DNS}`, rules: [] });
    expect(made.tables()).toMatchObject({ passed: 1, dropped: 0, sessions: [] });
  });

  test('the tables show how often each line has decided', () => {
    const made = listBench();
    made.out(PC, DNS);
    made.out(PC, DNS);
    expect(made.tables()['lists']).toMatchObject([
      { name: 'from-lan', lines: [{ number: 10, matches: 2 }, { matches: 0 }, { matches: 0 }] },
      { name: 'from-wan' },
    ]);
  });

  test('ICMP is listed by type and code', () => {
    const made = new RouterBench({ answers: list('icmp', 'permit icmp any any port-unreachable') });
    const error = errorAbout(PC, DNS);
    expect(made.in('192.0.2.53', '10.8.0.10', { protocol: 'icmp', octets: error }).rules).toEqual(['FW-001']);
    const other = errorAbout(PC, DNS, 'host');
    expect(made.in('192.0.2.53', '10.8.0.10', { protocol: 'icmp', octets: other }).rules).toEqual(['FW-003']);
  });
});

describe('the state table', () => {
  test('who asked hears the answer, and from nowhere else', () => {
    const made = stateBench();
    expect(made.out(PC, DNS).rules).toEqual(['FW-005']);
    expect(made.in(DNS, PC)).toMatchObject({ rules: ['FW-006'], onward: `${DNS} > ${PC}` });
    expect(made.in('192.0.2.53:1053', PC).rules).toEqual(['FW-002']);
    expect(made.in('192.0.2.54:53', PC).rules).toEqual(['FW-002']);
    expect(made.in(DNS, '10.8.0.10:5001').rules).toEqual(['FW-002']);
  });

  test('an entry of UDP runs out five minutes after its last packet, either way', () => {
    const made = stateBench();
    made.out(PC, DNS);
    expect(made.pass(299)).toEqual([]);
    made.in(DNS, PC);
    expect(made.pass(299)).toEqual([]);
    expect(made.pass(2)).toEqual(['FW-012']);
    expect(made.in(DNS, PC).rules).toEqual(['FW-002']);
  });

  test('a connection begins with SYN', () => {
    const made = stateBench();
    expect(made.out(PC, DNS, { protocol: 'tcp', flags: ACK }).rules).toEqual(['FW-007']);
    expect(made.out(PC, DNS, { protocol: 'tcp', flags: SYN | ACK }).rules).toEqual(['FW-007']);
    expect(made.out(PC, DNS, { protocol: 'tcp', flags: SYN }).rules).toEqual(['FW-005']);
    expect(made.in(DNS, PC, { protocol: 'tcp', flags: SYN | ACK }).rules).toEqual(['FW-006']);
  });

  test.each([
    { name: 'half open: 4 minutes', flags: [], seconds: 240 },
    { name: 'open: 2 hours 4 minutes', flags: ['in SA', 'out A'], seconds: 7440 },
    { name: 'one side closed: as long', flags: ['in SA', 'out A', 'out F'], seconds: 7440 },
    { name: 'one side closed twice: as long', flags: ['in SA', 'out A', 'out F', 'out F'], seconds: 7440 },
    { name: 'both closed: 4 minutes', flags: ['in SA', 'out A', 'out F', 'in F'], seconds: 240 },
    { name: 'reset: 4 minutes', flags: ['in SA', 'out A', 'in R'], seconds: 240 },
    { name: 'a reset nobody believed: open again', flags: ['in SA', 'in R', 'out A'], seconds: 7440 },
  ])('how long a connection is kept: $name', ({ flags, seconds }) => {
    const made = stateBench();
    const bits: Readonly<Record<string, number>> = { SA: SYN | ACK, A: ACK, F: FIN | ACK, R: RST };
    made.out(PC, DNS, { protocol: 'tcp', flags: SYN });
    for (const step of flags) {
      const [way, what = ''] = step.split(' ');
      const more = { protocol: 'tcp' as const, flags: bits[what] ?? 0 };
      expect((way === 'in' ? made.in(DNS, PC, more) : made.out(PC, DNS, more)).rules).toEqual(['FW-006']);
    }
    expect(made.pass(seconds - 1)).toEqual([]);
    expect(made.pass(1)).toEqual(['FW-012']);
  });

  test('a SYN after both have closed begins a new session', () => {
    const made = stateBench();
    made.out(PC, DNS, { protocol: 'tcp', flags: SYN });
    made.in(DNS, PC, { protocol: 'tcp', flags: SYN | ACK });
    made.out(PC, DNS, { protocol: 'tcp', flags: FIN | ACK });
    made.in(DNS, PC, { protocol: 'tcp', flags: FIN | ACK });
    const again = made.out(PC, DNS, { protocol: 'tcp', flags: SYN });
    expect(again).toMatchObject({ rules: ['FW-005'] });
    expect(again.detail).toContain('session 2');
    expect(made.tables()['sessions']).toMatchObject([{ number: 2, phase: 'init' }]);
  });

  test('a full table gives the place of who was silent longest, and of no open connection', () => {
    const made = stateBench(2);
    made.out('10.8.0.10:1', DNS);
    made.out('10.8.0.10:2', DNS);
    made.in(DNS, '10.8.0.10:1');
    expect(made.out('10.8.0.10:3', DNS).rules).toEqual(['FW-011', 'FW-005']);
    expect(made.in(DNS, '10.8.0.10:2').rules).toEqual(['FW-002']);
    expect(made.in(DNS, '10.8.0.10:1').rules).toEqual(['FW-006']);
  });

  test('a table full of open connections drops the new one', () => {
    const made = stateBench(2);
    for (const port of [1, 2]) {
      made.out(`10.8.0.10:${port}`, DNS, { protocol: 'tcp', flags: SYN });
      made.in(DNS, `10.8.0.10:${port}`, { protocol: 'tcp', flags: SYN | ACK });
    }
    expect(made.out(PC, DNS)).toMatchObject({ onward: undefined, rules: ['FW-010'] });
  });

  test('an ICMP error passes when it quotes a session, and prolongs nothing', () => {
    const made = stateBench();
    made.out(PC, DNS);
    made.pass(200);
    const error = errorAbout(PC, DNS);
    const related = made.in('192.0.2.200', '10.8.0.10', { protocol: 'icmp', octets: error });
    expect(related).toMatchObject({ rules: ['FW-008'], onward: '192.0.2.200 > 10.8.0.10' });
    expect(made.pass(100)).toEqual(['FW-012']);
    expect(made.in('192.0.2.200', '10.8.0.10', { protocol: 'icmp', octets: error }).rules).toEqual([
      'FW-009',
    ]);
  });

  test('ICMP with a wrong checksum cannot be read', () => {
    const made = stateBench();
    const error = errorAbout(PC, DNS);
    error[30]! ^= 1;
    expect(() => made.in('192.0.2.200', '10.8.0.10', { protocol: 'icmp', octets: error })).toThrow(
      DecodeError,
    );
  });

  test('an echo is answered once it was asked', () => {
    const made = stateBench();
    const sent = { protocol: 'icmp' as const, octets: echo(8, 77) };
    expect(made.in('192.0.2.1', '10.8.0.10', { protocol: 'icmp', octets: echo(0, 77) }).rules).toEqual([
      'FW-002',
    ]);
    expect(made.out('10.8.0.10', '192.0.2.1', sent).rules).toEqual(['FW-005']);
    expect(made.in('192.0.2.1', '10.8.0.10', { protocol: 'icmp', octets: echo(0, 77) }).rules).toEqual([
      'FW-006',
    ]);
    expect(made.in('192.0.2.1', '10.8.0.10', { protocol: 'icmp', octets: echo(0, 78) }).rules).toEqual([
      'FW-002',
    ]);
  });

  test('what is for the router itself is the driver’s to answer, and makes no session', () => {
    const made = stateBench();
    expect(made.out(PC, '10.8.0.1:53')).toMatchObject({ onward: `${PC} > 10.8.0.1:53`, rules: [] });
    expect(made.tables()['sessions']).toEqual([]);
  });
});

describe('the helper for TFTP', () => {
  test.each([
    { helpers: ['tftp'] as const, rules: ['FW-013', 'FW-005'] },
    { helpers: [] as const, rules: ['FW-002'] },
  ])('with helpers $helpers an answer from a new port is $rules', ({ helpers, rules }) => {
    const made = new RouterBench({ stateful: true, helpers, answers: list('in', 'deny ip any any') });
    made.out(PC, '192.0.2.69:69');
    expect(made.in('192.0.2.69:32001', PC).rules).toEqual(rules);
    // One door, one session; a third port is a stranger again.
    expect(made.in('192.0.2.69:32002', PC).rules).toEqual(['FW-002']);
  });

  test('the door is for that host, that port, and a minute', () => {
    const make = (): RouterBench => {
      const made = new RouterBench({
        stateful: true,
        helpers: ['tftp'],
        answers: list('in', 'deny ip any any'),
      });
      made.out(PC, '192.0.2.69:69');
      return made;
    };
    expect(make().in('192.0.2.70:32001', PC).rules).toEqual(['FW-002']);
    expect(make().in('192.0.2.69:32001', '10.8.0.10:5001').rules).toEqual(['FW-002']);
    const late = make();
    late.pass(61);
    expect(late.in('192.0.2.69:32001', PC).rules).toEqual(['FW-002']);
  });

  test('behind NAT with the strictest filter it is the helper that lets the file in', () => {
    const nat = { ...NAT, filter: 'address-and-port' as const };
    for (const helpers of [['tftp'] as const, [] as const]) {
      const made = new RouterBench({ nat, helpers });
      made.out(PC, '192.0.2.69:69');
      const answer = made.in('192.0.2.69:32001', '198.51.100.1:5000');
      expect(answer.onward).toBe(helpers.length === 0 ? undefined : `192.0.2.69:32001 > ${PC}`);
      if (helpers.length > 0)
        expect(made.out(PC, '192.0.2.69:32001').onward).toBe('198.51.100.1:5000 > 192.0.2.69:32001');
    }
  });
});

test('which interface leads to an address', () => {
  const made = new RouterBench({ out: list('out', 'deny any') });
  // Only what leaves by the wan is asked there.
  expect(made.send('10.8.0.10:1', '10.8.0.20:2', { via: LAN }).onward).toBeDefined();
  expect(made.send('10.8.0.10:1', '192.0.2.1:2', { via: LAN }).rules).toEqual(['FW-002']);
  expect(made.send('192.0.2.1:2', '10.8.0.10:1', { via: WAN }).onward).toBeDefined();
});

/** An ICMP error about a datagram, as its receiver sends it. */
function errorAbout(from: string, to: string, reason: 'port' | 'host' = 'port'): Uint8Array {
  const failed = { from: end(from), to: end(to), ttl: 60, identification: 7, octets: new Uint8Array(20) };
  return encodeUnreachable(failed, reason, ip('192.0.2.200'));
}

function echo(type: number, identifier: number): Uint8Array {
  const writer = new Writer(new Uint8Array(12));
  encodeIcmp(writer, { type, code: 0, rest: identifier * 0x10000 + 1 }, Uint8Array.of(1, 2, 3, 4));
  expect(decodeIcmp(writer.octets).checksumIsRight).toBe(true);
  return writer.octets;
}
