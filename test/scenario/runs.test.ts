import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadScenario, prepareVirtual, simulate, type LoadedScenario } from '../../src/api/scenario.ts';
import { CMTS_STATES, HOST_STATES, MODEM_STATES } from '../../src/config/vocabulary.ts';
import type { Topology, Trace } from '../../src/core/driver.ts';
import { toInstant } from '../../src/core/time.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { SimDriver } from '../../src/driver/sim/driver.ts';
import { StateRank } from '../../src/engine/cmts/modem-table.ts';
import type { RunResult } from '../../src/scenario/result.ts';
import { ScenarioRun } from '../../src/scenario/run.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { hostWith } from '../../src/topology/host-with.ts';
import { poisoned, POISONED_NAMES } from '../support/poison.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios');
/** The lab of containers runs simulated as well. */
const LAB = '../deploy/lab.yaml';
const SHIPPED = [...readdirSync(FOLDER).filter((name) => name.endsWith('.yaml')), LAB];

/** What a file says is a warning, and is one: the storm is what it shows. */
const WARNED: Readonly<Record<string, readonly string[]>> = {
  'boot-storm-5000.yaml': ['dhcp.retransmits < 3000'],
};

/** The states of each machine that a scenario can name. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  modem: MODEM_STATES,
  cmts: CMTS_STATES,
  host: HOST_STATES,
};

/** The machines that any scenario showed: a population, for one, has none. */
const machinesSeen = new Set<string>();

/** Collects what hosts come to that no scenario could name. */
function listenerForStates(unknown: Set<string>): Trace {
  return {
    state: (_at, _host, machine, state) => {
      machinesSeen.add(machine);
      if (WORDS[machine]?.includes(state) === false) unknown.add(`${machine} ${state}`);
    },
  };
}

/** A whole run in the pure rooms alone, in one piece: topology, driver, verdicts, result. */
function runPure(
  { scenario, contents }: LoadedScenario,
  change: (topology: Topology) => Topology = (topology) => topology,
): RunResult {
  const { seed, epochUs } = scenario;
  const built = buildTopology({
    scenario,
    contents,
    crypto: portableCrypto,
    seed,
    epoch: { us: epochUs },
    zero: { at: toInstant(0) },
  });
  const topology = change(built);
  const run = new ScenarioRun({ scenario, topology, mode: 'virtual', seed });
  const keepRows = scenario.timeline.some((action) => action.do === 'crash');
  const driver = new SimDriver({ topology, seed, trace: [run.trace], keepRows });
  run.start(driver);
  driver.run(run.endsAt);
  const expectations = run.judge(true, driver.now);
  for (const { text, verdict } of expectations) driver.addToDigest(`${verdict} ${text}`);
  return run.result(expectations, {
    ...driver.counts(),
    digest: driver.digest(),
    simulatedUs: driver.now,
  });
}

/** The same plant, whose services ask the clock. */
function asking(topology: Topology): Topology {
  return {
    ...topology,
    hosts: topology.hosts.map((host) =>
      hostWith(host, {
        create: () => {
          const service = host.create();
          const handle = service.handle.bind(service);
          service.handle = (input, now, effects) => handle(input, Date.now() > 0 ? now : now, effects);
          return service;
        },
      }),
    ),
  };
}

// Each scenario runs three times here, and every claim that needs a whole run is made of these three.
describe.each(SHIPPED)('%s', (name) => {
  const path = join(FOLDER, name);
  const warned = WARNED[name] ?? [];
  const verdict = warned.length === 0 ? 'pass' : 'warn';
  const unknown = new Set<string>();
  let first: RunResult;

  test('passes', async () => {
    first = await prepareVirtual(loadScenario(path)).execute([listenerForStates(unknown)]);
    const failed = first.expectations.filter((one) => one.verdict !== 'pass' && !warned.includes(one.text));
    expect(failed).toEqual([]);
    expect(first.verdict).toBe(verdict);
  });

  test('comes to no state that a scenario cannot name', () => {
    expect([...unknown]).toEqual([]);
  });

  test('gives the same result again, in one piece and unheard, and touches nothing of the machine: clock, chance, timers, language', () => {
    const loaded = loadScenario(path);
    expect(poisoned(() => runPure(loaded))).toEqual(first);
  });

  test('passes under another seed, with another digest', async () => {
    const other = await simulate(path, { seed: first.seed + 1 });
    expect(other.verdict).toBe(verdict);
    expect(other.digest).not.toBe(first.digest);
  });
});

test('the scenarios together show every machine whose states are named here', () => {
  expect(Object.keys(WORDS).filter((machine) => !machinesSeen.has(machine))).toEqual([]);
});

test('a scenario can name every state that a CMTS shows', () => {
  expect(Object.keys(StateRank).filter((state) => !CMTS_STATES.includes(state))).toEqual([]);
});

describe('the poison works', () => {
  test.each(POISONED_NAMES)('%s', (name) => {
    const use = (): unknown => {
      const places = [globalThis, Math, performance, process, '', 0, []] as unknown[];
      return places.map((place) => (place as Record<string, unknown>)[name]);
    };
    expect(() => poisoned(use)).toThrow(`${name} was touched`);
    expect(use).not.toThrow();
  });

  test('crypto', () => {
    expect(() => poisoned(() => crypto.randomUUID())).toThrow('crypto.randomUUID was touched');
    expect(crypto.randomUUID()).toHaveLength(36);
  });

  test('a service that asks the clock is found out', () => {
    const loaded = loadScenario(join(FOLDER, 'dora-and-relay.yaml'));
    expect(() => poisoned(() => runPure(loaded, asking))).toThrow('Date was touched');
  });
});

test('the flagship: three modems online, each with a lease and a time', async () => {
  const { devices } = await simulate(join(FOLDER, 'cable-modem-boot.yaml'));
  const modems = devices.filter(({ kind }) => kind === 'cable-modem');
  expect(modems.map(({ name, state, cmts_state: shown }) => `${name} ${state} ${shown}`)).toEqual([
    'cm[0] operational online',
    'cm[1] operational online',
    'cm[2] operational online',
  ]);
  expect(new Set(modems.map(({ ip }) => ip)).size).toBe(3);
  for (const { ip, boot_us: bootUs } of modems) {
    expect(ip).toMatch(/^10\.9\.16\.\d+$/);
    expect(bootUs).toBeGreaterThan(0);
  }
});

test('who listens changes nothing in a run', async () => {
  const loaded = loadScenario(join(FOLDER, 'dora-and-relay.yaml'));
  const silent = await prepareVirtual(loaded).execute([]);
  let heard = 0;
  const hear = () => {
    heard++;
  };
  const told = await prepareVirtual(loaded).execute([
    { frame: hear, state: hear, because: hear, measure: hear, settled: hear, stream: hear, reply: hear },
  ]);
  expect(told).toEqual(silent);
  expect(heard).toBeGreaterThan(50);
});
