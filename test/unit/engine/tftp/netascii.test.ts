import { expect, test } from 'vitest';
import { latin1Octets, latin1Text } from '../../../../src/core/text.ts';
import { fromNetascii, NetasciiReader } from '../../../../src/engine/tftp/netascii.ts';
import { OctetsSource, type FileSource } from '../../../../src/store/file-table.ts';
import { ack, ascii, Bench, rrq } from '../../../support/tftp-bench.ts';

test.each([
  { name: 'a line feed is CR LF', text: 'a\nb', sent: 'a\r\nb' },
  { name: 'a carriage return is CR NUL', text: 'a\rb', sent: 'a\r\0b' },
  { name: 'both are both', text: '\r\n', sent: '\r\0\r\n' },
  { name: 'at the end of a block', text: '1234567\n9', sent: '1234567\r\n9' },
  { name: 'octets that are no ASCII pass', text: '\xff\0\x80', sent: '\xff\0\x80' },
  { name: 'nothing', text: '', sent: '' },
  { name: 'an exact multiple', text: '1234567890123456', sent: '1234567890123456' },
  { name: 'only line feeds', text: '\n'.repeat(700), sent: '\r\n'.repeat(700) },
])('$name', ({ text, sent }) => {
  for (const blksize of [8, 9, 512]) {
    const reader = new NetasciiReader(new OctetsSource(latin1Octets(text)!), blksize, 4);
    const into = new Uint8Array(2000).fill(0xa5);
    let got = '';
    for (let index = 1; ; index++) {
      const count = reader.read(index, into, 4);
      const block = latin1Text(into.subarray(4, 4 + count));
      // Each block of the window may be sent again, in any order.
      for (let again = Math.max(1, index - 3); again <= index; again++) reader.read(again, into, 4);
      got += block;
      if (count < blksize) break;
    }
    expect(got).toBe(sent);
    expect(latin1Text(fromNetascii(latin1Octets(got)!))).toBe(text);
  }
});

test('a file that cannot be read is -1, not its end', () => {
  const source: FileSource = { size: 10, read: () => -1 };
  expect(new NetasciiReader(source, 8, 1).read(1, new Uint8Array(12), 4)).toBe(-1);
});

test('a transfer in netascii: blocks by their translated length, and the same block for a resending', () => {
  const bench = new Bench();
  bench.files.set(ascii('text'), ascii('\n'.repeat(300)));
  expect(bench.in(rrq('text', {}, 'netascii'))).toEqual(['49152 data 1 (512)']);
  expect(bench.in(ack(1), { port: 49152 })).toEqual(['49152 data 2 (88)']);
  const first = bench.effects.last('send').octets;
  expect(bench.timer(bench.service.deadline())).toEqual(['49152 data 2 (88)']);
  expect(bench.effects.last('send').octets).toEqual(first);
  bench.in(ack(2), { port: 49152 });
  expect(bench.effects.last('release').port).toBe(49152);
});

test.each([
  { name: 'a carriage return with neither LF nor NUL after it', text: 'a\rb\r\r\nc', read: 'a\rb\r\nc' },
  { name: 'a carriage return at the end', text: 'a\r', read: 'a\r' },
  { name: 'a bare line feed', text: 'a\nb', read: 'a\nb' },
])('$name stays as it came', ({ text, read }) => {
  expect(latin1Text(fromNetascii(latin1Octets(text)!))).toBe(read);
});
