import { FileWatch, filesOf } from '../api/watch.ts';
import type { LoadOptions } from '../api/load-scenario.ts';
import { EXIT } from '../api/exit.ts';
import { describeFailure } from '../api/failure.ts';
import type { Session } from './program.ts';

/** Runs, and runs again after each change of the files or of one that they name, until a signal comes. */
export async function watchAndRun(
  { output, signal }: Session,
  { files, load }: { readonly files: readonly string[]; readonly load: LoadOptions },
  act: () => Promise<number>,
): Promise<number> {
  for (;;) {
    // Before the run: what changes meanwhile is seen.
    const watch = new FileWatch(files.flatMap((file) => filesOf(file, load)));
    try {
      let code: number = EXIT.passed;
      try {
        code = await act();
      } catch (error) {
        const failure = describeFailure(error);
        // A mistake in a file is what its next version mends.
        if (failure.kind !== 'usage') throw error;
        for (const message of failure.messages) output.note(`headend: ${message}`);
        code = failure.exitCode;
      }
      if (signal.aborted) return code;
      output.note(`headend: exit code ${code}; waiting for a change of ${watch.text}`);
      const changed = await watch.next(signal);
      if (changed === undefined) return code;
      output.note('', `headend: ${changed} has changed`);
    } finally {
      watch.close();
    }
  }
}
