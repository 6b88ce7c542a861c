import type { Action, PowerAction } from '../config/action.ts';
import { type Fault, isFault } from '../config/fault.ts';
import type { Scenario } from '../config/scenario.ts';
import type { Driver, HostSpec } from '../core/driver.ts';
import { memberKey, Random, streamKey } from '../core/random.ts';
import { after, toInstant, type Instant } from '../core/time.ts';
import { scheduleFault } from './faults.ts';
import type { PlantIndex } from './plant.ts';

/** A command for one host that the timeline comes to. */
export interface PowerMoment {
  readonly at: Instant;
  readonly host: HostSpec;
  readonly verb: PowerAction['do'];
}

/** What does its work without being switched on. */
const ALWAYS_ON: ReadonlySet<string> = new Set(['cmts', 'router', 'web', 'prober']);

/**
 * What a timeline says to each host, in the file's order. A device that the timeline never powers on has power from the
 * start. `uniform` draws from a stream of each member's own, so that a new member moves nobody else.
 */
export function powerMoments(scenario: Scenario, seed: number, plant: PlantIndex): readonly PowerMoment[] {
  const moments: PowerMoment[] = [];
  const powered = new Set<HostSpec>();
  for (const action of scenario.timeline) {
    if (!('spread' in action)) continue;
    const members = plant.members(action.who);
    const key = streamKey(seed, `${action.path} ${action.who.text}`);
    for (const [index, host] of members.entries()) {
      if (action.do === 'power-on') powered.add(host);
      moments.push({ at: spreadAt(action, { index, count: members.length, key }), host, verb: action.do });
    }
  }
  for (const device of scenario.devices) {
    if (ALWAYS_ON.has(device.kind) || ('live' in device && device.live !== undefined)) continue;
    for (const host of plant.named(device.name))
      if (!powered.has(host)) moments.push({ at: toInstant(0), host, verb: 'power-on' });
  }
  return moments;
}

interface Place {
  readonly index: number;
  readonly count: number;
  /** Of the action's random stream. */
  readonly key: number;
}

function spreadAt({ at, spread }: PowerAction, { index, count, key }: Place): Instant {
  if (spread === undefined || spread.overUs === 0) return at;
  if (spread.by === 'even') return after(at, (spread.overUs * index) / Math.max(count - 1, 1));
  return after(at, Math.floor(new Random(memberKey(key, index)).fraction() * spread.overUs));
}

/** One for all hosts, so that a driver can tell that they are told the same. */
const NO_ARGS = {};

/** Hands the whole timeline to a driver, whose moment 0 of the scenario is `start`. */
export function scheduleTimeline(
  scenario: Scenario,
  seed: number,
  plant: PlantIndex,
  driver: Driver,
  start: Instant,
): void {
  for (const { at, host, verb } of powerMoments(scenario, seed, plant))
    driver.command(after(start, at), host.name, verb, NO_ARGS);
  for (const action of scenario.timeline)
    if (isFault(action)) scheduleFault(action, plant, driver, start);
    else scheduleCommand(action, plant, driver, start);
}

function scheduleCommand(
  action: Exclude<Action, Fault>,
  plant: PlantIndex,
  driver: Driver,
  start: Instant,
): void {
  if (action.do === 'fail' || action.do === 'mend')
    for (const host of plant.members(action.who))
      driver.command(after(start, action.at), host.name, action.do, action.args);
  if (action.do === 'health')
    for (const host of plant.members(action.who))
      for (const { name, to } of action.checks)
        driver.command(after(start, action.at), host.name, 'check', {
          name,
          to,
          service: `${action.who.text} checks`,
        });
  if (action.do === 'update') {
    const { zone, add, remove } = action;
    for (const host of plant.members(action.who))
      driver.command(after(start, action.at), host.name, 'update', { zone, add, remove });
  }
  if (action.do === 'show')
    for (const host of plant.members(action.who))
      driver.command(after(start, action.at), host.name, 'show', NO_ARGS);
  if (action.do === 'restart')
    for (const host of plant.members(action.who)) driver.restart(after(start, action.at), host.name);
}
