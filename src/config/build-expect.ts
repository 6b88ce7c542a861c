import { parseClaim } from './claim.ts';
import { CoverageBuilder } from './build-coverage.ts';
import { goalText, GoalBuilder } from './build-goal.ts';
import type { Expectation } from './expectation.ts';
import type { Findings, Path } from './findings.ts';
import { parseMetric } from './metric.ts';
import type { DeviceConfig, ServiceConfig } from './scenario.ts';
import type { ExpectationFile } from './schema-expect.ts';
import { pathText, placeOf } from './source.ts';
import { parseStep, type Step } from './step.ts';
import { DURATION_US_MAX, formatDurationUs } from './units.ts';

const KINDS = ['sequence', 'always', 'never', 'eventually', 'sometimes', 'metric'] as const;

type Common = Omit<Extract<Expectation, { kind: 'always' }>, 'kind' | 'claim' | 'text'>;

/** Expectations, checked against what the file has. */
export class ExpectationBuilder {
  readonly #findings: Findings;
  readonly #goals: GoalBuilder;
  readonly #coverage: CoverageBuilder;
  readonly #durationUs: number;

  constructor(
    devices: readonly DeviceConfig[],
    services: readonly ServiceConfig[],
    durationUs: number,
    findings: Findings,
  ) {
    this.#goals = new GoalBuilder(devices, services, findings);
    this.#coverage = new CoverageBuilder(this.#goals, findings);
    this.#durationUs = durationUs;
    this.#findings = findings;
  }

  build(file: ExpectationFile, path: Path): Expectation | undefined {
    const kinds = KINDS.filter((kind) => file[kind] !== undefined);
    if (kinds.length !== 1) {
      const message = `an expectation is one of ${KINDS.join(', ')}, and this has ${kinds.length}`;
      this.#findings.add(path, message, 'write exactly one of them in each item of the list');
      return undefined;
    }
    const common: Common = {
      why: file.why ?? '',
      pass: file.pass ?? '',
      fail: file.fail ?? '',
      level: file.level ?? 'fail',
      tolerance: file.tolerance,
      path: pathText(path),
      place: placeOf(this.#findings.root, path),
    };
    if (file.sequence !== undefined) return this.#sequence(file.sequence, common, [...path, 'sequence']);
    if (file.always !== undefined) return this.#always(file.always, common, [...path, 'always']);
    if (file.never !== undefined) return this.#never(file.never, common, [...path, 'never']);
    if (file.eventually !== undefined)
      return this.#eventually(file.eventually, common, [...path, 'eventually']);
    if (file.sometimes !== undefined) return this.#sometimes(file.sometimes, common, [...path, 'sometimes']);
    if (file.metric !== undefined) return this.#metric(file.metric, common, [...path, 'metric']);
    return undefined;
  }

  #sequence(
    file: NonNullable<ExpectationFile['sequence']>,
    common: Common,
    path: Path,
  ): Expectation | undefined {
    const each = file.each === undefined ? undefined : this.#findings.selector(file.each, [...path, 'each']);
    this.#inTime(file.from, 0, [...path, 'from']);
    const steps = file.steps.flatMap((text, index) => this.#step(text, [...path, 'steps', index]));
    const first = file.steps[0] ?? '';
    const rest = file.steps.length > 1 ? ` ... ${file.steps.at(-1)}` : '';
    const within = file.within === undefined ? '' : ` within ${formatDurationUs(file.within)}`;
    const whose = each === undefined ? '' : `each ${each.text}: `;
    return {
      ...common,
      kind: 'sequence',
      text: `${whose}${first}${rest}${within}`,
      each,
      withinUs: file.within,
      fromUs: file.from,
      steps,
    };
  }

  #step(text: string, path: Path): Step[] {
    const step = parseStep(text);
    if ('message' in step) {
      this.#findings.addInside(path, step.offset, step.message, step.hint);
      return [];
    }
    for (const { name, offset } of step.kind === 'packet' ? [step.from, step.to] : [step.who])
      if (name !== '*' || step.kind !== 'packet') this.#findings.selector(name, path, offset);
    if (step.kind === 'rule' && !this.#goals.decides(step.who.name, path)) return [];
    if (step.kind === 'rule' && this.#goals.rule(step.rule, path, text.indexOf(step.rule)) === undefined)
      return [];
    if (step.kind === 'state') {
      const group = step.who.name.replace(/\[.*$/, '');
      this.#goals.state(step.state, group, path, text.lastIndexOf(step.state));
    }
    return [step];
  }

  #always(text: string, common: Common, path: Path): Expectation | undefined {
    const claim = parseClaim(text);
    if ('message' in claim) {
      this.#findings.add(path, claim.message, claim.hint);
      return undefined;
    }
    if (claim.kind === 'measure') this.#goals.isMeasured(claim.measure, path);
    else this.#goals.leasesAreSeen(path);
    return { ...common, kind: 'always', text, claim };
  }

  #never(file: NonNullable<ExpectationFile['never']>, common: Common, path: Path): Expectation | undefined {
    const who = this.#findings.selector(file.any, [...path, 'any']);
    const goal = this.#goals.build(file, who, path);
    const [fromUs, untilUs] = file.between ?? [0, Infinity];
    if (fromUs >= untilUs)
      this.#findings.add([...path, 'between'], 'the end is not after the start', 'write the earlier first');
    this.#inTime(fromUs, 0, [...path, 'between']);
    if (who === undefined || goal === undefined) return undefined;
    const when =
      file.between === undefined
        ? ''
        : ` between ${formatDurationUs(fromUs)} and ${formatDurationUs(untilUs)}`;
    const text = `never any ${who.text} ${goalText(goal)}${when}`;
    return { ...common, kind: 'never', text, who, goal, fromUs, untilUs };
  }

  #eventually(
    file: NonNullable<ExpectationFile['eventually']>,
    common: Common,
    path: Path,
  ): Expectation | undefined {
    const given = (['all', 'any', 'who'] as const).filter((key) => file[key] !== undefined);
    const [key] = given;
    if (key === undefined || given.length !== 1) {
      const message = `it is about one of all, any, who, and this has ${given.length}`;
      this.#findings.add(path, message, 'write exactly one, such as all: cm');
      return undefined;
    }
    const who = this.#findings.selector(file[key] ?? '', [...path, key]);
    const goal = this.#goals.build(file, who, path);
    const fromUs = file.from ?? 0;
    this.#inTime(fromUs, 0, [...path, 'from']);
    this.#inTime(fromUs, file.within ?? 0, [...path, 'within']);
    if (who === undefined || goal === undefined) return undefined;
    const quantifier = key === 'any' ? 'any' : 'all';
    const from = file.from === undefined ? '' : ` from ${formatDurationUs(fromUs)}`;
    const within = file.within === undefined ? '' : ` within ${formatDurationUs(file.within)}`;
    const subject = key === 'who' ? who.text : `${key} ${who.text}`;
    return {
      ...common,
      kind: 'eventually',
      text: `eventually ${subject} ${goalText(goal)}${from}${within}`,
      quantifier,
      who,
      goal,
      fromUs,
      withinUs: file.within ?? Infinity,
    };
  }

  #sometimes(
    file: NonNullable<ExpectationFile['sometimes']>,
    common: Common,
    path: Path,
  ): Expectation | undefined {
    const built = this.#coverage.build(file, path);
    if (built === undefined) return undefined;
    if (typeof file !== 'string' && file.between !== undefined) {
      const [fromUs, untilUs] = file.between;
      if (fromUs >= untilUs)
        this.#findings.add([...path, 'between'], 'the end is not after the start', 'write the earlier first');
      this.#inTime(fromUs, 0, [...path, 'between']);
    }
    return { ...common, kind: 'sometimes', text: `sometimes ${built.text}`, coverage: built.coverage };
  }

  #metric(text: string, common: Common, path: Path): Expectation | undefined {
    const claim = parseMetric(text);
    if ('message' in claim) {
      this.#findings.addInside(path, claim.offset, claim.message, claim.hint);
      return undefined;
    }
    const { metric, of, step } = claim;
    this.#goals.isMeasured(metric.name, path);
    if (step !== undefined) {
      const start = text.indexOf(step.text);
      for (const { name, offset } of [step.from, step.to])
        if (name !== '*') this.#findings.selector(name, path, start + offset);
    }
    const who = of && this.#findings.selector(of.name, path, of.offset);
    if (of !== undefined && who === undefined) return undefined;
    if (who !== undefined && metric.source.kind !== 'packets' && !this.#goals.decides(who.text, path))
      return undefined;
    return { ...common, kind: 'metric', text, claim, of: who };
  }

  #inTime(fromUs: number | undefined, withinUs: number, path: Path): void {
    if (fromUs === undefined || fromUs + withinUs <= this.#durationUs) return;
    const end = formatDurationUs(Math.min(fromUs + withinUs, DURATION_US_MAX));
    this.#findings.add(
      path,
      `the run ends at ${formatDurationUs(this.#durationUs)}, before this does at ${end}`,
      'write a longer duration: at the top, or less here',
    );
  }
}
