import * as fc from 'fast-check';
import { test } from 'vitest';
import { ScenarioError } from '../../src/config/mistakes.ts';
import { parseScenario } from '../../src/config/parse.ts';
import { parseStep } from '../../src/config/step.ts';
import { parseClaim } from '../../src/config/claim.ts';
import { PLANT } from '../unit/config/plant.ts';
import { fuzzRuns } from '../support/fuzz-runs.ts';

/** Reads, or says what is wrong with places inside of the text; anything else is our bug. */
function holds(text: string): boolean {
  try {
    parseScenario(text, 'any.yaml');
    return true;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    const lines = text.split('\n').length;
    return (
      error.mistakes.length > 0 &&
      error.mistakes.every(
        ({ line, column, message }) => line >= 1 && line <= lines + 1 && column >= 1 && message !== '',
      )
    );
  }
}

test('any text is a scenario or a list of mistakes', () => {
  fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 200 }), holds), { numRuns: fuzzRuns() });
});

test('a scenario with pieces cut, doubled or replaced is one too', () => {
  const edit = fc.record({
    from: fc.nat(PLANT.length),
    length: fc.nat(40),
    by: fc.oneof(
      fc.constantFrom(
        '',
        '{',
        '}',
        '[',
        ']',
        ':',
        '"',
        '&a ',
        '*a',
        'null',
        '-1',
        '1e999',
        '0s',
        '255.255.255.255',
        '[]',
        '{}',
      ),
      fc.string({ maxLength: 8 }),
    ),
  });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      let text = PLANT;
      for (const { from, length, by } of edits) text = text.slice(0, from) + by + text.slice(from + length);
      return holds(text);
    }),
    { numRuns: fuzzRuns(400) },
  );
});

test('any step and any claim is read or refused with a place inside of it', () => {
  const words = fc.array(
    fc.oneof(
      fc.constantFrom(
        'DHCP',
        'OFFER',
        'STATE',
        'cm>cmts',
        'opt66=1',
        'yiaddr=$ip',
        'last',
        '>',
        '=',
        '<=',
        '400',
        'leases.unique',
      ),
      fc.string({ maxLength: 6 }),
    ),
    { maxLength: 8 },
  );
  fc.assert(
    fc.property(words, (list) => {
      const text = list.join(' ');
      parseClaim(text);
      const step = parseStep(text);
      return !('message' in step) || (step.offset >= 0 && step.offset <= text.length && step.hint !== '');
    }),
    { numRuns: fuzzRuns(500) },
  );
});
