import { expect, test } from 'vitest';
import { TFTP_RULES as RULES } from '../../../src/core/rules/tftp.ts';
import type { Input } from '../../../src/core/service.ts';
import { NEVER } from '../../../src/core/time.ts';
import { ack, ascii, Bench, rrq, T0 } from '../../support/tftp-bench.ts';

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
