import type { Random } from '../../core/random.ts';
import { HEALTH } from '../../core/rules/health.ts';
import type { DatagramInput, Effects, StreamInput, UnreachableInput } from '../../core/service.ts';
import { after, type Instant, NEVER, toInstant } from '../../core/time.ts';
import type { Probing, Sight } from '../../policy/dns/check.ts';
import { DatagramProbe } from './datagram-probe.ts';
import type { Outcome, Probe } from './probe.ts';
import { StreamProbe } from './stream-probe.ts';
import { makeThreshold, type Threshold } from './threshold.ts';

/** What is probed again and again. */
export interface Watched {
  readonly name: string;
  readonly probing: Probing;
  readonly startsHealthy: boolean;
  /** Its own: another check does not move its moments. */
  readonly random: Random;
}

/** Told after each probe: `index` is the place in the list that the prober was given. */
export type Seen = (index: number, sight: Sight, now: Instant, effects: Effects) => void;

interface Task {
  readonly watched: Watched;
  threshold: Threshold;
  /** The first probe decides by itself. */
  isFirst: boolean;
  /** When the next probe begins: every interval, however long the last one took. */
  nextAt: Instant;
  probe: Probe | undefined;
  /** Down until then at least; in the past for one that is up. */
  heldUntil: Instant;
}

/** Probes a list of targets, each in its interval, from a moment of its own on. All are probed once at the start. */
export class Prober {
  readonly #seen: Seen;
  readonly #tasks: Task[];
  /** Probes of before a reload that nobody waits for. */
  #orphans: Probe[] = [];
  #deadline: Instant = toInstant(0);

  constructor(watched: readonly Watched[], seen: Seen) {
    this.#seen = seen;
    this.#tasks = watched.map((each) => ({
      watched: each,
      threshold: makeThreshold(each.probing.threshold, each.startsHealthy),
      isFirst: true,
      nextAt: toInstant(0),
      probe: undefined,
      heldUntil: toInstant(0),
    }));
    if (watched.length === 0) this.#deadline = NEVER;
  }

  deadline(): Instant {
    return this.#deadline;
  }

  /** Begins nothing new; what is under way ends. */
  retire(): void {
    for (const task of this.#tasks) task.nextAt = NEVER;
    this.#reckon();
  }

  /** Goes on with what an earlier prober knew of the same targets. */
  inherit(before: Prober): void {
    const old = new Map(before.#tasks.map((task) => [task.watched.name, task]));
    for (const task of this.#tasks) {
      const same = old.get(task.watched.name);
      if (same === undefined || !isSameWatch(task.watched, same.watched)) continue;
      old.delete(task.watched.name);
      task.threshold = same.threshold;
      task.isFirst = same.isFirst;
      task.nextAt = same.nextAt;
      task.probe = same.probe;
      task.heldUntil = same.heldUntil;
    }
    this.#orphans = [...before.#orphans];
    for (const { probe } of old.values()) if (probe !== undefined) this.#orphans.push(probe);
    this.#reckon();
  }

  wake(now: Instant, effects: Effects): void {
    for (const orphan of this.#orphans) orphan.stop(effects);
    this.#orphans = [];
    for (const [index, task] of this.#tasks.entries()) {
      if (task.probe !== undefined && task.probe.deadline <= now) {
        task.probe.giveUp(effects);
        this.#conclude(index, task, now, effects);
      }
      if (task.nextAt <= now) this.#begin(task, now, effects);
    }
    this.#reckon();
  }

  stream(input: StreamInput, now: Instant, effects: Effects): void {
    const index = this.#tasks.findIndex(({ probe }) => probe?.stream === input.stream);
    const task = this.#tasks[index];
    if (task?.probe === undefined) return;
    task.probe.onStream(input, now, effects);
    this.#conclude(index, task, now, effects);
    this.#reckon();
  }

  datagram({ octets, from, to }: DatagramInput, now: Instant, effects: Effects): void {
    const index = this.#tasks.findIndex(({ probe }) => probe?.port === to.port);
    const task = this.#tasks[index];
    if (task?.probe === undefined) return;
    task.probe.onDatagram(octets, from, effects);
    this.#conclude(index, task, now, effects);
    this.#reckon();
  }

  unreachable({ reason, port }: UnreachableInput, now: Instant, effects: Effects): void {
    const index = this.#tasks.findIndex(({ probe }) => probe?.port === port);
    const task = this.#tasks[index];
    if (task?.probe === undefined) return;
    task.probe.onUnreachable(reason, effects);
    this.#conclude(index, task, now, effects);
    this.#reckon();
  }

  #begin(task: Task, now: Instant, effects: Effects): void {
    const { probing, random } = task.watched;
    const { everyUs, probe: spec } = probing;
    // A driver that slept does not make up for what it missed.
    if (task.isFirst && task.nextAt === 0)
      task.nextAt = after(now, 1 + Math.floor(random.fraction() * everyUs));
    else task.nextAt = after(task.nextAt, Math.ceil((now + 1 - task.nextAt) / everyUs) * everyUs);
    // The first may still be under way, since its successor's moment is drawn; later ones never are.
    if (task.probe !== undefined) return;
    task.probe =
      spec.kind === 'tcp' || spec.kind === 'http'
        ? new StreamProbe(spec, now, effects)
        : new DatagramProbe(spec, random.below(0x1_0000), now, effects);
  }

  #conclude(index: number, task: Task, now: Instant, effects: Effects): void {
    const outcome = task.probe?.outcome;
    if (outcome === undefined) return;
    task.probe = undefined;
    const { name } = task.watched;
    effects.because(
      outcome.passed ? HEALTH.passed : HEALTH.failed,
      effects.explains ? `${name}: ${outcome.reason}` : undefined,
    );
    if (task.isFirst) this.#decide(task, outcome, effects);
    else observe(task, outcome.passed, now);
    const { isUp, successes, failures, probesToChange } = task.threshold;
    this.#seen(index, { isUp, successes, failures, probesToChange, reason: outcome.reason }, now, effects);
  }

  /** Rule 6: an initial round, as gdnsd has it. */
  #decide(task: Task, { passed }: Outcome, effects: Effects): void {
    const { probing, startsHealthy, name } = task.watched;
    task.isFirst = false;
    task.threshold = makeThreshold(probing.threshold, passed);
    if (passed !== startsHealthy) effects.because(HEALTH.firstProbe, effects.explains ? name : undefined);
  }

  #reckon(): void {
    if (this.#orphans.length > 0) {
      this.#deadline = toInstant(0);
      return;
    }
    let first: Instant = NEVER;
    for (const { nextAt, probe } of this.#tasks) {
      if (nextAt < first) first = nextAt;
      if (probe !== undefined && probe.deadline < first) first = probe.deadline;
    }
    this.#deadline = first;
  }
}

/** A target that flaps is held down: what it shows meanwhile does not count for it. */
function observe(task: Task, passed: boolean, now: Instant): void {
  const { threshold, watched } = task;
  if (passed && !threshold.isUp && now < task.heldUntil) return;
  const changed = threshold.observe(passed);
  if (changed && !threshold.isUp) task.heldUntil = after(now, watched.probing.holdDownUs ?? 0);
}

function isSameWatch(a: Watched, b: Watched): boolean {
  return a.startsHealthy === b.startsHealthy && JSON.stringify(a.probing) === JSON.stringify(b.probing);
}
