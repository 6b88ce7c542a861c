import { expect, test } from 'vitest';
import { Writer } from '../../../../src/core/bytes.ts';
import { latin1Octets, latin1Text } from '../../../../src/core/text.ts';
import {
  encodeOptionAnswer,
  encodeOptionValue,
  optionName,
  optionValue,
} from '../../../../src/codec/tftp/options.ts';

const option = (name: string, value: string) => ({ name: latin1Octets(name)!, value: latin1Octets(value)! });

test.each([
  { name: 'blksize', is: 'blksize' },
  { name: 'BlkSize', is: 'blksize' },
  { name: 'TIMEOUT', is: 'timeout' },
  { name: 'tsize', is: 'tsize' },
  { name: 'windowSize', is: 'windowsize' },
  { name: 'blksize2', is: undefined },
  { name: 'rollover', is: undefined },
  { name: 'blk\xd3ize', is: undefined },
])('option name $name: $is (any case, RFC 2347)', ({ name, is }) => {
  expect(optionName(option(name, ''))).toBe(is);
});

test.each([
  { name: 'blksize', value: '8', is: 8 },
  { name: 'blksize', value: '7', is: undefined },
  { name: 'blksize', value: '65464', is: 65464 },
  { name: 'blksize', value: '65465', is: undefined },
  { name: 'timeout', value: '1', is: 1 },
  { name: 'timeout', value: '0', is: undefined },
  { name: 'timeout', value: '255', is: 255 },
  { name: 'timeout', value: '256', is: undefined },
  { name: 'tsize', value: '0', is: 0 },
  { name: 'tsize', value: '4294967296', is: 4_294_967_296 },
  { name: 'tsize', value: '1000000000000000', is: undefined },
  { name: 'windowsize', value: '65535', is: 65535 },
  { name: 'windowsize', value: '65536', is: undefined },
  { name: 'windowsize', value: '0', is: undefined },
  { name: 'blksize', value: '01024', is: 1024 },
  { name: 'blksize', value: '', is: undefined },
  { name: 'blksize', value: '-8', is: undefined },
  { name: 'blksize', value: '1e3', is: undefined },
  { name: 'blksize', value: ' 512', is: undefined },
  { name: 'blksize', value: '0x200', is: undefined },
] as const)('$name "$value": $is', ({ name, value, is }) => {
  expect(optionValue(name, option(name, value))).toBe(is);
});

test('an answer repeats the name as the client wrote it: RFC 2347', () => {
  const writer = new Writer(new Uint8Array(64));
  encodeOptionAnswer(writer, option('BLKsize', '9000'), 1468);
  encodeOptionValue(writer, 'tsize', 0);
  expect(latin1Text(writer.written())).toBe('BLKsize\x001468\0tsize\x000\0');
});
