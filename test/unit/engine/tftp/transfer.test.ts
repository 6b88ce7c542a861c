import { describe, expect, test } from 'vitest';
import { SECOND } from '../../../../src/core/time.ts';
import { TFTP_RULES as RULES } from '../../../../src/core/rules/tftp.ts';
import type { TftpProfile } from '../../../../src/engine/tftp/client-profile.ts';
import { transfer, type Crossing, type Fate } from '../../../support/tftp-wire.ts';

const base: TftpProfile = { resendSeconds: [4, 8, 16], sendsMax: 16, dallySeconds: 0, octetsMax: 1 << 26 };

function counted(length: number): Uint8Array {
  const octets = new Uint8Array(length);
  for (let index = 0; index < length; index++) octets[index] = (index * 31) ^ (index >>> 8) ^ (index >>> 16);
  return octets;
}

const blocksOf = (sent: readonly Crossing[]) =>
  sent.flatMap(({ packet }) => (packet.kind === 'data' ? [packet.block] : []));

/** ACK 1 takes 1.5 s, so the server sends block 1 again after 1 s, and ACK 1 comes twice. */
const slowAck1: Fate = ({ fromServer, octets }) =>
  !fromServer && octets[1] === 4 && octets[3] === 1 ? [1_500_000] : [1_000];

describe('sizes', () => {
  test.each([
    { length: 0, profile: {}, data: 1 },
    { length: 1, profile: {}, data: 1 },
    { length: 511, profile: {}, data: 1 },
    { length: 512, profile: {}, data: 2 },
    { length: 513, profile: {}, data: 2 },
    { length: 5120, profile: {}, data: 11 },
    { length: 1468, profile: { blksize: 1468 }, data: 2 },
    { length: 1467, profile: { blksize: 65464, tsize: true }, data: 1 },
    { length: 0, profile: { blksize: 8, windowsize: 4 }, data: 1 },
    { length: 32, profile: { blksize: 8, windowsize: 4 }, data: 5 },
    { length: 31, profile: { blksize: 8, windowsize: 4 }, data: 4 },
  ])('$length octets with $profile: $data blocks', ({ length, profile, data }) => {
    const content = counted(length);
    const { state, sent } = transfer({ content, profile: { ...base, ...profile } });
    expect(state).toEqual({ kind: 'done', octets: content });
    expect(blocksOf(sent)).toHaveLength(data);
  });
});

test.each([{}, { blksize: 8, windowsize: 4, tsize: true }, { blksize: 9 }])(
  'text in netascii, also where a block parts a pair, with %o',
  (options) => {
    const text = `\n\r\r\n${'x'.repeat(506)}\n\ry\n\n\n\n\r`;
    const profile = { ...base, ...options, netascii: true };
    const { state, sent } = transfer({ content: Buffer.from(text), profile });
    expect(state.kind === 'done' && Buffer.from(state.octets).toString()).toBe(text);
    expect(sent[0]?.packet).toMatchObject({ kind: 'rrq', mode: 'netascii' });
    // The length on the wire is not the file's: nothing is said of it.
    expect(sent.some(({ packet }) => packet.kind === 'oack' && packet.options.length === 3)).toBe(false);
  },
);

describe('past block 65,535 the number goes on at 0', () => {
  test.each([
    { name: '70,000 blocks in lock step', length: 70_000 * 8, profile: { blksize: 8 }, data: 70_001 },
    {
      name: '70,000 blocks in windows',
      length: 70_000 * 8 - 3,
      profile: { blksize: 8, windowsize: 32 },
      data: 70_000,
    },
    { name: 'more than 32 MiB without options', length: 65_540 * 512 + 1, profile: {}, data: 65_541 },
  ])('$name', ({ length, profile, data }) => {
    const content = counted(length);
    const { state, sent } = transfer({ content, profile: { ...base, ...profile } });
    expect(state.kind).toBe('done');
    expect(state.kind === 'done' && Buffer.compare(state.octets, content)).toBe(0);
    const blocks = blocksOf(sent);
    expect(blocks).toHaveLength(data);
    expect(blocks.slice(65_533, 65_538)).toEqual([65_534, 65_535, 0, 1, 2]);
  });
});

describe('what is lost is sent again', () => {
  /** Loses the packets whose place in the order of sending is listed, from 0. */
  const losing =
    (...lost: number[]): Fate =>
    () =>
      lost.includes(count++) ? [] : [1_000];
  let count = 0;
  const content = counted(1_100);

  test.each([
    { name: 'the request: the client asks again after 4 s', lost: [0], seconds: 4 },
    { name: 'the first block: the server sends it again after 1 s', lost: [1], seconds: 1 },
    { name: 'an acknowledgment', lost: [2], seconds: 1 },
    { name: 'a block in the middle', lost: [3], seconds: 1 },
    { name: 'the same block twice: the second wait is longer', lost: [3, 4], seconds: 3 },
    { name: 'the last block', lost: [5], seconds: 1 },
  ])('$name', ({ lost, seconds }) => {
    count = 0;
    const { state, endedAt } = transfer({
      content,
      profile: { ...base, dallySeconds: 0 },
      fate: losing(...lost),
    });
    expect(state).toEqual({ kind: 'done', octets: content });
    expect(Math.floor(endedAt / SECOND)).toBe(seconds);
  });

  test('the last acknowledgment: the server gives up, and the client has the file all the same', () => {
    count = 0;
    const { state, server } = transfer({ content, profile: base, fate: losing(6) });
    expect(state).toEqual({ kind: 'done', octets: content });
    expect(server.rules().at(-1)).toBe(RULES.gaveUp.id);
  });

  test('the last acknowledgment, and the client dallies: the server knows', () => {
    count = 0;
    const { server } = transfer({ content, profile: { ...base, dallySeconds: 3 }, fate: losing(6) });
    expect(server.rules().at(-1)).toBe(RULES.complete.id);
  });
});

test('a delayed ACK does not double what follows: the example of RFC 1123 §4.2.3.1', () => {
  const { state, sent } = transfer({ content: counted(3_000), profile: base, fate: slowAck1 });
  expect(state.kind).toBe('done');
  expect(blocksOf(sent)).toEqual([1, 1, 2, 3, 4, 5, 6]);
});
