import { expect, test } from 'vitest';
import type { FrameEvent, HostSpec, Topology, Trace } from '../../../src/core/driver.ts';
import { NET_RULES } from '../../../src/core/rules/net.ts';
import { at, host, ip, segment } from '../plants.ts';
import { Actor, octetsOf } from '../world.ts';
import type { MakeWorld } from '../world.ts';
import { acting, inWorld, tell } from './plant.ts';

const SERVER = '10.0.0.9';

/** Two askers and one who answers both, on a segment that loses nothing. */
function plant(first: Actor, second: Actor, server: Actor): Topology {
  return {
    segments: [segment('lan')],
    links: [],
    hosts: [
      onLan('first', '10.0.0.1', first),
      onLan('second', '10.0.0.2', second),
      onLan('server', SERVER, server),
    ],
  };
}

function onLan(name: string, address: string, actor: Actor): HostSpec {
  return host(name, { on: 'lan', address: [at(`${address}/24`)] }, () => actor, { udpPorts: [1007] });
}

const asks = (): Actor =>
  acting({
    go: (effects) => {
      effects.because(NET_RULES.noRoute, 'only said');
      effects.send(1007, { address: ip(SERVER), port: 1007 }, octetsOf('?'));
    },
  });

/** Who hears of the packets of some hosts only, and of all states. */
class Sampler implements Trace {
  readonly frames: FrameEvent[] = [];
  readonly reasons: string[] = [];
  readonly states: string[] = [];
  readonly #names: readonly string[];

  constructor(...names: readonly string[]) {
    this.#names = names;
  }

  wants({ name }: HostSpec): boolean {
    return this.#names.includes(name);
  }

  frame(event: FrameEvent): void {
    if (event.body.kind === 'udp') this.frames.push(event);
  }

  because(_at: unknown, { name }: HostSpec): void {
    this.reasons.push(name);
  }

  state(_at: unknown, { name }: HostSpec): void {
    this.states.push(name);
  }
}

export function listenerCases(make: MakeWorld): void {
  test('who wants the packets of one host is given its alone, and the states of all', async () => {
    const [first, second] = [asks(), asks()];
    const server = new Actor((input, _now, effects) => {
      if (input.kind !== 'datagram') return;
      effects.state('server', 'asked');
      effects.send(input.to.port, input.from, octetsOf('!'));
    });
    const one = new Sampler('first');
    const none = new Sampler();
    const whole: Pick<FrameEvent, 'sender'>[] = [];
    const all: Trace = { frame: (event) => event.body.kind === 'udp' && whole.push(event) };
    await inWorld(
      make,
      plant(first, second, server),
      async (world) => {
        tell(world, 'first', 'go');
        tell(world, 'second', 'go');
        expect(await world.until(() => first.count('datagram') + second.count('datagram') === 2)).toBe(true);
        await world.pass(5);
        const ends = one.frames.map(({ sender, receiver }) => `${sender.name}>${receiver?.name ?? '*'}`);
        expect(ends).toEqual(['first>server', 'server>first']);
        expect(one.reasons).toContain('first');
        expect(one.reasons).not.toContain('second');
        expect(one.states).toEqual(['server', 'server']);
        expect([none.frames, none.reasons, none.states]).toEqual([[], [], ['server', 'server']]);
        expect(whole.length).toBe(4);
      },
      [one, none, all],
    );
  });

  test('a frame that was lost by a fault is for all who want frames', async () => {
    const sampler = new Sampler('server');
    const first = acting({
      go: (effects) => effects.send(1007, { address: ip('10.0.0.2'), port: 1007 }, octetsOf('x')),
    });
    await inWorld(
      make,
      plant(first, asks(), new Actor()),
      async (world) => {
        // The address is asked for before anything is lost.
        tell(world, 'first', 'go');
        await world.pass(20);
        expect(sampler.frames).toEqual([]);
        const now = world.driver.now;
        world.driver.impair(
          { id: 'storm', where: 'lan', lossRatio: 1, delayUs: 0, jitterUs: 0 },
          now,
          (now + 1_000_000) as typeof now,
        );
        tell(world, 'first', 'go');
        expect(await world.until(() => sampler.frames.length === 1)).toBe(true);
        expect(sampler.frames[0]).toMatchObject({ fate: 'faulted', fault: 'storm' });
      },
      [sampler],
    );
  });
}
