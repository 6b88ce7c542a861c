import { describe, expect, test } from 'vitest';
import { ANY, parseIpv6 } from '../../../../src/core/address.ts';
import { TFTP_RULES as RULES } from '../../../../src/core/rules/tftp.ts';
import { NEVER, SECOND, toInstant } from '../../../../src/core/time.ts';
import { ack, ascii, Bench, rrq, them, us } from '../../../support/tftp-bench.ts';

function started(windowsize: string) {
  const bench = new Bench();
  bench.files.set(ascii('w'), new Uint8Array(100));
  bench.in(rrq('w', { blksize: '8', windowsize }));
  return bench;
}

const blocks = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, index) => `49152 data ${from + index} (8)`);

/** When each sending happened, and when the transfer ended, in seconds. */
function silence(bench: Bench) {
  const at: number[] = [];
  while (bench.service.deadline() !== NEVER) {
    const now = bench.service.deadline();
    const sent = bench.timer(now);
    at.push(now / SECOND);
    expect(bench.service.deadline()).toBeGreaterThan(now);
    if (sent.length === 0) expect(bench.rules).toEqual([RULES.gaveUp.id]);
    else expect(bench.rules).toEqual([RULES.resent.id]);
  }
  return at;
}

describe('a whole transfer', () => {
  test('without options: lock step from a port of its own, ended by the short block', () => {
    const bench = new Bench();
    expect(bench.in(rrq('f'))).toEqual(['49152 data 1 (512)']);
    expect(bench.effects.last('send').to).toMatchObject({ ...them, source: us });
    expect(bench.rules).toEqual([RULES.granted.id]);
    expect(bench.in(ack(1), { port: 49152 })).toEqual(['49152 data 2 (512)']);
    expect(bench.in(ack(2), { port: 49152 })).toEqual(['49152 data 3 (276)']);
    expect(bench.in(ack(3), { port: 49152, now: toInstant(900) })).toEqual([]);
    expect(bench.rules).toEqual([RULES.complete.id]);
    expect(bench.effects.last('release').port).toBe(49152);
    expect(bench.effects.of('measure')).toEqual([
      { kind: 'measure', name: 'tftp.transfer.us', value: 900 },
      { kind: 'measure', name: 'tftp.transfers', value: 0 },
    ]);
    expect(bench.service.deadline()).toBe(NEVER);
  });

  test('with a single port: all from 69, and clients are told apart by their endpoint', () => {
    const bench = new Bench({ singlePort: true });
    const other = { address: them.address, port: 3001 };
    expect(bench.in(rrq('f'))).toEqual(['69 data 1 (512)']);
    expect(bench.in(rrq('empty'), { from: other })).toEqual(['69 data 1 (0)']);
    expect(bench.in(ack(1))).toEqual(['69 data 2 (512)']);
    expect(bench.in(ack(1), { from: other })).toEqual([]);
    expect(bench.rules).toEqual([RULES.complete.id]);
    expect(bench.in(ack(2))).toEqual(['69 data 3 (276)']);
    bench.in(ack(3));
    expect(bench.effects.of('release')).toEqual([]);
    expect(bench.service.deadline()).toBe(NEVER);
  });

  test('over IPv6, and with the port of the options', () => {
    const bench = new Bench({ port: 20069 });
    const from = { address: parseIpv6('2001:db8::9')!, port: 3000 };
    const to = parseIpv6('2001:db8::45')!;
    expect(bench.in(rrq('f', { blksize: '9000' }), { from, to, port: 20069 })).toEqual([
      '49152 oack blksize=1448',
    ]);
    expect(bench.in(ack(0), { from, to, port: 49152 })).toEqual(['49152 data 1 (1300)']);
    expect(bench.in(ack(1), { from, to, port: 49152 })).toEqual([]);
  });

  test('the address a request came to is not known: none is asked for', () => {
    const bench = new Bench();
    bench.in(rrq('f'), { to: ANY });
    expect(bench.effects.last('send').to.source).toBeUndefined();
  });
});

describe('windows: RFC 7440 §4', () => {
  test('a window goes out for each acknowledgment of a window', () => {
    const bench = started('4');
    expect(bench.in(ack(0), { port: 49152 })).toEqual(blocks(1, 4));
    expect(bench.in(ack(4), { port: 49152 })).toEqual(blocks(5, 8));
    expect(bench.rules).toEqual([RULES.nextWindow.id]);
    expect(bench.in(ack(8), { port: 49152 })).toEqual(blocks(9, 12));
    expect(bench.in(ack(12), { port: 49152 })).toEqual(['49152 data 13 (4)']);
    bench.in(ack(13), { port: 49152 });
    expect(bench.rules).toEqual([RULES.complete.id]);
  });

  test('an acknowledgment short of the end starts a window after it: the diagram of RFC 7440', () => {
    const bench = started('4');
    bench.in(ack(0), { port: 49152 });
    expect(bench.in(ack(1), { port: 49152 })).toEqual(blocks(2, 5));
    expect(bench.rules).toEqual([RULES.windowAgain.id]);
    expect(bench.in(ack(5), { port: 49152 })).toEqual(blocks(6, 9));
    // ACK 6 is lost in the diagram: the timer sends from the last acknowledgment received.
    expect(bench.timer(bench.service.deadline())).toEqual(blocks(6, 9));
  });

  test('the first block of a window is missing: its acknowledgment repeated starts the window again, once', () => {
    const bench = started('4');
    bench.in(ack(0), { port: 49152 });
    expect(bench.in(ack(0), { port: 49152 })).toEqual(blocks(1, 4));
    expect(bench.in(ack(0), { port: 49152 })).toEqual([]);
    expect(bench.rules).toEqual([RULES.oldAck.id]);
    bench.in(ack(4), { port: 49152 });
    expect(bench.in(ack(4), { port: 49152 })).toEqual([]);
    bench.in(ack(8), { port: 49152 });
    expect(bench.in(ack(8), { port: 49152 })).toEqual([...blocks(9, 12)]);
  });

  test.each([5, 100, 65535])('an acknowledgment of block %d, which was not sent, is nothing', (block) => {
    const bench = started('4');
    bench.in(ack(0), { port: 49152 });
    expect(bench.in(ack(block), { port: 49152 })).toEqual([]);
    expect(bench.rules).toEqual([RULES.oldAck.id]);
  });
});

describe("the Sorcerer's Apprentice: RFC 1123 §4.2.3.1", () => {
  test('a doubled acknowledgment sends nothing twice', () => {
    const bench = new Bench();
    bench.in(rrq('f'));
    const sent = [1, 1, 2, 2].map((block) => bench.in(ack(block), { port: 49152 }));
    expect(sent).toEqual([['49152 data 2 (512)'], [], ['49152 data 3 (276)'], []]);
  });

  test('an old acknowledgment does not put off the timer', () => {
    const bench = new Bench();
    bench.in(rrq('f'));
    bench.in(ack(1), { port: 49152, now: toInstant(100) });
    const deadline = bench.service.deadline();
    bench.in(ack(1), { port: 49152, now: toInstant(500_000) });
    expect(bench.service.deadline()).toBe(deadline);
  });
});

describe('timers', () => {
  test('without an answer the waits double, and then the transfer ends', () => {
    const bench = new Bench();
    bench.in(rrq('f'));
    expect(silence(bench)).toEqual([1, 3, 7, 15, 31]);
    expect(bench.effects.last('release').port).toBe(49152);
  });

  test('a negotiated timeout is the wait each time: RFC 2349', () => {
    const bench = new Bench();
    bench.in(rrq('f', { timeout: '3' }));
    expect(silence(bench)).toEqual([3, 6, 9, 12, 15]);
  });

  test('an acknowledgment starts the waits anew', () => {
    const bench = new Bench();
    bench.in(rrq('f'));
    bench.timer(toInstant(1 * SECOND));
    bench.in(ack(1), { port: 49152, now: toInstant(2 * SECOND) });
    expect(bench.service.deadline()).toBe(3 * SECOND);
  });

  test('an early timer does nothing', () => {
    const bench = new Bench();
    bench.in(rrq('f'));
    expect(bench.timer(toInstant(SECOND - 1))).toEqual([]);
    expect(bench.rules).toEqual([]);
  });

  test('many clients with many timeouts are woken in the order of their deadlines', () => {
    const bench = new Bench();
    const timeouts = [5, 1, 3, 2, 4, 3, 1];
    timeouts.forEach((timeout, index) => {
      const from = { ...them, port: 4000 + index };
      bench.in(rrq('f', { timeout: `${timeout}` }), { from, now: toInstant(index) });
    });
    const woken: number[] = [];
    bench.effects.clear();
    for (let turn = 0; turn < timeouts.length + 2; turn++) {
      const now = bench.service.deadline();
      bench.timer(now);
      woken.push(...bench.effects.of('send').map(({ to }) => to.port - 4000));
    }
    expect(woken).toEqual([1, 6, 1, 3, 6, 1, 2, 5, 6]);
  });
});
