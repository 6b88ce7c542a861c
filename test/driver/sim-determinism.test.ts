import { describe, expect, test } from 'vitest';
import { BROADCAST } from '../../src/core/address.ts';
import type { FrameEvent, HostSpec, Topology, Trace } from '../../src/core/driver.ts';
import type { Effects, Input, Service } from '../../src/core/service.ts';
import { NEVER, SECOND, after, toInstant } from '../../src/core/time.ts';
import type { Instant } from '../../src/core/time.ts';
import { SimDriver } from '../../src/driver/sim/driver.ts';
import type { SimOptions } from '../../src/driver/sim/driver.ts';
import { Plant } from '../../src/driver/sim/plant.ts';
import { cutIntoPartitions } from '../../src/driver/sim/partitions.ts';
import { at, host, ip, mac, segment } from './plants.ts';

const SERVER = { address: ip('10.0.0.1'), port: 69 };

/** Ranges, takes an address, asks the server five times a second apart, asking again when no answer comes. */
class Modem implements Service {
  readonly #number: number;
  readonly #network: number;
  readonly #scratch = new Uint8Array(200);
  #wakeAt: Instant;
  #answers = 0;

  constructor(network: number, number: number) {
    this.#network = network;
    this.#number = number;
    this.#wakeAt = toInstant(number * 1009 + network * 337);
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    if (input.kind === 'mac-message' && this.#answers === 0) {
      effects.configure(0, {
        address: ip(`10.${this.#network}.1.${this.#number + 1}`),
        prefixLength: 16,
        router: ip(`10.${this.#network}.0.1`),
      });
      effects.state('modem', 'ranged');
    }
    if (input.kind === 'datagram' && ++this.#answers === 5) {
      effects.state('modem', 'operational');
      this.#wakeAt = NEVER;
    }
    if (input.kind !== 'timer' || now < this.#wakeAt) return;
    this.#wakeAt = after(now, SECOND);
    this.#scratch.fill(this.#answers);
    effects.sendMacMessage(0, cmtsMac(this.#network), this.#scratch, 34);
    effects.send(68, { address: BROADCAST, port: 67, via: 0 }, this.#scratch, 100);
    effects.send(68, SERVER, this.#scratch, 48 + this.#answers);
  }

  deadline(): Instant {
    return this.#wakeAt;
  }
}

class Cmts implements Service {
  handle(input: Input, _now: Instant, effects: Effects): void {
    if (input.kind === 'transit') effects.forward();
    if (input.kind === 'mac-message') effects.sendMacMessage(0, input.from, input.octets);
    if (input.kind === 'datagram' && input.via === 0) effects.send(67, SERVER, input.octets);
  }

  deadline(): Instant {
    return NEVER;
  }
}

class Server implements Service {
  handle(input: Input, _now: Instant, effects: Effects): void {
    if (input.kind !== 'datagram') return;
    effects.persist([{ table: 'seen', key: String(input.from.address), value: {} }]);
    effects.send(69, input.from, input.octets);
  }

  deadline(): Instant {
    return NEVER;
  }
}

const cmtsMac = (network: number): ReturnType<typeof mac> => mac(`02:01:00:00:00:0${network}`);

function plant(modemsEach: readonly number[], coreDelayUs = 1000): Topology {
  const hosts: HostSpec[] = [];
  const routes = modemsEach.map((_, network) => ({
    to: { address: ip(`10.${network + 1}.0.0`), length: 16 },
    via: 0,
    nextHop: ip(`10.0.0.${network + 101}`),
  }));
  hosts.push(
    host(
      'server',
      { on: 'core', address: [at('10.0.0.1/24')], mac: mac('02:00:00:00:00:01') },
      () => new Server(),
      {
        udpPorts: [69],
        flushUs: 1,
        routes,
      },
    ),
  );
  modemsEach.forEach((modems, index) => {
    const network = index + 1;
    const cable = `hfc${network}`;
    const faces = [
      { segment: cable, mac: cmtsMac(network), addresses: [at(`10.${network}.0.1/16`)] },
      {
        segment: 'core',
        mac: mac(`02:02:00:00:00:0${network}`),
        addresses: [at(`10.0.0.${index + 101}/24`)],
      },
    ];
    const more = { interfaces: faces, forwards: true, udpPorts: [67] };
    hosts.push(host(`cmts${network}`, { on: cable }, () => new Cmts(), more));
    for (let number = 0; number < modems; number++) {
      const hardware = mac(`02:0a:00:0${network}:00:${number.toString(16).padStart(2, '0')}`);
      const name = `cm${network}[${number}]`;
      hosts.push(
        host(name, { on: cable, mac: hardware }, () => new Modem(network, number), {
          kind: 'cable-modem',
          udpPorts: [68],
        }),
      );
    }
  });
  const cables = modemsEach.map((_, index) =>
    segment(`hfc${index + 1}`, { delayUs: 8000, jitterUs: 6000, lossRatio: 0.05 }, 'cable'),
  );
  return {
    segments: [segment('core', { delayUs: coreDelayUs, jitterUs: 200 }), ...cables],
    links: [],
    hosts,
  };
}

const END = toInstant(60 * SECOND);

function digestOf(
  options: Partial<SimOptions> = {},
  run = (driver: SimDriver): void => driver.run(END),
): string {
  const driver = new SimDriver({ topology: plant([20, 20, 7]), seed: 7, ...options });
  run(driver);
  expect(driver.counts().packets).toBeGreaterThan(1500);
  return driver.digest();
}

/** What one frame was, without the numbers that depend on who else is there. */
function shown(event: FrameEvent): string {
  const { at: when, segment: where, sender, receiver, fate, body } = event;
  const octets = body.kind === 'udp' || body.kind === 'mac-message' ? [...body.octets].join() : '';
  return `${when} ${where} ${sender.name}>${receiver?.name} ${fate} ${body.kind} ${octets}`;
}

function frames(options: SimOptions): string[] {
  const all: string[] = [];
  const trace: Trace = { frame: (event) => all.push(shown(event)) };
  new SimDriver({ ...options, trace: [trace] }).run(END);
  return all;
}

/** How the modems that are in either plant are heard before anything could come back. */
function firstWords(lines: readonly string[]): string[] {
  const ofModem = / cm\d\[[0-4]\]>\S+ \w+ mac-message /;
  return lines.filter((line) => ofModem.test(line) && Number(line.split(' ')[0]) < SECOND);
}

describe('one seed, one run', () => {
  const digest = digestOf();

  test('the digest is pinned: when it changes, what happens has changed', () => {
    expect(digest).toBe('3832dbad0da08d7f');
  });

  test.each([
    { name: 'again', options: {} },
    {
      name: 'with somebody listening',
      options: { trace: [{ frame: () => 0, because: () => 0, state: () => 0 }] },
    },
    { name: 'with poison in freed frames', options: { poison: true } },
    { name: 'without rows kept', options: { keepRows: false } },
  ])('the same $name', ({ options }) => {
    expect(digestOf(options)).toBe(digest);
  });

  test('the same, whatever the steps it is run in', () => {
    const inSteps = digestOf({}, (driver) => {
      for (let moment = 0; moment < END; moment += 777) driver.run(toInstant(Math.min(moment, END)));
      driver.run(END);
    });
    expect(inSteps).toBe(digest);
  });

  test('another seed, another digest; a verdict too', () => {
    expect(digestOf({ seed: 8 })).not.toBe(digest);
    const judged = digestOf({}, (driver) => {
      driver.run(END);
      driver.addToDigest('pass');
    });
    expect(judged).not.toBe(digest);
  });

  test('a new modem moves nobody else’s packets', () => {
    const before = frames({ topology: plant([5, 5]), seed: 7 });
    const more = frames({ topology: plant([6, 6]), seed: 7 });
    // How long an answer takes depends on who else asks; when a modem is heard at first, on itself alone.
    expect(firstWords(before).length).toBe(10);
    expect(firstWords(more)).toEqual(firstWords(before));
  });
});

function cut(topology: Topology): { count: number; lookaheadUs: number; of: (name: string) => number } {
  const tables = new Plant(topology, 1);
  const { count, lookaheadUs } = cutIntoPartitions(tables);
  return { count, lookaheadUs, of: (name) => tables.hosts.partition(tables.hostNamed(name)) };
}

describe('partitions', () => {
  test('the servers are one, each cable with its CMTS one more; a window is the least delay between them', () => {
    const { count, lookaheadUs, of } = cut(plant([3, 3]));
    expect([count, lookaheadUs]).toEqual([3, 1000]);
    expect(['server', 'cmts1', 'cm1[2]', 'cmts2', 'cm2[0]'].map(of)).toEqual([0, 1, 1, 2, 2]);
  });

  test('a way without delay joins them', () => {
    expect(cut(plant([3, 3], 199))).toMatchObject({ count: 1, lookaheadUs: Infinity });
    expect(cut(plant([3, 3], 200)).count).toBe(3);
  });

  test('many cables share 32', () => {
    const one = plant([1]);
    const cables = Array.from({ length: 100 }, (_, index) =>
      segment(`c${index}`, { delayUs: 8000 }, 'cable'),
    );
    const hosts = cables.map(({ name }) => host(name, { on: name }, () => new Cmts()));
    const { count } = cut({
      segments: [...one.segments, ...cables],
      links: [],
      hosts: [...one.hosts, ...hosts],
    });
    expect(count).toBeGreaterThan(16);
    expect(count).toBeLessThanOrEqual(33);
  });

  test('several do what one does, and the merged trace is in the order of time', () => {
    // Without chance, and with nothing simultaneous, no order is left that could differ.
    const steady = { delayUs: 3000, jitterUs: 0, lossRatio: 0, bitsPerSecond: 0 };
    const topology = plant([20, 20, 7]);
    const segments = topology.segments.map((spec) => ({ ...spec, quality: steady }));
    const options = { topology: { ...topology, segments }, seed: 7 };
    const several = frames(options);
    const one = frames({ ...options, cut: 'whole' });
    expect(several.length).toBeGreaterThan(1500);
    const times = several.map((line) => Number(line.split(' ')[0]));
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect([...several].sort().join('\n') === [...one].sort().join('\n')).toBe(true);
  });

  test.each([{ cut: 'by cable' }, { cut: 'whole' }] as const)(
    'who keeps hosts by number is told the same states, in the same order, and each once ($cut)',
    ({ cut: where }) => {
      const topology = plant([5, 5, 5]);
      const byHost: string[] = [];
      const byNumber: string[] = [];
      const inPlace: string[] = [];
      const trace: Trace[] = [
        { state: (when, { name }, machine, state) => byHost.push(`${when} ${name} ${machine} ${state}`) },
        {
          state: (_when, { name }) => inPlace.push(name),
          stateOf: (when, number, machine, state) =>
            byNumber.push(`${when} ${topology.hosts[number]!.name} ${machine} ${state}`),
        },
      ];
      new SimDriver({ topology, seed: 7, trace, cut: where }).run(END);
      expect(byHost.length).toBeGreaterThanOrEqual(30);
      expect(byNumber).toEqual(byHost);
      expect(inPlace).toEqual([]);
    },
  );
});
