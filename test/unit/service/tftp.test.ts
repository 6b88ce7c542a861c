import { expect, test } from 'vitest';
import { TFTP_RULES as RULES } from '../../../src/core/rules/tftp.ts';
import type { Input } from '../../../src/core/service.ts';
import { NEVER, SECOND, toInstant } from '../../../src/core/time.ts';
import { FileTable } from '../../../src/store/file-table.ts';
import { ack, ascii, Bench, rrq, T0, them } from '../../support/tftp-bench.ts';

test.each([
  { octets: ascii(''), detail: 'truncated at octet 0: opcode' },
  { octets: ascii('\0\x09'), detail: 'unsupported at octet 0: opcode' },
  { octets: ascii('\0\x01modem.cfg\0octe'), detail: 'truncated at octet 12: mode' },
])('octets that are no packet are dropped, and the trace says where: $detail', ({ octets, detail }) => {
  const bench = new Bench();
  expect(bench.in(octets)).toEqual([]);
  expect(bench.effects.log).toEqual([{ kind: 'because', rule: RULES.malformed, detail }]);
  bench.effects.explains = false;
  bench.in(octets);
  expect(bench.effects.log).toEqual([{ kind: 'because', rule: RULES.malformed, detail: undefined }]);
});

test('octets that are no packet, sent to a transfer, leave it as it was', () => {
  const bench = new Bench();
  bench.in(rrq('f'));
  bench.in(ascii('\0\x04\0'), { port: 49152 });
  expect(bench.rules).toEqual([RULES.malformed.id]);
  expect(bench.in(ack(1), { port: 49152 })).toEqual(['49152 data 2 (512)']);
});

test('what the server keeps of a request is a copy', () => {
  const bench = new Bench();
  const octets = rrq('f').slice();
  bench.in(octets);
  octets.fill(0xa5);
  expect(bench.in(rrq('f'))).toEqual(['49152 data 1 (512)']);
  expect(bench.rules).toEqual([RULES.repeatedRequest.id]);
});

test.each([
  { kind: 'command', verb: 'reload', args: {} },
  { kind: 'settled', ticket: 1, outcome: 'durable' },
  { kind: 'stream', event: 'reset', stream: 1 },
] as Input[])('an input of kind $kind is not for it', (input) => {
  const bench = new Bench();
  bench.service.handle(input, T0, bench.effects);
  expect(bench.effects.log).toEqual([]);
  expect(bench.service.deadline()).toBe(NEVER);
});

test('a transfer goes on with the file that it began with, after a reload; a new one has the new file', () => {
  const bench = new Bench();
  bench.in(rrq('f'));
  const files = new FileTable();
  files.set(ascii('f'), new Uint8Array(10));
  bench.succeed(files);
  expect(bench.service.underWay()).toBe(1);
  expect(bench.in(ack(1), { port: 49152 })).toEqual(['49152 data 2 (512)']);
  expect(bench.in(rrq('f'), { from: { ...them, port: 3001 } })).toEqual(['49153 data 1 (10)']);
  expect(bench.in(ack(2), { port: 49152 })).toEqual(['49152 data 3 (276)']);
  bench.in(ack(3), { port: 49152 });
  expect(bench.effects.of('release')).toEqual([{ kind: 'release', port: 49152 }]);
});

test.each([
  { before: true, after: false },
  { before: false, after: true },
])('the port of a transfer stays: single port $before, after a reload $after', ({ before, after }) => {
  const bench = new Bench({ singlePort: before });
  bench.in(rrq('f', { blksize: '1300' }));
  bench.succeed(new FileTable(), { singlePort: after, blksizeMax: 512 });
  const port = before ? 69 : 49152;
  expect(bench.in(ack(0), { port })).toEqual([`${port} data 1 (1300)`]);
  expect(bench.in(ack(1), { port })).toEqual([`${port} data 2 (0)`]);
  bench.in(ack(2), { port });
  expect(bench.service.underWay()).toBe(0);
  expect(bench.effects.of('release')).toHaveLength(before ? 0 : 1);
});

test('a file that is lost is resent after a reload, when it would have been', () => {
  const bench = new Bench();
  bench.in(rrq('f'));
  bench.succeed(new FileTable());
  expect(bench.service.deadline()).toBe(SECOND);
  expect(bench.timer(toInstant(SECOND))).toEqual(['49152 data 1 (512)']);
});
