#!/usr/bin/env node
import { relative } from 'node:path';
import { CommanderError } from 'commander';
import { headendVersion } from '../api/version.ts';
import { EXIT } from '../api/exit.ts';
import { describeFailure } from '../api/failure.ts';
import { Output } from './output.ts';
import { buildProgram, shellWord, usageExitCode } from './program.ts';
import { VERBS } from './verbs.ts';

const called = calledAs();
const output = new Output(called);
const interruption = new AbortController();

/** Set by the first signal; it is the exit code unless the command says that to end was its work. */
let interrupted: number | undefined;

for (const [name, code] of [
  ['SIGINT', EXIT.interrupted],
  ['SIGTERM', EXIT.terminated],
] as const)
  process.on(name, () => {
    // The second one means it.
    if (interrupted !== undefined) process.exit(code);
    interrupted = code;
    interruption.abort(name);
  });

/** What a person types to call it again from the same folder. */
function calledAs(): string {
  const script = process.argv[1] ?? '';
  return script.endsWith('main.js') ? `node ${shellWord(relative(process.cwd(), script))}` : 'headend';
}

function failAsJson(kind: string, messages: readonly string[]): void {
  if (process.argv.includes('--json'))
    output.json({ format_version: 1, verdict: 'error', error: { kind, messages } });
}

function fail(error: unknown): number {
  if (error instanceof CommanderError) {
    const code = usageExitCode(error);
    // Its text has been printed by then.
    if (code !== EXIT.passed)
      failAsJson('usage', [error.message.replace(/^error: /, '').replaceAll('\n', ' ')]);
    return code;
  }
  const failure = describeFailure(error);
  failAsJson(failure.kind, failure.messages);
  for (const message of failure.messages) output.note(`headend: ${message}`);
  if (failure.kind === 'bug') {
    output.note(failure.stack, '', 'This is a mistake in headend, not yours.');
    output.note(`  repeat  ${called} ${process.argv.slice(2).map(shellWord).join(' ')}`);
    output.note(
      `  report  these lines, the files that the command names, and: node ${process.version} on ${process.platform}`,
    );
  }
  return failure.exitCode;
}

async function main(): Promise<number> {
  let code: number = EXIT.passed;
  try {
    const session = {
      output,
      signal: interruption.signal,
      program: called,
      settled: () => {
        interrupted = undefined;
      },
    };
    const typed = process.argv.slice(2);
    const program = await buildProgram(headendVersion(), { verbs: VERBS, typed }, session, (given) => {
      code = given;
    });
    await program.parseAsync(process.argv);
    return interrupted ?? code;
  } catch (error) {
    // A command that has nothing to show of what it had done.
    if (interrupted !== undefined && error === interruption.signal.reason) return interrupted;
    return fail(error);
  }
}

async function leave(exitCode: number): Promise<never> {
  await output.flushed();
  const { trouble } = output;
  if (trouble === undefined) process.exit(exitCode);
  // Half a result is none: whoever asked must not take it for the whole.
  output.note(`headend: what was printed did not all arrive (${trouble.code ?? trouble.message})`);
  output.note('headend:   what to do: make room where the output goes, or send it elsewhere');
  await output.flushed();
  process.exit(exitCode === EXIT.passed ? EXIT.environment : exitCode);
}

process.on('uncaughtException', (error) => void leave(fail(error)));

await leave(await main());
