import { EXIT } from '../api/exit.ts';
import { describeFailure } from '../api/failure.ts';
import { validateScenario } from '../api/validate.ts';
import { span } from '../api/report.ts';
import { defineVerb, jsonFlag, reachFlag, reachOf } from './program.ts';

interface Judgement {
  readonly file: string;
  readonly verdict: 'pass' | 'error';
  readonly messages: readonly string[];
}

export const validate = defineVerb(
  'validate <files...>',
  (command) => command.addOption(reachFlag()).addOption(jsonFlag()),
  ({ output }, files, flags) => {
    let exitCode: number = EXIT.passed;
    const judgements = files.map((file): Judgement => {
      try {
        validateScenario(file, reachOf(flags));
        return { file, verdict: 'pass', messages: [] };
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
      for (const { file, messages } of judgements) {
        if (messages.length === 0) output.lines([[span(' ✓ ', 'good'), span(file)]]);
        output.note(...messages.map((message) => `headend: ${message}`));
      }
    return exitCode;
  },
);
