import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import type { Topology } from '../../src/core/driver.ts';
import { type Limits, LIMITS_DEFAULT } from '../../src/core/limits.ts';
import { LIMIT_RULES } from '../../src/core/rules/limit.ts';
import { MILLISECOND } from '../../src/core/time.ts';
import { RealDriver } from '../../src/driver/real/driver.ts';
import { claimPorts } from '../support/claims.ts';
import { STEADY_CLOCK } from '../support/steady-clock.ts';
import { at, host, segment } from './plants.ts';
import { Actor, octetsOf } from './world.ts';

const PORT = await claimPorts();
const MEGABYTE = new Uint8Array(1_000_000);
const { datagrams, connections } = LIMITS_DEFAULT;

let driver: RealDriver;
const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await driver.stop();
});

/** What was told, one line each. */
interface Heard {
  readonly rules: string[];
  /** Words that came, by datagram or stream. */
  readonly words: string[];
  readonly streams: string[];
}

/** A server that answers each word with itself, and each `f` by TCP with a megabyte. */
async function serve(limits: Partial<Limits>): Promise<Heard> {
  const heard: Heard = { rules: [], words: [], streams: [] };
  const answers = (): Actor =>
    new Actor((input, _now, effects) => {
      if (input.kind === 'datagram') {
        heard.words.push(Buffer.from(input.octets).toString());
        effects.send(PORT, input.from, input.octets);
      }
      if (input.kind !== 'stream') return;
      heard.streams.push(input.event);
      if (input.event !== 'octets') return;
      const word = Buffer.from(input.octets).toString();
      if (/^f+$/.test(word)) for (let n = 0; n < word.length; n++) effects.write(input.stream, MEGABYTE);
      else effects.write(input.stream, octetsOf(word));
    });
  const spec = host('server', { on: 'core', address: [at('10.0.0.1/24')] }, answers, {
    udpPorts: [PORT],
    tcpPorts: [PORT],
  });
  const topology: Topology = { segments: [segment('core')], links: [], hosts: [spec] };
  driver = new RealDriver({
    topology,
    place: {},
    limits: { ...LIMITS_DEFAULT, ...limits },
    clock: STEADY_CLOCK,
    trace: [{ because: (_at, _host, rule, detail) => heard.rules.push(`${rule.id} ${detail}`) }],
  });
  await driver.start();
  return heard;
}

/** Sends words from one socket, and gives how many came back: all of them have, once one that is sent after them from another address has. */
async function flood(count: number): Promise<number> {
  const flooder = createSocket('udp4');
  const bystander = createSocket('udp4');
  flooder.bind(0, '127.0.0.9');
  bystander.bind(0, '127.0.0.10');
  await Promise.all([once(flooder, 'listening'), once(bystander, 'listening')]);
  let answered = 0;
  let end: (() => void) | undefined;
  flooder.on('message', (octets) => (octets.toString() === 'end' ? end?.() : answered++));
  for (let index = 0; index < count; index++) flooder.send(`${index}`, PORT, '127.0.0.1');
  await new Promise<void>((resolve) => {
    flooder.send('last', PORT, '127.0.0.1', () => resolve());
  });
  const reply = once(bystander, 'message');
  bystander.send('bystander', PORT, '127.0.0.1');
  await reply;
  // Its answers wait in its socket: what is sent to it now is read after them.
  await new Promise<void>((resolve) => {
    end = resolve;
    bystander.send('end', flooder.address().port, '127.0.0.9');
  });
  flooder.close();
  bystander.close();
  return answered;
}

describe('datagrams', () => {
  test('of one source beyond its rate are dropped unread, counted and told of once; others are answered', async () => {
    const heard = await serve({ datagrams: { ...datagrams, rate: 1, burst: 10, exempt: [] } });
    expect(await flood(200)).toBe(10);
    expect(heard.words).toEqual([...Array.from({ length: 10 }, (_, index) => `${index}`), 'bystander']);
    expect(heard.rules).toEqual([`${LIMIT_RULES.datagrams.id} 127.0.0.9: more than 1/s`]);
    expect(driver.datagramsLimited).toBe(191);
    expect(driver.ruleCounts[LIMIT_RULES.datagrams.index]).toBe(191);
  });

  test('of this machine itself are not limited unless the file says so, and limits can change', async () => {
    const limits = { ...LIMITS_DEFAULT, datagrams: { ...datagrams, rate: 1, burst: 10 } };
    await serve(limits);
    expect(await flood(100)).toBe(101);
    driver.limit({ ...limits, datagrams: { ...limits.datagrams, exempt: [] } });
    expect(await flood(100)).toBe(10);
  });
});

async function dial(address = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ host: '127.0.0.1', port: PORT, localAddress: address });
  sockets.push(socket);
  socket.on('error', () => {});
  await once(socket, 'connect');
  return socket;
}

async function echo(socket: Socket, word: string): Promise<string> {
  const reply = once(socket, 'data');
  socket.write(word);
  const [octets] = (await reply) as [Buffer];
  return octets.toString();
}

const ended = (socket: Socket): Promise<void> =>
  new Promise((resolve) => {
    if (socket.destroyed) resolve();
    else socket.on('close', () => resolve());
  });

describe('connections', () => {
  test('of one source beyond its share end the one of its own that was idle longest', async () => {
    const heard = await serve({ connections: { ...connections, total: 10, perSource: 2 } });
    const bystander = await dial('127.0.0.10');
    const [first, second] = [await dial('127.0.0.9'), await dial('127.0.0.9')];
    expect(await echo(second, 'two')).toBe('two');
    expect(await echo(first, 'one')).toBe('one');
    const third = await dial('127.0.0.9');
    await ended(second);
    for (const socket of [bystander, first, third]) expect(await echo(socket, 'here')).toBe('here');
    expect(heard.rules).toEqual([
      expect.stringMatching(`^${LIMIT_RULES.connectionsOfSource.id} 127\\.0\\.0\\.9:\\d+$`),
    ]);
    expect(heard.streams.filter((event) => event === 'reset')).toHaveLength(1);
  });

  test('beyond the total end the one that was idle longest of all', async () => {
    const heard = await serve({ connections: { ...connections, total: 2, perSource: 2 } });
    const first = await dial('127.0.0.8');
    const second = await dial('127.0.0.9');
    const third = await dial('127.0.0.10');
    await ended(first);
    for (const socket of [second, third]) expect(await echo(socket, 'here')).toBe('here');
    expect(heard.rules).toEqual([expect.stringContaining(LIMIT_RULES.connections.id)]);
  });

  test('on which nothing is said are ended, those in use are not', async () => {
    // Its end is due by the machine's clock: while that stands still for longer, nobody says anything.
    const idleUs = 3_000 * MILLISECOND;
    const heard = await serve({ connections: { ...connections, idleUs } });
    const silent = await dial();
    const talking = await dial();
    const gone = ended(silent);
    while (!silent.destroyed) {
      expect(await echo(talking, 'here')).toBe('here');
      await Promise.race([gone, sleep(50)]);
    }
    expect(await echo(talking, 'still here')).toBe('still here');
    expect(heard.rules).toEqual([expect.stringContaining(LIMIT_RULES.connectionIdle.id)]);
  });

  test.each([
    { name: 'one', limits: { unsentOctets: 20_000_000 } },
    { name: 'all together', limits: { unsentOctetsTotal: 20_000_000 } },
  ])('whose peer does not read are ended at the bound for $name; others go on', async ({ limits }) => {
    const heard = await serve({ connections: { ...connections, ...limits } });
    const reader = await dial();
    const greedy = await dial();
    greedy.pause();
    const port = greedy.localPort;
    const gone = ended(greedy);
    expect(await echo(reader, 'here')).toBe('here');
    greedy.write('f'.repeat(60));
    // It hears of it when it reads.
    greedy.resume();
    await gone;
    expect(heard.rules).toEqual([`${LIMIT_RULES.unsent.id} 127.0.0.1:${port}`]);
    expect(driver.counts.streamsCut).toBe(1);
    expect(await echo(reader, 'here')).toBe('here');
    expect(driver.counts.unsentOctets).toBe(0);
  });
});
