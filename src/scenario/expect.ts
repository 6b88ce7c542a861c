import type { Expectation } from '../config/expectation.ts';
import type { HostSpec } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import type { Row } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import { LeaseBeforeTftpWatcher, LeasesUniqueWatcher, MeasureBoundWatcher } from './claim-watcher.ts';
import { GoalWatcher } from './goal-watcher.ts';
import type { LeaseView } from './leases.ts';
import type { PacketFacts } from './packet.ts';
import type { PlantIndex } from './plant.ts';
import type { ExpectationResult, Verdict } from './result.ts';
import { SequenceWatcher } from './sequence-watcher.ts';
import type {
  Ending,
  FrameWatcher,
  MeasureWatcher,
  Outcome,
  ReasonWatcher,
  RowWatcher,
  StateWatcher,
  Watcher,
} from './watcher.ts';

/** The expectations of a run, each watching the kind of event that can decide it and no other. */
export class Expectations {
  readonly #watched: { readonly expectation: Expectation; readonly watcher: Watcher }[] = [];
  readonly #states: StateWatcher[] = [];
  readonly #cmtsStates: StateWatcher[] = [];
  readonly #frames: FrameWatcher[] = [];
  readonly #reasons: ReasonWatcher[] = [];
  readonly #rows: RowWatcher[] = [];
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

  /** Whether only the end is missing: all that can be reached has been. */
  get settled(): boolean {
    return this.#watched.every(({ watcher }) => watcher.decided || watcher.lasting);
  }

  frame(at: Instant, facts: PacketFacts): void {
    for (const watcher of this.#frames) if (!watcher.decided) watcher.frame(at, facts);
  }

  state(at: Instant, host: number, state: string): void {
    for (const watcher of this.#states) watcher.state(at, host, state);
  }

  reason(at: Instant, host: number, rule: Rule, detail: string | undefined): void {
    for (const watcher of this.#reasons) if (!watcher.decided) watcher.reason(at, host, rule, detail);
  }

  cmtsState(at: Instant, modem: number, state: string): void {
    for (const watcher of this.#cmtsStates) watcher.state(at, modem, state);
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
      const { verdict, detail } = withLevel(watcher.judge(end), expectation.level);
      const says = verdict === 'pass' ? expectation.pass : verdict === 'inconclusive' ? '' : expectation.fail;
      return {
        kind: expectation.kind,
        text: expectation.text,
        verdict,
        detail,
        ...(expectation.why === '' ? {} : { why: expectation.why }),
        ...(says === '' ? {} : { says }),
      };
    });
  }

  #watch(expectation: Expectation, plant: PlantIndex, leases: LeaseView): Watcher {
    switch (expectation.kind) {
      case 'sequence': {
        const watcher = new SequenceWatcher(expectation, plant);
        if (watcher.wantsFrames) this.#frames.push(watcher);
        if (watcher.wantsReasons) this.#reasons.push(watcher);
        this.#states.push(watcher);
        return watcher;
      }
      case 'always':
        return this.#watchClaim(expectation, leases);
      case 'never':
      case 'eventually': {
        const watcher = new GoalWatcher(expectation, plant);
        if (expectation.goal.kind === 'state') this.#states.push(watcher);
        else if (expectation.goal.kind === 'cmts-state') this.#cmtsStates.push(watcher);
        else if (expectation.goal.kind === 'rule') this.#reasons.push(watcher);
        else if (expectation.goal.kind === 'measure') this.#addMeasure(watcher);
        else this.#frames.push(watcher);
        return watcher;
      }
    }
    return expectation satisfies never;
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

function withLevel(outcome: Outcome, level: 'fail' | 'warn'): Outcome {
  const verdict: Verdict = outcome.verdict === 'fail' && level === 'warn' ? 'warn' : outcome.verdict;
  return { ...outcome, verdict };
}
