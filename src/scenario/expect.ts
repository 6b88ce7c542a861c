import type { Expectation, MetricExpectation, SometimesExpectation } from '../config/expectation.ts';
import { parseStep, type Step } from '../config/step.ts';
import type { HostSpec } from '../core/driver.ts';
import { bug } from '../core/errors.ts';
import type { Rule } from '../core/rules.ts';
import type { Row } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import { LeaseBeforeTftpWatcher, LeasesUniqueWatcher, MeasureBoundWatcher } from './claim-watcher.ts';
import { GoalWatcher } from './goal-watcher.ts';
import type { LeaseView } from './leases.ts';
import {
  BootMetricWatcher,
  MeasuredMetricWatcher,
  PacketMetricWatcher,
  RuleMetricWatcher,
  UpMetricWatcher,
} from './metric-watcher.ts';
import type { PacketFacts } from './packet.ts';
import type { PlantIndex } from './plant.ts';
import type { ExpectationResult, Verdict } from './result.ts';
import { SequenceWatcher } from './sequence-watcher.ts';
import { MeasureSeenWatcher, RuleSeenWatcher, SometimesWatcher } from './sometimes-watcher.ts';
import { StateWatchers } from './state-watchers.ts';
import type {
  Ending,
  FrameWatcher,
  MeasureWatcher,
  Outcome,
  ReasonWatcher,
  RowWatcher,
  Watcher,
} from './watcher.ts';

/** The expectations of a run, each watching the kind of event that can decide it and no other. */
export class Expectations {
  readonly #watched: { readonly expectation: Expectation; readonly watcher: Watcher }[] = [];
  readonly #states = new StateWatchers();
  readonly #cmtsStates = new StateWatchers();
  readonly #frames: FrameWatcher[] = [];
  readonly #reasons: ReasonWatcher[] = [];
  readonly #rows: RowWatcher[] = [];
  readonly #answers: GoalWatcher[] = [];
  readonly #measures = new Map<string, MeasureWatcher[]>();

  constructor(expectations: readonly Expectation[], plant: PlantIndex, leases: LeaseView) {
    for (const expectation of expectations)
      this.#watched.push({ expectation, watcher: this.#watch(expectation, plant, leases) });
  }

  get wantsFrames(): boolean {
    return this.#frames.length > 0;
  }

  /** Whether a frame could still change anything. */
  get needsFrames(): boolean {
    return this.#frames.some((watcher) => !watcher.decided);
  }

  get wantsReasons(): boolean {
    return this.#reasons.length > 0;
  }

  /**
   * Whether only the end is missing: all that can be reached has been. Metrics are of the run as it is then; where nothing but
   * metrics says how long it is, it lasts for its duration.
   */
  get settled(): boolean {
    const awaited = this.#watched.filter(({ watcher }) => !watcher.lasting);
    if (awaited.length === 0 && this.#watched.some(({ expectation }) => expectation.kind === 'metric'))
      return false;
    return awaited.every(({ watcher }) => watcher.decided);
  }

  frame(at: Instant, facts: PacketFacts): void {
    for (const watcher of this.#frames) if (!watcher.decided) watcher.frame(at, facts);
  }

  state(at: Instant, host: number, state: string): void {
    this.#states.state(at, host, state);
  }

  /** What a name server would say. */
  answered(at: Instant, host: number, answers: readonly string[]): void {
    for (const watcher of this.#answers) if (!watcher.decided) watcher.answered(at, host, answers);
  }

  get wantsAnswers(): boolean {
    return this.#answers.length > 0;
  }

  reason(at: Instant, host: number, rule: Rule, detail: string | undefined): void {
    for (const watcher of this.#reasons) if (!watcher.decided) watcher.reason(at, host, rule, detail);
  }

  cmtsState(at: Instant, modem: number, state: string): void {
    this.#cmtsStates.state(at, modem, state);
  }

  /** Before the view of all leases takes the rows in. */
  rows(at: Instant, server: HostSpec, rows: readonly Row[]): void {
    for (const watcher of this.#rows) watcher.rows(at, server, rows);
  }

  measured(at: Instant, host: HostSpec, name: string, value: number): void {
    for (const watcher of this.#measures.get(name) ?? []) watcher.measured(at, host, value);
  }

  judge(end: Ending): ExpectationResult[] {
    return this.#watched.map(({ expectation, watcher }) => {
      const { verdict, detail, value, figure, expected, came, where } = withLevel(
        watcher.judge(end),
        expectation,
      );
      const { kind, text, why, pass, fail, path, place } = expectation;
      const says = verdict === 'pass' ? pass : verdict === 'inconclusive' ? '' : fail;
      return {
        kind,
        text,
        verdict,
        detail,
        path,
        line: place.line,
        column: place.column,
        ...(value === undefined ? {} : { value: Number.isFinite(value) ? value : null }),
        ...(verdict === 'fail' ? { expected, came, where } : {}),
        ...(verdict === 'pass' && figure !== undefined ? { figure } : {}),
        ...(why === '' ? {} : { why }),
        ...(says === '' ? {} : { says }),
      };
    });
  }

  #watch(expectation: Expectation, plant: PlantIndex, leases: LeaseView): Watcher {
    switch (expectation.kind) {
      case 'sequence':
        return this.#watchSequence(new SequenceWatcher(expectation, plant));
      case 'always':
        return this.#watchClaim(expectation, leases);
      case 'never':
      case 'eventually':
        return this.#watchGoal(new GoalWatcher(expectation, plant));
      case 'sometimes':
        return new SometimesWatcher(this.#watchCoverage(expectation, plant));
      case 'metric':
        return this.#watchMetric(expectation, plant);
    }
    return expectation satisfies never;
  }

  #watchSequence(watcher: SequenceWatcher): SequenceWatcher {
    if (watcher.wantsFrames) this.#frames.push(watcher);
    if (watcher.wantsReasons) this.#reasons.push(watcher);
    this.#states.add(watcher);
    return watcher;
  }

  #watchGoal(watcher: GoalWatcher): GoalWatcher {
    const { kind } = watcher.goal;
    if (kind === 'state') this.#states.add(watcher);
    else if (kind === 'cmts-state') this.#cmtsStates.add(watcher);
    else if (kind === 'rule') this.#reasons.push(watcher);
    else if (kind === 'measure') this.#addMeasure(watcher);
    else this.#frames.push(watcher);
    if (kind === 'answers' && !watcher.lasting) this.#answers.push(watcher);
    return watcher;
  }

  #watchCoverage(expectation: SometimesExpectation, plant: PlantIndex): Watcher {
    const { coverage } = expectation;
    switch (coverage.kind) {
      case 'goal': {
        const { who, goal, fromUs, untilUs } = coverage;
        const times = { quantifier: 'any', fromUs, withinUs: untilUs - fromUs } as const;
        return this.#watchGoal(
          new GoalWatcher({ ...expectation, kind: 'eventually', who, goal, ...times }, plant),
        );
      }
      case 'step': {
        const steps = { steps: [coverage.step], each: undefined, withinUs: undefined, fromUs: undefined };
        return this.#watchSequence(
          new SequenceWatcher({ ...expectation, kind: 'sequence', ...steps }, plant),
        );
      }
      case 'measure': {
        const watcher = new MeasureSeenWatcher(coverage.claim);
        this.#addMeasure(watcher);
        return watcher;
      }
      case 'rule': {
        const wanted = { rule: coverage.id, words: coverage.words };
        const watcher = new RuleSeenWatcher(wanted, (host) => plant.at(host).name);
        this.#reasons.push(watcher);
        return watcher;
      }
    }
    return coverage satisfies never;
  }

  #watchMetric(expectation: MetricExpectation, plant: PlantIndex): Watcher {
    const { metric, step } = expectation.claim;
    const { source } = metric;
    switch (source.kind) {
      case 'measure': {
        const watcher =
          source.measure === 'boot.us'
            ? new BootMetricWatcher(expectation, plant)
            : new MeasuredMetricWatcher(expectation, plant, source.measure);
        this.#addMeasure(watcher);
        return watcher;
      }
      case 'up': {
        const watcher = new UpMetricWatcher(expectation, plant);
        this.#states.add(watcher);
        return watcher;
      }
      case 'rules': {
        const watcher = new RuleMetricWatcher(expectation, plant, source);
        if (watcher.listens) this.#reasons.push(watcher);
        return watcher;
      }
      case 'packets': {
        const watcher = new PacketMetricWatcher(expectation, plant, step ?? packetStep(source.step));
        this.#frames.push(watcher);
        return watcher;
      }
    }
    return source satisfies never;
  }

  #addMeasure(watcher: MeasureWatcher): void {
    this.#measures.set(watcher.measure, [...(this.#measures.get(watcher.measure) ?? []), watcher]);
  }

  #watchClaim({ claim }: Extract<Expectation, { kind: 'always' }>, leases: LeaseView): Watcher {
    switch (claim.kind) {
      case 'leases-unique': {
        const watcher = new LeasesUniqueWatcher(leases);
        this.#rows.push(watcher);
        return watcher;
      }
      case 'lease-before-tftp': {
        const watcher = new LeaseBeforeTftpWatcher(leases);
        this.#frames.push(watcher);
        return watcher;
      }
      case 'measure': {
        const watcher = new MeasureBoundWatcher(claim.measure, claim.operator, claim.bound);
        this.#addMeasure(watcher);
        return watcher;
      }
    }
    return claim satisfies never;
  }
}

/** `warn` makes a failure a warning, and so what was to be seen and was not. */
function withLevel(outcome: Outcome, { level, kind }: Expectation): Outcome {
  const failed = outcome.verdict === 'fail' || (kind === 'sometimes' && outcome.verdict === 'inconclusive');
  const verdict: Verdict = failed && level === 'warn' ? 'warn' : outcome.verdict;
  return { ...outcome, verdict };
}

function packetStep(text: string): Step {
  const step = parseStep(text);
  return 'message' in step ? bug(`the catalogue of metrics has a step that is none: ${text}`) : step;
}
