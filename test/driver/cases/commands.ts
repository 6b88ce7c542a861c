import { expect, test } from 'vitest';
import type { Trace } from '../../../src/core/driver.ts';
import { Actor, Replies } from '../world.ts';
import type { MakeWorld } from '../world.ts';
import { acting, inWorld, pair, tell } from './plant.ts';

export function commandCases(make: MakeWorld): void {
  test('a command is handed in with its arguments, and its answer is told', async () => {
    const replies = new Replies();
    const left = new Actor((input, _now, effects) => {
      if (input.kind === 'command') effects.reply({ verb: input.verb, args: input.args });
    });
    await inWorld(
      make,
      pair(left, new Actor()),
      async (world) => {
        world.driver.command(world.driver.now, 'left', 'leases', { subnet: '10.9.0.0/18', all: true });
        expect(await world.until(() => replies.told.length === 1)).toBe(true);
        expect(replies.told[0]).toEqual({
          host: 'left',
          value: { verb: 'leases', args: { subnet: '10.9.0.0/18', all: true } },
        });
      },
      [replies],
    );
  });

  test('commands of one moment are handed in as they were given', async () => {
    const left = new Actor();
    await inWorld(make, pair(left, new Actor()), async (world) => {
      for (const verb of ['a', 'b', 'c']) tell(world, 'left', verb);
      expect(await world.until(() => left.count('command') === 3)).toBe(true);
      expect(left.of('command').map((input) => input.verb)).toEqual(['a', 'b', 'c']);
    });
  });

  test('states and measures are told with their host', async () => {
    const told: unknown[] = [];
    const trace: Trace = {
      state: (_at, host, machine, state, subject) => told.push([host.name, machine, state, subject]),
      measure: (_at, host, name, value) => told.push([host.name, name, value]),
    };
    const left = acting({
      go: (effects) => {
        effects.state('modem', 'operational');
        effects.measure('boot.us', 42);
      },
    });
    await inWorld(
      make,
      pair(left, new Actor()),
      async (world) => {
        tell(world, 'left', 'go');
        expect(await world.until(() => told.length === 2)).toBe(true);
        expect(told).toEqual([
          ['left', 'modem', 'operational', undefined],
          ['left', 'boot.us', 42],
        ]);
      },
      [trace],
    );
  });

  test('a crash silences a host until its restart, which makes its service anew', async () => {
    const lives: Actor[] = [];
    const topology = pair(() => {
      lives.push(new Actor());
      return lives.at(-1)!;
    }, new Actor());
    await inWorld(make, topology, async (world) => {
      world.driver.crash(world.driver.now, 'left');
      await world.pass(20);
      tell(world, 'left', 'lost');
      await world.pass(20);
      world.driver.restart(world.driver.now, 'left');
      await world.pass(20);
      tell(world, 'left', 'heard');
      expect(await world.until(() => lives.length === 2 && lives[1]!.count('command') === 1)).toBe(true);
      expect(lives[0]!.count('command')).toBe(0);
    });
  });
}
