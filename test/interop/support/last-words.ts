import { afterEach } from 'vitest';
import { lastWords } from './netns.ts';

// A failure is often read in the text of a continuous integration alone: it carries what the programs around the test said last.
afterEach(({ task }) => {
  const told = lastWords();
  const [first] = task.result?.errors ?? [];
  if (task.result?.state === 'fail' && first !== undefined) first.message += told;
});
