import { describe, expect, test } from 'vitest';
import { ipv4, type Endpoint } from '../../../../src/core/address.ts';
import { Writer } from '../../../../src/core/bytes.ts';
import { DecodeError } from '../../../../src/core/errors.ts';
import { TFTP_RULES as RULES } from '../../../../src/core/rules/tftp.ts';
import { NEVER, SECOND, toInstant, type Instant } from '../../../../src/core/time.ts';
import { encodePacket } from '../../../../src/codec/tftp/packet.ts';
import { MODEM_TFTP_PROFILE, type TftpProfile } from '../../../../src/engine/tftp/client-profile.ts';
import { TftpReceiver } from '../../../../src/engine/tftp/receiver.ts';
import { RecordingEffects } from '../../../support/recording-effects.ts';
import { ack, ascii, T0, wireOf, wordsOf } from '../../../support/tftp-bench.ts';

const server: Endpoint = { address: ipv4(0x0a000045), port: 69 };
const tid: Endpoint = { address: server.address, port: 60_000 };

const data = (block: number, length = 512, value = block) =>
  wireOf({ kind: 'data', block, octets: new Uint8Array(length).fill(value) });
const error = (code: number, text = '') => wireOf({ kind: 'error', code, text: ascii(text) });
const oack = (options: Record<string, string>) => {
  const writer = new Writer(new Uint8Array(600));
  const list = Object.entries(options).map(([name, value]) => ({ name: ascii(name), value: ascii(value) }));
  encodePacket(writer, { kind: 'oack', options: list });
  return writer.written();
};

/** A receiver that has sent its request, and the packets it sends as words. */
class Bench {
  readonly effects = new RecordingEffects();
  readonly receiver: TftpReceiver;

  constructor(profile: Partial<TftpProfile> = {}, name = 'modem.cfg') {
    this.receiver = new TftpReceiver(server, ascii(name), { ...MODEM_TFTP_PROFILE, ...profile });
    this.receiver.start(T0, this.effects);
  }

  in(octets: Uint8Array, from: Endpoint = tid, now: Instant = T0): readonly string[] {
    this.effects.clear();
    this.receiver.receive(octets, from, now, this.effects);
    return this.out();
  }

  out(): readonly string[] {
    return this.effects.of('send').map(({ to, octets }) => `${to.port} ${wordsOf(octets)}`);
  }

  get rules(): readonly string[] {
    return this.effects.rules();
  }
}

function started() {
  const bench = new Bench({ windowsize: 4 });
  bench.in(oack({ windowsize: '4' }));
  return bench;
}
const acks = (bench: Bench, blocks: readonly number[]) => blocks.flatMap((block) => bench.in(data(block)));

describe('a modem fetches its file', () => {
  test('a plain request, then lock step with the TID that answered', () => {
    const bench = new Bench();
    expect(bench.effects.words()).toEqual(['bind', `because ${RULES.clientAsks.id}`, 'send 10.0.0.69:69']);
    expect(bench.effects.last('send').octets).toEqual(ascii('\0\x01modem.cfg\0octet\0'));
    expect(bench.receiver.port).toBe(49152);
    expect(bench.receiver.state.kind).toBe('requesting');
    expect(bench.in(data(1))).toEqual(['60000 ack 1']);
    expect(bench.receiver.state.kind).toBe('receiving');
    expect(bench.receiver.receivedOctets).toBe(512);
    expect(bench.in(data(2, 100))).toEqual(['60000 ack 2']);
    expect(bench.rules).toEqual([RULES.clientComplete.id]);
    const octets = new Uint8Array(612).fill(1).fill(2, 512);
    expect(bench.receiver.state).toEqual({ kind: 'done', octets });
    expect(bench.effects.last('release').port).toBe(49152);
    expect(bench.receiver.port).toBe(0);
    expect(bench.receiver.deadline()).toBe(NEVER);
  });

  test.each([
    { name: 'an empty file', blocks: [0], length: 0 },
    { name: 'a file of one block ends with an empty one', blocks: [512, 0], length: 512 },
    { name: 'a file of three blocks less one octet', blocks: [512, 512, 511], length: 1535 },
  ])('$name', ({ blocks, length }) => {
    const bench = new Bench();
    blocks.forEach((count, index) => bench.in(data(index + 1, count)));
    expect(bench.receiver.state).toMatchObject({ kind: 'done', octets: { length } });
  });

  test('starting twice asks once', () => {
    const bench = new Bench();
    bench.effects.clear();
    bench.receiver.start(T0, bench.effects);
    expect(bench.effects.log).toEqual([]);
  });
});

describe('timers', () => {
  test('a modem asks after 4, 8 and then every 16 s, sixteen times in all', () => {
    const bench = new Bench();
    const asked = [0];
    while (bench.receiver.state.kind === 'requesting') {
      const now = bench.receiver.deadline();
      bench.effects.clear();
      bench.receiver.wake(now, bench.effects);
      if (bench.out().length > 0) {
        expect(bench.out()).toEqual(['69 rrq']);
        asked.push(now / SECOND);
        expect(bench.receiver.deadline()).toBeGreaterThan(now);
      }
    }
    expect(asked).toEqual([0, 4, ...Array.from({ length: 14 }, (_, index) => 12 + 16 * index)]);
    expect(bench.receiver.state).toMatchObject({ kind: 'failed', reason: 'timed-out', code: undefined });
    expect(bench.rules).toEqual([RULES.clientGivesUp.id]);
    expect(bench.effects.last('release').port).toBe(49152);
    expect(bench.receiver.deadline()).toBe(NEVER);
  });

  test('in the middle of a file it repeats its last acknowledgment, and each block starts the waits anew', () => {
    const bench = new Bench();
    bench.in(data(1), tid, toInstant(SECOND));
    bench.effects.clear();
    bench.receiver.wake(toInstant(5 * SECOND), bench.effects);
    expect(bench.out()).toEqual(['60000 ack 1']);
    expect(bench.receiver.deadline()).toBe(13 * SECOND);
    bench.in(data(2), tid, toInstant(6 * SECOND));
    expect(bench.receiver.deadline()).toBe(10 * SECOND);
  });

  test('an old block does not put off the end', () => {
    const bench = new Bench();
    bench.in(data(1));
    bench.in(data(1), tid, toInstant(2 * SECOND));
    expect(bench.receiver.deadline()).toBe(4 * SECOND);
  });

  test('a negotiated timeout is the wait each time', () => {
    const bench = new Bench({ timeoutSeconds: 2 });
    bench.in(oack({ timeout: '2' }));
    expect(bench.receiver.deadline()).toBe(2 * SECOND);
    bench.receiver.wake(toInstant(2 * SECOND), bench.effects);
    expect(bench.receiver.deadline()).toBe(4 * SECOND);
  });

  test('an early timer does nothing', () => {
    const bench = new Bench();
    bench.effects.clear();
    bench.receiver.wake(toInstant(4 * SECOND - 1), bench.effects);
    expect(bench.effects.log).toEqual([]);
  });

  test('dallying: the last acknowledgment is repeated, then the port is released: RFC 1350 §6', () => {
    const bench = new Bench({ dallySeconds: 3 });
    bench.in(data(1, 10), tid, toInstant(SECOND));
    expect(bench.receiver.state.kind).toBe('done');
    expect(bench.effects.of('release')).toEqual([]);
    expect(bench.in(data(1, 10))).toEqual(['60000 ack 1']);
    expect(bench.rules).toEqual([RULES.clientRepeats.id]);
    expect(bench.in(data(2, 10))).toEqual([]);
    expect(bench.in(error(0))).toEqual([]);
    expect(bench.receiver.state.kind).toBe('done');
    bench.receiver.wake(toInstant(4 * SECOND), bench.effects);
    expect(bench.effects.last('release').port).toBe(49152);
    expect(bench.receiver.deadline()).toBe(NEVER);
  });
});

describe('blocks out of order, in lock step', () => {
  test.each([
    { name: 'the last block again: its ACK was lost', block: 2, sent: ['60000 ack 2'] },
    { name: 'an older block', block: 1, sent: [] },
    { name: 'a block from the future', block: 4, sent: [] },
    { name: 'block 0', block: 0, sent: [] },
    { name: 'block 65535', block: 65535, sent: [] },
  ])('$name', ({ block, sent }) => {
    const bench = new Bench();
    bench.in(data(1));
    bench.in(data(2));
    expect(bench.in(data(block))).toEqual(sent);
    expect(bench.receiver.receivedOctets).toBe(1024);
  });

  test('a first answer of another block than 1 is not one', () => {
    const bench = new Bench();
    expect(bench.in(data(2))).toEqual([]);
    expect(bench.receiver.state.kind).toBe('requesting');
    expect(bench.in(data(1), { ...tid, port: 60_001 })).toEqual(['60001 ack 1']);
  });
});

describe('windows: RFC 7440 §4', () => {
  test('one acknowledgment a window, and one for the short block', () => {
    const bench = started();
    expect(acks(bench, [1, 2, 3, 4, 5, 6, 7, 8, 9])).toEqual(['60000 ack 4', '60000 ack 8']);
    expect(bench.in(data(10, 1))).toEqual(['60000 ack 10']);
    expect(bench.receiver.state.kind).toBe('done');
  });

  test('a gap is told once, and the window counts from there', () => {
    const bench = started();
    expect(acks(bench, [1, 3, 4])).toEqual(['60000 ack 1']);
    expect(acks(bench, [2, 3, 4, 5])).toEqual(['60000 ack 5']);
  });

  test('the block is missing again in the new window: it is told again', () => {
    const bench = started();
    expect(acks(bench, [1, 3, 4, 3, 4, 5])).toEqual(['60000 ack 1', '60000 ack 1']);
  });

  test('a window sent again in full, since its ACK was lost, is acknowledged once', () => {
    const bench = started();
    expect(acks(bench, [1, 2, 3, 4, 1, 2, 3, 4])).toEqual(['60000 ack 4', '60000 ack 4']);
    expect(acks(bench, [5, 6, 7, 8])).toEqual(['60000 ack 8']);
  });

  test("the sender's window ends before ours: we acknowledge where it ends", () => {
    const bench = started();
    // Told of a gap after 2, but the ACK was lost: the sender begins again at 1, and stops after 4.
    expect(acks(bench, [1, 2, 4])).toEqual(['60000 ack 2']);
    expect(acks(bench, [1, 2, 3, 4])).toEqual(['60000 ack 4']);
  });

  test.each([5, 6])('one late copy, of block %d, within a window is nothing', (copy) => {
    const bench = started();
    acks(bench, [1, 2, 3, 4, 5, 6]);
    expect(acks(bench, [copy, 7, 8])).toEqual(['60000 ack 8']);
  });

  test('another gap in the window after a gap is told too', () => {
    const bench = started();
    expect(acks(bench, [1, 3, 2, 3, 5])).toEqual(['60000 ack 1', '60000 ack 3']);
  });
});

describe('options', () => {
  const wanted = { blksize: 1428, timeoutSeconds: 5, windowsize: 8, tsize: true };

  test('the request asks for what the profile wants', () => {
    const bench = new Bench(wanted, 'f');
    expect(bench.effects.last('send').octets).toEqual(
      ascii('\0\x01f\0octet\0tsize\x000\0blksize\x001428\0timeout\x005\0windowsize\x008\0'),
    );
  });

  test('an OACK is accepted with ACK 0, and its copy too', () => {
    const bench = new Bench(wanted);
    expect(bench.in(oack({ BLKSIZE: '1000', tsize: '1500' }))).toEqual(['60000 ack 0']);
    expect(bench.in(oack({ BLKSIZE: '1000', tsize: '1500' }))).toEqual(['60000 ack 0']);
    expect(bench.in(data(1, 1000))).toEqual(['60000 ack 1']);
    expect(bench.in(oack({ blksize: '1000' }))).toEqual([]);
    expect(bench.in(data(2, 500))).toEqual(['60000 ack 2']);
    expect(bench.receiver.state).toMatchObject({ kind: 'done', octets: { length: 1500 } });
  });

  test('DATA instead of an OACK: the server knows no options', () => {
    const bench = new Bench(wanted);
    expect(bench.in(data(1, 512))).toEqual(['60000 ack 1']);
    expect(bench.in(data(2, 3))).toEqual(['60000 ack 2']);
    expect(bench.receiver.state.kind).toBe('done');
  });

  test.each([
    { name: 'a larger block', options: { blksize: '1429' }, text: 'blksize 1429' },
    { name: 'a larger window', options: { windowsize: '9' }, text: 'windowsize 9' },
    { name: 'another timeout', options: { timeout: '6' }, text: 'timeout 6' },
    { name: 'a block below 8', options: { blksize: '4' }, text: 'an option or value that is not allowed' },
    {
      name: 'an option nobody asked for',
      options: { rollover: '1' },
      text: 'an option or value that is not allowed',
    },
  ])('an OACK with $name is answered with error 8', ({ options, text }) => {
    const bench = new Bench(wanted);
    expect(bench.in(oack(options as Record<string, string>))).toEqual([`60000 error 8 ${text}`]);
    expect(bench.receiver.state).toEqual({ kind: 'failed', reason: 'bad-options', code: 8, text });
    expect(bench.rules).toEqual([RULES.clientRefusesOptions.id]);
  });

  test.each([{ blksize: '512' }, { windowsize: '1' }, { timeout: '5' }, { tsize: '5' }])(
    'a modem that asked for nothing refuses an OACK of %o',
    (options) => {
      const bench = new Bench();
      bench.in(oack(options));
      expect(bench.receiver.state).toMatchObject({ kind: 'failed', reason: 'bad-options' });
    },
  );
});

describe('the largest file', () => {
  test('a tsize beyond it ends the transfer before any data: RFC 2349', () => {
    const bench = new Bench({ tsize: true, octetsMax: 1000 });
    expect(bench.in(oack({ tsize: '1001' }))).toEqual(['60000 error 3 more than 1000 octets']);
    expect(bench.receiver.state).toMatchObject({ kind: 'failed', reason: 'too-large', code: 3 });
  });

  test.each([
    { octetsMax: 700, kind: 'done' },
    { octetsMax: 699, kind: 'failed' },
  ])('700 octets where $octetsMax are taken: $kind', ({ octetsMax, kind }) => {
    const bench = new Bench({ octetsMax });
    bench.in(data(1));
    bench.in(data(2, 188));
    expect(bench.receiver.state.kind).toBe(kind);
  });
});

describe('who is not the server', () => {
  test.each([
    { name: 'another address', from: { address: ipv4(0x0a0000ff), port: 60_000 } },
    { name: 'another port, once one has answered', from: { ...tid, port: 60_001 } },
  ])('$name: error 5, and the transfer goes on', ({ from }) => {
    const bench = new Bench();
    bench.in(data(1));
    expect(bench.in(data(2), from)).toEqual([`${from.port} error 5 no transfer with this port`]);
    expect(bench.rules).toEqual([RULES.clientStranger.id]);
    expect(bench.in(error(1), from)).toEqual([]);
    expect(bench.in(data(2))).toEqual(['60000 ack 2']);
  });
});

describe('ends', () => {
  test.each([
    { name: 'before any data', before: [] as number[], from: server },
    { name: 'in the middle', before: [1], from: tid },
  ])('an ERROR $name', ({ before, from }) => {
    const bench = new Bench();
    for (const block of before) bench.in(data(block));
    expect(bench.in(error(1, 'no \x1b[31mfile'), from)).toEqual([]);
    expect(bench.receiver.state).toEqual({
      kind: 'failed',
      reason: 'refused',
      code: 1,
      text: 'no \\x1b[31mfile',
    });
    expect(bench.effects.last('because').detail).toBe('error 1: no \\x1b[31mfile');
    expect(bench.effects.last('release').port).toBe(49152);
  });

  test('a block longer than agreed', () => {
    const bench = new Bench();
    expect(bench.in(data(1, 513))).toEqual(['60000 error 4 a block of 513 octets where 512 were agreed']);
    expect(bench.receiver.state).toMatchObject({ kind: 'failed', reason: 'bad-block', code: 4 });
  });

  test('stop says nothing to the server and releases the port', () => {
    const bench = new Bench();
    bench.effects.clear();
    bench.receiver.stop(bench.effects);
    expect(bench.effects.words()).toEqual(['release']);
    expect(bench.receiver.state).toMatchObject({ kind: 'failed', reason: 'stopped' });
    expect(bench.in(data(1))).toEqual([]);
  });

  test('ICMP is told and changes nothing', () => {
    const bench = new Bench();
    bench.effects.clear();
    const input = { kind: 'unreachable', reason: 'host', port: 49152, to: server } as const;
    bench.receiver.unreachable(input, bench.effects);
    expect(bench.effects.words()).toEqual([`because ${RULES.clientUnreachable.id}`]);
    bench.effects.clear();
    bench.receiver.unreachable({ ...input, port: 1 }, bench.effects);
    expect(bench.effects.log).toEqual([]);
    expect(bench.receiver.deadline()).toBe(4 * SECOND);
  });

  test.each(['', 'a\0b', 'n'.repeat(504)])('a name that no request can carry: no packet, no port', (name) => {
    const bench = new Bench({}, name);
    expect(bench.effects.words()).toEqual([`because ${RULES.clientBadName.id}`]);
    expect(bench.receiver.state).toMatchObject({ kind: 'failed', reason: 'bad-name' });
    expect(bench.receiver.deadline()).toBe(NEVER);
  });

  test('the longest name makes a request of 512 octets', () => {
    expect(new Bench({}, 'n'.repeat(503)).effects.last('send').octets).toHaveLength(512);
  });

  test('the longest name with all options fits too', () => {
    const profile = { blksize: 65464, timeoutSeconds: 255, windowsize: 65535, tsize: true };
    const bench = new Bench(profile, 'n'.repeat(452));
    expect(bench.effects.last('send').octets).toHaveLength(512);
    expect(new Bench(profile, 'n'.repeat(453)).receiver.state.kind).toBe('failed');
  });
});

test.each([
  { name: 'nothing', octets: new Uint8Array(0) },
  { name: 'DATA of three octets', octets: ascii('\0\x03\0') },
  { name: 'an OACK cut short', octets: ascii('\0\x06blksize\x00512') },
])('$name is a DecodeError, and nothing has changed', ({ octets }) => {
  const bench = new Bench();
  expect(() => bench.in(octets)).toThrow(DecodeError);
  expect(bench.receiver.state.kind).toBe('requesting');
  expect(bench.effects.log).toEqual([]);
});

test('a request or an ACK means nothing to a receiver', () => {
  const bench = new Bench();
  expect(bench.in(ack(1))).toEqual([]);
  expect(bench.rules).toEqual([RULES.malformed.id]);
});
