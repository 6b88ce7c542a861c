import { expect, test } from 'vitest';
import type { HostSpec, Topology } from '../../../src/core/driver.ts';
import type { PacketInput, Rewrite } from '../../../src/core/service.ts';
import { TcpFlag } from '../../../src/codec/frame/tcp.ts';
import { at, host, ip, mac, segment } from '../plants.ts';
import { Actor, octetsOf, text } from '../world.ts';
import type { MakeWorld } from '../world.ts';
import { acting, inWorld, tell } from './plant.ts';
import type { Act } from './plant.ts';

const { ack: ACK, fin: FIN, rst: RST, syn: SYN } = TcpFlag;
const LISTENER = { address: ip('10.0.0.10'), port: 1053 };
const LISTENS = { outer: { tcpPorts: [1053] } };

const INSIDE = { address: ip('10.8.0.10'), port: 1007 };
const OUTSIDE = { address: ip('10.0.0.10'), port: 1007 };
/** The router's address on the outer segment, and the port behind which it hides the inner host. */
const HIDDEN = { address: ip('10.0.0.1'), port: 40_000 };

/** An inner host, a router that inspects, an outer host. */
function routed(
  router: Actor,
  inner: Actor,
  outer: Actor,
  more: { readonly inner?: Partial<HostSpec>; readonly outer?: Partial<HostSpec> } = {},
): Topology {
  return {
    segments: [segment('lan'), segment('wan')],
    links: [],
    hosts: [
      host('inner', { on: 'lan', address: [at('10.8.0.10/24 10.8.0.1')] }, () => inner, {
        udpPorts: [1007],
        ...more.inner,
      }),
      host('router', { on: 'lan' }, () => router, {
        interfaces: [
          { segment: 'lan', mac: mac('02:00:00:00:03:01'), addresses: [at('10.8.0.1/24')] },
          { segment: 'wan', mac: mac('02:00:00:00:03:02'), addresses: [at('10.0.0.1/24')] },
        ],
        forwards: true,
        inspects: true,
      }),
      host('outer', { on: 'wan', address: [at('10.0.0.10/24 10.0.0.1')] }, () => outer, {
        udpPorts: [1007],
        ...more.outer,
      }),
    ],
  };
}

const pass: Act = (input, _now, effects) => {
  if (input.kind === 'packet') effects.forward();
};

/** Hides the inner host behind one port of the router, both ways; the outer one does not know of it. */
const hide: Act = (input, _now, effects) => {
  if (input.kind !== 'packet') return;
  const rewrite: Rewrite =
    input.via === 0
      ? { from: { ...HIDDEN, port: input.protocol === 'icmp' ? 0 : HIDDEN.port } }
      : { to: { address: INSIDE.address, port: input.protocol === 'tcp' ? client : INSIDE.port } };
  if (input.via === 0 && input.protocol === 'tcp') client = input.from.port;
  effects.forwardAs(rewrite);
};
let client = 0;

const echo: Act = (input, _now, effects) => {
  if (input.kind === 'datagram') effects.send(input.to.port, input.from, input.octets);
};

/** Sends back what comes, and closes when the other does. */
const mirror: Act = (input, _now, effects) => {
  if (input.kind !== 'stream') return;
  if (input.event === 'octets') effects.write(input.stream, input.octets);
  if (input.event === 'closed') effects.close(input.stream);
};

/** Says a word once the stream is open, and closes after the answer. */
const speaks =
  (words: string): Act =>
  (input, _now, effects) => {
    if (input.kind !== 'stream') return;
    if (input.event === 'opened') effects.write(input.stream, octetsOf(words));
    if (input.event === 'octets') effects.close(input.stream);
  };

export function routerCases(make: MakeWorld): void {
  test('a router that inspects is shown each datagram, and lets it go on', async () => {
    const router = new Actor(pass);
    const inner = acting({ go: (effects) => effects.send(1007, OUTSIDE, octetsOf('hello')) });
    const outer = new Actor(echo);
    await inWorld(make, routed(router, inner, outer), async (world) => {
      tell(world, 'inner', 'go');
      expect(await world.until(() => inner.count('datagram') === 1)).toBe(true);
      const expected: Partial<PacketInput>[] = [
        { protocol: 'udp', from: INSIDE, to: OUTSIDE, via: 0 },
        { protocol: 'udp', from: OUTSIDE, to: INSIDE, via: 1 },
      ];
      expect(router.of('packet')).toMatchObject(expected);
      expect(text(router.of('packet')[0]!.octets)).toBe('hello');
      expect(router.count('transit')).toBe(0);
    });
  });

  test('what it does not let go on goes nowhere, and nobody is told', async () => {
    const router = new Actor();
    const inner = acting({ go: (effects) => effects.send(1007, OUTSIDE, octetsOf('hello')) });
    const outer = new Actor(echo);
    await inWorld(make, routed(router, inner, outer), async (world) => {
      tell(world, 'inner', 'go');
      expect(await world.until(() => router.count('packet') === 1)).toBe(true);
      await world.pass(50);
      expect([outer.count('datagram'), inner.count('datagram'), inner.count('unreachable')]).toEqual([
        0, 0, 0,
      ]);
    });
  });

  test('a datagram goes on with other addresses, and its answer comes back by the port it left from', async () => {
    const router = new Actor(hide);
    const inner = acting({ go: (effects) => effects.send(1007, OUTSIDE, octetsOf('hello')) });
    const outer = new Actor(echo);
    await inWorld(make, routed(router, inner, outer), async (world) => {
      tell(world, 'inner', 'go');
      expect(await world.until(() => inner.count('datagram') === 1)).toBe(true);
      expect(outer.of('datagram')[0]).toMatchObject({ from: HIDDEN, to: OUTSIDE });
      expect(inner.of('datagram')[0]).toMatchObject({ from: OUTSIDE, to: INSIDE });
      expect(text(inner.of('datagram')[0]!.octets)).toBe('hello');
    });
  });

  test('its payload may be another one, of another length', async () => {
    const router = new Actor((input, _now, effects) => {
      if (input.kind === 'packet')
        effects.forwardAs({ octets: octetsOf(`${text(input.octets)}, translated`) });
    });
    const inner = acting({ go: (effects) => effects.send(1007, OUTSIDE, octetsOf('hello')) });
    const outer = new Actor();
    await inWorld(make, routed(router, inner, outer), async (world) => {
      tell(world, 'inner', 'go');
      expect(await world.until(() => outer.count('datagram') === 1)).toBe(true);
      expect(text(outer.of('datagram')[0]!.octets)).toBe('hello, translated');
    });
  });

  test('an ICMP error is shown too, with the packet that it quotes', async () => {
    const router = new Actor(pass);
    const closed = { ...OUTSIDE, port: 1999 };
    const inner = acting({ go: (effects) => effects.send(1007, closed, octetsOf('?')) });
    await inWorld(make, routed(router, inner, new Actor()), async (world) => {
      tell(world, 'inner', 'go');
      expect(await world.until(() => inner.count('unreachable') === 1)).toBe(true);
      const error = router.of('packet')[1]!;
      expect(error).toMatchObject({
        protocol: 'icmp',
        from: { address: OUTSIDE.address, port: 0 },
        to: { address: INSIDE.address, port: 0 },
        via: 1,
      });
      // RFC 792: type 3, code 3, and behind eight octets the header of the datagram that was refused.
      expect([...error.octets.subarray(0, 2), error.octets[8]! >>> 4]).toEqual([3, 3, 4]);
      expect(inner.of('unreachable')[0]).toEqual({
        kind: 'unreachable',
        reason: 'port',
        port: 1007,
        to: closed,
      });
    });
  });

  test('what is for the router itself reaches it only when it says so', async () => {
    const router = new Actor((input, _now, effects) => {
      if (input.kind === 'packet' && text(input.octets) === 'knock') effects.forward();
    });
    const door = { address: ip('10.8.0.1'), port: 1999 };
    const inner = acting({
      quiet: (effects) => effects.send(1007, door, octetsOf('quiet')),
      knock: (effects) => effects.send(1007, door, octetsOf('knock')),
    });
    await inWorld(make, routed(router, inner, new Actor()), async (world) => {
      tell(world, 'inner', 'quiet');
      expect(await world.until(() => router.count('packet') === 1)).toBe(true);
      await world.pass(30);
      expect(inner.count('unreachable')).toBe(0);
      tell(world, 'inner', 'knock');
      // Nothing listens there: the router answers as any host would.
      expect(await world.until(() => inner.count('unreachable') === 1)).toBe(true);
    });
  });

  test('a router that inspects sees a stream as segments, from its SYN to its FINs', async () => {
    const router = new Actor(pass);
    const inner = acting({ go: (effects) => effects.connect(LISTENER) }, speaks('hello'));
    const outer = new Actor(mirror);
    await inWorld(make, routed(router, inner, outer, LISTENS), async (world) => {
      tell(world, 'inner', 'go');
      expect(await world.until(() => inner.streamed().includes('closed'))).toBe(true);
      expect(text(inner.received())).toBe('hello');
      const seen = router.of('packet');
      expect(seen[0]).toMatchObject({ protocol: 'tcp', to: LISTENER, flags: SYN, via: 0 });
      expect(seen[1]).toMatchObject({ protocol: 'tcp', from: LISTENER, flags: SYN | ACK, via: 1 });
      expect(seen[1]!.acknowledgment).toBe((seen[0]!.sequence + 1) | 0);
      expect(seen.filter(({ octets }) => text(octets) === 'hello').map(({ via }) => via)).toEqual([0, 1]);
      expect(seen.filter(({ flags }) => (flags & FIN) !== 0).map(({ via }) => via)).toEqual([0, 1]);
    });
  });

  test('a stream whose SYN goes nowhere is neither opened nor refused', async () => {
    const router = new Actor();
    const inner = acting({ go: (effects) => effects.connect(LISTENER) });
    const outer = new Actor();
    await inWorld(make, routed(router, inner, outer, LISTENS), async (world) => {
      tell(world, 'inner', 'go');
      expect(await world.until(() => router.count('packet') > 0)).toBe(true);
      await world.pass(100);
      expect([inner.count('stream'), outer.count('stream')]).toEqual([0, 0]);
    });
  });

  test('a stream goes on between other endpoints, and each side sees what it shall', async () => {
    const router = new Actor(hide);
    const inner = acting({ go: (effects) => effects.connect(LISTENER) }, speaks('hello'));
    const outer = new Actor(mirror);
    await inWorld(make, routed(router, inner, outer, LISTENS), async (world) => {
      tell(world, 'inner', 'go');
      expect(await world.until(() => inner.streamed().includes('closed'))).toBe(true);
      expect(outer.of('stream')[0]).toMatchObject({ event: 'opened', local: LISTENER, peer: HIDDEN });
      expect(inner.of('stream')[0]).toMatchObject({
        event: 'opened',
        local: { address: INSIDE.address },
        peer: LISTENER,
      });
      expect(text(inner.received())).toBe('hello');
    });
  });

  test('a refusal passes the router as well', async () => {
    const router = new Actor(hide);
    const closed = { ...LISTENER, port: 1999 };
    const inner = acting({ go: (effects) => effects.connect(closed) });
    await inWorld(make, routed(router, inner, new Actor()), async (world) => {
      tell(world, 'inner', 'go');
      expect(await world.until(() => inner.streamed().includes('reset'))).toBe(true);
      expect(router.of('packet').at(-1)!.flags & RST).toBe(RST);
    });
  });

  test('the octets of a stream may be others, and longer: its numbers are moved by the router', async () => {
    const router = new Actor((input, _now, effects) => {
      if (input.kind !== 'packet') return;
      const shift = input.via === 0 ? { sequence: input.sequence } : {};
      if (text(input.octets) === 'hello' && input.via === 0)
        return effects.forwardAs({ octets: octetsOf('HELLO, WORLD') });
      // What follows the longer text stands seven octets on; acknowledgments come back by as many.
      const isLater = input.via === 0 && longer && (input.flags & SYN) === 0;
      if (isLater) return effects.forwardAs({ sequence: (input.sequence + 7) | 0 });
      if (input.via === 1 && longer)
        return effects.forwardAs({ acknowledgment: (input.acknowledgment - 7) | 0 });
      effects.forwardAs(shift);
    });
    let longer = false;
    const inner = acting({ go: (effects) => effects.connect(LISTENER) }, (input, now, effects) => {
      speaks('hello')(input, now, effects);
      if (input.kind === 'stream' && input.event === 'opened') longer = true;
    });
    const outer = new Actor(mirror);
    await inWorld(make, routed(router, inner, outer, LISTENS), async (world) => {
      tell(world, 'inner', 'go');
      expect(await world.until(() => outer.streamed().includes('closed'))).toBe(true);
      expect(text(outer.received())).toBe('HELLO, WORLD');
    });
  });

  test('a stream may leave from a port that is given', async () => {
    const router = new Actor(pass);
    const inner = acting({ go: (effects) => effects.connect(LISTENER, 1020) }, speaks('hello'));
    const outer = new Actor(mirror);
    await inWorld(make, routed(router, inner, outer, LISTENS), async (world) => {
      tell(world, 'inner', 'go');
      expect(await world.until(() => outer.streamed().includes('closed'))).toBe(true);
      expect(outer.of('stream')[0]).toMatchObject({ peer: { address: INSIDE.address, port: 1020 } });
    });
  });
}
