import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScenarioError } from '../../src/config/mistakes.ts';
import { FIXTURES, fixtureFormat, fixtureText, importText } from '../support/import-fixtures.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

type Format = 'kea' | 'dhcpd' | 'dnsmasq';

/** Gives a scenario without a mistake, or says what is wrong with a place; anything else is our bug. */
function holds(text: string, format: Format | undefined): void {
  try {
    const { mistakes, notes } = importText({ text, fileName: 'any', format });
    expect(mistakes).toEqual([]);
    for (const { line, column, message } of notes)
      expect([line >= 1, column >= 1, message !== '']).toEqual([true, true, true]);
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    expect(error.mistakes.length).toBeGreaterThan(0);
    for (const { line, column } of error.mistakes) expect([line >= 1, column >= 1]).toEqual([true, true]);
  }
}

describe.each(['kea', 'dhcpd', 'dnsmasq', undefined] as const)('any text, read as %s', (format) => {
  test('is a scenario or a mistake', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => holds(text, format)),
      { numRuns: fuzzRuns(100) },
    );
  });
});

/** Pieces that mean something to one of the three. */
const PIECES = [
  '',
  '{',
  '}',
  '[',
  ']',
  ';',
  '"',
  "'",
  ',',
  '=',
  '\n',
  '#',
  '/*',
  '\\',
  'null',
  '-1',
  '0',
  '1e99',
  '4294967295',
  '255.255.255.255',
  '0.0.0.0',
  '10.9.0.1',
  '192.0.2.0/30',
  '192.0.2.0/31',
  '192.0.2.0/0',
  '10.9.63.255',
  'infinite',
  'static',
  'tag:!docsis',
  'set:x,',
  'not ',
  ' and ',
  ' or ',
  '*',
  '?',
  'option',
  'members of "x"',
  '{n}',
  '{mac}',
  '\u0000',
  '\u001b[31m',
  '\u202e',
  'é',
  'a'.repeat(300),
];

describe.each(FIXTURES)('%s with pieces cut, doubled or replaced', (name) => {
  const whole = fixtureText(name);
  const edit = fc.record({
    from: fc.nat(whole.length),
    length: fc.oneof(fc.constant(0), fc.nat(12), fc.nat(80)),
    by: fc.oneof(
      fc.constantFrom(...PIECES),
      fc.string({ maxLength: 8 }),
      // A piece of the file itself.
      fc.tuple(fc.nat(whole.length), fc.nat(60)).map(([at, count]) => whole.slice(at, at + count)),
    ),
  });

  test('is a scenario or a mistake', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
        let text = whole;
        for (const { from, length, by } of edits) text = text.slice(0, from) + by + text.slice(from + length);
        holds(text, fixtureFormat(name));
      }),
      { numRuns: fuzzRuns(100) },
    );
  });
});
