import { createInterface } from 'node:readline/promises';
import { EXIT } from '../api/exit.ts';
import { UsageError } from '../api/failure.ts';
import {
  askedFor,
  checkLabPath,
  faultOf,
  LAB_QUESTIONS,
  writeLab,
  type LabAnswers,
  type LabQuestion,
} from '../api/init.ts';
import { span } from '../api/report.ts';
import { defineVerb, jsonFlag, shellWord, type Flags, type Session } from './program.ts';

/** The flag of each question. */
const FLAGS: Readonly<Record<LabQuestion, string>> = {
  interface: '--interface',
  subnet: '--subnet',
  ip: '--ip',
  range: '--range',
  router: '--router',
  dnsZone: '--dns-zone',
  tftpRoot: '--tftp-root',
  modems: '--modems',
};

export const init = defineVerb(
  'init [file]',
  (command) => {
    command
      .option('--interface <name>', 'the network interface of the lab, or none')
      .option('--subnet <network>', 'the network of its clients, such as 10.77.0.0/24')
      .option('--ip <address>', "this machine's address there")
      .option('--range <addresses>', 'addresses to give out, such as 10.77.0.100-10.77.0.199')
      .option('--router <address>', 'the router that clients are told, or none')
      .option('--dns-zone <domain>', 'the domain of the lab, or none')
      .option('--tftp-root <folder>', 'the folder that TFTP serves, or none')
      .option('--modems <count>', 'simulated cable modems, 0 to 1000')
      .option('-y, --yes', 'ask nothing: what no flag says has its default')
      .option('--force', 'write over a file that is there')
      .addOption(jsonFlag());
  },
  async (session, [file = 'lab.yaml'], flags) => {
    checkLabPath(file, flags['force'] === true);
    const answers = await gather(session, flags);
    if (answers === undefined) {
      session.output.note('', 'headend: nothing was written');
      return EXIT.interrupted;
    }
    const { path, folder, next } = writeLab(file, answers);
    const commands = next.map((words) => words.map(shellWord).join(' '));
    report(session, { path, folder, next: commands, isJson: flags['json'] === true });
    return EXIT.passed;
  },
);

interface Written {
  readonly path: string;
  readonly folder: string | undefined;
  readonly next: readonly string[];
  readonly isJson: boolean;
}

function report({ output, program }: Session, { path, folder, next, isJson }: Written): void {
  if (isJson) {
    output.json({ format_version: 1, verdict: 'pass', file: path, folder: folder ?? null, next });
    return;
  }
  output.lines([
    [span(' ✓ ', 'good'), span(`wrote ${path}${folder === undefined ? '' : ` and made ${folder}`}`)],
    [span('   next:')],
    ...next.map((command) => [span(`     ${program} ${command}`, 'command')]),
  ]);
}

/** Flags first, then questions in a terminal, then defaults; undefined: the person stopped. */
async function gather(session: Session, flags: Flags): Promise<LabAnswers | undefined> {
  const given: Partial<Record<LabQuestion, string>> = {};
  for (const question of LAB_QUESTIONS) {
    const text = flags[question];
    if (typeof text !== 'string') continue;
    given[question] = text;
  }
  for (const question of LAB_QUESTIONS) {
    const text = given[question];
    const fault = text === undefined ? undefined : faultOf(question, text, given);
    if (text !== undefined && fault !== undefined)
      throw new UsageError(`${FLAGS[question]} "${text.slice(0, 60)}" will not do: ${fault}`);
  }
  const isAsking = process.stdin.isTTY && flags['yes'] !== true && flags['json'] !== true;
  return isAsking ? ask(session, given) : withDefaults(given);
}

/** A default may clash with a flag: a router inside of the range that is usual. */
function withDefaults(given: LabAnswers): LabAnswers {
  const answers: Partial<Record<LabQuestion, string>> = { ...given };
  for (const question of LAB_QUESTIONS) answers[question] ??= askedFor(question, answers).usual;
  return answers;
}

/** Asks on standard error, so that standard output is the result; Enter takes what stands in brackets. */
async function ask({ output, signal }: Session, given: LabAnswers): Promise<LabAnswers | undefined> {
  const answers: Partial<Record<LabQuestion, string>> = { ...given };
  const stop = new AbortController();
  const over = AbortSignal.any([signal, stop.signal]);
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  terminal.on('SIGINT', () => stop.abort());
  terminal.on('close', () => stop.abort());
  output.note('A lab for headend. Enter takes what stands in brackets, Ctrl-C leaves all as it is.');
  try {
    for (const question of LAB_QUESTIONS) {
      while (answers[question] === undefined) {
        const { asks, usual } = askedFor(question, answers);
        const typed = (await terminal.question(`${asks} [${usual}]: `, { signal: over })).trim();
        const answer = typed === '' ? usual : typed;
        const fault = faultOf(question, answer, answers);
        if (fault === undefined) answers[question] = answer;
        else output.note(`  "${answer.slice(0, 60)}" will not do: ${fault}`);
      }
    }
    return answers;
  } catch (error) {
    if (over.aborted) return undefined;
    throw error;
  } finally {
    terminal.close();
  }
}
