import { describe, expect, test } from 'vitest';
import { ScenarioError } from '../../../src/config/mistakes.ts';
import { parseCells, parseOne, type ParseOptions } from '../../../src/config/parse.ts';
import { PLANT } from './plant.ts';

/** The small plant with params: how many modems, over how long, in which network. */
const VARIED = PLANT.replace(
  'name: small\n',
  () => 'name: small\nparams: { spread: 4s, modems: 3, net: 10.0.0 }\n',
)
  .replace('over: 4s', () => 'over: "${spread}"')
  .replace('count: 3', () => 'count: "${modems}"')
  .replace('ip: 10.0.0.37', () => 'ip: "${net}.37"');

const MATRIX = VARIED.replace('net:\n', () => 'matrix: { spread: [5s, 30s], modems: [1, 2, 3] }\nnet:\n');

function says(text: string, options: ParseOptions = {}): string[] {
  try {
    parseCells(text, 'small.yaml', options);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
  return [];
}

function spreadUs(text: string, options: ParseOptions = {}): unknown {
  const [first] = parseOne(text, 'small.yaml', options).scenario.timeline;
  return first !== undefined && 'spread' in first ? first.spread?.overUs : undefined;
}

function countOf(text: string): number | undefined {
  return parseOne(text, 'small.yaml', {}).scenario.devices.find(({ name }) => name === 'cm')?.count;
}

/** The matrix with an expectation for some of its cells. */
function when(text: string): string {
  return MATRIX.replace('- always: leases.unique', () => `- always: leases.unique\n    when: ${text}`);
}

describe('params', () => {
  test('a param stands for its value, whole or inside of a text', () => {
    const { scenario, cell, params } = parseOne(VARIED, 'small.yaml', {});
    expect(scenario.devices.find(({ name }) => name === 'cm')?.count).toBe(3);
    expect(scenario.services.find(({ name }) => name === 'tod')?.addresses).toHaveLength(1);
    expect(spreadUs(VARIED)).toBe(4_000_000);
    expect({ cell, params }).toEqual({ cell: {}, params: { spread: '4s', modems: 3, net: '10.0.0' } });
  });

  test('a value from outside has the type that YAML gives it', () => {
    const options = { params: { modems: '5' }, set: ['spread=90s'] };
    const { scenario, params } = parseOne(VARIED, 'small.yaml', options);
    expect(scenario.devices.find(({ name }) => name === 'cm')?.count).toBe(5);
    expect(params).toMatchObject({ modems: 5, spread: '90s' });
    expect(spreadUs(VARIED, options)).toBe(90_000_000);
  });

  test('a plain text is typed again, a quoted one stays text', () => {
    const plain = PLANT.replace('name: small\n', () => 'name: small\nparams: { tens: 1 }\n');
    const block =
      'cm:\n    kind: cable-modem\n    count: ${tens}2\n    on: hfc\n    mac: "00:10:18:00:00:{n:02x}"';
    const line = 'cm: { kind: cable-modem, count: 3, on: hfc, mac: "00:10:18:00:00:{n:02x}" }';
    expect(countOf(plain.replace(line, () => block))).toBe(12);
    expect(says(plain.replace('count: 3', () => 'count: "${tens}2"'))).toEqual([
      'small.yaml:38:35 devices.cm.count: "12" is text (written "${tens}2"): write a number',
    ]);
  });

  test('$${ is for a text that means it', () => {
    const text = VARIED.replace('name: small\n', () => 'name: small\nabout: costs $${money}\n');
    expect(parseOne(text, 'small.yaml', {}).scenario.about).toBe('costs ${money}');
  });

  test.each([
    {
      name: 'an unknown one',
      text: VARIED.replace('${spread}', () => '${spraed}'),
      says: 'small.yaml:42:55 timeline[0].spread.over: there is no param "spraed": did you mean "spread"?',
    },
    {
      name: 'one where the file has none',
      text: PLANT.replace('over: 4s', () => 'over: "${spread}"'),
      says: 'small.yaml:41:55 timeline[0].spread.over: there is no param "spread": give it a value at the top of the file, as params: { name: value }',
    },
    {
      name: 'one that nothing uses',
      text: VARIED.replace('"${spread}"', () => '4s'),
      says: 'small.yaml:3:11 params.spread: nothing uses it: write "${spread}" where it belongs, or take it out',
    },
    {
      name: 'one made of itself',
      text: VARIED.replace('spread: 4s', () => 'spread: "${spread}"'),
      says: 'small.yaml:3:19 params.spread: "${spread}" is made of params, and a param is a value of its own: write the value',
    },
    {
      name: 'one with more than a value',
      text: VARIED.replace('spread: 4s', () => 'spread: [4s]'),
      says: 'small.yaml:3:19 params.spread: "["4s"]" is not one value: write text, a number, true or false',
    },
    {
      name: 'one whose value will not do where it stands',
      text: VARIED.replace('spread: 4s', () => 'spread: 4'),
      says: 'small.yaml:42:54 timeline[0].spread.over: "4" has no unit (written "${spread}"): write a duration with its unit, such as 200us, 8ms, 1.5s, 2m, 24h, 7d or 3m15s, up to 3650d',
    },
    {
      name: 'one that grows a text without bound',
      text: VARIED.replace('net: 10.0.0', () => `net: 10.0.0, big: ${'x'.repeat(10_000)}`).replace(
        'name: small\n',
        () => 'name: small\nabout: "${big}${big}${big}"\n',
      ),
      says: 'small.yaml:3:9 about: the text grows to 30000 characters with its params: write at most 20000',
    },
  ])('$name', ({ text, says: message }) => {
    expect(says(text)).toEqual([message]);
  });
});

describe('matrix', () => {
  test('a cell for each combination, the last axis fastest', () => {
    const cells = parseCells(MATRIX, 'small.yaml', {});
    expect(cells.map(({ cell }) => `${String(cell['spread'])} ${String(cell['modems'])}`)).toEqual([
      '5s 1',
      '5s 2',
      '5s 3',
      '30s 1',
      '30s 2',
      '30s 3',
    ]);
    expect(cells.map(({ scenario }) => scenario.devices.find(({ name }) => name === 'cm')?.count)).toEqual([
      1, 2, 3, 1, 2, 3,
    ]);
  });

  test('without a matrix there is one cell', () => {
    expect(parseCells(VARIED, 'small.yaml', {}).map(({ cell }) => cell)).toEqual([{}]);
  });

  test('one run alone has the own values of the params', () => {
    expect(parseOne(MATRIX, 'small.yaml', {}).cell).toEqual({ spread: '4s', modems: 3 });
  });

  test('a value from outside takes the place of its axis', () => {
    const cells = parseCells(MATRIX, 'small.yaml', { set: ['spread=7s'] });
    expect(cells.map(({ cell }) => cell)).toEqual([1, 2, 3].map((modems) => ({ spread: '7s', modems })));
  });

  test('excluded cells are not run', () => {
    const text = MATRIX.replace(
      'modems: [1, 2, 3]',
      () => 'modems: [1, 2, 3], exclude: [{ spread: 30000ms, modems: 2 }, { modems: 1 }]',
    );
    expect(parseCells(text, 'small.yaml', {}).map(({ cell }) => Object.values(cell).join(' '))).toEqual([
      '5s 2',
      '5s 3',
      '30s 3',
    ]);
  });

  test.each([
    {
      name: 'varies what is no param',
      by: 'matrix: { sprad: [5s], modems: [1] }',
      says: 'small.yaml:6:11 matrix.sprad: there is no param "sprad" to vary: did you mean "spread"?',
    },
    {
      name: 'the same value twice',
      by: 'matrix: { spread: [5s, 5000ms] }',
      says: 'small.yaml:6:24 matrix.spread[1]: "5000ms" is there twice: keep one of the two',
    },
    {
      name: 'more cells than anybody runs',
      by: `matrix: { spread: [${Array.from({ length: 40 }, (_, n) => `${n + 1}s`).join(', ')}], modems: [${Array.from({ length: 26 }, (_, n) => n + 1).join(', ')}] }`,
      says: 'small.yaml:6:9 matrix: it has 40 x 26 = 1040 cells, and a matrix has at most 1000: vary fewer values at a time',
    },
    {
      name: 'nothing left',
      by: 'matrix: { spread: [5s, 30s], exclude: [{ spread: 5s }, { spread: 30s }] }',
      says: 'small.yaml:6:39 matrix.exclude: it leaves no cell to run: exclude fewer',
    },
    {
      name: 'an exclusion of what is not there',
      by: 'matrix: { spread: [5s, 30s], exclude: [{ spread: 6s }] }',
      says: 'small.yaml:6:50 matrix.exclude[0].spread: the matrix has no spread of "6s": it has 5s, 30s',
    },
    {
      name: 'an axis of one value that is no list',
      by: 'matrix: { spread: 5s }',
      says: 'small.yaml:6:19 matrix.spread: "5s" is text: write a list, such as [one, two]',
    },
  ])('$name', ({ by, says: message }) => {
    expect(says(VARIED.replace('net:\n', () => `${by}\nnet:\n`))).toEqual([message]);
  });
});

describe('when', () => {
  test('an expectation is in the cells where its params are so', () => {
    const cells = parseCells(when('{ spread: 5000ms, modems: [1, 3] }'), 'small.yaml', {});
    expect(
      cells.map(({ scenario }) => scenario.expectations.some(({ text }) => text === 'leases.unique')),
    ).toEqual([true, false, true, false, false, false]);
  });

  test.each([
    { text: '{ sprad: 5s }', says: 'when.sprad: there is no param "sprad": did you mean "spread"?' },
    { text: '{ spread: 6s }', says: 'when.spread: the matrix never has spread so: it has 5s, 30s' },
  ])('$text', ({ text, says: message }) => {
    expect(says(when(text)).map((line) => line.replace(/^\S+ expect\[1\]\./, ''))).toEqual([message]);
  });
});
