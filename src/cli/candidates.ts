import { readdirSync } from 'node:fs';
import { Command, type Option } from 'commander';
import { namesIn, settingsIn } from '../api/names.ts';
import { listTemplates } from '../api/templates.ts';
import type { Session, VerbEntry } from './program.ts';

/** One thing that may be typed next. A name that ends in `/` or `=` is gone on with. */
export interface Candidate {
  readonly text: string;
  /** Empty where the text says it all. */
  readonly about: string;
}

export interface Candidates {
  readonly verbs: readonly VerbEntry[];
  readonly session: Session;
}

const SCENARIO = /\.(?:ya?ml|json)$/i;
/** By verb: the endings of the files that it reads; left out, scenarios. Verbs with commands of their own read any file. */
const ENDINGS: Readonly<Record<string, RegExp>> = {
  ladder: /\.trace$/i,
  view: /\.trace$/i,
  diff: /\.(?:trace|ya?ml|json)$/i,
  replay: /\.(?:trace|json)$/i,
  merge: /\.json$/i,
  explain: /\.(?:trace|pcapng)$/i,
};
/** Flags whose value is a host, and those whose value is a setting of the scenario named on the line. */
const HOST_FLAGS: ReadonlySet<string> = new Set(['--ladder', '--who', '--only', '--sample']);
const SETTING_FLAGS: ReadonlySet<string> = new Set(['--set', '--cell', '--with']);
const FILES_MAX = 1_000;

/** What may follow: `words` are those after the program's name, the last as far as it is typed. */
export async function candidatesFor(
  words: readonly string[],
  { verbs, session }: Candidates,
): Promise<readonly Candidate[]> {
  const typed = words.at(-1) ?? '';
  const before = words.slice(0, -1);
  const [verb] = before;
  const found = verb === undefined ? verbs.map(({ name, summary }) => ({ text: name, about: summary })) : [];
  if (verb !== undefined) {
    const entry = verbs.find(({ name }) => name === verb);
    if (entry === undefined) return [];
    const program = new Command('headend');
    (await entry.load())(program, session, () => undefined);
    const top = program.commands[0];
    if (top !== undefined) found.push(...forCommand(top, before.slice(1), typed));
  }
  return found.filter(({ text }) => text.startsWith(typed));
}

function forCommand(top: Command, before: readonly string[], typed: string): readonly Candidate[] {
  let command = top;
  let operands = 0;
  let waiting: Option | undefined;
  for (const word of before) {
    const inner = command.commands.find((one) => one.name() === word);
    if (waiting?.optional === true && word.startsWith('-')) waiting = valued(command, word);
    else if (waiting !== undefined) waiting = undefined;
    else if (word.startsWith('-')) waiting = valued(command, word);
    else if (inner !== undefined && operands === 0) command = inner;
    else operands++;
  }
  const isLeftOut = waiting?.optional === true && typed.startsWith('-');
  if (waiting !== undefined && !isLeftOut) return valuesOf(waiting, before, typed);
  if (typed.startsWith('-')) return flagsOf(command, before);
  if (command.commands.length > 0)
    return command.commands.map((one) => ({ text: one.name(), about: one.description() }));
  const choices = command.registeredArguments[operands]?.argChoices;
  if (choices !== undefined) return choices.map((text) => ({ text, about: '' }));
  if (command.registeredArguments.length === 0) return [];
  return filesFor(typed, command === top ? (ENDINGS[top.name()] ?? SCENARIO) : undefined);
}

/** The flag, if the next word is its value, or may be. */
function valued(command: Command, word: string): Option | undefined {
  return command.options.find(
    ({ long, short, required, optional }) => (required || optional) && (long === word || short === word),
  );
}

function flagsOf(command: Command, before: readonly string[]): readonly Candidate[] {
  return command.options
    .filter(
      ({ hidden, long, parseArg }) => !hidden && (parseArg !== undefined || !before.includes(long ?? '')),
    )
    .map(({ long, description }) => ({ text: long ?? '', about: description }))
    .concat({ text: '--help', about: 'what this command does' });
}

function valuesOf(option: Option, before: readonly string[], typed: string): readonly Candidate[] {
  if (option.argChoices !== undefined) return option.argChoices.map((text) => ({ text, about: '' }));
  const files = before.filter((word) => SCENARIO.test(word));
  const flag = option.long ?? '';
  if (HOST_FLAGS.has(flag)) return files.flatMap(namesIn);
  if (SETTING_FLAGS.has(flag)) return files.flatMap(settingsIn);
  if (flag === '--from' && option.optional)
    return listTemplates().map(({ name, about }) => ({ text: name, about }));
  return /file|folder|dir|path/i.test(option.flags) ? filesFor(typed, undefined) : [];
}

/** Files with this ending, and folders; what begins with a dot only when that was typed. */
function filesFor(typed: string, ending: RegExp | undefined): readonly Candidate[] {
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1);
  const start = typed.slice(folder.length);
  try {
    return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true })
      .filter((entry) => entry.name.startsWith(start) && (start !== '' || !entry.name.startsWith('.')))
      .filter((entry) => entry.isDirectory() || ending === undefined || ending.test(entry.name))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .slice(0, FILES_MAX)
      .map((entry) => ({ text: `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`, about: '' }));
  } catch {
    return [];
  }
}
