import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { decodeIcmp, IcmpType } from '../../src/codec/frame/icmp.ts';
import { decodeTcp, type TcpSegment, TcpFlag } from '../../src/codec/frame/tcp.ts';
import { formatEndpoint } from '../../src/core/address.ts';
import type { FrameBody, FrameEvent, Topology, Trace } from '../../src/core/driver.ts';
import { NET_RULES } from '../../src/core/rules/net.ts';
import type { Service } from '../../src/core/service.ts';
import { after, SECOND } from '../../src/core/time.ts';
import { RealDriver } from '../../src/driver/real/driver.ts';
import { claimShifts } from '../support/claims.ts';
import { STEADY_CLOCK } from '../support/steady-clock.ts';
import { acting, LEFT, pair, RIGHT } from './cases/plant.ts';
import { at, host, ip, link, segment } from './plants.ts';
import { Actor, octetsOf } from './world.ts';

/** Octets are valid during the call only. */
function copyOf(body: FrameBody): FrameBody {
  switch (body.kind) {
    case 'tcp':
      return { ...body, segment: body.segment.slice() };
    case 'arp':
      return body;
    default:
      return { ...body, octets: body.octets.slice() };
  }
}

class Frames implements Trace {
  readonly seen: FrameEvent[] = [];

  frame(event: FrameEvent): void {
    this.seen.push({ ...event, body: copyOf(event.body) });
  }

  /** `lan left>right delivered`. */
  lines(kind: FrameBody['kind']): string[] {
    return this.seen
      .filter(({ body }) => body.kind === kind)
      .map(
        ({ segment: on, sender, receiver, fate }) =>
          `${on} ${sender.name}>${receiver?.name ?? 'all'} ${fate}`,
      );
  }

  segments(): { readonly from: string; readonly segment: TcpSegment }[] {
    return this.seen.flatMap(({ body, sender }) => {
      if (body.kind !== 'tcp') return [];
      const ends = { source: body.from.address, destination: body.to.address };
      return [{ from: sender.name, segment: decodeTcp(body.segment, ends) }];
    });
  }
}

const SHIFT = await claimShifts();

let driver: RealDriver;
afterEach(() => driver.stop());

async function start(topology: Topology): Promise<Frames> {
  const frames = new Frames();
  driver = new RealDriver({
    topology,
    place: 'live',
    shift: SHIFT,
    seed: 7,
    trace: [frames],
    clock: STEADY_CLOCK,
  });
  await driver.start();
  return frames;
}

async function until(condition: () => boolean): Promise<void> {
  const end = after(driver.now, 5 * SECOND);
  while (!condition()) {
    if (driver.now > end) throw new Error('it did not come');
    await sleep(2);
  }
}

const place = (name: string, on: string, address: string, service: Service) =>
  host(name, { on, address: [at(address)] }, () => service, { udpPorts: [1007] });

const tell = (name: string): void => driver.command(driver.now, name, 'go', {});

test('a datagram is seen once, with the scenario’s addresses and ports, when it has come through the kernel', async () => {
  const left = acting({
    go: (effects) => effects.send(1007, { address: ip(RIGHT), port: 1007 }, octetsOf('hello')),
  });
  const right = new Actor();
  const frames = await start(pair(left, right));
  tell('left');
  await until(() => right.count('datagram') === 1);
  expect(frames.lines('udp')).toEqual(['lan left>right delivered']);
  const [{ body, sentAt, at: arrivedAt } = frames.seen[0]!] = frames.seen;
  expect(body).toMatchObject({
    from: { address: ip(LEFT), port: 1007 },
    to: { address: ip(RIGHT), port: 1007 },
    octets: octetsOf('hello'),
  });
  expect(arrivedAt).toBeGreaterThanOrEqual(sentAt + 1_000);
});

test('over a link, each crossing is seen, of one packet', async () => {
  const left = acting({
    go: (effects) => effects.send(1007, { address: ip('10.2.0.1'), port: 1007 }, octetsOf('far')),
  });
  const right = new Actor();
  const frames = await start({
    segments: [segment('core'), segment('access')],
    links: [link('metro', ['core', 'access'])],
    hosts: [place('left', 'core', '10.1.0.1/24', left), place('right', 'access', '10.2.0.1/24', right)],
  });
  tell('left');
  await until(() => right.count('datagram') === 1);
  expect(frames.lines('udp')).toEqual([
    'core left>right delivered',
    'metro left>right delivered',
    'access left>right delivered',
  ]);
  expect(new Set(frames.seen.map(({ packet }) => packet)).size).toBe(1);
});

test('a closed port is answered by ICMP, as in the simulation', async () => {
  const left = acting({
    go: (effects) => effects.send(1007, { address: ip(RIGHT), port: 9 }, octetsOf('hello')),
  });
  const frames = await start(pair(left, new Actor()));
  tell('left');
  await until(() => left.count('unreachable') === 1);
  expect(frames.lines('icmp')).toEqual(['lan right>left delivered']);
  const error = frames.seen.find(({ body }) => body.kind === 'icmp')?.body;
  expect(error?.kind === 'icmp' && decodeIcmp(error.octets)).toMatchObject({
    type: IcmpType.unreachable,
    code: 3,
  });
});

test('a flood to a neighbour that is not there keeps a bounded number of datagrams waiting', async () => {
  const nobody = { address: ip('10.0.0.77'), port: 9 };
  const left = acting({
    go: (effects) => {
      for (let index = 0; index < 3_000; index++) effects.send(1007, nobody, octetsOf('hello'));
    },
  });
  await start(pair(left, new Actor()));
  tell('left');
  await until(() => left.count('unreachable') === 1_024);
  expect(driver.ruleCounts[NET_RULES.neighbourQueueFull.index]).toBe(3_000 - 1_024);
  expect(driver.ruleCounts[NET_RULES.noNeighbour.index]).toBe(1_024);
});

test('an impairment takes what it says and counts it; afterwards all is well', async () => {
  const left = acting({
    go: (effects) => effects.send(1007, { address: ip(RIGHT), port: 1007 }, octetsOf('hello')),
  });
  const right = new Actor();
  const frames = await start(pair(left, right));
  const impairment = { id: 'cut', where: 'lan', lossRatio: 1, delayUs: 0, jitterUs: 0 };
  driver.impair(impairment, driver.now, after(driver.now, 60_000));
  for (let count = 0; count < 5; count++) tell('left');
  await until(() => driver.faults()[0]!.fired === 5);
  expect(frames.seen.map(({ fate, fault }) => [fate, fault])).toEqual(
    Array.from({ length: 5 }, () => ['faulted', 'cut']),
  );
  driver.command(after(driver.now, 80_000), 'left', 'go', {});
  await until(() => right.count('datagram') === 1);
});

test('a stream is shown as the segments that would have carried it', async () => {
  const left = acting(
    { go: (effects) => effects.connect({ address: ip(RIGHT), port: 1053 }) },
    (input, _now, effects) => {
      if (input.kind !== 'stream' || input.event !== 'opened') return;
      effects.write(input.stream, new Uint8Array(3_000));
      effects.close(input.stream);
    },
  );
  const right = new Actor((input, _now, effects) => {
    if (input.kind === 'stream' && input.event === 'closed') effects.close(input.stream);
  });
  const frames = await start(pair(left, right, { right: { tcpPorts: [1053] } }));
  tell('left');
  await until(() => left.streamed().includes('closed'));
  const { ack, fin, psh, syn } = TcpFlag;
  const segments = frames.segments();
  expect(segments.map(({ from, segment: { flags, payload } }) => [from, flags, payload.length])).toEqual([
    ['left', syn, 0],
    ['right', syn | ack, 0],
    ['left', ack, 0],
    ['left', ack | psh, 1460],
    ['left', ack | psh, 1460],
    ['left', ack | psh, 80],
    ['right', ack, 0],
    ['left', ack | fin, 0],
    ['right', ack, 0],
    ['right', ack | fin, 0],
    ['left', ack, 0],
  ]);
  expect(segments.every(({ segment: { checksumIsRight } }) => checksumIsRight)).toBe(true);
  const [first] = segments;
  const last = segments.findLast(({ from }) => from === 'right');
  // SYN, the octets and FIN count: RFC 9293 §3.4.
  expect((last!.segment.acknowledgment - first!.segment.sequence) >>> 0).toBe(3_002);
  expect(formatEndpoint(frames.seen[0]!.body.kind === 'tcp' ? frames.seen[0]!.body.to : never())).toBe(
    '10.0.0.2:1053',
  );
});

function never(): never {
  throw new Error('not a TCP frame');
}
