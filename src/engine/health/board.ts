import { bug } from '../../core/errors.ts';
import { HEALTH } from '../../core/rules/health.ts';
import type { Effects } from '../../core/service.ts';
import { after, type Instant, NEVER, SECOND } from '../../core/time.ts';
import type { CheckReport, HealthView } from '../../policy/dns/health-view.ts';
import type { CheckSpec, Forced, Sight } from '../../policy/dns/check.ts';

/** What is known of one vantage point's view of one check. */
interface Heard {
  readonly sight: Sight;
  readonly at: Instant;
}

/** One check as it stands. */
export interface CheckState {
  readonly spec: CheckSpec;
  forced: Forced;
  isHealthy: boolean;
  /** Before an operator's word and before it is turned over. */
  raw: boolean;
  changedAt: Instant | undefined;
  /** By vantage point, in the order of the specification; the server itself is the one at 0 where there is none. */
  readonly heard: (Heard | undefined)[];
  reason: string;
}

/** Intervals after which a vantage point that says nothing does not count; its probes last shorter than one. */
const SILENT_INTERVALS = 3;
/** A ratio is compared in whole millionths: 9 of 50 is 18 percent, and not more. */
const MILLION = 1_000_000;
const NOT_PROBED = 'not probed yet';

/**
 * The state of all checks of one server: what probes say, put together by quorum, calculated checks, inversion and an operator's
 * word. It is what policies read, and never makes anybody wait.
 */
export class HealthBoard implements HealthView {
  readonly checks: readonly CheckState[];
  readonly #byName = new Map<string, number>();
  /** Calculated checks, each after those that it is made of. */
  readonly #calculated: readonly number[];
  #silentAt: Instant = NEVER;
  #awaited: readonly string[];

  constructor(specs: readonly CheckSpec[]) {
    this.checks = specs.map((spec) => ({
      spec,
      forced: 'auto',
      isHealthy: true,
      raw: spec.startsHealthy,
      changedAt: undefined,
      heard: [],
      reason: spec.source.kind === 'probed' ? NOT_PROBED : '',
    }));
    specs.forEach(({ name }, index) => this.#byName.set(name, index));
    this.#calculated = inOrder(specs);
    for (const index of specs.keys()) if (!this.#calculated.includes(index)) this.#settle(this.#at(index));
    for (const index of this.#calculated) this.#calculate(index);
    this.#awaited = awaitedOf(this.checks);
  }

  get awaited(): readonly string[] {
    return this.#awaited;
  }

  isHealthy(check: number): boolean {
    return this.checks[check]?.isHealthy === true;
  }

  secondsToChange(check: number): number {
    const { spec, forced, heard } = this.#at(check);
    if (forced !== 'auto' || spec.disabled || spec.source.kind === 'admin') return Infinity;
    const { source } = spec;
    if (source.kind === 'calculated')
      return source.of.reduce((least, child) => Math.min(least, this.secondsToChange(child)), Infinity);
    const { everyUs, threshold } = source.probing;
    let probes = Infinity;
    for (const one of heard) if (one !== undefined) probes = Math.min(probes, one.sight.probesToChange);
    // Before the first probe: that one decides.
    if (probes === Infinity) probes = threshold.kind === 'route53' ? threshold.count : threshold.down;
    return (probes * everyUs) / SECOND;
  }

  explain(check: number): CheckReport {
    const state = this.#at(check);
    const { spec, isHealthy, changedAt, heard } = state;
    let last: Heard | undefined;
    for (const one of heard) if (one !== undefined && (last === undefined || one.at >= last.at)) last = one;
    return {
      name: spec.name,
      isHealthy,
      changedAt,
      probedAt: last?.at,
      successes: last?.sight.successes ?? 0,
      failures: last?.sight.failures ?? 0,
      reason: reasonOf(state),
    };
  }

  indexOf(name: string): number | undefined {
    return this.#byName.get(name);
  }

  /** A vantage point has seen a target; `vantage` is its place in the specification, 0 for the server itself. */
  see(check: number, vantage: number, sight: Sight, now: Instant, effects: Effects): void {
    const state = this.#at(check);
    state.heard[vantage] = { sight, at: now };
    if (this.#awaited.length > 0) this.#awaited = awaitedOf(this.checks);
    this.#judge(check, now, effects);
    if (state.spec.source.kind !== 'probed' || state.spec.source.vantages.length === 0) return;
    this.#silentAt = Math.min(this.#silentAt, after(now, silentUs(state.spec))) as Instant;
  }

  /** What an operator says; the file's own word is one from the start. */
  force(check: number, forced: Forced, now: Instant, effects: Effects): void {
    const state = this.#at(check);
    state.forced = forced;
    const rule = forced === 'auto' ? HEALTH.released : HEALTH.forced;
    effects.because(rule, effects.explains ? `${state.spec.name} ${forced}` : undefined);
    this.#judge(check, now, effects);
  }

  /** Takes over what is known of checks that are the same as before. */
  inherit(before: HealthBoard): void {
    for (const [index, state] of this.checks.entries()) {
      const old = before.checks[before.indexOf(state.spec.name) ?? -1];
      if (old === undefined) continue;
      state.forced = old.forced;
      if (isSame(old.spec, state.spec)) {
        state.raw = old.raw;
        state.changedAt = old.changedAt;
        state.reason = old.reason;
        old.heard.forEach((heard, vantage) => {
          state.heard[vantage] = heard;
        });
      }
      if (!this.#calculated.includes(index)) this.#settle(state);
    }
    for (const index of this.#calculated) this.#calculate(index);
    this.#silentAt = before.#silentAt;
    this.#awaited = awaitedOf(this.checks);
  }

  deadline(): Instant {
    return this.#silentAt;
  }

  /** Vantage points that have been silent for too long do not count any more. */
  wake(now: Instant, effects: Effects): void {
    if (now < this.#silentAt) return;
    this.#silentAt = NEVER;
    for (const [check, { spec, heard }] of this.checks.entries()) {
      if (spec.source.kind !== 'probed' || spec.source.vantages.length === 0) continue;
      let isSilent = false;
      for (const [vantage, one] of heard.entries()) {
        if (one === undefined) continue;
        const at = after(one.at, silentUs(spec));
        if (at > now) {
          this.#silentAt = Math.min(this.#silentAt, at) as Instant;
          continue;
        }
        heard[vantage] = undefined;
        isSilent = true;
        const name = spec.source.vantages[vantage] ?? '';
        effects.because(HEALTH.vantageSilent, effects.explains ? `${name}, ${spec.name}` : undefined);
      }
      if (isSilent) this.#judge(check, now, effects);
    }
  }

  #at(check: number): CheckState {
    return this.checks[check] ?? bug(`there is no check ${check}`);
  }

  /** One check anew, then those that are made of others. */
  #judge(check: number, now: Instant, effects: Effects): void {
    const state = this.#at(check);
    if (state.spec.source.kind === 'probed') this.#count(state, effects);
    const before = state.isHealthy;
    this.#settle(state);
    if (state.isHealthy !== before) tell(state, now, effects);
    for (const index of this.#calculated) {
      const made = this.#at(index);
      const was = made.isHealthy;
      this.#calculate(index);
      if (made.isHealthy !== was) tell(made, now, effects);
    }
  }

  /** Rule 8 of Route 53: more than the quorum of those who say something. When nobody does, it stays what it was. */
  #count(state: CheckState, effects: Effects): void {
    const { source, name } = state.spec;
    if (source.kind !== 'probed') return;
    let all = 0;
    let up = 0;
    for (const one of state.heard) {
      if (one === undefined) continue;
      all++;
      if (one.sight.isUp) up++;
    }
    if (all === 0) {
      state.reason = 'no vantage point reports: it stays what it was';
      return;
    }
    const raw = up * MILLION > Math.round(source.quorumRatio * MILLION) * all;
    if (source.vantages.length === 0) state.reason = state.heard[0]?.sight.reason ?? '';
    else {
      state.reason = `${up} of ${all} vantage points see it healthy`;
      if (raw !== state.raw)
        effects.because(HEALTH.quorumChanged, effects.explains ? `${name}: ${state.reason}` : undefined);
    }
    state.raw = raw;
  }

  /** Route 53: healthy while at least so many of the others are; 0 is always, more than there are is never. */
  #calculate(index: number): void {
    const state = this.#at(index);
    const { source } = state.spec;
    if (source.kind !== 'calculated') return;
    let healthy = 0;
    for (const child of source.of) if (this.#at(child).isHealthy) healthy++;
    state.raw = healthy >= source.least;
    state.reason = `${healthy} of ${source.of.length} are healthy, ${source.least} are asked for`;
    this.#settle(state);
  }

  #settle(state: CheckState): void {
    const { spec, forced } = state;
    if (forced !== 'auto') state.isHealthy = forced === 'up';
    else state.isHealthy = (spec.disabled || state.raw) !== spec.inverted;
  }
}

/** Rule 6 of gdnsd: what has not been looked at yet, where that is waited for. */
function awaitedOf(checks: readonly CheckState[]): readonly string[] {
  return checks
    .filter(({ spec, heard }) => spec.isAwaited === true && heard[0] === undefined)
    .map(({ spec }) => spec.name);
}

/** Why a check is what it is, for people. */
export function reasonOf({ spec, forced, reason }: CheckState): string {
  if (forced !== 'auto') return `forced ${forced}`;
  const words = spec.disabled ? 'disabled' : reason === '' ? 'nobody has said otherwise' : reason;
  return spec.inverted ? `${words}; inverted` : words;
}

function tell(state: CheckState, now: Instant, effects: Effects): void {
  const { spec, isHealthy } = state;
  state.changedAt = now;
  const rule = isHealthy ? HEALTH.becameHealthy : HEALTH.becameUnhealthy;
  effects.because(rule, effects.explains ? `${spec.name}: ${reasonOf(state)}` : undefined);
  effects.state(`check ${spec.name}`, isHealthy ? 'healthy' : 'unhealthy');
}

function silentUs({ source }: CheckSpec): number {
  return source.kind === 'probed' ? SILENT_INTERVALS * source.probing.everyUs : 0;
}

/** Children first; the file has no circles among them. */
function inOrder(specs: readonly CheckSpec[]): number[] {
  const order: number[] = [];
  const visit = (index: number): void => {
    const source = specs[index]?.source;
    if (source?.kind !== 'calculated' || order.includes(index)) return;
    for (const child of source.of) visit(child);
    order.push(index);
  };
  for (const index of specs.keys()) visit(index);
  return order;
}

/** Whether what was seen by one is worth something to the other; who waited for it does not matter. */
function isSame(a: CheckSpec, b: CheckSpec): boolean {
  return JSON.stringify({ ...a, isAwaited: undefined }) === JSON.stringify({ ...b, isAwaited: undefined });
}
