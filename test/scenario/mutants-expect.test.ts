import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadScenario, type LoadedScenario } from '../../src/api/scenario.ts';
import { runVirtual } from '../../src/api/virtual-run.ts';
import { defineScenario } from '../../src/index.ts';
import { MessageType, Option } from '../../src/codec/dhcp/codes.ts';
import { decodeMessage } from '../../src/codec/dhcp/message.ts';
import type { Scenario } from '../../src/config/scenario.ts';
import type { HostSpec } from '../../src/core/driver.ts';
import type { Effects, Input, Service, Target } from '../../src/core/service.ts';
import { type Instant, toInstant } from '../../src/core/time.ts';
import { portableCrypto } from '../../src/crypto/portable.ts';
import { SimDriver } from '../../src/driver/sim/driver.ts';
import { ScenarioRun } from '../../src/scenario/run.ts';
import { buildTopology } from '../../src/topology/build.ts';
import { hostWith } from '../../src/topology/host-with.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios');

/** Something wrong with the services of some hosts, or with what they are told. */
interface Mutant {
  readonly host: string;
  /** What takes the place of an effect; the real ones are handed in. Made anew for each service. */
  readonly change?: (effects: Effects) => Partial<Effects>;
  readonly hears?: (input: Input) => boolean;
  readonly told?: (scenario: Scenario) => Scenario;
}

class MutantService implements Service {
  readonly #real: Service;
  readonly #mutant: Mutant;
  #sink: { effects: Effects | undefined } = { effects: undefined };
  #changed: Partial<Effects> | undefined;

  constructor(real: Service, mutant: Mutant) {
    this.#real = real;
    this.#mutant = mutant;
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    if (this.#mutant.hears?.(input) === false) return;
    this.#sink.effects = effects;
    const real = new Proxy({} as Effects, {
      get: (_, key) => {
        const value: unknown = Reflect.get(effects, key, effects);
        return typeof value === 'function' ? value.bind(effects) : value;
      },
    });
    this.#changed ??= this.#mutant.change?.(lendable(this.#sink)) ?? {};
    const changed = this.#changed;
    const shown = new Proxy(real, {
      get: (target, key) => Reflect.get(changed, key) ?? Reflect.get(target, key),
    });
    this.#real.handle(input, now, shown);
  }

  deadline(): Instant {
    return this.#real.deadline();
  }
}

/** The sink of the present input, whichever it is. */
function lendable(sink: { effects: Effects | undefined }): Effects {
  return new Proxy({} as Effects, {
    get: (_, key) => {
      const value: unknown =
        sink.effects === undefined ? undefined : Reflect.get(sink.effects, key, sink.effects);
      return typeof value === 'function' ? value.bind(sink.effects) : value;
    },
  });
}

async function run(loaded: LoadedScenario, mutant: Mutant | undefined) {
  const { scenario, contents } = loaded;
  const { seed } = scenario;
  const built = buildTopology({
    scenario: mutant?.told?.(scenario) ?? scenario,
    contents,
    crypto: portableCrypto,
    seed,
    epoch: { us: scenario.epochUs },
    zero: { at: toInstant(0) },
  });
  const hosts = built.hosts.map((host): HostSpec => {
    if (mutant === undefined || host.group !== mutant.host) return host;
    return hostWith(host, { create: () => new MutantService(host.create(), mutant) });
  });
  const topology = { ...built, hosts };
  const judged = new ScenarioRun({ scenario, topology, mode: 'virtual', seed });
  const driver = new SimDriver({ topology, seed, trace: [judged.trace], keepRows: true });
  return runVirtual(judged, driver, {});
}

type Expectations = NonNullable<Parameters<typeof defineScenario>[0]['expect']>;

/** Three modems; the servers' side is dead for the first eight seconds, so that the first has to ask again. */
const boot = (expectations: Expectations) =>
  loadScenario(
    defineScenario({
      extends: './cable-modem-boot.yaml',
      name: 'mutant-boot',
      timeline: [{ at: '0s', do: 'impair', id: 'dead', where: 'core', loss: '100%', for: '8s' }],
      expect: expectations,
    }),
    { base: FOLDER },
  );

/** A host whose server forgets it: at T1 it asks for more and hears no. */
const renewal = (expectations: Expectations) =>
  loadScenario(
    defineScenario({
      headend: 1,
      name: 'mutant-renewal',
      duration: '5m',
      net: { core: { kind: 'segment', delay: '1ms' } },
      services: {
        dhcp: {
          on: 'core',
          ip: '10.0.0.67',
          authoritative: true,
          subnets: [{ subnet: '10.0.0.0/24', range: '10.0.0.100-10.0.0.150', lease: '2m' }],
        },
      },
      devices: { pc: { kind: 'host', on: 'core', count: 2 } },
      timeline: [
        { at: '0s', do: 'power-on', who: 'pc' },
        { at: '20s', do: 'crash', who: 'dhcp', disk: 'lose' },
        { at: '21s', do: 'restart', who: 'dhcp' },
      ],
      expect: expectations,
    }),
    { base: FOLDER },
  );

/** A name that a resolver asks for again when its 30 s are over. */
const look = (expectations: Expectations) =>
  loadScenario(
    defineScenario({
      extends: './dns-failover-caches.yaml',
      name: 'mutant-look',
      devices: { home: { count: 10 }, cafe: { count: 10 } },
      expect: expectations,
    }),
    { base: FOLDER },
  );

function dhcpType(octets: Uint8Array, to: Target): number | undefined {
  return to.port === 67 || to.port === 68 ? decodeMessage(octets).option(Option.messageType)?.[0] : undefined;
}

/** Sends no DHCP message of this type, or only the first so many. */
const without =
  (type: number, first = 0) =>
  (effects: Effects): Partial<Effects> => {
    let sent = 0;
    return {
      send: (port, to, octets, length) => {
        if (dhcpType(octets.subarray(0, length), to) === type && ++sent > first) return;
        effects.send(port, to, octets, length);
      },
    };
  };

interface Case {
  readonly kind: string;
  readonly mutant: string;
  readonly of: Mutant;
  readonly load: (expectations: Expectations) => LoadedScenario;
  readonly expects: Expectations[number];
  readonly verdict: 'fail' | 'inconclusive';
}

const NO_NAK: Mutant = { host: 'dhcp', change: without(MessageType.nak) };
const NO_RETRY: Mutant = { host: 'cm', change: without(MessageType.discover, 1) };

describe('a mutant is never a pass, and without it the same expectation is', () => {
  test.each<Case>([
    {
      kind: 'sequence',
      mutant: 'a server without NAK',
      of: NO_NAK,
      load: renewal,
      expects: {
        sequence: {
          each: 'pc',
          steps: ['DHCP NAK dhcp>pc', 'STATE pc init', 'DHCP ACK dhcp>pc', 'STATE pc bound'],
        },
      },
      verdict: 'fail',
    },
    {
      kind: 'always leases.unique',
      mutant: 'a server that leases one address twice',
      of: {
        host: 'dhcp',
        change: (effects) => ({
          persist: (rows) =>
            effects.persist(rows.map((row) => (row.table === 'lease' ? { ...row, key: '10.9.16.9' } : row))),
        }),
      },
      load: boot,
      expects: { always: 'leases.unique' },
      verdict: 'fail',
    },
    {
      kind: 'always modem.tftp.has-lease',
      mutant: 'a server that acknowledges what it does not keep',
      of: { host: 'dhcp', change: (effects) => ({ persist: () => effects.persist([]) }) },
      load: boot,
      expects: { always: 'modem.tftp.has-lease' },
      verdict: 'fail',
    },
    {
      kind: 'always, of a measure',
      mutant: 'a server that measures nothing',
      of: { host: 'dhcp', change: () => ({ measure: () => undefined }) },
      load: boot,
      expects: { always: 'leases.in-use <= 3' },
      verdict: 'inconclusive',
    },
    {
      kind: 'never',
      mutant: 'a group that does nothing',
      of: { host: 'cm', hears: () => false },
      load: boot,
      expects: { never: { any: 'cm', state: 'refusedByCmts' } },
      verdict: 'inconclusive',
    },
    {
      kind: 'never, in a time of its own',
      mutant: 'a resolver that ignores the TTL',
      of: { host: 'r-honest', told: keepsForAnHour },
      load: look,
      expects: { never: { any: 'home', sees: '10.1.0.10', between: ['3m15s', '9m'] } },
      verdict: 'fail',
    },
    {
      kind: 'eventually',
      mutant: 'a resolver that ignores the TTL',
      of: { host: 'r-honest', told: keepsForAnHour },
      load: look,
      expects: { eventually: { all: 'home', sees: '10.2.0.10', from: '2m', within: '75s' } },
      verdict: 'fail',
    },
    {
      kind: 'eventually, of states',
      mutant: 'modems that never ask again',
      of: NO_RETRY,
      load: boot,
      expects: { eventually: { all: 'cm', state: 'operational', within: '30s' } },
      verdict: 'fail',
    },
    {
      kind: 'eventually, as the CMTS sees it',
      mutant: 'modems that say they are up and never registered',
      of: {
        host: 'cm',
        change: (effects) => ({
          state: (machine) => effects.state(machine, 'operational'),
          sendMacMessage: () => undefined,
        }),
      },
      load: boot,
      expects: { eventually: { all: 'cm', 'cmts-state': 'online' } },
      verdict: 'fail',
    },
    {
      kind: 'sometimes',
      mutant: 'a server without NAK',
      of: NO_NAK,
      load: renewal,
      expects: { sometimes: 'DHCP NAK dhcp>*' },
      verdict: 'inconclusive',
    },
    {
      kind: 'sometimes, of a cache',
      mutant: 'a resolver that measures nothing',
      of: { host: 'r-sticky', change: () => ({ measure: () => undefined }) },
      load: look,
      expects: { sometimes: { 'cache-hit': 'r-sticky', age: '> 30s' } },
      verdict: 'inconclusive',
    },
    {
      kind: 'metric, of samples',
      mutant: 'modems that never ask again',
      of: NO_RETRY,
      load: boot,
      expects: { metric: 'boot.p95 < 90s' },
      verdict: 'fail',
    },
    {
      kind: 'metric, of packets',
      mutant: 'a server without NAK',
      of: NO_NAK,
      load: renewal,
      expects: { metric: 'packets DHCP NAK dhcp>* >= 2' },
      verdict: 'fail',
    },
    {
      kind: 'metric, of rules',
      mutant: 'modems that do nothing',
      of: { host: 'cm', hears: () => false },
      load: boot,
      expects: { metric: 'dhcp.naks == 0' },
      verdict: 'inconclusive',
    },
    {
      kind: 'metric, of a level',
      mutant: 'a server that measures nothing',
      of: { host: 'dhcp', change: () => ({ measure: () => undefined }) },
      load: boot,
      expects: { metric: 'leases.in-use.max <= 3' },
      verdict: 'inconclusive',
    },
  ])('$kind: $mutant', async ({ of, load, expects, verdict }) => {
    const loaded = load([expects]);
    const last = loaded.scenario.expectations.length - 1;
    const right = await run(loaded, undefined);
    expect(right.expectations[last]).toMatchObject({ verdict: 'pass' });
    const wrong = await run(loaded, of);
    expect(wrong.expectations[last]).toMatchObject({ verdict });
    expect(['pass', 'warn']).not.toContain(wrong.verdict);
  });
});

function keepsForAnHour(scenario: Scenario): Scenario {
  const services = scenario.services.map((service) =>
    service.name === 'r-honest' && service.kind === 'resolver'
      ? { ...service, cache: { ...service.cache, ttlMin: 3_600 } }
      : service,
  );
  return { ...scenario, services };
}
