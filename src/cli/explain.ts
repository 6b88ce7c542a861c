import { EXIT } from '../api/exit.ts';
import { entryLines, explainable, explainableLines, explainTopic } from '../api/explain.ts';
import { defineVerb, jsonFlag } from './program.ts';

export const explain = defineVerb(
  'explain [topic]',
  (command) => command.addOption(jsonFlag()),
  ({ output }, [topic], flags) => {
    const json = flags['json'] === true;
    if (topic === undefined) {
      if (json) output.json({ format_version: 1, verdict: 'pass', ...explainable() });
      else output.lines(explainableLines(output.columns));
      return EXIT.passed;
    }
    const entry = explainTopic(topic);
    if (json) output.json({ format_version: 1, verdict: 'pass', ...entry });
    else output.lines(entryLines(entry, output.columns));
    return EXIT.passed;
  },
);
