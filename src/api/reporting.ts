import { GithubReporter } from '../report/github.ts';
import { JsonReporter, NdjsonReporter } from '../report/json.ts';
import { JunitReporter } from '../report/junit.ts';
import type { Put, Reporter } from '../report/reporter.ts';
import { OutputFile } from './output-file.ts';

export { renderSweep } from '../report/sweep-summary.ts';
export type { Reporter, SweepEnd, SweepFacts } from '../report/reporter.ts';
export { OutputFile } from './output-file.ts';

const MAKERS = {
  json: (put: Put) => new JsonReporter(put),
  ndjson: (put: Put) => new NdjsonReporter(put),
  junit: (put: Put) => new JunitReporter(put),
  github: (put: Put) => new GithubReporter(put),
} as const;

export type ReporterName = keyof typeof MAKERS;
export const REPORTER_NAMES = Object.keys(MAKERS) as readonly ReporterName[];

export function makeReporter(name: ReporterName, put: Put): Reporter {
  return MAKERS[name](put);
}

/** The same, into a file that is whole when the sweep has ended. */
export function makeFileReporter(name: ReporterName, path: string): Reporter {
  const file = new OutputFile(path);
  const reporter = makeReporter(name, (text) => file.text(text));
  return {
    begin: (facts) => reporter.begin(facts),
    unit: (unit) => {
      reporter.unit(unit);
      file.flush();
    },
    end: (end) => {
      reporter.end(end);
      file.close();
    },
  };
}
