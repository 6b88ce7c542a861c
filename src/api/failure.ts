import { ScenarioError, formatMistake } from '../config/mistakes.ts';
import { ConfigError, DecodeError, EnvironmentError } from '../core/errors.ts';
import { EXIT } from './exit.ts';
import { escapeText } from '../core/text.ts';

/** An error as a person is told of it. */
export interface Failure {
  readonly exitCode: number;
  readonly kind: 'usage' | 'environment' | 'bug';
  /** Each one complete: what is wrong, where, and what to do. */
  readonly messages: readonly string[];
  /** Ours to find: what to send along; empty for the rest. */
  readonly stack: string;
}

/** A mistake in how a command was called, beyond what its flags can tell: exit code 2. */
export class UsageError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UsageError';
  }
}

/** A file of the person's that cannot be read or written: exit code 2. */
export class FileError extends Error {
  /** Without the path. */
  readonly reason: string;

  constructor(path: string, what: string, remedy: string) {
    super(`${escapeText(path)}: ${what}: ${remedy}`);
    this.name = 'FileError';
    this.reason = what;
  }
}

export function describeFailure(error: unknown): Failure {
  if (error instanceof ScenarioError)
    return usage(error.mistakes.map((mistake) => formatMistake(error.fileName, mistake)));
  if (error instanceof ConfigError || error instanceof UsageError || error instanceof FileError)
    return usage([error.message]);
  if (error instanceof DecodeError) return usage([`the octets cannot be read: ${error.message}`]);
  if (error instanceof EnvironmentError)
    return {
      exitCode: EXIT.environment,
      kind: 'environment',
      messages: [error.what, `  what to do: ${error.remedy}`],
      stack: '',
    };
  const message = error instanceof Error ? error.message : String(error);
  const stack = error instanceof Error ? (error.stack ?? '') : '';
  return { exitCode: EXIT.bug, kind: 'bug', messages: [message], stack };
}

function usage(messages: readonly string[]): Failure {
  return { exitCode: EXIT.usage, kind: 'usage', messages, stack: '' };
}
