import type { MetricExpectation } from '../config/expectation.ts';
import { formatMetric, type MetricClaim } from '../config/metric.ts';
import type { HostSpec } from '../core/driver.ts';
import type { Rule } from '../core/rules.ts';
import type { Instant } from '../core/time.ts';
import { compare } from './claim-watcher.ts';
import { nearestRank } from './metrics.ts';
import type { PacketFacts } from './packet.ts';
import { formatCount, formatMoment, type PlantIndex } from './plant.ts';
import { Series } from './series.ts';
import { matchPacket, readyStep, type ReadyStep } from './step-match.ts';
import type {
  Ending,
  FrameWatcher,
  MeasureWatcher,
  Outcome,
  ReasonWatcher,
  StateWatcher,
} from './watcher.ts';

/** A metric at the end of a run. */
interface Reading {
  /** undefined: there was nothing to make it of; `lacks` says what. */
  readonly value: number | undefined;
  readonly lacks: string;
  /** What else a person wants to know beside the value. */
  readonly beside?: string;
  /** Who shows it best. */
  readonly host?: HostSpec | undefined;
}

/** What all metrics have in common: they are judged at the end, and whose they are. */
abstract class MetricWatcher {
  readonly lasting = true;
  readonly decided = false;
  protected readonly claim: MetricClaim;
  protected readonly what: string;
  /** undefined: of the whole plant. */
  protected readonly members: ReadonlySet<number> | undefined;

  constructor({ claim, of, text }: MetricExpectation, plant: PlantIndex) {
    this.claim = claim;
    this.what = text;
    if (of !== undefined) {
      const numbers = plant.members(of).map((member) => plant.numberOf(member));
      this.members = new Set(numbers.filter((number) => number !== undefined));
    }
  }

  protected abstract read(end: Ending): Reading;

  judge(end: Ending): Outcome {
    const { value, lacks, beside = '', host } = this.read(end);
    if (value === undefined) return { verdict: 'inconclusive', detail: `it could not be judged: ${lacks}` };
    const figure = value === Infinity ? 'it took for ever' : `got ${formatMetric(value, this.claim)}`;
    const got = `${figure}${beside === '' ? '' : `; ${beside}`}`;
    const { operator, aggregate } = this.claim;
    const holds = this.holds(value);
    // What only grows is over its bound for good; all else may still change.
    const isFinal =
      end.whole || (!holds && operator.startsWith('<') && (aggregate === 'count' || aggregate === 'max'));
    if (!isFinal)
      return {
        verdict: 'inconclusive',
        value,
        detail: `the run was cut short at ${formatMoment(end.at)}: ${got}`,
      };
    if (holds) return { verdict: 'pass', value, detail: got, figure: formatMetric(value, this.claim) };
    const where = host && { host: host.name, at_us: end.at, look: 'before' as const };
    return { verdict: 'fail', value, detail: got, expected: this.what, came: got, where };
  }

  protected holds(value: number): boolean {
    return compare(value, this.claim.operator, this.claim.bound);
  }

  protected isMember(host: number): boolean {
    return this.members === undefined || this.members.has(host);
  }
}

/** Of what services measure. */
export class MeasuredMetricWatcher extends MetricWatcher implements MeasureWatcher {
  readonly measure: string;
  readonly #plant: PlantIndex;
  readonly #series: Series;
  /** Values under the bound, and equal to it. */
  #under = 0;
  #at = 0;

  constructor(expectation: MetricExpectation, plant: PlantIndex, measure: string) {
    super(expectation, plant);
    this.#plant = plant;
    this.measure = measure;
    this.#series = new Series(expectation.claim.metric.kind);
  }

  measured(at: Instant, host: HostSpec, value: number): void {
    const number = this.#plant.numberOf(host) ?? -1;
    if (!this.isMember(number)) return;
    this.#series.add(at, number, value);
    if (value < this.claim.bound) this.#under++;
    else if (value === this.claim.bound) this.#at++;
  }

  /** A histogram knows its values to a percent; on which side of the bound a percentile lies is known exactly. */
  protected override holds(value: number): boolean {
    const { aggregate, operator } = this.claim;
    if (!aggregate.startsWith('p')) return super.holds(value);
    const rank = Math.max(1, Math.ceil((this.#series.count * Number(aggregate.slice(1))) / 100));
    const side = this.#under >= rank ? -1 : this.#under + this.#at >= rank ? 0 : 1;
    return compare(side, operator, 0);
  }

  protected read(end: Ending): Reading {
    const { name, kind } = this.claim.metric;
    const lacks = `nothing was measured of ${name}`;
    // A queue that was never full counts 0, where there was a queue.
    if (this.#series.count === 0 && kind !== 'counter') return { value: undefined, lacks };
    return { value: this.#series.value(this.claim.aggregate, end.at), lacks };
  }
}

/**
 * How long modems took to boot. One that was switched on and did not get there has taken for ever: percentiles of those who
 * came alone would be best when nearly nobody does.
 */
export class BootMetricWatcher extends MetricWatcher implements MeasureWatcher {
  readonly measure = 'boot.us';
  readonly #plant: PlantIndex;
  /** By host number, the last time. */
  readonly #boots = new Map<number, { readonly at: Instant; readonly us: number }>();

  constructor(expectation: MetricExpectation, plant: PlantIndex) {
    super(expectation, plant);
    this.#plant = plant;
  }

  measured(at: Instant, host: HostSpec, us: number): void {
    const number = this.#plant.numberOf(host) ?? -1;
    if (this.isMember(number)) this.#boots.set(number, { at, us });
  }

  protected read(end: Ending): Reading {
    const { aggregate, bound } = this.claim;
    const took: number[] = [];
    let missing = 0;
    let slowest: HostSpec | undefined;
    let slowestUs = -1;
    for (const [number, host] of this.#plant.hosts.entries()) {
      if (host.kind !== 'cable-modem' || !this.isMember(number)) continue;
      const poweredAt = end.poweredAt(number);
      const boot = this.#boots.get(number);
      if (poweredAt === undefined) continue;
      const us = boot === undefined || boot.at < poweredAt ? Infinity : boot.us;
      if (us === Infinity) missing++;
      else took.push(us);
      if (us <= slowestUs) continue;
      slowest = host;
      slowestUs = us;
    }
    const total = took.length + missing;
    if (aggregate === 'count') return { value: took.length, lacks: '' };
    if (total === 0) return { value: undefined, lacks: 'no modem was switched on' };
    if (aggregate === 'rate') return { value: (took.length * 1_000_000) / Math.max(end.at, 1), lacks: '' };
    const inTime = took.filter((us) => us <= bound).length;
    const beside =
      inTime === total
        ? `${formatCount(total)} of ${formatCount(total)} were up by then`
        : `${inTime === 0 ? 'none' : `only ${formatCount(inTime)}`} of ${formatCount(total)} were up ${formatMetric(bound, this.claim)} after they were switched on`;
    return { value: bootValue(aggregate, took, missing), lacks: '', beside, host: slowest };
  }
}

function bootValue(aggregate: MetricClaim['aggregate'], took: readonly number[], missing: number): number {
  const ordered = Float64Array.from(
    { length: took.length + missing },
    (_, index) => took[index] ?? Infinity,
  ).sort();
  switch (aggregate) {
    case 'min':
      return ordered[0] ?? Infinity;
    case 'max':
      return ordered.at(-1) ?? Infinity;
    case 'mean':
    case 'sum': {
      const sum = ordered.reduce((all, us) => all + us, 0);
      return aggregate === 'sum' ? sum : sum / ordered.length;
    }
    default:
      return nearestRank(ordered, Number(aggregate.slice(1)));
  }
}

/** How many modems are operational. */
export class UpMetricWatcher extends MetricWatcher implements StateWatcher {
  readonly #series = new Series('level');
  readonly #plant: PlantIndex;
  readonly #isUp = new Set<number>();

  constructor(expectation: MetricExpectation, plant: PlantIndex) {
    super(expectation, plant);
    this.#plant = plant;
  }

  state(at: Instant, host: number, state: string): void {
    if (!this.isMember(host) || this.#plant.at(host).kind !== 'cable-modem') return;
    const isUp = state === 'operational';
    if (isUp !== this.#isUp.has(host) || this.#series.count === 0) this.#series.add(at, host, isUp ? 1 : 0);
    if (isUp) this.#isUp.add(host);
    else this.#isUp.delete(host);
  }

  protected read(end: Ending): Reading {
    return { value: this.#series.value(this.claim.aggregate, end.at), lacks: 'no modem changed its state' };
  }
}

/** How often rules were given. Of the whole plant the driver knows; of some hosts it has to be counted. */
export class RuleMetricWatcher extends MetricWatcher implements ReasonWatcher {
  readonly #rules: readonly Rule[];
  readonly #among: readonly Rule[];
  readonly #counts = new Map<Rule, number>();

  constructor(
    expectation: MetricExpectation,
    plant: PlantIndex,
    { rules, among }: { readonly rules: readonly Rule[]; readonly among: readonly Rule[] },
  ) {
    super(expectation, plant);
    this.#rules = rules;
    this.#among = among;
  }

  /** Whether it has to hear each reason. */
  get listens(): boolean {
    return this.members !== undefined;
  }

  reason(_at: Instant, host: number, rule: Rule): void {
    if (this.isMember(host)) this.#counts.set(rule, (this.#counts.get(rule) ?? 0) + 1);
  }

  protected read(end: Ending): Reading {
    const countOf = (rule: Rule): number =>
      this.listens ? (this.#counts.get(rule) ?? 0) : end.countOf(rule);
    const count = this.#rules.reduce((sum, rule) => sum + countOf(rule), 0);
    const { name } = this.claim.metric;
    const lacks = `nothing happened that ${name} could have been counted among`;
    if (count === 0 && this.#among.every((rule) => countOf(rule) === 0)) return { value: undefined, lacks };
    const value = this.claim.aggregate === 'rate' ? (count * 1_000_000) / Math.max(end.at, 1) : count;
    return { value, lacks };
  }
}

/** How many datagrams left their makers that a step describes. */
export class PacketMetricWatcher extends MetricWatcher implements FrameWatcher {
  readonly #step: Extract<ReadyStep, { kind: 'packet' }>;
  readonly #plant: PlantIndex;
  #count = 0;
  #others = 0;

  constructor(expectation: MetricExpectation, plant: PlantIndex, step: Parameters<typeof readyStep>[0]) {
    super(expectation, plant);
    const ready = readyStep(step, undefined, plant);
    if (ready.kind !== 'packet') throw new TypeError('a step that counts packets is one');
    this.#step = ready;
    this.#plant = plant;
  }

  frame(_at: Instant, facts: PacketFacts): void {
    if (facts.protocol !== this.#step.step.protocol || facts.event.sender !== facts.from) return;
    if (this.members !== undefined && !this.#isAbout(facts)) return;
    if (matchPacket(this.#step, facts, undefined, new Map()) === 'yes') this.#count++;
    else this.#others++;
  }

  protected read(end: Ending): Reading {
    const { protocol } = this.#step.step;
    if (this.#count + this.#others === 0)
      return { value: undefined, lacks: `there were no packets of ${protocol}` };
    const isRate = this.claim.aggregate === 'rate';
    return { value: isRate ? (this.#count * 1_000_000) / Math.max(end.at, 1) : this.#count, lacks: '' };
  }

  #isAbout({ from, to }: PacketFacts): boolean {
    return [from, to].some((host) => host !== undefined && this.isMember(this.#plant.numberOf(host) ?? -1));
  }
}
