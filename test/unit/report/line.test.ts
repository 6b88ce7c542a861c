import { describe, expect, test } from 'vitest';
import {
  cutLine,
  formatCount,
  formatDate,
  formatDuration,
  lineText,
  span,
  wrapItems,
  wrapText,
} from '../../../src/report/line.ts';

test.each([0, 1, 951_782_399, 951_782_400, 951_868_800, 1_767_225_605, 4_107_542_400, 2_085_978_495])(
  '%d s since 1970 is the date of any calendar',
  (seconds) => {
    const date = new Date(seconds * 1_000).toISOString().slice(0, 19).replace('T', ' ');
    expect(formatDate(seconds)).toBe(date);
  },
);

test.each([
  [0, '0 s'],
  [850, '850 us'],
  [12_400, '12.4 ms'],
  [5_438_000, '5.44 s'],
  [60_000_000, '60 s'],
  [162_000_000, '2m 42s'],
  [86_400_000_000, '24h'],
])('%d us is %s', (us, text) => {
  expect(formatDuration(us)).toBe(text);
});

test.each([
  [0, '0'],
  [999, '999'],
  [1_000, '1,000'],
  [119_704, '119,704'],
  [1_234_567, '1,234,567'],
])('%d is %s', (count, text) => {
  expect(formatCount(count)).toBe(text);
});

describe('lines', () => {
  test('are cut with an ellipsis, by characters, styles kept', () => {
    expect(cutLine([span('abc', 'good'), span('def')], 5)).toEqual([span('abc', 'good'), span('d…')]);
    expect(lineText(cutLine([span('abc')], 3))).toBe('abc');
    expect(lineText(cutLine([span('😀😀😀')], 2))).toBe('😀…');
    expect(lineText(cutLine([span('abc', 'good'), span('def')], 3))).toBe('ab…');
  });

  test('items stand side by side while they fit; a long one has lines of its own', () => {
    expect(wrapItems(['one', 'two', 'three'], 9)).toEqual(['one   two', 'three']);
    expect(wrapItems(['a', 'one two three', 'b'], 9)).toEqual(['a', 'one two', '  three', 'b']);
  });

  test('are wrapped at words; a word that is too long stands alone', () => {
    expect(wrapText('one two  three', 7)).toEqual(['one two', 'three']);
    expect(wrapText('extraordinary me', 5)).toEqual(['extraordinary', 'me']);
    expect(wrapText('', 5)).toEqual([]);
  });
});
