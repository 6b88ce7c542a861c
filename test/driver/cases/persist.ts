import { expect, test } from 'vitest';
import type { Effects, Row, Ticket } from '../../../src/core/service.ts';
import { ip } from '../plants.ts';
import { Actor, octetsOf, text } from '../world.ts';
import type { MakeWorld } from '../world.ts';
import { RIGHT, acting, inWorld, pair, tell } from './plant.ts';

const row = (key: string, value: Row['value'] = { key }): Row => ({ table: 'leases', key, value });

const say = (effects: Effects, words: string): void =>
  effects.send(1007, { address: ip(RIGHT), port: 1007 }, octetsOf(words));

const heard = (actor: Actor): string[] => actor.of('datagram').map((input) => text(input.octets));

export function persistCases(make: MakeWorld): void {
  test('what follows a persist leaves when it is durable, before the service is told', async () => {
    const order: string[] = [];
    const tickets: Ticket[] = [];
    const left = acting(
      {
        go: (effects) => {
          say(effects, 'before');
          tickets.push(effects.persist([row('a')]));
          say(effects, 'after');
          effects.measure('held', 1);
        },
      },
      (input, _now, effects) => {
        if (input.kind !== 'settled') return;
        order.push(input.outcome);
        say(effects, 'told');
      },
    );
    const right = new Actor();
    const trace = { measure: () => order.push('measure'), settled: () => order.push('trace') };
    await inWorld(
      make,
      pair(left, right),
      async (world) => {
        tell(world, 'left', 'go');
        expect(await world.until(() => right.count('datagram') === 3)).toBe(true);
        expect(heard(right)).toEqual(['before', 'after', 'told']);
        expect(order).toEqual(['trace', 'measure', 'durable']);
        expect(left.of('settled')[0]!.ticket).toBe(tickets[0]);
      },
      [trace],
    );
  });

  test('other inputs go on while a ticket waits', async () => {
    const left = acting({
      go: (effects) => {
        effects.persist([row('a')]);
        say(effects, 'held');
      },
      quick: (effects) => say(effects, 'quick'),
    });
    const right = new Actor();
    const slow = { left: { flushUs: 50_000 } };
    await inWorld(make, pair(left, right, slow), async (world) => {
      tell(world, 'left', 'go');
      tell(world, 'left', 'quick');
      expect(await world.until(() => right.count('datagram') === 2)).toBe(true);
      expect(left.of('command')).toHaveLength(2);
      expect(heard(right)).toContain('held');
      // The second command is not held behind the first one's ticket.
      const kinds = left.inputs.map((input) => input.kind);
      expect(kinds.indexOf('settled')).toBeGreaterThan(kinds.lastIndexOf('command'));
    });
  });

  test('two persists of one input settle in order, each holding what follows it', async () => {
    const tickets: Ticket[] = [];
    const left = acting({
      go: (effects) => {
        tickets.push(effects.persist([row('a')]));
        say(effects, 'one');
        tickets.push(effects.persist([row('b')]));
        say(effects, 'two');
      },
    });
    const right = new Actor();
    await inWorld(make, pair(left, right), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => right.count('datagram') === 2 && left.count('settled') === 2)).toBe(
        true,
      );
      expect(heard(right)).toEqual(['one', 'two']);
      expect(left.of('settled').map((input) => input.ticket)).toEqual(tickets);
      expect(tickets[0]).not.toBe(tickets[1]);
    });
  });

  test('a disk that fails drops what was held, and says so', async () => {
    const left = acting(
      {
        go: (effects) => {
          effects.persist([row('a')]);
          say(effects, 'never');
          effects.persist([row('b')]);
          say(effects, 'never either');
        },
      },
      (input, _now, effects) => {
        if (input.kind === 'settled') say(effects, input.outcome);
      },
    );
    const right = new Actor();
    await inWorld(make, pair(left, right), async (world) => {
      world.breakDisk('left');
      tell(world, 'left', 'go');
      expect(await world.until(() => right.count('datagram') === 2)).toBe(true);
      await world.pass(20);
      expect(heard(right)).toEqual(['failed', 'failed']);
    });
  });

  test('after a crash and a restart the rows are handed in, the last of each key, before anything else', async () => {
    const lives: Actor[] = [];
    const topology = pair(() => {
      lives.push(
        acting({
          go: (effects) => {
            effects.persist([row('a', { try: 1 }), row('gone')]);
            effects.persist([row('b'), row('a', { try: 2 }), row('gone', null)]);
          },
        }),
      );
      return lives.at(-1)!;
    }, new Actor());
    await inWorld(make, topology, async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => lives[0]!.count('settled') === 2)).toBe(true);
      world.driver.crash(world.driver.now, 'left');
      world.driver.restart(world.driver.now, 'left');
      tell(world, 'left', 'after');
      expect(await world.until(() => lives[1]?.count('command') === 1)).toBe(true);
      const [, second] = lives;
      const rows = second!.of('restored').map((input) => input.row);
      expect(rows).toHaveLength(2);
      expect(rows).toContainEqual(row('a', { try: 2 }));
      expect(rows).toContainEqual(row('b'));
      expect(second!.inputs.map((input) => input.kind)).toEqual(['restored', 'restored', 'command']);
    });
  });
}
