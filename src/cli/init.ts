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
import { cutLine, span, type Line } from '../api/report.ts';
import { scenarioSlug } from '../api/load-scenario.ts';
import { copyTemplate, listTemplates, type Template } from '../api/templates.ts';
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
      .option(
        '--from [template]',
        'no lab: a shipped scenario, copied with the files that it names; without a name, a list of them',
      )
      .option('-y, --yes', 'ask nothing: what no flag says has its default')
      .option('--force', 'write over a file that is there')
      .addOption(jsonFlag());
  },
  async (session, [named], flags) => {
    if (flags['from'] !== undefined) return fromTemplate(session, named, flags);
    const file = named ?? 'lab.yaml';
    checkLabPath(file, flags['force'] === true);
    const answers = await gather(session, flags);
    if (answers === undefined) {
      session.output.note('', 'headend: nothing was written');
      return EXIT.interrupted;
    }
    const { path, folder, next } = writeLab(file, answers);
    const commands = next.map((words) => words.map(shellWord).join(' '));
    report(session, {
      path,
      also: folder === undefined ? '' : ` and made ${folder}`,
      alsoAs: { folder: folder ?? null },
      next: commands,
      isJson: flags['json'] === true,
    });
    return EXIT.passed;
  },
);

interface Written {
  readonly path: string;
  /** What else was made, in words. */
  readonly also: string;
  /** The same for a program. */
  readonly alsoAs: Readonly<Record<string, unknown>>;
  readonly next: readonly string[];
  readonly isJson: boolean;
}

function report({ output, program }: Session, { path, also, alsoAs, next, isJson }: Written): void {
  if (isJson) {
    output.json({ format_version: 1, verdict: 'pass', file: path, ...alsoAs, next });
    return;
  }
  output.lines([
    [span(' ✓ ', 'good'), span(`wrote ${path}${also}`)],
    [span('   next:')],
    ...next.map((command) => [span(`     ${program} ${command}`, 'command')]),
  ]);
}

/** A list of templates, or one of them copied. */
function fromTemplate(session: Session, named: string | undefined, flags: Flags): number {
  const asked = LAB_QUESTIONS.find((question) => flags[question] !== undefined);
  if (asked !== undefined)
    throw new UsageError(
      `${FLAGS[asked]} is for a lab, and --from copies a scenario as it is: leave one out`,
    );
  const isJson = flags['json'] === true;
  const name = flags['from'];
  if (typeof name === 'string') {
    const { path, files, isMatrix } = copyTemplate(name, named, flags['force'] === true);
    const looks = isMatrix ? ['plan', path] : ['run', path, '--report', `${scenarioSlug(path)}.html`];
    const next = [['validate', path], ['run', path], looks].map((words) => words.map(shellWord).join(' '));
    const also = files.length === 0 ? '' : `, beside it ${files.join(', ')}`;
    report(session, { path, also, alsoAs: { files }, next, isJson });
    return EXIT.passed;
  }
  const { output } = session;
  const templates = listTemplates().map(({ name: template, about }) => ({ name: template, about }));
  if (isJson) output.json({ format_version: 1, verdict: 'pass', templates });
  else output.lines(templateLines(templates, output.columns));
  return EXIT.passed;
}

function templateLines(templates: readonly Omit<Template, 'path'>[], columns: number | undefined): Line[] {
  const width = Math.max(...templates.map(({ name }) => name.length)) + 2;
  const lines = templates.map(({ name, about }): Line => [
    span(` ${name.padEnd(width)}`, 'strong'),
    span(about),
  ]);
  return columns === undefined ? lines : lines.map((line) => cutLine(line, columns));
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
