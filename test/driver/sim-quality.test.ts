import { describe, expect, test } from 'vitest';
import type { FrameEvent } from '../../src/core/driver.ts';
import { NET_RULES } from '../../src/core/rules/net.ts';
import { MILLISECOND, NEVER, SECOND, toInstant } from '../../src/core/time.ts';
import { SimDriver } from '../../src/driver/sim/driver.ts';
import { acting, pair } from './cases/plant.ts';
import { ip, segment } from './plants.ts';
import { Actor, octetsOf } from './world.ts';

import { burst, crossings, go } from './runs.ts';
describe('quality', () => {
  test('loss is the share asked for, within the bounds of chance', () => {
    const right = new Actor();
    const { events, driver } = crossings(burst(1, {}, right), (world) => {
      world.command(toInstant(0), 'left', 'warm', {});
    });
    expect(events.length).toBe(3);
    expect(driver.counts().packets).toBe(3);
    const lossy = new Actor();
    const topology = burst(1, { lossRatio: 0.02 }, lossy);
    const run = crossings(topology, (world) => {
      for (let index = 0; index < 20_000; index++) go('left', SECOND + index * 1000)(world);
    });
    const datagrams = run.events.filter(({ body }) => body.kind === 'udp');
    const lost = datagrams.filter(({ fate }) => fate === 'lost').length;
    // 400 expected, standard deviation 20.
    expect(lost).toBeGreaterThan(320);
    expect(lost).toBeLessThan(480);
    expect(lossy.count('datagram')).toBe(datagrams.length - lost);
    expect(run.driver.countOf(NET_RULES.lost)).toBe(run.events.filter(({ fate }) => fate === 'lost').length);
  });

  test('jitter lies in its range and keeps the order of one sender', () => {
    const right = new Actor();
    const { events } = crossings(burst(1, { delayUs: 8000, jitterUs: 6000 }, right), (world) => {
      for (let index = 0; index < 500; index++) go('left', SECOND + index * 20_000)(world);
    });
    const delays = events.flatMap(({ body, at: when, sentAt }) =>
      body.kind === 'udp' ? [when - sentAt] : [],
    );
    expect(Math.min(...delays)).toBeLessThan(8200);
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(8000);
    expect(Math.max(...delays)).toBeGreaterThan(13_800);
    expect(Math.max(...delays)).toBeLessThanOrEqual(14_000);
    const close = new Actor();
    crossings(burst(100, { delayUs: 8000, jitterUs: 6000 }, close), go('left'));
    expect(close.of('datagram').map(({ octets }) => octets[0])).toEqual(
      Array.from({ length: 100 }, (_, index) => index),
    );
  });

  test('bandwidth: frames of one sender wait for each other', () => {
    const right = new Actor();
    // 2 octets and 46 of headers: 384 bits at 384 kbit/s are a millisecond.
    const { events } = crossings(burst(3, { bitsPerSecond: 384_000 }, right), (world) => {
      world.command(toInstant(0), 'left', 'warm', {});
      go('left', SECOND)(world);
    });
    const times = events.flatMap(({ body, at: when }) =>
      body.kind === 'udp' && when > SECOND ? [when] : [],
    );
    expect(times).toEqual([SECOND + 2000, SECOND + 3000, SECOND + 4000]);
  });

  test('an impairment acts between its times, is counted, and moves no other dice', () => {
    const runs = [0, 1].map((lossRatio) => {
      const right = new Actor();
      return crossings(burst(1, { jitterUs: 500 }, right), (world) => {
        const quality = { where: 'lan', lossRatio, delayUs: 0, jitterUs: 0 };
        world.impair({ id: 'cut', ...quality }, toInstant(2 * SECOND), toInstant(3 * SECOND));
        for (let second = 0; second < 5; second++) go('left', second * SECOND)(world);
      });
    });
    const fates = runs[1]!.events.flatMap(({ body, fate, fault }) =>
      body.kind === 'udp' ? [[fate, fault]] : [],
    );
    expect(fates.map(([fate]) => fate)).toEqual([
      'delivered',
      'delivered',
      'faulted',
      'delivered',
      'delivered',
    ]);
    expect(fates[2]![1]).toBe('cut');
    expect(runs[1]!.driver.faults()).toEqual([{ id: 'cut', fired: 1 }]);
    expect(runs[0]!.driver.faults()).toEqual([{ id: 'cut', fired: 0 }]);
    const last = runs.map(({ events }) => events.at(-1)!.at);
    expect(last[0]).toBe(last[1]);
  });

  test('impairments of one place add up', () => {
    const right = new Actor();
    const { events, driver } = crossings(burst(1, {}, right), (world) => {
      for (const id of ['a', 'b'])
        world.impair(
          { id, where: 'lan', lossRatio: 0, delayUs: 10_000, jitterUs: 0 },
          toInstant(SECOND),
          NEVER,
        );
      world.command(toInstant(0), 'left', 'warm', {});
      go('left', SECOND)(world);
    });
    expect(events.at(-1)!.at - events.at(-1)!.sentAt).toBe(21_000);
    expect(driver.faults().map(({ fired }) => fired)).toEqual([1, 1]);
  });

  test('a place that is not there is the file’s mistake', () => {
    const driver = new SimDriver({ topology: pair(new Actor(), new Actor()), seed: 1 });
    const impairment = { id: 'x', where: 'nowhere', lossRatio: 1, delayUs: 0, jitterUs: 0 };
    expect(() => driver.impair(impairment, toInstant(0), NEVER)).toThrow(/nowhere.*segment or link/);
  });

  test('a stream turns loss into delay and loses nothing', () => {
    const left = acting(
      { go: (effects) => effects.connect({ address: ip('10.0.0.2'), port: 1053 }) },
      (input, _now, effects) => {
        if (input.kind !== 'stream' || input.event !== 'opened') return;
        effects.write(
          input.stream,
          new Uint8Array(100_000).map((_, index) => index >>> 4),
        );
        effects.close(input.stream);
      },
    );
    const right = new Actor((input, _now, effects) => {
      if (input.kind === 'stream' && input.event === 'closed') effects.close(input.stream);
    });
    const topology = pair(left, right, { right: { tcpPorts: [1053] } });
    const run = crossings({ ...topology, segments: [segment('lan', { lossRatio: 0.05 })] }, go('left'));
    expect(right.received()).toEqual(new Uint8Array(100_000).map((_, index) => index >>> 4));
    expect(left.streamed()).toEqual(['opened', 'closed']);
    expect(run.driver.countOf(NET_RULES.lost)).toBeGreaterThan(0);
    expect(right.moments.at(-1)).toBeGreaterThan(200 * MILLISECOND);
  });

  test('a stream whose way is cut for good is reset', () => {
    const left = acting(
      { go: (effects) => effects.connect({ address: ip('10.0.0.2'), port: 1053 }) },
      (input, _now, effects) => {
        if (input.kind === 'stream' && input.event === 'opened') effects.write(input.stream, octetsOf('x'));
      },
    );
    const topology = pair(left, new Actor(), { right: { tcpPorts: [1053] } });
    const { driver } = crossings(topology, (world) => {
      go('left')(world);
      world.impair(
        { id: 'cut', where: 'lan', lossRatio: 1, delayUs: 0, jitterUs: 0 },
        toInstant(4500),
        NEVER,
      );
    });
    expect(left.streamed()).toEqual(['opened', 'reset']);
    expect(driver.countOf(NET_RULES.streamLost)).toBeGreaterThan(0);
  });
});

function measured(whenFull: 'drop-newest' | 'drop-oldest'): {
  took: number[];
  at: number[];
  told: string[];
  run: ReturnType<typeof crossings>;
} {
  const right = new Actor();
  const told: string[] = [];
  const capacity = { rate: 100, queue: 3, whenFull, name: 'dhcp' } as const;
  const events: FrameEvent[] = [];
  const driver = new SimDriver({
    topology: burst(6, {}, right, { capacity }),
    seed: 1,
    trace: [
      {
        frame: (event) => events.push(event),
        measure: (_at, _host, name, value) => {
          if (/\.(?:depth|full)$/.test(name)) told.push(`${name} ${value}`);
        },
      },
    ],
  });
  go('left')(driver);
  driver.run(NEVER);
  const took = right.of('datagram').map(({ octets }) => octets[0]!);
  return { took, at: right.moments, told, run: { events, driver } };
}

describe('a queue before a service', () => {
  test('one in service, three waiting, the newest dropped; taken ten milliseconds apart', () => {
    const { took, at: moments, told, run } = measured('drop-newest');
    expect(took).toEqual([0, 1, 2, 3]);
    expect(moments.map((moment) => moment - moments[0]!)).toEqual([0, 10_000, 20_000, 30_000]);
    expect(told.slice(0, 5)).toEqual(
      [1, 2, 3].map((depth) => `dhcp.queue.depth ${depth}`).concat(Array(2).fill('dhcp.queue.full 1')),
    );
    expect(told.at(-1)).toBe('dhcp.queue.depth 0');
    expect(run.events.filter(({ fate }) => fate === 'overflow')).toHaveLength(2);
    expect(run.driver.countOf(NET_RULES.overflow)).toBe(2);
  });

  test('or the oldest', () => {
    const { took, run } = measured('drop-oldest');
    expect(took).toEqual([0, 3, 4, 5]);
    expect(run.events.filter(({ fate }) => fate === 'overflow')).toHaveLength(2);
  });

  test('a crash empties it', () => {
    const lives: Actor[] = [];
    const capacity = { rate: 100, queue: 30, whenFull: 'drop-newest', name: 'dhcp' } as const;
    const topology = burst(6, {}, new Actor(), { capacity });
    const right = { ...topology.hosts[1]!, create: () => (lives.push(new Actor()), lives.at(-1)!) };
    crossings({ ...topology, hosts: [topology.hosts[0]!, right] }, (world) => {
      go('left')(world);
      world.crash(toInstant(15_000), 'right');
      world.restart(toInstant(16_000), 'right');
    });
    expect(lives.map((life) => life.count('datagram'))).toEqual([2, 0]);
  });
});

describe('hosts that are down', () => {
  test('frames to them are unheard, and a disk loses what was not settled', () => {
    const lives: Actor[] = [];
    const create = (): Actor => {
      lives.push(
        acting({
          keep: (effects) => effects.persist([{ table: 't', key: 'kept', value: {} }]),
          lose: (effects) => effects.persist([{ table: 't', key: 'lost', value: {} }]),
        }),
      );
      return lives.at(-1)!;
    };
    const topology = burst(1, {}, new Actor());
    const right = { ...topology.hosts[1]!, create };
    const { events } = crossings({ ...topology, hosts: [topology.hosts[0]!, right] }, (world) => {
      go('left')(world);
      world.command(toInstant(0), 'right', 'keep', {});
      world.command(toInstant(SECOND - 499), 'right', 'lose', {});
      world.crash(toInstant(SECOND), 'right');
      go('left', SECOND)(world);
      world.restart(toInstant(2 * SECOND), 'right');
    });
    expect(events.at(-1)!.fate).toBe('unheard');
    expect(lives[0]!.count('settled')).toBe(1);
    expect(lives[1]!.of('restored').map(({ row }) => row.key)).toEqual(['kept']);
  });

  test('one flush settles all that came meanwhile', () => {
    const left = acting({ go: (effects) => effects.persist([{ table: 't', key: 'k', value: {} }]) });
    const driver = new SimDriver({ topology: pair(left, new Actor()), seed: 1 });
    for (const moment of [0, 100, 200, 499]) go('left', moment)(driver);
    driver.run(NEVER);
    const settled = left.inputs.flatMap((input, index) =>
      input.kind === 'settled' ? [left.moments[index]] : [],
    );
    expect(settled).toEqual([500, 1000, 1000, 1000]);
  });

  test('a service that throws is named, with the input', () => {
    const left = acting({
      go: () => {
        throw new Error('of no use');
      },
    });
    const driver = new SimDriver({ topology: pair(left, new Actor()), seed: 1 });
    go('left', 5)(driver);
    expect(() => driver.run(NEVER)).toThrow('left, input command, at 5 us: of no use');
  });

  test('a service that wants a timer again at once is our bug, not an endless loop', () => {
    const left = new Actor();
    left.wakeAt = toInstant(3);
    const driver = new SimDriver({ topology: pair(left, new Actor()), seed: 1 });
    expect(() => driver.run(NEVER)).toThrow(/left wants a timer/);
  });
});

describe('a dormant host', () => {
  test('is made at its first input, once, and comes back from a crash before and after it', () => {
    const lives: Actor[] = [];
    const topology = burst(1, {}, new Actor());
    const create = (): Actor => (lives.push(new Actor()), lives.at(-1)!);
    const right = { ...topology.hosts[1]!, isDormant: true, create };
    const driver = new SimDriver({ topology: { ...topology, hosts: [topology.hosts[0]!, right] }, seed: 7 });
    driver.crash(toInstant(10), 'right', { memory: 'keep' });
    driver.restart(toInstant(20), 'right');
    driver.run(toInstant(25));
    expect(lives).toHaveLength(0);
    driver.command(toInstant(30), 'right', 'one', {});
    driver.command(toInstant(40), 'right', 'two', {});
    driver.crash(toInstant(50), 'right');
    driver.restart(toInstant(60), 'right');
    driver.command(toInstant(70), 'right', 'three', {});
    driver.run(NEVER);
    expect(lives.map((life) => life.count('command'))).toEqual([2, 1]);
  });
});
