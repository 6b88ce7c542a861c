import type { Claim, MeasureClaim } from './claim.ts';
import type { MetricClaim } from './metric.ts';
import type { Place } from './place.ts';
import type { Selector } from './scenario.ts';
import type { PacketStep, Step } from './step.ts';
import type { Tolerance } from './values.ts';

export type Expectation =
  | SequenceExpectation
  | AlwaysExpectation
  | NeverExpectation
  | EventuallyExpectation
  | SometimesExpectation
  | MetricExpectation;

interface ExpectationCommon {
  /** One line that says what is expected, made from the file. */
  readonly text: string;
  /** Why it matters; empty when the file has none. */
  readonly why: string;
  /** What to say when it holds, and when it does not; empty when the file has none. */
  readonly pass: string;
  readonly fail: string;
  /** `warn`: what would be a failure is a warning. */
  readonly level: 'fail' | 'warn';
  /** What a live run is allowed; undefined: the default. */
  readonly tolerance: Tolerance | undefined;
  /** Such as `expect[0]`. */
  readonly path: string;
  readonly place: Place;
}

/** The steps are seen in this order; other events may come between. */
export interface SequenceExpectation extends ExpectationCommon {
  readonly kind: 'sequence';
  /** Every member of this group by itself; undefined: once for the run. */
  readonly each: Selector | undefined;
  /** From the first step's event, or from `fromUs` where that is given, to the last step's; undefined: the run's end. */
  readonly withinUs: number | undefined;
  readonly fromUs: number | undefined;
  readonly steps: readonly Step[];
}

/** A claim that holds whenever it can be judged. */
interface AlwaysExpectation extends ExpectationCommon {
  readonly kind: 'always';
  readonly claim: Claim;
}

/** No member gets there in [fromUs, untilUs). */
export interface NeverExpectation extends ExpectationCommon {
  readonly kind: 'never';
  readonly who: Selector;
  readonly goal: Goal;
  readonly fromUs: number;
  /** Infinity: the run's end. */
  readonly untilUs: number;
}

/** In [fromUs, fromUs + withinUs] `all` members, or `any`, are there: for `state` at one moment each, not all at once. */
export interface EventuallyExpectation extends ExpectationCommon {
  readonly kind: 'eventually';
  readonly quantifier: 'all' | 'any';
  readonly who: Selector;
  readonly goal: Goal;
  readonly fromUs: number;
  /** Infinity: the run's end. */
  readonly withinUs: number;
}

/** Seen at least once: without it the run shows nothing. In a sweep, in one run of all. */
export interface SometimesExpectation extends ExpectationCommon {
  readonly kind: 'sometimes';
  readonly coverage: Coverage;
}

export type Coverage =
  /** A measure of any host was within a bound. */
  | { readonly kind: 'measure'; readonly claim: MeasureClaim }
  | { readonly kind: 'step'; readonly step: PacketStep }
  /** Any host decided by this rule. */
  | { readonly kind: 'rule'; readonly id: string; readonly words: readonly string[] }
  | {
      readonly kind: 'goal';
      readonly who: Selector;
      readonly goal: Goal;
      readonly fromUs: number;
      /** Infinity: the run's end. */
      readonly untilUs: number;
    };

/** A number that the run has at its end. */
export interface MetricExpectation extends ExpectationCommon {
  readonly kind: 'metric';
  readonly claim: MetricClaim;
  /** Whose; undefined: of the whole plant. */
  readonly of: Selector | undefined;
}

/** What a member can be seen doing. */
export type Goal =
  /** Its own machine entered a state, such as `operational` or `bound`. */
  | { readonly kind: 'state'; readonly state: string }
  /** Its CMTS shows a state for it, such as `reject(m)`. */
  | { readonly kind: 'cmts-state'; readonly state: string }
  /** A resolver got an answer with this data: an address or other rdata as text. */
  | { readonly kind: 'sees'; readonly answer: string }
  /** It decided by this rule, and all the words stand in what was said of it. */
  | { readonly kind: 'rule'; readonly id: string; readonly words: readonly string[] }
  /** Something it measures was within a bound, such as `cache.hits >= 3`. */
  | { readonly kind: 'measure'; readonly claim: MeasureClaim }
  /** A server sent an answer with this data. */
  | { readonly kind: 'answers'; readonly answer: string };
