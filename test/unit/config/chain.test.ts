import { describe, expect, test } from 'vitest';
import { formatMistake, ScenarioError } from '../../../src/config/mistakes.ts';
import { parseOne, type ParseOptions, type ScenarioCell } from '../../../src/config/parse.ts';
import { PLANT } from './plant.ts';

/** The files of a folder, by their paths from it. */
type Folder = Readonly<Record<string, string>>;

const BASE: Folder = { 'base.yaml': PLANT };

function reading(files: Folder): ParseOptions {
  return { readBase: (path) => files[path] ?? { message: `there is no file "${path}"`, hint: 'look' } };
}

function made(text: string, files: Folder = BASE, options: ParseOptions = {}): ScenarioCell {
  return parseOne(text, 'lab/over.yaml', { ...reading(files), ...options });
}

function says(text: string, files: Folder = BASE, options: ParseOptions = {}): string[] {
  try {
    made(text, files, options);
  } catch (error) {
    if (error instanceof ScenarioError)
      return error.mistakes.map((mistake) => formatMistake(error.fileName, mistake));
    throw error;
  }
  return [];
}

describe('a scenario made from another', () => {
  test('has all that the other has', () => {
    const { scenario, bases } = made('extends: ./base.yaml\n');
    expect({ ...scenario, fileName: '' }).toMatchObject({ name: 'small', seed: 7, durationUs: 120_000_000 });
    expect(scenario.devices.map(({ name }) => name)).toEqual(['cmts', 'cm', 'web', 'home']);
    expect(bases).toEqual(['base.yaml']);
  });

  test('maps merge key by key, one value replaces another', () => {
    const { segments, name } = made(
      'extends: base.yaml\nname: lossy\nnet: { hfc: { loss: 5% }, yard: { kind: segment } }\n',
    ).scenario;
    expect(name).toBe('lossy');
    expect(segments[0]?.quality).toMatchObject({ delayUs: 8_000, lossRatio: 0.05 });
    expect(segments.map((segment) => segment.name)).toEqual(['hfc', 'core', 'lan', 'yard']);
  });

  test('timeline and expect append, other lists replace', () => {
    const { timeline, expectations, services } = made(`extends: ./base.yaml
timeline: [{ at: 20s, do: crash, who: tod }]
expect: [{ always: leases.unique, level: warn }]
services: { tod: { ip: [10.0.0.37, 10.0.0.38] } }
`).scenario;
    expect(timeline.map((action) => action.do)).toEqual(['power-on', 'impair', 'crash']);
    expect(expectations).toHaveLength(7);
    expect(expectations.at(-1)).toMatchObject({
      level: 'warn',
      path: 'expect[6]',
      place: { line: 3, column: 10 },
    });
    expect(services.find(({ name }) => name === 'tod')?.addresses).toHaveLength(2);
  });

  test('null takes out', () => {
    const { timeline, segments } = made(
      'extends: ./base.yaml\ntimeline: null\nnet: { hfc: { loss: null } }\n',
    ).scenario;
    expect(timeline).toEqual([]);
    expect(segments[0]?.quality.lossRatio).toBe(0);
  });

  test('params of both are one set, and the nearer value counts', () => {
    const base = {
      'base.yaml': PLANT.replace('seed: 7', () => 'params: { modems: 3 }').replace(
        'count: 3',
        () => 'count: "${modems}"',
      ),
    };
    const { params, scenario } = made(
      'extends: ./base.yaml\nparams: { modems: 9, lossy: 4% }\nnet: { hfc: { loss: "${lossy}" } }\n',
      base,
    );
    expect(params).toEqual({ modems: 9, lossy: '4%' });
    expect(scenario.devices.find(({ name }) => name === 'cm')?.count).toBe(9);
  });

  test('a file of the other is looked for beside the other', () => {
    const { files } = made('extends: ./plants/base.yaml\n', { 'plants/base.yaml': PLANT }).scenario;
    expect(files.map(({ path }) => path)).toEqual(['plants/./files/plant.key', 'plants/./files/gold.yaml']);
  });

  test('a chain of three, each beside the one before', () => {
    const files = { 'a/b.yaml': 'extends: ../c/d.yaml\nseed: 8\n', 'c/d.yaml': PLANT };
    const { scenario, bases } = made('extends: a/b.yaml\nduration: 3m\n', files);
    expect(bases).toEqual(['a/b.yaml', 'c/d.yaml']);
    expect(scenario).toMatchObject({ name: 'small', seed: 8, durationUs: 180_000_000 });
  });

  test('JSON, too', () => {
    expect(made('{ "extends": "./base.yaml", "seed": 4 }').scenario.seed).toBe(4);
  });
});

describe('a mistake is shown in the file that has it', () => {
  const wrong = { 'plants/base.yaml': PLANT.replace('delay: 8ms', () => 'delay: 8') };

  test.each([
    {
      name: 'of the other file',
      text: 'extends: ./plants/base.yaml\n',
      files: wrong,
      says: 'lab/plants/base.yaml:6:32 net.hfc.delay: "8" has no unit: write a duration with its unit, such as 200us, 8ms, 1.5s, 2m, 24h, 7d or 3m15s, up to 3650d',
    },
    {
      name: 'of the own file',
      text: 'extends: ./base.yaml\nnet: { hfc: { dealy: 8ms } }\n',
      says: 'lab/over.yaml:2:15 net.hfc.dealy: there is no such key here: did you mean "delay"?',
    },
    {
      name: 'of form, in the other file',
      text: 'extends: ./base.yaml\n',
      files: { 'base.yaml': 'a: [1, 2\n' },
      says: 'lab/base.yaml:2:1 there is a bracket that no "]" closes up to here: close it, or put text that has brackets into quotes',
    },
    {
      name: 'no such file',
      text: 'extends: ./bsae.yaml\n',
      says: 'lab/over.yaml:1:10 extends: there is no file "bsae.yaml": look',
    },
    {
      name: 'out of the folder',
      text: 'extends: ../base.yaml\n',
      says: 'lab/over.yaml:1:10 extends: "../base.yaml" leads out of the scenario\'s folder: keep the file under that folder, or allow other paths with --allow-path',
    },
    {
      name: 'a circle of two',
      text: 'extends: ./base.yaml\n',
      files: { 'base.yaml': 'extends: ./over.yaml\n' },
      says: 'lab/base.yaml:1:10 extends: the files extend each other in a circle: over.yaml extends base.yaml extends over.yaml: take one extends: out',
    },
    {
      name: 'itself',
      text: 'extends: over.yaml\n',
      says: 'lab/over.yaml:1:10 extends: the files extend each other in a circle: over.yaml extends over.yaml: take one extends: out',
    },
    {
      name: 'a chain without end',
      text: 'extends: a0.yaml\n',
      files: Object.fromEntries(
        Array.from({ length: 20 }, (_, n) => [`a${n}.yaml`, `extends: a${n + 1}.yaml\n`]),
      ),
      says: 'lab/a7.yaml:1:10 extends: more than 8 files extend each other: put some of them together',
    },
    {
      name: 'null for what is not there',
      text: 'extends: ./base.yaml\nnet: { hfcc: null }\n',
      says: 'lab/over.yaml:2:14 net.hfcc: null takes out what the other file has, and it has no such key here: did you mean "hfc"?',
    },
    {
      name: 'two files',
      text: 'extends: [a.yaml, b.yaml]\n',
      says: 'lab/over.yaml:1:10 extends: "["a.yaml","b.yaml"]" is no path: write the path of one scenario, such as ./base.yaml',
    },
  ])('$name', ({ text, files = BASE, says: message }) => {
    expect(says(text, files)).toEqual([message]);
  });

  test('a text that is no file extends none', () => {
    expect(() => parseOne('extends: ./base.yaml\n', 'over.yaml', {})).toThrow(
      'a text that is no file cannot extend one',
    );
  });

  test('other folders are allowed on request', () => {
    const options: ParseOptions = { paths: 'any' };
    expect(made('extends: ../base.yaml\n', { '../base.yaml': PLANT }, options).scenario.name).toBe('small');
  });
});
