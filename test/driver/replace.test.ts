import { createSocket, type Socket } from 'node:dgram';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from 'vitest';
import type { HostSpec, Topology } from '../../src/core/driver.ts';
import { EnvironmentError } from '../../src/core/errors.ts';
import type { Effects, Input, Service } from '../../src/core/service.ts';
import { RealDriver } from '../../src/driver/real/driver.ts';
import type { Replaced } from '../../src/driver/real/replace.ts';
import { MemoryStore, type RowStore, type Settle } from '../../src/driver/real/world.ts';
import { claimPorts } from '../support/claims.ts';
import { at, host, mac, segment } from './plants.ts';
import { Actor, octetsOf, text } from './world.ts';

const PORT = await claimPorts();
const A = '127.93.0.1';
const B = '127.93.0.2';

/** Answers every datagram and stream with its own word and theirs; `hold ...` only when the disk has it. */
class Speaker extends Actor {
  before: Service | undefined;
  busy = 0;

  constructor(word: string) {
    super((input, _now, effects) => {
      speak(word, input, effects);
    });
  }

  succeed(before: Service): void {
    this.before = before;
  }

  underWay(): number {
    return this.busy;
  }
}

function speak(word: string, input: Input, effects: Effects): void {
  if (input.kind === 'datagram') {
    const said = text(input.octets);
    if (said.startsWith('hold')) effects.persist([{ table: 'said', key: said, value: { said } }]);
    effects.send(PORT, input.from, octetsOf(`${word} ${said}`));
  }
  if (input.kind === 'stream' && input.event === 'octets')
    effects.write(input.stream, octetsOf(`${word} ${text(input.octets)}`));
  if (input.kind === 'stream' && input.event === 'closed') effects.close(input.stream);
}

/** Settles when told. */
class SlowStore extends MemoryStore {
  readonly waiting: (() => void)[] = [];

  override persist(name: string, rows: Parameters<MemoryStore['persist']>[1], settle: Settle): void {
    this.waiting.push(() => {
      super.persist(name, rows, settle);
    });
  }
}

const made = new Map<string, Speaker[]>();
/** The last service made under a word. */
const service = (word: string): Speaker => made.get(word)!.at(-1)!;

function server(name: string, address: string, word: string, more: Partial<HostSpec> = {}): HostSpec {
  const make = () => {
    const speaker = new Speaker(word);
    made.set(word, [...(made.get(word) ?? []), speaker]);
    return speaker;
  };
  const ports = { udpPorts: [PORT], tcpPorts: [PORT] };
  return host(name, { on: 'core', address: [at(`${address}/8`)] }, make, { kind: 'dns', ...ports, ...more });
}

const topologyOf = (...hosts: HostSpec[]): Topology => ({ segments: [segment('core')], links: [], hosts });

let driver: RealDriver;
const sockets: Socket[] = [];
afterEach(async () => {
  await driver.stop();
  for (const socket of sockets.splice(0)) socket.close();
  made.clear();
});

async function start(hosts: readonly HostSpec[], store?: RowStore): Promise<void> {
  driver = new RealDriver({ topology: topologyOf(...hosts), place: { listen: 'configured' }, store });
  await driver.start();
}

const replace = (...hosts: HostSpec[]): Promise<Replaced> => driver.replace(topologyOf(...hosts));

/** A client outside of the scenario. */
function client(): {
  say(word: string, address?: string): Promise<string>;
  readonly heard: string[];
  send(word: string, address: string): void;
} {
  const socket = createSocket('udp4');
  sockets.push(socket);
  const heard: string[] = [];
  const waiting: ((answer: string) => void)[] = [];
  socket.on('message', (octets, from) => {
    const answer = `${octets.toString()} @${from.address}`;
    heard.push(answer);
    waiting.shift()?.(answer);
  });
  const send = (word: string, address: string) => socket.send(word, PORT, address);
  return {
    heard,
    send,
    say: (word, address = A) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        send(word, address);
      }),
  };
}

/** Lets what is in the loop and in the kernel arrive. */
async function turns(count = 20): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('datagrams', () => {
  test('none of a flood is lost over 20 reloads, and each is answered by the old or the new', async () => {
    await start([server('dns', A, 'v0')]);
    const { heard, send } = client();
    let sent = 0;
    for (let version = 1; version <= 20; version++) {
      const swap = replace(server('dns', A, `v${version}`));
      for (let burst = 0; burst < 10; burst++) {
        send(`q${sent++}`, A);
        await new Promise(setImmediate);
      }
      expect(await swap).toMatchObject({ sockets: { kept: 2, opened: 0, closed: 0 } });
    }
    while (heard.length < sent) await turns(1);
    expect(heard).toHaveLength(200);
    expect(heard.every((answer) => /^v\d+ q\d+ @127\.93\.0\.1$/.test(answer))).toBe(true);
    expect(service('v20').before).toBe(service('v19'));
  });

  test('an address that comes is bound, one that goes is let go', async () => {
    await start([server('dns', A, 'old')]);
    expect(await replace(server('dns', B, 'new'))).toMatchObject({
      sockets: { kept: 0, opened: 2, closed: 2 },
    });
    expect(await client().say('x', B)).toBe(`new x @${B}`);
    const other = createSocket('udp4');
    other.bind(PORT, A);
    await once(other, 'listening');
    other.close();
  });

  test('two servers that change places keep their sockets', async () => {
    await start([server('one', A, 'one'), server('two', B, 'two')]);
    expect(await replace(server('one', B, 'one'), server('two', A, 'two'))).toMatchObject({
      sockets: { kept: 4, opened: 0 },
    });
    const { say } = client();
    expect([await say('x', A), await say('x', B)]).toEqual([`two x @${A}`, `one x @${B}`]);
  });

  test('a server under a new name takes the socket over', async () => {
    await start([server('dns', A, 'old')]);
    expect(await replace(server('names', A, 'new'))).toMatchObject({
      added: ['names'],
      removed: ['dns'],
      sockets: { kept: 2 },
    });
    expect(await client().say('x')).toBe(`new x @${A}`);
  });

  test("what is held for the disk is sent by the old, once, and its outcome is the new one's", async () => {
    const store = new SlowStore();
    await start([server('dns', A, 'old')], store);
    const { heard, send } = client();
    send('hold 1', A);
    while (store.waiting.length === 0) await turns(1);
    await replace(server('dns', A, 'new'));
    for (const settle of store.waiting.splice(0)) settle();
    while (heard.length < 1) await turns(1);
    expect(heard).toEqual([`old hold 1 @${A}`]);
    expect(service('new').of('settled')).toEqual([{ kind: 'settled', ticket: 1, outcome: 'durable' }]);
  });

  test('what is held for the disk is sent from the address that goes', async () => {
    const store = new SlowStore();
    await start([server('dns', A, 'old'), server('two', B, 'two')], store);
    const { heard, send } = client();
    send('hold 1', A);
    while (store.waiting.length === 0) await turns(1);
    await replace(server('two', B, 'two'));
    for (const settle of store.waiting.splice(0)) settle();
    while (heard.length < 1) await turns(1);
    expect(heard).toEqual([`old hold 1 @${A}`]);
  });
});

describe('a configuration that cannot be had', () => {
  test('the old one goes on, and nothing that was tried stays open', async () => {
    await start([server('dns', A, 'old')]);
    const taken = createSocket('udp4');
    taken.bind(PORT, '127.93.0.4');
    await once(taken, 'listening');
    const wanted = [server('dns', A, 'new'), server('two', B, 'new'), server('three', '127.93.0.4', 'new')];
    await expect(replace(...wanted)).rejects.toThrow(EnvironmentError);
    expect(await client().say('x')).toBe(`old x @${A}`);
    const free = createServer();
    free.listen(PORT, B);
    await once(free, 'listening');
    free.close();
    taken.close();
    expect(await replace(...wanted)).toMatchObject({
      added: ['two', 'three'],
      sockets: { kept: 2, opened: 4 },
    });
  });

  test("an address that is not this machine's says so", async () => {
    await start([server('dns', A, 'old')]);
    await expect(replace(server('dns', '192.0.2.1', 'new'))).rejects.toThrow(
      /192\.0\.2\.1 is not an address of this machine/,
    );
    expect(await client().say('x')).toBe(`old x @${A}`);
  });
});

describe('streams', () => {
  test('a connection stays open and is answered by the new', async () => {
    await start([server('dns', A, 'old')]);
    const peer = connect(PORT, A);
    const heard = once(peer, 'data');
    peer.write('1');
    expect(String((await heard)[0])).toBe('old 1');
    await replace(server('dns', A, 'new'));
    const again = once(peer, 'data');
    peer.write('2');
    expect(String((await again)[0])).toBe('new 2');
    peer.end();
    await once(peer, 'close');
    expect(
      service('new')
        .of('stream')
        .map(({ event }) => event),
    ).toEqual(['octets', 'closed']);
  });

  test('a port that goes refuses new connections; the old ones are ended after what was written', async () => {
    await start([server('dns', A, 'old'), server('two', B, 'two')]);
    const peer = connect(PORT, A);
    await once(peer, 'connect');
    peer.write('1');
    while ((made.get('old')?.[0]?.count('stream') ?? 0) < 2) await turns(1);
    await replace(server('two', B, 'two'));
    const [answer] = (await once(peer, 'data')) as [Buffer];
    expect(answer.toString()).toBe('old 1');
    await once(peer, 'close');
    const refused = connect(PORT, A);
    const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
  });
});

const device = (revision: string) => {
  const { interfaces, ...spec } = server('cm', A, revision, { revision });
  return { ...spec, interfaces: interfaces.map((own) => ({ ...own, mac: mac('02:00:00:00:00:01') })) };
};

describe('devices', () => {
  test('one that has not changed is not disturbed', async () => {
    await start([device('r1')]);
    const before = service('r1');
    expect(await replace(device('r1'), server('two', B, 'two'))).toMatchObject({
      restarted: [],
      added: ['two'],
    });
    await client().say('x');
    expect(before.count('datagram')).toBe(1);
    expect(made.get('r1')).toHaveLength(1);
  });

  test('one that has changed is made anew', async () => {
    await start([device('r1')]);
    expect(await replace(device('r2'))).toMatchObject({ restarted: ['cm'], sockets: { kept: 2 } });
    expect(service('r2').before).toBeUndefined();
    expect(await client().say('x')).toBe(`r2 x @${A}`);
  });
});

describe('the end', () => {
  test('waits for who is in the middle of something, and hears nothing new meanwhile', async () => {
    const store = new SlowStore();
    await start([server('dns', A, 'held')], store);
    const { heard, send } = client();
    let over = false;
    send('hold 1', A);
    while (store.waiting.length === 0) await turns(1);
    const end = driver.stop(60_000).then(() => (over = true));
    await turns();
    send('2', A);
    await turns();
    expect([over, heard]).toEqual([false, []]);
    for (const settle of store.waiting.splice(0)) settle();
    await end;
    while (heard.length < 1) await turns(1);
    expect(heard).toEqual([`held hold 1 @${A}`]);
  });

  test('a transfer that does not end is given up after the grace', async () => {
    await start([server('tftp', A, 'busy')]);
    service('busy').busy = 1;
    const startedAt = performance.now();
    await driver.stop(50);
    expect(performance.now() - startedAt).toBeGreaterThan(45);
  });
});
