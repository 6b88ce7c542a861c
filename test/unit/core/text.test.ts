import { describe, expect, test } from 'vitest';
import { fromHex, toHex } from '../../../src/core/bytes.ts';
import {
  escapeText,
  latin1Octets,
  latin1Text,
  nearest,
  showOctets,
  utf8Octets,
  utf8Text,
} from '../../../src/core/text.ts';

describe('UTF-8', () => {
  test.each(['', 'plain', 'Grüße', '€ 20', '𝄞 clef', '\u0000\u007f\u0080\u07ff\u0800\uffff'])(
    '%j and back',
    (text) => {
      expect(utf8Octets(text)).toEqual(new Uint8Array(Buffer.from(text)));
      expect(utf8Text(utf8Octets(text))).toBe(text);
    },
  );

  test.each([
    ['a lone continuation octet', '80'],
    ['an overlong slash', 'c0af'],
    ['an overlong three', 'e080af'],
    ['a surrogate', 'eda080'],
    ['beyond the last character', 'f4908080'],
    ['a sequence cut short', 'e282'],
    ['an octet that never occurs', 'ff'],
  ])('%s is not text', (_, hex) => {
    expect(utf8Text(fromHex(hex)!)).toMatch(/^\ufffd+$/);
  });

  test('a lone surrogate is replaced', () => expect(toHex(utf8Octets('\ud800'))).toBe('efbfbd'));
});

describe('hostile text', () => {
  test.each([
    ['an escape sequence', '\u001b[2Jgone', '\\x1b[2Jgone'],
    ['a new line', 'a\nb', 'a\\x0ab'],
    ['a C1 control', '\u009b31m', '\\x9b31m'],
    ['a bidirectional override', 'abc\u202edef', 'abc\\u{202e}def'],
    ['a zero-width joiner', 'a\u200db', 'a\\u{200d}b'],
    ['a line separator', 'a\u2028b', 'a\\u{2028}b'],
    ['a tag character', 'a\u{e0041}', 'a\\u{e0041}'],
    ['a backslash, so that escapes cannot be forged', '\\x1b', '\\\\x1b'],
    ['honest text', 'Küche 5 € 𝄞', 'Küche 5 € 𝄞'],
  ])('%s', (_, text, shown) => {
    expect(escapeText(text)).toBe(shown);
    expect(showOctets(utf8Octets(text))).toBe(shown);
  });

  test('octets that are not UTF-8 are shown one by one', () => {
    expect(showOctets(fromHex('646f63ff1b')!)).toBe('doc\\xff\\x1b');
  });
});

test('Latin-1 text stands for octets, reversibly', () => {
  const all = Uint8Array.from({ length: 256 }, (_, index) => index);
  expect(latin1Octets(latin1Text(all))).toEqual(all);
  expect(latin1Octets('€')).toBeUndefined();
});

describe('did you mean', () => {
  test.each([
    ['dealy', 'delay'],
    ['jiter', 'jitter'],
    ['Delay', 'delay'],
    ['bandwith', 'bandwidth'],
    ['xyz', undefined],
    ['', undefined],
  ])('%s: %s', (typed, word) => expect(nearest(typed, ['delay', 'jitter', 'loss', 'bandwidth'])).toBe(word));
});
