import { describe, expect, test } from 'vitest';
import { FrameSplitter, frameMessage } from '../../../../src/codec/dns/frame.ts';

/** Messages of these lengths, framed one after the other. */
function framed(lengths: readonly number[]): Uint8Array {
  const parts = lengths.map((length, index) => frameMessage(new Uint8Array(length).fill(index + 1)));
  const stream = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    stream.set(part, at);
    at += part.length;
  }
  return stream;
}

describe('a stream cut into messages', () => {
  test.each([
    { name: 'all in one chunk', lengths: [12, 0, 300], chunk: 10_000 },
    { name: 'octet by octet', lengths: [12, 0, 300], chunk: 1 },
    { name: 'three octets at a time', lengths: [1, 2, 3, 4, 5], chunk: 3 },
    { name: 'the longest message', lengths: [65_535, 12], chunk: 1_460 },
  ])('$name', ({ lengths, chunk }) => {
    const stream = framed(lengths);
    const splitter = new FrameSplitter();
    const got: number[][] = [];
    for (let at = 0; at < stream.length; at += chunk)
      splitter.push(stream.subarray(at, at + chunk), (message) => {
        got.push([message.length, message[0] ?? 0, message.at(-1) ?? 0]);
        return true;
      });
    expect(got).toEqual(lengths.map((n, i) => [n, n === 0 ? 0 : i + 1, n === 0 ? 0 : i + 1]));
    expect(splitter.waiting).toBe(0);
  });

  test('the receiver may stop in the middle of a chunk', () => {
    const splitter = new FrameSplitter();
    let taken = 0;
    splitter.push(framed([5, 5, 5]), () => ++taken < 2);
    expect(taken).toBe(2);
  });

  test('a promised length of 65535 holds no more than came', () => {
    const splitter = new FrameSplitter();
    splitter.push(Uint8Array.of(0xff, 0xff, 1), () => true);
    expect(splitter.waiting).toBe(3);
  });
});
