import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { HELP_TEXTS, helpText, PROGRAM_HELP } from '../../../src/cli/help-texts.ts';
import { Output } from '../../../src/cli/output.ts';
import { buildProgram } from '../../../src/cli/program.ts';
import { VERBS } from '../../../src/cli/verbs.ts';
import { EXIT } from '../../../src/api/exit.ts';

const session = {
  output: new Output(),
  signal: new AbortController().signal,
  program: 'headend',
  settled: () => undefined,
};

/** The command that words call, and the words that are left. */
async function commandOf(words: readonly string[]): Promise<{ command: Command; rest: readonly string[] }> {
  const [verb = '', next = '', ...more] = words;
  const program = new Command('headend');
  const entry = VERBS.find(({ name }) => name === verb);
  (await entry?.load())?.(program, session, () => undefined);
  const top = program.commands[0]!;
  const inner = top.commands.find((one) => one.name() === next);
  return inner === undefined ? { command: top, rest: words.slice(1) } : { command: inner, rest: more };
}

const EXAMPLES = [...Object.values(HELP_TEXTS), PROGRAM_HELP].flatMap(({ examples }) =>
  examples.map(([command]) => ({ command })),
);

test('every verb but the completion of shells, which says how it is used, has examples', () => {
  const names = VERBS.map(({ name }) => name).filter((name) => name !== 'completion');
  expect(Object.keys(HELP_TEXTS).sort()).toEqual(names.sort());
});

describe('an example is a command that there is', () => {
  test.each(EXAMPLES.filter(({ command }) => !command.startsWith('help ')))(
    '$command',
    async ({ command: line }) => {
      const words = line.split(' ').map((word) => word.replaceAll("'", ''));
      const { command, rest } = await commandOf(words);
      // A flag that there is not, or an operand too many, is refused.
      command.exitOverride().configureOutput({ writeErr: () => undefined });
      const { operands, unknown } = command.parseOptions([...rest]);
      expect(unknown).toEqual([]);
      const [most] = command.registeredArguments.slice(-1);
      if (most?.variadic !== true)
        expect(operands.length).toBeLessThanOrEqual(command.registeredArguments.length);
      const needed = command.registeredArguments.filter(({ required }) => required).length;
      expect(operands.length).toBeGreaterThanOrEqual(needed);
      for (const word of words.filter((one) => one.startsWith('scenarios/')))
        expect(existsSync(word), word).toBe(true);
    },
  );
});

test('every line fits a terminal; long commands have what they are for below', () => {
  for (const text of [...Object.values(HELP_TEXTS), PROGRAM_HELP].map(helpText))
    for (const line of text.split('\n')) expect(line.length, line).toBeLessThanOrEqual(116);
  expect(
    helpText({
      examples: [
        ['plan a.yaml', 'one'],
        [`plan ${'a'.repeat(60)}.yaml`, 'two'],
      ],
      exits: '0 well',
    }),
  ).toBe(
    `\nExamples:\n  headend plan a.yaml  one\n  headend plan ${'a'.repeat(60)}.yaml\n      two\n\nExit codes: 0 well`,
  );
});

test('who leaves an operand out is told of that verb’s help', async () => {
  const said: string[] = [];
  const output = { note: (text: string) => said.push(text), text: () => undefined } as unknown as Output;
  const program = await buildProgram(
    '1.0.0',
    { verbs: VERBS, typed: ['lesson'] },
    { ...session, output },
    () => undefined,
  );
  await expect(program.parseAsync(['lesson', 'guess', '8'], { from: 'user' })).rejects.toThrow("'cause'");
  expect(said.at(-1)).toBe('(headend lesson guess --help shows how it is called)');
});

test('the program’s help has every exit code', () => {
  for (const code of Object.values(EXIT)) expect(PROGRAM_HELP.exits).toMatch(new RegExp(`\\b${code} `));
});
