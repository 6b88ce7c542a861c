import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askHealth, askReload } from '../../src/api/health.ts';
import type { ReloadOutcome } from '../../src/api/reload.ts';
import { serve, type Serving } from '../../src/api/serve.ts';
import { ScenarioError } from '../../src/config/mistakes.ts';
import type { HostSpec, Topology } from '../../src/core/driver.ts';
import type { Plain } from '../../src/core/service.ts';
import { claimPorts } from '../support/claims.ts';
import { at, host, segment } from './plants.ts';
import { Actor, octetsOf } from './world.ts';

const PORT = await claimPorts();

function server(name: string, word: string, more: Partial<HostSpec> = {}, pools: Plain = []): HostSpec {
  const make = () =>
    new Actor((input, _now, effects) => {
      if (input.kind === 'datagram') effects.send(PORT, input.from, octetsOf(word));
      if (input.kind === 'command' && input.verb === 'pools') effects.reply(pools);
    });
  const place = { on: 'core', address: [at('127.94.0.1/8')] };
  return host(name, place, make, { kind: 'dhcp', udpPorts: [PORT], ...more });
}

const topologyOf = (...hosts: HostSpec[]): Topology => ({ segments: [segment('core')], links: [], hosts });

let folder: string;
let serving: Serving;
/** What the file says now, or the error in it. */
let says: () => Topology;
let reads: number;
let told: ReloadOutcome[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headend-reload-'));
  told = [];
  reads = 0;
});
afterEach(async () => {
  await serving.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(first: Topology): Promise<void> {
  says = () => first;
  serving = await serve({
    topology: first,
    source: {
      file: 'lab.yaml',
      read: async () => {
        reads++;
        return Promise.resolve({ topology: says() });
      },
    },
    stateFolder: folder,
    reloaded: (outcome) => told.push(outcome),
  });
}

async function ask(): Promise<string> {
  const socket = createSocket('udp4');
  socket.send('?', PORT, '127.0.0.1');
  const [answer] = (await once(socket, 'message')) as [Buffer];
  socket.close();
  return answer.toString();
}

const wrong = () => {
  throw new ScenarioError('lab.yaml', [
    { line: 3, column: 5, path: 'services', message: 'is wrong', hint: 'mend it' },
  ]);
};

describe('a reload', () => {
  test('that succeeds is told to the asker, the log and health', async () => {
    await start(topologyOf(server('dhcp', 'old')));
    says = () => topologyOf(server('dhcp', 'new'), server('two', 'x', { udpPorts: [PORT + 1] }));
    const outcome = await askReload(folder);
    expect(outcome).toMatchObject({
      reloaded: true,
      hosts: 2,
      added: ['two'],
      sockets: { kept: 1, opened: 1, closed: 0 },
    });
    expect(told).toEqual([outcome]);
    expect(await ask()).toBe('new');
    const { verdict, reloads, hosts, file } = await askHealth(folder);
    expect({ verdict, reloads, hosts: hosts.map(({ name }) => name), file }).toEqual({
      verdict: 'pass',
      reloads: 1,
      hosts: ['dhcp', 'two'],
      file: 'lab.yaml',
    });
  });

  test('of a wrong file keeps the old, says where, and health warns until one succeeds', async () => {
    await start(topologyOf(server('dhcp', 'old')));
    const good = says;
    says = wrong;
    const outcome = await askReload(folder);
    expect(outcome).toMatchObject({
      reloaded: false,
      kind: 'usage',
      exit_code: 2,
      messages: ['lab.yaml:3:5 services: is wrong: mend it'],
    });
    expect(told).toEqual([outcome]);
    expect(await ask()).toBe('old');
    const { verdict, findings } = await askHealth(folder);
    expect([verdict, findings]).toEqual([
      'warn',
      [expect.stringContaining('lab.yaml:3:5 services: is wrong')],
    ]);
    says = good;
    await askReload(folder);
    expect((await askHealth(folder)).verdict).toBe('pass');
  });

  test('that wants a port that is taken keeps the old: exit 4', async () => {
    await start(topologyOf(server('dhcp', 'old')));
    const taken = createSocket('udp4');
    taken.bind(PORT + 1, '127.0.0.1');
    await once(taken, 'listening');
    says = () => topologyOf(server('dhcp', 'new', { udpPorts: [PORT, PORT + 1] }));
    expect(await askReload(folder)).toMatchObject({
      reloaded: false,
      kind: 'environment',
      exit_code: 4,
      messages: [expect.stringContaining(`udp 127.0.0.1:${PORT + 1} is in use`), expect.any(String)],
    });
    expect(await ask()).toBe('old');
    taken.close();
  });

  test('that would forget leases is refused: a DHCP server under another name', async () => {
    await start(topologyOf(server('dhcp', 'old')));
    says = () => topologyOf(server('kea', 'new'));
    expect(await askReload(folder)).toMatchObject({
      reloaded: false,
      messages: [
        expect.stringMatching(
          /services\.kea: the DHCP server at 127\.94\.0\.1 was called dhcp: expected that name/,
        ),
      ],
    });
    expect(await ask()).toBe('old');
  });

  test('asked many times at once is done twice: one may have read the file before it changed', async () => {
    await start(topologyOf(server('dhcp', 'old')));
    const outcomes = await Promise.all(Array.from({ length: 5 }, () => serving.reload()));
    expect([reads, outcomes.every((one) => one.reloaded), new Set(outcomes).size]).toEqual([2, true, 2]);
  });
});

describe('health', () => {
  const pool = { subnet: '10.9.0.0/24', addresses: 100, bound: 96, offered: 0, declined: 0, free: 4 };

  test('names a pool that is nearly empty', async () => {
    await start(topologyOf(server('dhcp', 'old', {}, [pool])));
    const { verdict, findings, pools } = await askHealth(folder);
    expect({ verdict, findings }).toEqual({
      verdict: 'warn',
      findings: ['dhcp has 4 of 100 addresses left in 10.9.0.0/24'],
    });
    expect(pools).toEqual([{ server: 'dhcp', ...pool }]);
  });

  test('of a folder where nobody serves is an error of the environment', async () => {
    await start(topologyOf(server('dhcp', 'old')));
    await expect(askHealth(join(folder, 'other'))).rejects.toThrow(/no serve runs on/);
    await expect(askReload(join(folder, 'other'))).rejects.toThrow(/no serve runs on/);
  });
});
