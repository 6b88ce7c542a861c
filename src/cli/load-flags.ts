import { Option, type Command } from 'commander';
import type { LoadOptions } from '../api/load-scenario.ts';
import { reachFlag, reachOf, type Flags } from './program.ts';

export function setFlag(): Option {
  return new Option(
    '--set <name=value>',
    'give a param or a value of the file another one; again for more',
  ).argParser(gather);
}

/** The flags of every verb that reads a scenario and may read it changed. */
export function addSetFlags(command: Command): void {
  command.addOption(setFlag()).addOption(reachFlag());
}

/** The same for a verb that judges it, too. */
export function addLoadFlags(command: Command): void {
  command
    .addOption(setFlag())
    .addOption(
      new Option(
        '--expect <expectation>',
        'expect this as well, such as "leases.unique"; again for more',
      ).argParser(gather),
    )
    .addOption(reachFlag());
}

export function loadOptionsOf(flags: Flags): LoadOptions {
  return { reach: reachOf(flags), set: listOf(flags['set']), expect: listOf(flags['expect']) };
}

/** For a flag that may be given again. */
export function gather(word: string, words: readonly string[] = []): readonly string[] {
  return [...words, word];
}

function listOf(value: unknown): readonly string[] {
  return (value ?? []) as readonly string[];
}
