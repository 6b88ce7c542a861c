import { isFault } from '../config/fault.ts';
import type { Scenario } from '../config/scenario.ts';
import { formatIpv4, type Mac } from '../core/address.ts';
import { RULE_INDEXES, type Rule } from '../core/rules.ts';
import type { Driver, FaultCount, FrameEvent, HostSpec, Topology, Trace } from '../core/driver.ts';
import { bug } from '../core/errors.ts';
import { after, NEVER, toInstant, type Instant } from '../core/time.ts';
import { answersIn, scheduleQuestions } from './asking.ts';
import { Expectations } from './expect.ts';
import { LeaseView } from './leases.ts';
import { Metrics } from './metrics.ts';
import { PacketReader } from './packet.ts';
import { fixedAddress, formatCount, PlantIndex, timesText } from './plant.ts';
import { RESULT_FORMAT, worst, type DeviceResult, type ExpectationResult, type RunResult } from './result.ts';
import { ShownStates } from './shown-states.ts';
import { powerMoments, scheduleTimeline } from './timeline.ts';
import { tolerate } from './tolerance.ts';

/** The host of a state that is told of another. */
const NOBODY = -1;
/** A modem's state that all others lead to. */
const UP = 'operational';

export interface RunOptions {
  readonly scenario: Scenario;
  readonly topology: Topology;
  readonly mode: 'virtual' | 'live';
  /** Left out: the scenario's. */
  readonly seed?: number | undefined;
  /** Told the driver's moment 0 of the scenario, which the hosts of the topology look at; left out, it is 0. */
  readonly zero?: { at: Instant } | undefined;
}

/** What a host tells that a fault of its own did: `fault.` and the id. */
const FAULT_PREFIX = 'fault.';

class Firing {
  readonly #counts = new Map<string, number>();

  add(id: string, count: number): void {
    this.#counts.set(id, this.get(id) + count);
  }

  get(id: string): number {
    return this.#counts.get(id) ?? 0;
  }
}

/** What only a driver knows at the end. */
export interface DriverFacts {
  /** undefined in live mode. */
  readonly digest: string | undefined;
  readonly simulatedUs: number;
  readonly packets: number;
  readonly events: number;
}

/**
 * One run of a scenario on a driver: hand `trace` to the driver, then `start`; when the run is over, `judge` and `result`.
 * A run lasts for its `duration`; a simulation in which nothing is left to happen is over sooner, since nothing can
 * change, and a live run is over as soon as it is `settled`: what must hold to the end has then held until there.
 */
export class ScenarioRun {
  readonly trace: Trace;
  readonly seed: number;
  readonly #options: RunOptions;
  readonly #plant: PlantIndex;
  readonly #leases = new LeaseView();
  readonly #expectations: Expectations;
  readonly #reader: PacketReader;
  readonly #firing = new Firing();
  readonly #metrics = new Metrics();
  readonly #states: ShownStates;
  readonly #bootUs: Float64Array;
  /** In a world that does not count rules itself. */
  readonly #ruleCounts: Float64Array | undefined;
  /** The driver's moment 0 of the scenario. */
  #zero = toInstant(0);
  #lastActionAt = 0;
  #driver: Driver | undefined;

  constructor(options: RunOptions) {
    const { scenario, topology, mode } = options;
    this.#options = options;
    this.seed = options.seed ?? scenario.seed;
    this.#plant = new PlantIndex(scenario, topology);
    const expectations = mode === 'live' ? scenario.expectations.map(tolerate) : scenario.expectations;
    this.#expectations = new Expectations(expectations, this.#plant, this.#leases);
    this.#reader = new PacketReader(topology);
    this.#states = new ShownStates(topology.hosts.length);
    this.#bootUs = new Float64Array(topology.hosts.length).fill(-1);
    this.#ruleCounts = mode === 'live' ? new Float64Array(RULE_INDEXES) : undefined;
    this.trace = this.#makeTrace();
  }

  /** Hands the timeline to the driver; the scenario's moment 0 is the driver's now. */
  start(driver: Driver): void {
    const { scenario } = this.#options;
    this.#driver = driver;
    this.#zero = driver.now;
    if (this.#options.zero !== undefined) this.#options.zero.at = driver.now;
    this.#leases.begin(driver.now);
    scheduleTimeline(scenario, this.seed, this.#plant, driver, this.#zero);
    scheduleQuestions({ scenario, plant: this.#plant }, driver, this.#zero);
    for (const action of scenario.timeline) {
      const spread = 'spread' in action ? (action.spread?.overUs ?? 0) : 0;
      const end = isFault(action) && action.until !== NEVER ? action.until : action.at + spread;
      this.#lastActionAt = Math.max(this.#lastActionAt, Math.min(end, scenario.durationUs));
    }
  }

  /** When the run ends at the latest, on the driver's clock. */
  get endsAt(): Instant {
    return after(this.#zero, this.#options.scenario.durationUs);
  }

  /** Whether the timeline is through and every expectation that can be fulfilled early has been. */
  settledAt(now: Instant): boolean {
    return now - this.#zero >= this.#lastActionAt && this.#expectations.settled;
  }

  /** `whole` is false when the run was cut short: what was not seen may still have come. */
  judge(whole: boolean, now: Instant): readonly ExpectationResult[] {
    const at = toInstant(whole ? this.#options.scenario.durationUs : now - this.#zero);
    let powered: ReadonlyMap<number, Instant> | undefined;
    const end = {
      at,
      whole,
      countOf: (rule: Rule) => this.#countOf(rule),
      poweredAt: (host: number) => (powered ??= this.#poweredAt(at)).get(host),
    };
    return [...this.#expectations.judge(end), ...this.#mustFire(), ...this.#recordings()];
  }

  result(expectations: readonly ExpectationResult[], facts: DriverFacts): RunResult {
    const { scenario, mode } = this.#options;
    return {
      format_version: RESULT_FORMAT,
      scenario: scenario.name,
      mode,
      seed: this.seed,
      digest: facts.digest ?? null,
      verdict: worst(expectations.map(({ verdict }) => verdict)),
      simulated_us: facts.simulatedUs,
      packets: facts.packets,
      events: facts.events,
      devices: this.#devices(toInstant(facts.simulatedUs)),
      expectations,
      faults: this.faults(),
      ...this.#metrics.results(
        toInstant(facts.simulatedUs),
        [...this.#bootUs].filter((us) => us >= 0),
        (rule) => this.#countOf(rule),
      ),
    };
  }

  #countOf(rule: Rule): number {
    return this.#driver?.countOf?.(rule) ?? this.#ruleCounts?.[rule.index] ?? 0;
  }

  /** When each host was last switched on, of those that are at `end`. */
  #poweredAt(end: Instant): ReadonlyMap<number, Instant> {
    const powered = new Map<number, Instant>();
    const moments = powerMoments(this.#options.scenario, this.seed, this.#plant).filter(
      ({ at }) => at <= end,
    );
    for (const { at, host, verb } of moments.sort((a, b) => a.at - b.at)) {
      const number = this.#plant.numberOf(host) ?? bug(`a host that is not of this run: ${host.name}`);
      if (verb === 'power-on') powered.set(number, at);
      else if (verb === 'power-off') powered.delete(number);
    }
    return powered;
  }

  #makeTrace(): Trace {
    const trace: Trace = {
      state: (at, host, machine, state, subject) => {
        const number = this.#plant.numberOf(host);
        if (number !== undefined || subject !== undefined)
          this.#entered(at, number ?? NOBODY, machine, state, subject);
      },
      stateOf: (at, host, machine, state, subject) => this.#entered(at, host, machine, state, subject),
      measure: (at, host, name, value) => {
        if (name.startsWith(FAULT_PREFIX)) return this.#firing.add(name.slice(FAULT_PREFIX.length), value);
        const number = this.#plant.numberOf(host);
        if (name === 'boot.us' && number !== undefined) this.#bootUs[number] = value;
        const moment = this.#moment(at);
        this.#metrics.add(moment, number ?? -1, name, value);
        this.#expectations.measured(moment, host, name, value);
      },
      settled: (at, host, rows, outcome) => {
        if (outcome !== 'durable') return;
        this.#expectations.rows(this.#moment(at), host, rows);
        this.#leases.take(rows);
      },
    };
    if (this.#expectations.wantsFrames) trace.frame = (event) => this.#frame(event);
    if (this.#expectations.wantsAnswers)
      trace.reply = (at, host, verb, value) => {
        const number = verb === 'dig' ? this.#plant.numberOf(host) : undefined;
        if (number !== undefined) this.#expectations.answered(this.#moment(at), number, answersIn(value));
      };
    const counts = this.#ruleCounts;
    if (this.#expectations.wantsReasons || counts !== undefined) {
      trace.because = (at, host, rule, detail) => {
        if (counts !== undefined) counts[rule.index] = (counts[rule.index] ?? 0) + 1;
        const number = this.#plant.numberOf(host);
        if (number !== undefined) this.#expectations.reason(this.#moment(at), number, rule, detail);
      };
      trace.reads = () => this.#expectations.wantsReasons;
    }
    return trace;
  }

  /** Of a subject its CMTS shows the state, else it is the host's own. */
  #entered(at: Instant, host: number, machine: string, state: string, subject: Mac | undefined): void {
    const moment = this.#moment(at);
    if (subject === undefined) {
      if (host >= this.#plant.hosts.length) return;
      if (machine === 'modem') this.#noteUp(host, state, moment);
      this.#states.enter(host, machine, state);
      this.#expectations.state(moment, host, state);
    } else if (machine === 'cmts') {
      const modem = this.#plant.numberOfMac(subject);
      if (modem === undefined) return;
      this.#states.enterByCmts(modem, state);
      this.#expectations.cmtsState(moment, modem, state);
    }
  }

  #noteUp(host: number, state: string, at: Instant): void {
    const wasUp = this.#states.own(host) === UP;
    if (wasUp !== (state === UP)) this.#metrics.up(at, host, !wasUp);
  }

  #frame(event: FrameEvent): void {
    if (!this.#expectations.needsFrames) return;
    this.#expectations.frame(this.#moment(event.at), this.#reader.describe(event));
  }

  #moment(at: Instant): Instant {
    return toInstant(at - this.#zero);
  }

  /** In the order of the timeline; those of the hosts themselves are counted here. */
  faults(): readonly FaultCount[] {
    const counts = new Map((this.#driver?.faults() ?? []).map(({ id, fired }) => [id, fired]));
    return this.#options.scenario.timeline.flatMap((action) =>
      isFault(action) ? [{ id: action.id, fired: counts.get(action.id) ?? this.#firing.get(action.id) }] : [],
    );
  }

  #mustFire(): ExpectationResult[] {
    const counts = new Map(this.faults().map(({ id, fired }) => [id, fired]));
    return this.#options.scenario.timeline.flatMap((action) => {
      if (!isFault(action) || action.mustFire === undefined) return [];
      const fired = counts.get(action.id) ?? 0;
      const enough = fired >= action.mustFire;
      return [
        {
          kind: 'must-fire' as const,
          path: action.path,
          text: `${action.id} acts at least ${timesText(action.mustFire)}`,
          verdict: enough ? ('pass' as const) : ('inconclusive' as const),
          detail: enough
            ? `it acted ${timesText(fired)}`
            : `it acted ${timesText(fired)}, so the run shows too little of it`,
        },
      ];
    });
  }

  /** A recording proves nothing about what nobody asked the recorded server. */
  #recordings(): ExpectationResult[] {
    return this.#options.scenario.services.flatMap(({ name, place }) => {
      if (place.kind !== 'replay' || place.unrecorded === 'silent') return [];
      const unrecorded = this.#metrics.countOf(`${name}.replay.unrecorded`);
      const detail =
        unrecorded === 0
          ? 'all that was asked is in the recording'
          : `${formatCount(unrecorded)} requests are not in the recording, so nobody knows their answers (HE-REPLAY-004)`;
      const verdict = unrecorded === 0 ? ('pass' as const) : ('inconclusive' as const);
      return [{ kind: 'recorded' as const, text: `${name} is asked what was recorded`, verdict, detail }];
    });
  }

  #devices(end: Instant): DeviceResult[] {
    return this.#options.scenario.devices.flatMap((device) =>
      this.#plant.named(device.name).map((host) => this.#device(host, device.kind, end)),
    );
  }

  #device(host: HostSpec, kind: string, end: Instant): DeviceResult {
    const number = this.#plant.numberOf(host) ?? bug(`a device that is not of this run: ${host.name}`);
    const mac = host.interfaces[0]?.mac;
    const leased = mac === undefined ? undefined : this.#leases.addressOf(mac, end);
    const state = this.#states.own(number) ?? (kind === 'cmts' || kind === 'router' ? 'on' : 'off');
    const ip = fixedAddress(host) ?? (leased === undefined ? null : formatIpv4(leased));
    if (kind !== 'cable-modem') return { name: host.name, kind, state, ip };
    const bootUs = this.#bootUs[number] ?? -1;
    return {
      name: host.name,
      kind,
      state,
      cmts_state: this.#states.byCmts(number) ?? 'offline',
      ip,
      boot_us: bootUs < 0 ? null : bootUs,
    };
  }
}
