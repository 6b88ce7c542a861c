import * as fc from 'fast-check';
import { test } from 'vitest';
import { ScenarioError } from '../../src/config/mistakes.ts';
import { parseOne, parseScenario, type ParseOptions } from '../../src/config/parse.ts';
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

/** Like `holds`, for what flags and a program's data say; theirs have no lines. */
function holdsWith(written: Parameters<typeof parseOne>[0], options: ParseOptions): boolean {
  try {
    parseOne(written, 'any.yaml', options);
    return true;
  } catch (error) {
    if (!(error instanceof ScenarioError)) throw error;
    return error.mistakes.length > 0 && error.mistakes.every(({ message }) => message !== '');
  }
}

const WITH_PARAMS = PLANT.replace(
  'seed: 7',
  () => 'params: { modems: 3 }\nmatrix: { modems: [1, 2] }',
).replace('count: 3', () => 'count: "${modems}"');
const PATHS = [
  'modems',
  'net.hfc.loss',
  'net',
  'timeline[0].at',
  'services.dhcp.subnets[0].range',
  'expect[2]',
  'matrix',
  'params.modems',
  '__proto__.x',
  'net.__proto__',
];

test('any --set and any --expect make a scenario or a list of mistakes', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom('null', '${modems}', '[1, 2]', '{ a: b }', '0s'),
  );
  const set = fc.array(
    fc.tuple(fc.oneof(fc.constantFrom(...PATHS), piece), piece).map(([key, value]) => `${key}=${value}`),
    { maxLength: 3 },
  );
  fc.assert(
    fc.property(set, fc.array(piece, { maxLength: 2 }), (texts, expectations) =>
      holdsWith(WITH_PARAMS, { set: texts, expect: expectations }),
    ),
    { numRuns: fuzzRuns() },
  );
});

test('any scenario over any other makes a scenario or a list of mistakes', () => {
  const over = fc.oneof(
    fc.constantFrom('null', '[]', '{ hfc: null }', '{ hfc: { loss: "${modems}" } }', '3'),
    fc.string({ unit: 'binary', maxLength: 40 }),
  );
  const key = fc.constantFrom('net', 'devices', 'timeline', 'expect', 'params', 'matrix', 'name', 'extends');
  fc.assert(
    fc.property(fc.array(fc.tuple(key, over), { maxLength: 4 }), (lines) => {
      const text = ['extends: ./base.yaml', ...lines.map(([name, value]) => `${name}: ${value}`)].join('\n');
      return holdsWith(text, {
        readBase: (path) => (path === 'base.yaml' ? WITH_PARAMS : { message: 'no', hint: '' }),
      });
    }),
    { numRuns: fuzzRuns() },
  );
});

test('any data of a program are a scenario or a list of mistakes', () => {
  fc.assert(
    fc.property(
      fc.anything({ withNullPrototype: true, withMap: true, withDate: true, maxDepth: 6 }),
      (data) => holdsWith({ data }, {}),
    ),
    { numRuns: fuzzRuns() },
  );
});
