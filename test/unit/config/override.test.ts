import { describe, expect, test } from 'vitest';
import { ScenarioError } from '../../../src/config/mistakes.ts';
import { parseOne } from '../../../src/config/parse.ts';
import type { Scenario } from '../../../src/config/scenario.ts';
import { PLANT } from './plant.ts';

const TEXT = PLANT.replace('name: small\n', () => 'name: small\nparams: { spread: 4s }\n').replace(
  'over: 4s',
  () => 'over: "${spread}"',
);

function made(...set: string[]): Scenario {
  return parseOne(TEXT, 'small.yaml', { set }).scenario;
}

function says(...set: string[]): string[] {
  try {
    made(...set);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message.split('\n');
    throw error;
  }
  return [];
}

describe('--set', () => {
  test('a value of the file, by its path', () => {
    expect(made('net.hfc.loss=0.5%').segments[0]?.quality.lossRatio).toBe(0.005);
    expect(made('seed=9').seed).toBe(9);
    expect(made('duration=3m', 'duration=4m').durationUs).toBe(240_000_000);
  });

  test('a key that the file did not have', () => {
    expect(made('net.core.loss=1%').segments[1]?.quality.lossRatio).toBe(0.01);
    expect(made('epoch=2027-01-01T00:00:00Z').epochUs).toBe(1_798_761_600_000_000);
  });

  test('a whole map, as YAML has it', () => {
    const { segments } = made('net.attic={ kind: segment, delay: 3ms }');
    expect(segments.at(-1)).toMatchObject({ name: 'attic', quality: { delayUs: 3_000 } });
  });

  test('null takes a key or an item out', () => {
    expect(made('net.hfc.loss=null').segments[0]?.quality.lossRatio).toBe(0);
    expect(made('expect[0]=null').expectations.map(({ kind }) => kind)).not.toContain('sequence');
  });

  test('a key with dots in it is found', () => {
    const tftp = made(
      'services.tftp.files.motd.text=bye',
      'services.tftp.files.gold.cfg={ text: cfg }',
    ).services.find(({ name }) => name === 'tftp');
    expect(tftp).toMatchObject({
      files: [
        { name: 'gold.cfg', content: { kind: 'text', text: 'cfg' } },
        { name: 'motd', content: { kind: 'text', text: 'bye' } },
      ],
    });
  });

  test('an item of a list', () => {
    expect(made('expect[1].level=warn').expectations[1]?.level).toBe('warn');
    expect(made('timeline[1].loss=9%').timeline[1]).toMatchObject({ do: 'impair', lossRatio: 0.09 });
  });

  test.each([
    { set: 'net.hfcc.loss=2%', says: 'net: net has no "hfcc": did you mean "hfc"?' },
    { set: 'net.hfc.los=2%', says: 'net.hfc.los: there is no such key here: did you mean "loss"?' },
    {
      set: 'net.hfc.loss=2',
      says: 'net.hfc.loss: "2" has no % sign: write a percentage from 0% to 100%, such as 2% or 0.1%',
    },
    { set: 'sprad=5s', says: 'the file has no param "sprad": did you mean "spread"?' },
    {
      set: 'spread=[5s]',
      says: 'params.spread: "[5s]" is not one value: write text, a number, true or false',
    },
    {
      set: 'net.hfc.loss',
      says: 'there is no name before a "=": write --set name=value, such as net.hfc.loss=2%',
    },
    { set: '=5s', says: 'there is no name before a "=": write --set name=value, such as net.hfc.loss=2%' },
    {
      set: 'expect[9].level=warn',
      says: 'expect: expect is a list and has no "[9].level": write expect[0] to expect[5]',
    },
    {
      set: 'expect[6]={ always: leases.unique }',
      says: 'expect: expect is a list and has no "[6]": write expect[0] to expect[5]',
    },
    { set: 'seed.x=5', says: 'seed: seed is one value, with no "x" inside: write seed=value' },
    {
      set: 'extends.x=5',
      says: 'the file has no "extends": it has headend, name, params, seed, duration, net, services, devices, timeline, expect',
    },
    {
      set: 'extends=base.yaml',
      says: 'extends: what a file extends is read before flags are: run the other file',
    },
    {
      set: 'net.hfc.loss={',
      says: 'there is a bracket that no "}" closes up to here: close it, or put text that has brackets into quotes',
    },
  ])('$set', ({ set, says: message }) => {
    expect(says(set).map((line) => line.replace(`--set ${set}: `, ''))).toEqual([message]);
  });

  test('a param by name that is none', () => {
    expect(() => parseOne(TEXT, 'small.yaml', { params: { sprad: '5s' } })).toThrow(
      'param sprad=5s: the file has no param "sprad": did you mean "spread"?',
    );
  });
});

function expected(...lines: string[]): Scenario['expectations'] {
  return parseOne(TEXT, 'small.yaml', { expect: lines }).scenario.expectations;
}

describe('--expect', () => {
  test('a claim, or an item as the file has it', () => {
    const more = expected('dhcp.queue.depth <= 9', '{ never: { any: cm, state: off }, level: warn }').slice(
      -2,
    );
    expect(more).toMatchObject([
      {
        kind: 'always',
        text: 'dhcp.queue.depth <= 9',
        place: { source: { name: '--expect dhcp.queue.depth <= 9' } },
      },
      { kind: 'never', level: 'warn' },
    ]);
  });

  test('what a terminal would obey is shown as text', () => {
    expect(() => made('name=\u001b[2J')).toThrow(/^--set name=\\x1b\[2J: name: "\\x1b\[2J" has characters/);
  });

  test('a mistake names the flag', () => {
    expect(() => expected('dhcpp.queue.depth <= 9')).toThrow(
      /^--expect dhcpp.queue.depth <= 9: expect\[6\].always: /,
    );
  });
});
