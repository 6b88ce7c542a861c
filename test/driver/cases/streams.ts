import { expect, test } from 'vitest';
import type { StreamId } from '../../../src/core/service.ts';
import { ip } from '../plants.ts';
import { Actor, octetsOf, text } from '../world.ts';
import type { MakeWorld } from '../world.ts';
import { LEFT, LEFT6, RIGHT, RIGHT6, acting, inWorld, pair, tell } from './plant.ts';
import type { Act } from './plant.ts';

const LISTENS = { right: { tcpPorts: [1053] } };

/** Sends back what comes, and closes when the other does. */
const mirror: Act = (input, _now, effects) => {
  if (input.kind !== 'stream') return;
  if (input.event === 'octets') effects.write(input.stream, input.octets);
  if (input.event === 'closed') effects.close(input.stream);
};

export function streamCases(make: MakeWorld): void {
  test.each([
    { family: 'IPv4', from: LEFT, to: RIGHT },
    { family: 'IPv6', from: LEFT6, to: RIGHT6 },
  ])('a stream over $family opens, carries octets both ways, closes both ways', async ({ from, to }) => {
    const peer = { address: ip(to), port: 1053 };
    let opened: StreamId | undefined;
    const left = acting({ go: (effects) => (opened = effects.connect(peer)) }, (input, _now, effects) => {
      if (input.kind !== 'stream') return;
      if (input.event === 'opened') effects.write(input.stream, octetsOf('hello'));
      if (input.event === 'octets') effects.close(input.stream);
    });
    const right = new Actor(mirror);
    await inWorld(make, pair(left, right, LISTENS), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => left.streamed().includes('closed'))).toBe(true);
      expect(left.streamed()).toEqual(['opened', 'octets 5', 'closed']);
      expect(right.streamed()).toEqual(['opened', 'octets 5', 'closed']);
      expect(text(left.received())).toBe('hello');
      const [begun] = left.of('stream');
      expect(begun).toMatchObject({ stream: opened, peer, local: { address: ip(from) } });
      const [accepted] = right.of('stream');
      expect(accepted).toMatchObject({ local: peer, peer: { address: ip(from) } });
    });
  });

  test('200,000 octets arrive in order, and none is lost when the writer closes at once', async () => {
    const sent = Uint8Array.from({ length: 200_000 }, (_, index) => (index * 31) >>> 3);
    const left = acting(
      { go: (effects) => effects.connect({ address: ip(RIGHT), port: 1053 }) },
      (input, _now, effects) => {
        if (input.kind !== 'stream' || input.event !== 'opened') return;
        effects.write(input.stream, sent);
        effects.close(input.stream);
      },
    );
    const right = new Actor();
    await inWorld(make, pair(left, right, LISTENS), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => right.streamed().includes('closed'))).toBe(true);
      const received = right.received();
      expect(received.length).toBe(sent.length);
      expect(received.every((octet, index) => octet === sent[index])).toBe(true);
    });
  });

  test('one side closes and still hears the other', async () => {
    const left = acting(
      { go: (effects) => effects.connect({ address: ip(RIGHT), port: 1053 }) },
      (input, _now, effects) => {
        if (input.kind === 'stream' && input.event === 'opened') effects.close(input.stream);
      },
    );
    const right = new Actor((input, _now, effects) => {
      if (input.kind !== 'stream' || input.event !== 'closed') return;
      effects.write(input.stream, octetsOf('last words'));
      effects.close(input.stream);
    });
    await inWorld(make, pair(left, right, LISTENS), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => left.streamed().includes('closed'))).toBe(true);
      expect(text(left.received())).toBe('last words');
    });
  });

  test('a closed port resets', async () => {
    const left = acting({ go: (effects) => effects.connect({ address: ip(RIGHT), port: 1999 }) });
    await inWorld(make, pair(left, new Actor(), LISTENS), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => left.count('stream') === 1)).toBe(true);
      expect(left.streamed()).toEqual(['reset']);
    });
  });

  test('giving up resets the other side, and only it', async () => {
    const left = acting(
      { go: (effects) => effects.connect({ address: ip(RIGHT), port: 1053 }) },
      (input, _now, effects) => {
        if (input.kind === 'stream' && input.event === 'octets') effects.reset(input.stream);
      },
    );
    const right = new Actor((input, _now, effects) => {
      if (input.kind === 'stream' && input.event === 'opened') effects.write(input.stream, octetsOf('x'));
    });
    await inWorld(make, pair(left, right, LISTENS), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => right.streamed().includes('reset'))).toBe(true);
      await world.pass(20);
      expect(left.streamed()).toEqual(['opened', 'octets 1']);
    });
  });

  test('streams do not mix', async () => {
    const left = acting(
      {
        go: (effects) => {
          for (let count = 0; count < 5; count++) effects.connect({ address: ip(RIGHT), port: 1053 });
        },
      },
      (input, _now, effects) => {
        if (input.kind === 'stream' && input.event === 'opened')
          effects.write(input.stream, octetsOf(`<${input.stream}>`));
      },
    );
    await inWorld(make, pair(left, new Actor(mirror), LISTENS), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => pieces(left).length === 5)).toBe(true);
      for (const input of pieces(left)) expect(text(input.octets)).toBe(`<${input.stream}>`);
    });
  });
}

function pieces(actor: Actor): { readonly stream: StreamId; readonly octets: Uint8Array }[] {
  return actor.of('stream').flatMap((input) => (input.event === 'octets' ? [input] : []));
}
