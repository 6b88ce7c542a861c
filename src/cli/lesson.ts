import { createInterface } from 'node:readline/promises';
import type { Command } from 'commander';
import { EXIT } from '../api/exit.ts';
import { UsageError } from '../api/failure.ts';
import {
  causeWords,
  findIncident,
  lessonList,
  readGuess,
  renderCauses,
  renderCauseWords,
  renderLesson,
  renderLessonHelp,
  renderLessons,
  renderMend,
  runLesson,
} from '../api/lesson.ts';
import type { Incident, LessonRun } from '../api/lesson.ts';
import { type Line, span, wrapText } from '../api/report.ts';
import { jsonFlag, seedFlag, seedOf } from './program.ts';
import type { Output } from './output.ts';
import type { Flags, Session, Verb } from './program.ts';

/** `lesson [run | hint | guess | answer | causes]`. */
export const lesson: Verb = (program, session, done) => {
  const { output } = session;
  const group = program
    .command('lesson')
    .addOption(jsonFlag())
    .action((flags: Flags) => {
      if (flags['json'] === true) output.json({ format_version: 1, verdict: 'pass', ...lessonList() });
      else output.lines(renderLessons(output.columns));
      done(EXIT.passed);
    });
  addRun(group, session, done);
  addHint(group, session, done);
  addGuess(group, session, done);
  group
    .command('answer <lesson>')
    .description('the cause, the packets that prove it, and what mends it')
    .addOption(seedFlag())
    .addOption(jsonFlag())
    .action(async (word: string, flags: Flags, command: Command) => {
      const incident = findIncident(word);
      const run = await runLesson(incident, { seed: seedOf(flags) });
      showAnswer(session, { incident, run, isRight: undefined, isJson: isJsonOf(command) });
      done(EXIT.passed);
    });
  group
    .command('causes')
    .description('what may be guessed')
    .addOption(jsonFlag())
    .action((_flags: Flags, command: Command) => {
      if (isJsonOf(command)) output.json({ format_version: 1, verdict: 'pass', causes: causeWords() });
      else output.lines(renderCauseWords(output.columns));
      done(EXIT.passed);
    });
};

type Done = (code: number) => void;

/** The group has --json of its own, and commander gives it what stands behind a command, too. */
function isJsonOf(command: Command): boolean {
  return command.optsWithGlobals()['json'] === true;
}

function addRun(group: Command, session: Session, done: Done): void {
  group
    .command('run <lesson>')
    .description('run an incident with its cause hidden; in a terminal, ask for a guess')
    .option('--at <segment>', 'draw the packets that a capture on this segment shows')
    .option('--pcap <file>', 'write a capture that Wireshark opens')
    .option(
      '--trace <file>',
      'write every event, for headend ladder and explain: it tells more than a capture',
    )
    .option('--no-ask', 'do not ask for a guess')
    .addOption(seedFlag())
    .addOption(jsonFlag())
    .action(async (word: string, flags: Flags, command: Command) => {
      const incident = findIncident(word);
      const at = flags['at'] as string | undefined;
      const run = await runLesson(incident, {
        seed: seedOf(flags),
        at,
        pcap: flags['pcap'] as string | undefined,
        trace: flags['trace'] as string | undefined,
      });
      const isJson = isJsonOf(command);
      showLesson(session, { incident, run, at, isJson });
      const isAsking = process.stdin.isTTY && session.output.isTerminal && flags['ask'] !== false && !isJson;
      done(isAsking ? await askForGuess(session, incident, run) : EXIT.passed);
    });
}

function addHint(group: Command, { output }: Session, done: Done): void {
  group
    .command('hint <lesson> [number]')
    .description('where to look; the first is the vaguest')
    .addOption(jsonFlag())
    .action((word: string, number: string | undefined, _flags: Flags, command: Command) => {
      const { hints, number: lessonNumber } = findIncident(word);
      const count = number === undefined ? 1 : Number(number);
      const hint = hints[count - 1];
      if (hint === undefined)
        throw new UsageError(`there are ${hints.length} hints for lesson ${lessonNumber}, numbered from 1`);
      if (isJsonOf(command))
        output.json({
          format_version: 1,
          verdict: 'pass',
          lesson: lessonNumber,
          hint: count,
          of: hints.length,
          text: hint,
        });
      else output.lines(prose(`${count} of ${hints.length}: ${hint}`, output));
      done(EXIT.passed);
    });
}

function addGuess(group: Command, session: Session, done: Done): void {
  group
    .command('guess <lesson> <cause...>')
    .description('say what is wrong: a right guess shows the proof; exit code 1 when it is another thing')
    .addOption(seedFlag())
    .addOption(jsonFlag())
    .action(async (word: string, cause: readonly string[], flags: Flags, command: Command) => {
      const incident = findIncident(word);
      const guessed = readGuess(cause.join(' '));
      const run = await runLesson(incident, { seed: seedOf(flags) });
      const isRight = guessed === incident.cause;
      const isJson = isJsonOf(command);
      if (isRight || isJson) showAnswer(session, { incident, run, isRight, isJson });
      else showWrong(session, incident, guessed.says);
      done(isRight ? EXIT.passed : EXIT.failed);
    });
}

interface Shown {
  readonly incident: Incident;
  readonly run: LessonRun;
  readonly isJson: boolean;
}

function showLesson(
  { output, program }: Session,
  { incident, run, at, isJson }: Shown & { readonly at: string | undefined },
): void {
  const { ticket, sides, seed, segments, file } = run;
  if (isJson) {
    const { number, name, title } = incident;
    output.json({
      format_version: 1,
      verdict: 'pass',
      number,
      name,
      title,
      ticket,
      file,
      seed,
      sides,
      segments,
    });
    return;
  }
  const { columns } = output;
  output.lines(renderLesson({ incident, ticket, sides }, columns));
  if (at !== undefined)
    output.lines([[], [span(` on ${at}, ${incident.show}`, 'strong')], ...run.ladder(columns)]);
  output.lines([[], ...renderLessonHelp(incident, { program, at: segments, columns })]);
}

function showWrong({ output, program }: Session, incident: Incident, says: string): void {
  output.lines([
    ...wrongLines(says, output),
    [span('   '), span(`${program} lesson hint ${incident.number}`, 'command')],
    [
      span('   '),
      span(`${program} lesson answer ${incident.number}`, 'command'),
      span('   gives it away', 'dim'),
    ],
  ]);
}

function wrongLines(says: string, { columns = 100 }: Output): readonly Line[] {
  return [
    [span(' ✗ ', 'bad'), span('It is another thing. What you named would be so:')],
    ...wrapText(says, columns - 3).map((words): Line => [span(`   ${words}`)]),
    [span('   Which packet would show that, and is it there?')],
  ];
}

function prose(text: string, { columns = 100 }: Output): readonly Line[] {
  return wrapText(text, columns - 1).map((words): Line => [span(` ${words}`)]);
}

/** The answer with its proof. `isRight`: of a guess; undefined when there was none. */
function showAnswer(
  { output }: Session,
  { incident, run, isRight, isJson }: Shown & { readonly isRight: boolean | undefined },
): void {
  const { causes, seed, file } = run;
  const { number, name, cause, mend } = incident;
  if (isJson) {
    const verdict = isRight === false ? 'fail' : 'pass';
    // A wrong guess does not earn the answer.
    const answer = isRight === false ? {} : { cause: cause.id, says: cause.says, mend, causes };
    output.json({ format_version: 1, verdict, number, name, file, seed, right: isRight ?? null, ...answer });
    return;
  }
  output.lines([
    ...(isRight === true ? [[span(' ✓ right', 'good')], []] : []),
    ...renderCauses(causes, { columns: output.columns }),
    ...renderMend(incident, output.columns),
  ]);
}

/** Asks until the guess is right, the person gives up, or the terminal ends. */
async function askForGuess(session: Session, incident: Incident, run: LessonRun): Promise<number> {
  const { output, signal } = session;
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const stop = new AbortController();
  terminal.on('SIGINT', () => stop.abort());
  terminal.on('close', () => stop.abort());
  let hints = 0;
  try {
    for (;;) {
      const typed = await terminal.question(' your guess (h hint, c causes, a answer, q quit): ', {
        signal: AbortSignal.any([signal, stop.signal]),
      });
      const word = typed.trim().toLowerCase();
      if (word === 'q') return EXIT.passed;
      if (word === 'a') {
        showAnswer(session, { incident, run, isRight: undefined, isJson: false });
        return EXIT.passed;
      }
      if (word === 'h') output.lines(prose(incident.hints[hints++] ?? 'There are no more hints.', output));
      else if (word === 'c') output.lines(renderCauseWords(output.columns));
      else if (word !== '' && isRightGuess(session, incident, word)) {
        showAnswer(session, { incident, run, isRight: true, isJson: false });
        return EXIT.passed;
      }
    }
  } catch (error) {
    if (error instanceof Error && error.name === 'AbortError') return EXIT.interrupted;
    throw error;
  } finally {
    terminal.close();
  }
}

function isRightGuess({ output }: Session, { cause }: Incident, word: string): boolean {
  try {
    const guessed = readGuess(word);
    if (guessed === cause) return true;
    output.lines(wrongLines(guessed.says, output));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    output.text(` ${error.message}\n`);
  }
  return false;
}
