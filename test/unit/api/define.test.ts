import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  defineScenario,
  loadCells,
  loadScenario,
  runScenario,
  type ScenarioData,
} from '../../../src/index.ts';

const TSC = 'node_modules/typescript/bin/tsc';

/** What the compiler says of the programs under fixtures/types: file, place and code, and the key that is none. */
async function compiled(): Promise<string[]> {
  const out = await new Promise<string>((resolve) => {
    execFile(
      process.execPath,
      [TSC, '--pretty', 'false', '-p', 'fixtures/types/tsconfig.json'],
      (_, stdout) => resolve(stdout),
    );
  });
  return out
    .split('\n')
    .filter((line) => /^\S/.test(line))
    .map((line) => {
      const [, file, row, column, code] = /([a-z]+)\.ts\((\d+),(\d+)\): error (TS\d+)/.exec(line) ?? [];
      const key = /NoSuchKey<"([^"]+)">/.exec(line.split('is not assignable')[1] ?? '')?.[1];
      return `${file}:${row}:${column} ${code}${key === undefined ? '' : ` no key ${key}`}`;
    });
}

test('a wrong key or value in a program is an error of the compiler, where it stands', async () => {
  expect(await compiled()).toEqual([
    'wrong:6:75 TS2322 no key dealy',
    'wrong:7:58 TS2820',
    'wrong:8:75 TS2322',
    'wrong:9:20 TS2322',
    'wrong:10:18 TS2345',
    'wrong:16:58 TS2322 no key timelime',
    'wrong:21:28 TS2322',
    'wrong:27:5 TS2322 no key spraed',
    'wrong:29:69 TS2322',
    'wrong:34:41 TS2322 no key sate',
    'wrong:40:54 TS2322 no key single-prot',
    'wrong:42:59 TS2561',
    'wrong:43:59 TS2322',
    'wrong:44:68 TS2322',
    'wrong:45:18 TS2345',
  ]);
});

const CONFIGURATION = [
  { 'network-access': true },
  { 'max-cpe': 1 },
  { 'upstream-service-flow': { reference: 1, 'qos-parameter-set': 7 } },
  { 'downstream-service-flow': { reference: 2, 'qos-parameter-set': 7 } },
];

const PLANT = defineScenario({
  headend: 1,
  name: 'small',
  params: { modems: 1, spread: '1s' },
  matrix: { spread: ['1s', '2s'] },
  net: { hfc: { kind: 'segment', delay: '2ms' }, core: { kind: 'segment' } },
  services: {
    dhcp: {
      on: 'core',
      ip: '10.0.0.67',
      subnets: [
        {
          subnet: '10.9.0.0/18',
          relay: '10.9.0.1',
          range: '10.9.16.1-10.9.16.99',
          tftp: { server: '10.0.0.69', file: 'gold.cfg' },
        },
      ],
    },
    tftp: { on: 'core', ip: '10.0.0.69', files: { 'gold.cfg': { docsis: CONFIGURATION } } },
  },
  devices: {
    cmts: {
      kind: 'cmts',
      cable: 'hfc',
      uplink: 'core',
      giaddr: '10.9.0.1',
      helper: '10.0.0.67',
      ranging: 'ideal',
    },
    cm: { kind: 'cable-modem', count: '${modems}', on: 'hfc', mac: '00:10:18:00:00:{n:02x}' },
  },
  timeline: [{ at: '0s', do: 'power-on', who: 'cm', spread: { over: '${spread}', by: 'even' } }],
  expect: [{ always: 'leases.unique' }],
});

describe('a scenario in a program', () => {
  test('is run like a file', async () => {
    const result = await runScenario(PLANT, { seed: 3, set: ['modems=2'] });
    expect(result).toMatchObject({ scenario: 'small', seed: 3, verdict: 'pass' });
    expect(result.devices.filter(({ kind }) => kind === 'cable-modem')).toHaveLength(2);
  });

  test('has its cells', () => {
    expect(loadCells(PLANT).map(({ cell }) => cell)).toEqual([{ spread: '1s' }, { spread: '2s' }]);
  });

  test.each([
    {
      name: 'a mistake is named by its path',
      data: { ...PLANT, seed: -1 },
      says: 'scenario: seed: "-1" is out of bounds: write at least 0',
    },
    {
      name: 'a function is none',
      data: { ...PLANT, about: () => 'x' },
      says: 'scenario: about: a function will not do: a scenario is plain data: texts, numbers, true, false, lists and keys with values',
    },
    {
      name: 'an object of a class is none',
      data: { ...PLANT, params: new Map() },
      says: 'scenario: params: an object of a class will not do: a scenario is plain data: texts, numbers, true, false, lists and keys with values',
    },
    {
      name: 'no number',
      data: { ...PLANT, seed: Number.NaN },
      says: 'scenario: seed: "NaN" will not do: a scenario is plain data: texts, numbers, true, false, lists and keys with values',
    },
    {
      name: 'a hole',
      data: { ...PLANT, expect: [undefined] },
      says: 'scenario: expect[0]: undefined will not do: a scenario is plain data: texts, numbers, true, false, lists and keys with values',
    },
  ])('$name', ({ data, says }) => {
    expect(() => loadScenario(data as ScenarioData)).toThrow(says);
  });

  test('data that has itself inside ends', () => {
    const circle: Record<string, unknown> = { ...PLANT };
    circle['about'] = { inside: circle };
    expect(() => loadScenario(circle as ScenarioData)).toThrow('values nest deeper than 32 levels');
  });

  test('a key that is undefined is not there', () => {
    expect(loadScenario({ ...PLANT, about: undefined }).scenario.about).toBe('');
  });
});

describe('a program extends a file', () => {
  let folder = '';

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'headend-define-'));
    writeFileSync(join(folder, 'small.json'), JSON.stringify(PLANT));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  test('by a path from the folder that it names', async () => {
    const storm = defineScenario({
      extends: './small.json',
      name: 'storm',
      timeline: [3, 6].map((s) => ({
        at: `${s}s`,
        do: 'impair',
        id: `cut-${s}`,
        where: 'core',
        loss: '100%',
        for: '1s',
      })),
      expect: [{ eventually: { all: 'cm', state: 'operational' } }],
    });
    const { scenario, bases } = loadScenario(storm, { base: folder });
    expect(scenario.timeline.map((action) => action.do)).toEqual(['power-on', 'impair', 'impair']);
    expect(bases).toEqual(['small.json']);
    expect(await runScenario(storm, { base: folder })).toMatchObject({ scenario: 'storm', verdict: 'pass' });
  });

  test('and a mistake in the file names the file', () => {
    writeFileSync(join(folder, 'small.json'), '{ "headend": 1,\n  "nmae": "x" }');
    const over: ScenarioData = { extends: './small.json' };
    expect(() => loadScenario(over, { base: folder })).toThrow(
      `${join(folder, 'small.json')}:2:3 nmae: there is no such key here`,
    );
  });
});
