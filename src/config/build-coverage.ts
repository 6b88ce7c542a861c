import { measureOf, parseClaim } from './claim.ts';
import { goalText, type GoalBuilder } from './build-goal.ts';
import type { Coverage } from './expectation.ts';
import type { Findings, Path } from './findings.ts';
import { metricNamed } from './metric-names.ts';
import { quote } from './mistakes.ts';
import type { Selector } from './scenario.ts';
import type { ExpectationFile } from './schema-expect.ts';
import { parseStep } from './step.ts';
import { PROTOCOL_NAMES } from './vocabulary.ts';
import { formatDurationUs } from './units.ts';

type CoverageFile = Exclude<NonNullable<ExpectationFile['sometimes']>, string>;

interface Covered {
  readonly coverage: Coverage;
  readonly text: string;
}

/** What has to be seen at least once, checked against what the file has. */
export class CoverageBuilder {
  readonly #goals: GoalBuilder;
  readonly #findings: Findings;

  constructor(goals: GoalBuilder, findings: Findings) {
    this.#goals = goals;
    this.#findings = findings;
  }

  build(file: string | CoverageFile, path: Path): Covered | undefined {
    if (typeof file !== 'string') return this.#goal(file, path);
    const coverage = this.#fromText(file, path);
    return coverage && { coverage, text: file };
  }

  #fromText(text: string, path: Path): Coverage | undefined {
    const [first = '', ...rest] = text.split(/\s+/);
    if (first === 'RULE') {
      const rule = this.#goals.rule(rest.join(' '), path, text.indexOf(rest[0] ?? ''));
      return rule && { kind: 'rule', id: rule.id, words: rule.words };
    }
    if (PROTOCOL_NAMES.includes(first)) return this.#step(text, path);
    // A measure alone: it was, and was more than nothing.
    if (metricNamed(text)?.source.kind === 'measure') {
      this.#goals.isMeasured(text, path);
      return {
        kind: 'measure',
        claim: { kind: 'measure', measure: measureOf(text), operator: '>', bound: 0 },
      };
    }
    const claim = parseClaim(text);
    if ('kind' in claim && claim.kind === 'measure') {
      this.#goals.isMeasured(claim.measure, path);
      return { kind: 'measure', claim };
    }
    this.#findings.add(
      path,
      `${quote(text)} is nothing that headend can wait for`,
      'write a measure such as dhcp.queue.full, a claim such as "dhcp.queue.depth >= 400", a packet such as "DHCP NAK *>*", or RULE HE-DHCP-006',
    );
    return undefined;
  }

  #step(text: string, path: Path): Coverage | undefined {
    const step = parseStep(text);
    if ('message' in step) {
      this.#findings.addInside(path, step.offset, step.message, step.hint);
      return undefined;
    }
    if (step.kind !== 'packet') return undefined;
    for (const { name, offset } of [step.from, step.to])
      if (name !== '*') this.#findings.selector(name, path, offset);
    return { kind: 'step', step };
  }

  #goal(file: CoverageFile, path: Path): Covered | undefined {
    const hit = this.#cacheHit(file, path);
    const given = (['any', 'who', 'cache-hit'] as const).filter((key) => file[key] !== undefined);
    const [key] = given;
    if (key === undefined || given.length !== 1) {
      const message = `it is about one of any, who, cache-hit, and this has ${given.length}`;
      this.#findings.add(path, message, 'write exactly one, such as any: cm');
      return undefined;
    }
    const who = this.#findings.selector(file[key] ?? '', [...path, key]);
    const goal = key === 'cache-hit' ? hit : this.#goals.build(file, who, path);
    if (who === undefined || goal === undefined) return undefined;
    const [fromUs, untilUs] = file.between ?? [0, Infinity];
    const when =
      file.between === undefined
        ? ''
        : ` between ${formatDurationUs(fromUs)} and ${formatDurationUs(untilUs)}`;
    const age = file.age === undefined ? '' : ` of an answer kept for ${file.age}`;
    const what =
      key === 'cache-hit' ? `${who.text} has a cache hit${age}` : `${nameOf(key, who)} ${goalText(goal)}`;
    return { coverage: { kind: 'goal', who, goal, fromUs, untilUs }, text: `${what}${when}` };
  }

  /** An answer from the cache is measured by how long it had been there. */
  #cacheHit(file: CoverageFile, path: Path): Extract<Coverage, { kind: 'goal' }>['goal'] | undefined {
    if (file['cache-hit'] === undefined) {
      if (file.age !== undefined)
        this.#findings.addAtKey(
          path,
          'age',
          'nothing here has an age',
          'write cache-hit: with a resolver too',
        );
      return undefined;
    }
    const group = file['cache-hit'].replace(/\[.*$/, '');
    const kind = this.#findings.names.get(group)?.kind;
    if (kind !== undefined && kind !== 'resolver')
      this.#findings.add([...path, 'cache-hit'], `${quote(group)} has no cache`, 'name a resolver');
    const claim = parseClaim(`cache.age ${file.age ?? '>= 0us'}`);
    if ('kind' in claim && claim.kind === 'measure') return { kind: 'measure', claim };
    this.#findings.add([...path, 'age'], `${quote(file.age)} is no bound`, 'write such as "> 30s"');
    return undefined;
  }
}

function nameOf(key: 'any' | 'who', { text }: Selector): string {
  return key === 'any' ? `any ${text}` : text;
}
