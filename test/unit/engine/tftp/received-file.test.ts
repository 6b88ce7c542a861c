import { expect, test } from 'vitest';
import { ReceivedFile } from '../../../../src/engine/tftp/received-file.ts';

const HEADER = 4;
const octetsOf = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
const textOf = (octets: Uint8Array) => String.fromCharCode(...octets);

/** What came in these blocks, each behind a header whose octets say nothing. */
function received(blocks: readonly string[], known: readonly Uint8Array[], octetsMax = 10_000): ReceivedFile {
  const file = new ReceivedFile();
  for (const block of blocks) file.append(octetsOf(`\0\x03\0\x01${block}`), HEADER, octetsMax, known);
  return file;
}

const gold = octetsOf('max-rate gold, mic 1');
const goldToo = octetsOf('max-rate gold, mic 2');
const silver = octetsOf('min-rate silver');

test.each([
  { name: 'nothing is known', blocks: ['max-rate ', 'gold'], known: [], is: undefined },
  { name: 'a known file again', blocks: ['max-rate gold', ', mic 1'], known: [silver, gold], is: gold },
  { name: 'in one block', blocks: ['min-rate silver'], known: [gold, silver], is: silver },
  { name: 'with an empty last block', blocks: ['min-rate silver', ''], known: [silver], is: silver },
  { name: 'another end', blocks: ['max-rate gold', ', mic 3'], known: [gold], is: undefined },
  {
    name: 'the end of another known file',
    blocks: ['max-rate gold', ', mic 2'],
    known: [gold, goldToo],
    is: undefined,
  },
  { name: 'only its beginning', blocks: ['max-rate', ' go'], known: [gold], is: undefined },
  { name: 'more than it has', blocks: ['min-rate', ' silver', ' and more'], known: [silver], is: undefined },
  { name: 'nothing at all', blocks: [''], known: [gold], is: undefined },
  { name: 'another beginning', blocks: ['_ax-rate gold', ', mic 1'], known: [gold], is: undefined },
])('what came is what was sent: $name', ({ blocks, known, is }) => {
  const file = received(blocks, known);
  expect(textOf(file.octets)).toBe(blocks.join(''));
  expect(file.length).toBe(blocks.join('').length);
  if (is === undefined) expect(known).not.toContain(file.octets);
  else expect(file.octets).toBe(is);
});

test('what is known is not written to', () => {
  const shared = Uint8Array.from(gold);
  received(['max-rate gold', ', mic 3'], [shared]);
  expect(shared).toEqual(gold);
});

test('it grows to the largest file taken and no further', () => {
  const block = 'x'.repeat(500);
  const file = received([block, block, block, block, block, block], [], 3_000);
  expect(file.length).toBe(3_000);
  expect(file.octets.buffer.byteLength).toBe(3_000);
});

test('one that was lent begins anew', () => {
  const file = received(['min-rate', ' gold'], [silver]);
  file.lend();
  const next = ReceivedFile.begin();
  expect([next.length, next.octets.length]).toEqual([0, 0]);
  next.append(octetsOf('....abc'), HEADER, 100, []);
  expect(textOf(next.octets)).toBe('abc');
});
