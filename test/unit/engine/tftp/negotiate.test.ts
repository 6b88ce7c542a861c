import { describe, expect, test } from 'vitest';
import { TFTP_RULES as RULES } from '../../../../src/core/rules/tftp.ts';
import { NEVER } from '../../../../src/core/time.ts';
import type { TftpServerOptions } from '../../../../src/engine/tftp/server.ts';
import { ack, Bench, rrq } from '../../../support/tftp-bench.ts';

describe('options', () => {
  test.each([
    { asked: { blksize: '1428' }, answer: 'oack blksize=1428' },
    { asked: { BLKSIZE: '1428' }, answer: 'oack BLKSIZE=1428' },
    { asked: { blksize: '65464' }, answer: 'oack blksize=1468' },
    { asked: { blksize: '65464' }, server: { blksizeMax: 65464 }, answer: 'oack blksize=65464' },
    { asked: { blksize: '8' }, answer: 'oack blksize=8' },
    { asked: { tsize: '0' }, answer: 'oack tsize=1300' },
    { asked: { timeout: '7' }, answer: 'oack timeout=7' },
    { asked: { windowsize: '16' }, answer: 'oack windowsize=16' },
    { asked: { windowsize: '65535' }, answer: 'oack windowsize=64' },
    { asked: { windowsize: '65535' }, server: { windowsizeMax: 4 }, answer: 'oack windowsize=4' },
    { asked: { tsize: '0', rollover: '1', blksize: '1024' }, answer: 'oack tsize=1300 blksize=1024' },
    { asked: { rollover: '1', multicast: '' }, answer: 'data 1 (512)' },
    { asked: { tsize: '0' }, mode: 'netascii', answer: 'data 1 (512)' },
    { asked: { tsize: '0', blksize: '600' }, mode: 'netascii', answer: 'oack blksize=600' },
    { asked: { blksize: '7' }, answer: 'error 8 blksize must be 8 to 65464' },
    { asked: { blksize: '65465' }, answer: 'error 8 blksize must be 8 to 65464' },
    { asked: { blksize: 'big' }, answer: 'error 8 blksize must be 8 to 65464' },
    { asked: { timeout: '0' }, answer: 'data 1 (512)' },
    { asked: { timeout: '256', tsize: '0' }, answer: 'oack tsize=1300' },
    { asked: { windowsize: '0' }, answer: 'error 8 windowsize must be 1 to 65535' },
    { asked: { tsize: '-1' }, answer: 'oack tsize=1300' },
    { asked: { tsize: 'enable' }, answer: 'oack tsize=1300' },
    { asked: { blksize: '512', BlkSize: '1024' }, answer: 'error 8 blksize is given twice' },
  ] as { asked: Record<string, string>; answer: string; server?: TftpServerOptions; mode?: 'netascii' }[])(
    '$asked $mode $server: $answer',
    ({ asked, answer, server, mode }) => {
      const [sent] = new Bench(server).in(rrq('f', asked, mode));
      expect(sent?.replace(/^\d+ /, '')).toBe(answer);
    },
  );

  test.each([
    { asked: { tsize: '0' }, answer: 'data 1 (0)' },
    { asked: { tsize: '0', blksize: '512', timeout: '6' }, answer: 'oack blksize=512 timeout=6' },
  ])('an empty file, $asked: tsize is left out, since curl gives up at 0', ({ asked, answer }) => {
    expect(new Bench().in(rrq('empty', asked))).toEqual([`49152 ${answer}`]);
  });

  test('the client of the package tftp has its timeout in milliseconds: its blocks and windows are agreed all the same', () => {
    const asked = { blksize: '1468', timeout: '3000', windowsize: '4', rollover: '0' };
    expect(new Bench().in(rrq('f', asked))).toEqual(['49152 oack blksize=1468 windowsize=4']);
  });

  test('data flows only after the OACK is acknowledged by block 0: RFC 2347', () => {
    const bench = new Bench();
    bench.in(rrq('f', { blksize: '1300' }));
    expect(bench.in(ack(1), { port: 49152 })).toEqual([]);
    expect(bench.rules).toEqual([RULES.oldAck.id]);
    expect(bench.in(ack(0), { port: 49152 })).toEqual(['49152 data 1 (1300)']);
    expect(bench.in(ack(0), { port: 49152 })).toEqual([]);
    expect(bench.in(ack(1), { port: 49152 })).toEqual(['49152 data 2 (0)']);
    expect(bench.in(ack(2), { port: 49152 })).toEqual([]);
    expect(bench.service.deadline()).toBe(NEVER);
  });
});
