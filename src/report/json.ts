import { formatSeeds } from '../scenario/seeds.ts';
import { RESULT_FORMAT } from '../scenario/result.ts';
import type { UnitResult } from '../scenario/unit.ts';
import type { Put, Reporter, SweepEnd, SweepFacts } from './reporter.ts';

/** JSON whose texts hold nothing that a terminal obeys: such characters are written as `\uNNNN`, which reads the same. */
export function jsonText(value: unknown, indent?: number): string {
  return shortLists(JSON.stringify(value, null, indent)).replace(INVISIBLE, (character) =>
    Array.from({ length: character.length }, (_, index) => unit(character.charCodeAt(index))).join(''),
  );
}

/** A list of numbers is one line: texts have no line ends of their own in JSON. */
function shortLists(text: string): string {
  return text.replace(/\[\n\s+((?:-?[\d.e+-]+,\n\s+)*-?[\d.e+-]+)\n\s+\]/g, (_, numbers: string) => {
    return `[${numbers.replace(/\n\s+/g, ' ')}]`;
  });
}

const INVISIBLE = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}]/gu;

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, '0')}`;
}

/**
 * The result of a single run as it is; else one object with a line for each run: of a sweep, a shard of one, or several shards
 * merged.
 */
export class JsonReporter implements Reporter {
  readonly #put: Put;
  #isFirst = true;
  #isSingle = false;

  constructor(put: Put) {
    this.#put = put;
  }

  begin(facts: SweepFacts): void {
    this.#isSingle = facts.isSingle;
    if (this.#isSingle) return;
    const head = jsonText({ format_version: RESULT_FORMAT, ...planJson(facts) });
    this.#put(`${head.slice(0, -1)},\n"runs":[`);
  }

  unit(result: UnitResult): void {
    if (this.#isSingle) {
      this.#put(`${jsonText(result, 2)}\n`);
      return;
    }
    this.#put(`${this.#isFirst ? '' : ','}\n${jsonText(result)}`);
    this.#isFirst = false;
  }

  end(end: SweepEnd): void {
    if (this.#isSingle) return;
    this.#put(`\n],\n${jsonText(endJson(end)).slice(1)}\n`);
  }
}

/** One object a line: `plan`, then a `run` for each unit as soon as those before it are there, then the `end`. */
export class NdjsonReporter implements Reporter {
  readonly #put: Put;

  constructor(put: Put) {
    this.#put = put;
  }

  begin(facts: SweepFacts): void {
    this.#line({ type: 'plan', format_version: RESULT_FORMAT, ...planJson(facts) });
  }

  unit(result: UnitResult): void {
    this.#line({ type: 'run', ...result });
  }

  end(end: SweepEnd): void {
    this.#line({ type: 'end', ...endJson(end) });
  }

  #line(value: unknown): void {
    this.#put(`${jsonText(value)}\n`);
  }
}

/** What was to run: from it a merge knows what is missing. */
function planJson({ version, shard, total, cells }: SweepFacts): object {
  return {
    version,
    shard: shard.count === 1 ? null : shard,
    units: total,
    plan: cells.map(({ cell, seeds }) => ({ ...cell, seeds: formatSeeds(seeds) })),
  };
}

function endJson({ tally, summaries, verdict }: SweepEnd): object {
  return { cells: summaries, missing: tally.missing, verdict };
}
