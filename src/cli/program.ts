import { Command, Option } from 'commander';
import type { CommanderError } from 'commander';
import { EXIT } from '../api/exit.ts';
import { UsageError } from '../api/failure.ts';
import { HELP_TEXTS, helpText, PROGRAM_HELP } from './help-texts.ts';
import type { Output } from './output.ts';

/** What a command's code is given; it answers with the exit code. */
export interface Session {
  readonly output: Output;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** How this program was called: `headend`, or `node dist/cli/main.js`. */
  readonly program: string;
  /** Says that ending on the signal that came was the command's work: its own exit code counts. */
  settled(): void;
}

export type Flags = Readonly<Record<string, unknown>>;

/** One verb: adds itself to the program and reports its exit code to `done`. */
export type Verb = (program: Command, session: Session, done: (code: number) => void) => void;

/** A verb's line in the help; its code is loaded when it is typed, since most of headend is not needed for most verbs. */
export interface VerbEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Verb>;
}

/** A verb whose action gives its exit code. */
export function defineVerb(
  usage: string,
  shape: (command: Command) => void,
  act: (session: Session, operands: readonly string[], flags: Flags) => Promise<number> | number,
): Verb {
  return (program, session, done) => {
    const command = program.command(usage);
    shape(command);
    command.action(async (...given: unknown[]) => {
      // Commander hands in the operands, then the flags, then the command.
      const flags = given.at(-2) as Flags;
      const operands = given.slice(0, -2).flat() as (string | undefined)[];
      done(
        await act(
          session,
          operands.filter((one) => one !== undefined),
          flags,
        ),
      );
    });
  };
}

/** For a flag that takes words joined by commas, and may be given again. */
export function splitWords(words: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...words.split(',').filter((word) => word !== '')];
}

export function jsonFlag(): Option {
  return new Option('--json', 'print one JSON object instead of text');
}

export function reachFlag(): Option {
  return new Option('--allow-path', "files may lie outside of the scenario's folder");
}

export function reachOf(flags: Flags): 'inside' | 'any' {
  return flags['allowPath'] === true ? 'any' : 'inside';
}

export function seedFlag(): Option {
  return new Option('--seed <number>', "the dice; left out, the scenario's own");
}

const SEED_MAX = 2 ** 32 - 1;

export function seedOf(flags: Flags): number | undefined {
  const text = flags['seed'] as string | undefined;
  if (text === undefined) return undefined;
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > SEED_MAX)
    throw new UsageError(`--seed "${text.slice(0, 20)}" is not a whole number from 0 to ${SEED_MAX}`);
  return seed;
}

/** The command line: the verb that is `typed`, or asked about, whole; of all others name and summary, for the help. */
export async function buildProgram(
  version: string,
  { verbs, typed }: { readonly verbs: readonly VerbEntry[]; readonly typed: readonly string[] },
  session: Session,
  done: (code: number) => void,
): Promise<Command> {
  const program = new Command('headend')
    .description('An ISP head-end in a box: DNS, DHCP, TFTP and Time of Day, real or simulated.')
    .version(version)
    .showSuggestionAfterError(true)
    .showHelpAfterError('(headend --help lists the commands; headend help COMMAND shows one)')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => session.output.text(text),
      writeErr: (text) => session.output.note(text.trimEnd().replace(/^error: /, 'headend: ')),
    });
  const wanted = typed[0] === 'help' ? typed[1] : typed[0];
  for (const { name, summary, load } of verbs) {
    if (name === wanted) (await load())(program, session, done);
    else program.command(name);
    const command = program.commands.at(-1)?.description(summary);
    const help = HELP_TEXTS[name];
    if (name === wanted && help !== undefined) command?.addHelpText('after', helpText(help));
  }
  program.addHelpText('after', helpText(PROGRAM_HELP));
  for (const command of program.commands) {
    copySettings(command, program);
    if (command.name() === wanted) showOwnHelp(command, 'headend');
  }
  // Commander answers this with the help of everything and does not say why.
  const known = ['help', '-h', '--help', undefined, ...verbs.map(({ name }) => name)];
  if (typed[0] === 'help' && !known.includes(wanted))
    program.error(`error: unknown command '${wanted}'`, { code: 'commander.unknownCommand' });
  return program;
}

function copySettings(command: Command, parent: Command): void {
  command.copyInheritedSettings(parent);
  for (const inner of command.commands) copySettings(inner, command);
}

/** Who typed a verb and not its operands is told of that verb's help. */
function showOwnHelp(command: Command, above: string): void {
  const words = `${above} ${command.name()}`;
  command.showHelpAfterError(`(${words} --help shows how it is called)`);
  for (const inner of command.commands) showOwnHelp(inner, words);
}

/** The exit code of what commander throws: help and version were asked for, the rest is bad usage. */
export function usageExitCode(error: CommanderError): number {
  const asked = ['commander.helpDisplayed', 'commander.version'].includes(error.code);
  return asked || (error.code === 'commander.help' && error.exitCode === 0) ? EXIT.passed : EXIT.usage;
}

/** A word as a POSIX shell takes it, quoted only where it must be. */
export function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
