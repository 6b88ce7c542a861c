import { EXIT } from '../api/exit.ts';
import { refuseOverwrite } from '../api/overwrite.ts';
import { writePageOfTrace } from '../api/page.ts';
import { span } from '../api/report.ts';
import { defineVerb, jsonFlag } from './program.ts';

export const view = defineVerb(
  'view <trace>',
  (command) => {
    command
      .option('-o, --out <file>', 'where to write the page; left out, beside the trace')
      .addOption(jsonFlag());
  },
  ({ output }, [path = ''], flags) => {
    const page =
      (flags['out'] as string | undefined) ?? `${path.replace(/\.(?:trace|jsonl|ndjson)$/, '')}.html`;
    refuseOverwrite([{ flag: '--out', path: page }], [path]);
    writePageOfTrace(path, page);
    if (flags['json'] === true) output.json({ format_version: 1, verdict: 'pass', page });
    else output.lines([[span(page, 'strong'), span(' opens in any browser, without a network')]]);
    return EXIT.passed;
  },
);
