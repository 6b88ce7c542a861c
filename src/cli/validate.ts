import { EXIT } from '../api/exit.ts';
import { describeFailure } from '../api/failure.ts';
import { validateScenario } from '../api/validate.ts';
import { span } from '../api/report.ts';
import { addLoadFlags, loadOptionsOf } from './load-flags.ts';
import { defineVerb, jsonFlag } from './program.ts';

interface Judgement {
  readonly file: string;
  readonly verdict: 'pass' | 'error';
  /** What is wrong; of a file that passes, what is worth a word all the same. */
  readonly messages: readonly string[];
}

export const validate = defineVerb(
  'validate <files...>',
  (command) => addLoadFlags(command.addOption(jsonFlag())),
  ({ output }, files, flags) => {
    let exitCode: number = EXIT.passed;
    const judgements = files.map((file): Judgement => {
      try {
        return { file, verdict: 'pass', messages: validateScenario(file, loadOptionsOf(flags)) };
      } catch (error) {
        const failure = describeFailure(error);
        if (failure.kind === 'bug') throw error;
        exitCode = Math.max(exitCode, failure.exitCode);
        return { file, verdict: 'error', messages: failure.messages };
      }
    });
    const verdict = exitCode === EXIT.passed ? 'pass' : 'error';
    if (flags['json'] === true) output.json({ format_version: 1, verdict, files: judgements });
    else
      for (const { file, verdict: own, messages } of judgements) {
        if (own === 'pass') output.lines([[span(' ✓ ', 'good'), span(file)]]);
        output.note(...messages.map((message) => `headend: ${message}`));
      }
    return exitCode;
  },
);
