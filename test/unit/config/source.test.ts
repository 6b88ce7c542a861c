import { describe, expect, test } from 'vitest';
import { mistakesIn, PLANT, plantWith } from './plant.ts';

describe('a file that is not to be read', () => {
  const bomb = Array.from({ length: 20 }, (_, level) => {
    const item = level === 0 ? 'x' : `*a${level - 1}`;
    return `k${level}: &a${level} [${Array.from({ length: 10 }, () => item).join(', ')}]`;
  }).join('\n');

  test.each([
    {
      name: 'over 4 MiB',
      text: 'x'.repeat(4 * 1024 * 1024 + 1),
      says: 'small.yaml:1:1 the file has 4194305 characters, and a scenario has at most 4194304',
    },
    {
      name: '50 MB of one letter',
      text: 'a'.repeat(50_000_000),
      says: 'small.yaml:1:1 the file has 50000000 characters',
    },
    { name: 'an alias bomb', text: bomb, says: 'the file grows to more than 200000 values' },
    { name: 'an alias inside itself', text: 'a: &a [*a]', says: 'values nest deeper than 32 levels' },
    { name: 'an alias of nothing', text: 'a: *b', says: 'small.yaml:1:4' },
    { name: '100,000 open brackets', text: '['.repeat(100_000), says: 'values nest deeper than 32 levels' },
    {
      name: '100,000 lists in one line',
      text: `${'- '.repeat(100_000)}x`,
      says: 'values nest deeper than 32 levels',
    },
    { name: 'no text', text: 'a\0b', says: 'small.yaml:1:1 this is not a text file (it has a NUL octet)' },
    {
      name: 'an empty file',
      text: '',
      says: 'small.yaml:1:1 there is nothing in this file: write keys with values',
    },
    { name: 'two scenarios', text: `${PLANT}---\n${PLANT}`, says: 'one file is one scenario' },
    { name: 'a tag', text: 'headend: !!js/function "x"', says: 'a scenario has no tags' },
    { name: 'a key that changes objects', text: '__proto__: { a: 1 }', says: 'a key is a plain word' },
  ])('$name', ({ text, says }) => {
    const [first = ''] = mistakesIn(text);
    expect(first).toContain(says);
  });
});

test('all mistakes are shown at once, by place, unknown keys with the rest', () => {
  const text = plantWith('delay: 8ms', 'dealy: 8ms')
    .replace('who: cm', 'who: cn')
    .replace('dhcp>cmts', 'dhcp>cmst');
  expect(mistakesIn(text)).toEqual([
    'small.yaml:6:25 net.hfc.dealy: there is no such key here: did you mean "delay"?',
    'small.yaml:41:34 timeline[0].who: "cn" is no device or service of this file: did you mean "cm"?',
    'small.yaml:44:65 expect[0].sequence.steps[0]: "cmst" is no device or service of this file: did you mean "cmts"?',
  ]);
});

test('hostile text in a file is shown escaped', () => {
  const [first = ''] = mistakesIn(plantWith('who: cm', 'who: "c\\e[31m\\u202e"'));
  expect(first).toContain('"c\\x1b[31m\\u{202e}" is no device');
});
