import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadScenario, simulate, type LoadedScenario } from '../../src/api/scenario.ts';
import type { Topology } from '../../src/core/driver.ts';
import { toInstant } from '../../src/core/time.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { SimDriver } from '../../src/driver/sim/driver.ts';
import { ScenarioRun } from '../../src/scenario/run.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { poisoned, POISONED_NAMES } from '../support/poison.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios');
const SHIPPED = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

/** A whole run in the pure rooms, as `prepareVirtual` makes it: topology, driver, verdicts, digest. */
function digestOf(
  { scenario, contents }: LoadedScenario,
  change: (topology: Topology) => Topology = (topology) => topology,
): string {
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
  const driver = new SimDriver({ topology, seed, trace: [run.trace] });
  run.start(driver);
  driver.run(run.endsAt);
  for (const { text, verdict } of run.judge(true, driver.now)) driver.addToDigest(`${verdict} ${text}`);
  return driver.digest();
}

/** The same plant, whose services ask the clock. */
function asking(topology: Topology): Topology {
  return {
    ...topology,
    hosts: topology.hosts.map((host) => ({
      ...host,
      create: () => {
        const service = host.create();
        const handle = service.handle.bind(service);
        service.handle = (input, now, effects) => handle(input, Date.now() > 0 ? now : now, effects);
        return service;
      },
    })),
  };
}

describe('no run touches the machine’s clock, chance, timers or language', () => {
  test.each(SHIPPED)('%s', async (name) => {
    const path = join(FOLDER, name);
    const loaded = loadScenario(path);
    expect(poisoned(() => digestOf(loaded))).toBe((await simulate(path)).digest);
  });
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
    expect(() => poisoned(() => digestOf(loaded, asking))).toThrow('Date was touched');
  });
});
