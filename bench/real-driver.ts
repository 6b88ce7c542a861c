import { type ChildProcess, fork } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { ipv4 } from '../src/core/address.ts';
import type { Topology } from '../src/core/driver.ts';
import type { Service } from '../src/core/service.ts';
import { NEVER } from '../src/core/time.ts';
import { RealDriver } from '../src/driver/real/driver.ts';

/**
 * What the real driver costs over bare node:dgram: server CPU per echoed datagram, the client in a process of its own.
 * Judge by CPU, not by datagrams a second: the client may be the limit.
 */
const PORT = 42_007;
const SECONDS = 4;
const WINDOW = 64;

function client(): void {
  const socket = createSocket({ type: 'udp4', lookup: (host, _options, done) => done(null, host, 4) });
  const question = Buffer.alloc(64, 1);
  let echoes = 0;
  const send = (): void => socket.send(question, PORT, '127.0.0.1');
  socket.on('message', () => {
    echoes++;
    send();
  });
  for (let count = 0; count < WINDOW; count++) send();
  process.on('message', () => {
    process.send?.(echoes);
    echoes = 0;
  });
}

class Echo implements Service {
  handle(
    input: Parameters<Service['handle']>[0],
    _now: number,
    effects: Parameters<Service['handle']>[2],
  ): void {
    if (input.kind === 'datagram') effects.send(PORT, input.from, input.octets);
  }

  deadline(): typeof NEVER {
    return NEVER;
  }
}

async function main(): Promise<void> {
  const bare = await measure(() => {
    const socket = createSocket({ type: 'udp4', lookup: (host, _options, done) => done(null, host, 4) });
    socket.on('message', (octets, from) => socket.send(Buffer.from(octets), from.port, from.address));
    socket.bind(PORT, '127.0.0.1');
    return () => socket.close();
  });
  report('node:dgram alone', bare);
  const driven = await measure(() => {
    const topology: Topology = {
      segments: [
        {
          name: 'lan',
          kind: 'ethernet',
          quality: { delayUs: 0, jitterUs: 0, lossRatio: 0, bitsPerSecond: 0 },
        },
      ],
      links: [],
      hosts: [
        {
          name: 'echo',
          kind: 'echo',
          group: 'echo',
          interfaces: [
            { segment: 'lan', mac: 1 as never, addresses: [{ address: ipv4(0x0a000001), prefixLength: 24 }] },
          ],
          routes: [],
          forwards: false,
          udpPorts: [PORT],
          tcpPorts: [],
          create: () => new Echo(),
        },
      ],
    };
    const driver = new RealDriver({ topology, place: {} });
    void driver.start();
    return () => void driver.stop();
  });
  report('driver/real, serve', driven);
  console.log(`ratio ${(driven.cpuUs / bare.cpuUs).toFixed(2)}`);
}

async function measure(start: () => () => void): Promise<{ cpuUs: number; perSecond: number }> {
  const stop = start();
  const child = fork(process.argv[1] ?? '', ['client']);
  await pass(1_000);
  await ask(child);
  const before = process.cpuUsage();
  await pass(SECONDS * 1_000);
  const used = process.cpuUsage(before);
  const echoes = await ask(child);
  child.kill();
  stop();
  return { cpuUs: (used.user + used.system) / echoes, perSecond: echoes / SECONDS };
}

function ask(child: ChildProcess): Promise<number> {
  return new Promise((resolve) => {
    child.once('message', resolve as (value: unknown) => void);
    child.send('count');
  });
}

function pass(milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

function report(name: string, { cpuUs, perSecond }: { cpuUs: number; perSecond: number }): void {
  console.log(`${name}: ${cpuUs.toFixed(2)} us of server CPU an echo, ${Math.round(perSecond)} echoes/s`);
}

if (process.argv[2] === 'client') client();
else await main();
