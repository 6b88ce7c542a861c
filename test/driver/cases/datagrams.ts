import { expect, test } from 'vitest';
import { ip } from '../plants.ts';
import { Actor, octetsOf, text } from '../world.ts';
import type { MakeWorld } from '../world.ts';
import { LEFT, LEFT6, RIGHT, RIGHT6, acting, inWorld, pair, tell } from './plant.ts';
import type { Act } from './plant.ts';

const echo: Act = (input, _now, effects) => {
  if (input.kind === 'datagram') effects.send(input.to.port, input.from, input.octets);
};

export function datagramCases(make: MakeWorld): void {
  test.each([
    { family: 'IPv4', from: LEFT, to: RIGHT },
    { family: 'IPv6', from: LEFT6, to: RIGHT6 },
  ])('an echo over $family comes back from where it went', async ({ from, to }) => {
    const peer = { address: ip(to), port: 1007 };
    const left = acting({ go: (effects) => effects.send(1007, peer, octetsOf('hello')) });
    const right = new Actor(echo);
    await inWorld(make, pair(left, right), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => left.count('datagram') === 1)).toBe(true);
      const [asked] = right.of('datagram');
      const [answered] = left.of('datagram');
      expect(asked).toMatchObject({ from: { address: ip(from), port: 1007 }, to: peer, via: 0 });
      expect(answered).toMatchObject({ from: peer, to: { address: ip(from), port: 1007 } });
      expect(text(answered!.octets)).toBe('hello');
    });
  });

  test('`length` cuts the octets, which are the sender’s again at once', async () => {
    const scratch = octetsOf('one-and-rest');
    const left = acting({
      go: (effects) => {
        effects.send(1007, { address: ip(RIGHT), port: 1007 }, scratch, 3);
        scratch.set(octetsOf('two'));
        effects.send(1007, { address: ip(RIGHT), port: 1007 }, scratch, 3);
        scratch.fill(0);
        effects.send(1007, { address: ip(RIGHT), port: 1007 }, scratch, 0);
      },
    });
    const right = new Actor();
    await inWorld(make, pair(left, right), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => right.count('datagram') === 3)).toBe(true);
      expect(right.of('datagram').map((input) => text(input.octets))).toEqual(['one', 'two', '']);
    });
  });

  test('1,400 octets arrive as they were', async () => {
    const octets = Uint8Array.from({ length: 1400 }, (_, index) => index * 7);
    const left = acting({ go: (effects) => effects.send(1007, { address: ip(RIGHT), port: 1007 }, octets) });
    const right = new Actor();
    await inWorld(make, pair(left, right), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => right.count('datagram') === 1)).toBe(true);
      expect(right.of('datagram')[0]!.octets).toEqual(octets);
    });
  });

  test('a host reaches itself', async () => {
    const self = { address: ip(LEFT), port: 1007 };
    const left = acting({ go: (effects) => effects.send(1007, self, octetsOf('me')) });
    await inWorld(make, pair(left, new Actor()), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => left.count('datagram') === 1)).toBe(true);
      expect(left.of('datagram')[0]).toMatchObject({ from: self, to: self });
    });
  });

  test('a closed port is told to the sender', async () => {
    const closed = { address: ip(RIGHT), port: 1999 };
    const left = acting({ go: (effects) => effects.send(1007, closed, octetsOf('?')) });
    await inWorld(make, pair(left, new Actor()), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => left.count('unreachable') === 1)).toBe(true);
      expect(left.of('unreachable')[0]).toEqual({
        kind: 'unreachable',
        reason: 'port',
        port: 1007,
        to: closed,
      });
    });
  });

  test('a port that was bound gets answers until it is released', async () => {
    let port = 0;
    const left = acting({
      ask: (effects) => {
        port = effects.bind();
        effects.send(port, { address: ip(RIGHT), port: 1007 }, octetsOf('early'));
      },
      again: (effects) => {
        effects.send(port, { address: ip(RIGHT), port: 1007 }, octetsOf('late'));
        effects.release(port);
      },
    });
    const right = new Actor(echo);
    await inWorld(make, pair(left, right), async (world) => {
      tell(world, 'left', 'ask');
      expect(await world.until(() => left.count('datagram') === 1)).toBe(true);
      expect(left.of('datagram')[0]!.to).toEqual({ address: ip(LEFT), port });
      expect(right.of('datagram')[0]!.from).toEqual({ address: ip(LEFT), port });
      expect(port).toBeGreaterThanOrEqual(1024);
      tell(world, 'left', 'again');
      expect(await world.until(() => right.count('datagram') === 2)).toBe(true);
      await world.pass(50);
      expect(left.count('datagram')).toBe(1);
    });
  });

  test('two bound ports differ, and each hears its own', async () => {
    const ports: number[] = [];
    const left = acting({
      go: (effects) => {
        ports.push(effects.bind(), effects.bind());
        for (const port of ports) effects.send(port, { address: ip(RIGHT), port: 1007 }, octetsOf(`${port}`));
      },
    });
    await inWorld(make, pair(left, new Actor(echo)), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => left.count('datagram') === 2)).toBe(true);
      expect(new Set(ports).size).toBe(2);
      for (const input of left.of('datagram')) expect(text(input.octets)).toBe(String(input.to.port));
    });
  });

  test('the order of one sender to one receiver is kept', async () => {
    const left = acting({
      go: (effects) => {
        for (let index = 0; index < 50; index++)
          effects.send(1007, { address: ip(RIGHT), port: 1007 }, Uint8Array.of(index));
      },
    });
    const right = new Actor();
    await inWorld(make, pair(left, right), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => right.count('datagram') === 50)).toBe(true);
      expect(right.of('datagram').map((input) => input.octets[0])).toEqual(
        Array.from({ length: 50 }, (_, index) => index),
      );
    });
  });
}
