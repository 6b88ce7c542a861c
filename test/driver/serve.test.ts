import { createSocket } from 'node:dgram';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { askControl } from '../../src/api/control.ts';
import { chooseHosts, serve, type ServeOptions, type Serving } from '../../src/api/serve.ts';
import { formatEndpoint } from '../../src/core/address.ts';
import type { HostSpec, Topology } from '../../src/core/driver.ts';
import { ConfigError, EnvironmentError } from '../../src/core/errors.ts';
import type { Effects } from '../../src/core/service.ts';
import { claimPorts } from '../support/claims.ts';
import { at, host, segment } from './plants.ts';
import { Actor, octetsOf, text } from './world.ts';

const PORT = await claimPorts();

/** Keeps what it is sent, and answers with how many it keeps. */
function keeper(): Actor {
  const kept = new Set<string>();
  return new Actor((input, _now, effects) => {
    if (input.kind === 'restored') kept.add(input.row.key);
    if (input.kind === 'command' && input.verb === 'leases') effects.reply([...kept]);
    if (input.kind === 'datagram') keep(text(input.octets), kept, effects, input.from);
  });
}

function keep(word: string, kept: Set<string>, effects: Effects, to: Parameters<Effects['send']>[1]): void {
  kept.add(word);
  effects.persist([{ table: 'lease', key: word, value: { word } }]);
  effects.send(PORT, to, octetsOf(`${word} ${kept.size}`));
}

function server(name: string, address: string, more: Partial<HostSpec> = {}): HostSpec {
  return host(name, { on: 'core', address: [at(address)] }, keeper, {
    kind: 'dhcp',
    udpPorts: [PORT],
    ...more,
  });
}

const topologyOf = (...hosts: HostSpec[]): Topology => ({ segments: [segment('core')], links: [], hosts });

let folder: string;
const running: Serving[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'headend-serve-'));
});
afterEach(async () => {
  for (const serving of running.splice(0)) await serving.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function start(options: ServeOptions): Promise<Serving> {
  const serving = await serve(options);
  running.push(serving);
  return serving;
}

/** Sends a word from outside of the scenario and gives the answer. */
function ask(word: string, address = '127.0.0.1'): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    socket.on('message', (octets, from) => {
      socket.close();
      resolve(`${octets.toString()} from ${from.address}:${from.port}`);
    });
    socket.send(word, PORT, address);
  });
}

test('leases kept under the first service at an address are found under its DHCP server, whatever the order', async () => {
  const before = await start({ topology: topologyOf(server('tftp', '10.0.0.67/24')), stateFolder: folder });
  expect(await ask('one')).toMatch(/^one 1 /);
  await before.stop();
  const told: string[] = [];
  const now = server('dhcp', '10.0.0.67/24', { services: ['tftp', 'dhcp'] });
  await start({
    topology: topologyOf(now),
    only: ['tftp'],
    stateFolder: folder,
    notice: (line) => told.push(line),
  });
  expect(told).toEqual(['1 leases kept under tftp before are those of dhcp now']);
  expect(await ask('two')).toMatch(/^two 2 /);
});

test('without being told where, it serves on 127.0.0.1 at the real port', async () => {
  const serving = await start({ topology: topologyOf(server('dhcp', '10.0.0.67/24')) });
  expect(await ask('one')).toBe(`one 1 from 127.0.0.1:${PORT}`);
  expect(
    serving.endpoints.map(({ host: name, scenario, real }) => [
      name,
      formatEndpoint(scenario),
      formatEndpoint(real),
    ]),
  ).toEqual([['dhcp', `10.0.0.67:${PORT}`, `127.0.0.1:${PORT}`]]);
});

test('a second host with the same port has a loopback address of its own', async () => {
  await start({ topology: topologyOf(server('a', '10.0.0.67/24'), server('b', '10.0.0.68/24')) });
  expect(await ask('one')).toBe(`one 1 from 127.0.0.1:${PORT}`);
  expect(await ask('two', '127.0.0.68')).toBe(`two 1 from 127.0.0.68:${PORT}`);
});

test('rows outlive the process, and the control socket tells of them', async () => {
  const options = { topology: topologyOf(server('dhcp', '10.0.0.67/24')), stateFolder: folder };
  const first = await start(options);
  await ask('one');
  await ask('two');
  await first.stop();
  expect(await askControl(folder, 'health')).toBeUndefined();
  const second = await start(options);
  expect(await askControl(folder, 'leases')).toEqual([{ host: 'dhcp', leases: ['one', 'two'] }]);
  expect(await second.ask('leases')).toEqual([{ host: 'dhcp', leases: ['one', 'two'] }]);
  expect(await askControl(folder, 'health')).toMatchObject({ pid: process.pid, disk: 'good' });
  expect(statSync(second.controlPath!).mode & 0o777).toBe(0o600);
});

test('what the control socket does not know, it says', async () => {
  await start({ topology: topologyOf(server('dhcp', '10.0.0.67/24')), stateFolder: folder });
  await expect(askControl(folder, 'restart')).rejects.toThrow(
    'no such verb: this one knows leases, modems, pools, checks, awaited, check, ',
  );
  await expect(askControl(folder, 'reload')).rejects.toThrow('not made from a file');
});

describe('what cannot start says why, what to do, and leaves nothing open', () => {
  test('a port in use: by whom', async () => {
    await start({ topology: topologyOf(server('dhcp', '10.0.0.67/24')) });
    const again = start({ topology: topologyOf(server('dhcp', '10.0.0.67/24')), stateFolder: folder });
    await expect(again).rejects.toThrow(EnvironmentError);
    await expect(again).rejects.toThrow(
      new RegExp(`udp 127.0.0.1:${PORT} is in use by process ${process.pid} `),
    );
    // The folder was let go.
    await start({
      topology: topologyOf(server('dhcp', '10.0.0.67/24', { udpPorts: [PORT + 1] })),
      stateFolder: folder,
    });
  });

  test('a state folder that another one writes', async () => {
    await start({ topology: topologyOf(server('dhcp', '10.0.0.67/24')), stateFolder: folder });
    const other = topologyOf(server('dhcp', '10.0.0.67/24', { udpPorts: [PORT + 1] }));
    await expect(start({ topology: other, stateFolder: folder })).rejects.toThrow('is written by process');
  });

  test('an interface that is not there: those that are', async () => {
    const options = { topology: topologyOf(server('dhcp', '10.0.0.67/24')), interface: 'eth77' };
    await expect(start(options)).rejects.toThrow(/there is no interface eth77 that is up: name one of .*lo/);
  });

  test('an address that is not ours', async () => {
    const options = {
      topology: topologyOf(server('dhcp', '192.0.2.77/24')),
      listen: [at('192.0.2.77/24').address],
    };
    await expect(start(options)).rejects.toThrow(
      /192\.0\.2\.77 is not an address of this machine: its addresses are .*127\.0\.0\.1/,
    );
  });
});

describe('which hosts run', () => {
  const topology = topologyOf(
    server('dhcp', '10.0.0.67/24'),
    server('names', '10.0.0.53/24', { kind: 'dns+tod', udpPorts: [41_053] }),
    server('cm[0]', '10.0.0.1/24', { kind: 'cable-modem', group: 'cm' }),
    server('cm[1]', '10.0.0.2/24', { kind: 'cable-modem', group: 'cm' }),
  );
  const names = (only?: readonly string[]) => chooseHosts(topology, only).map(({ name }) => name);

  test.each([
    { name: 'left to itself: the servers', only: undefined, hosts: ['dhcp', 'names'] },
    { name: 'a host', only: ['cm[1]'], hosts: ['cm[1]'] },
    { name: 'a group, in the order of the file', only: ['cm', 'dhcp'], hosts: ['dhcp', 'cm[0]', 'cm[1]'] },
  ])('$name', ({ only, hosts }) => {
    expect(names(only)).toEqual(hosts);
  });

  test('a name that is not there is a mistake of the caller', () => {
    expect(() => names(['dhpc'])).toThrow(ConfigError);
    expect(() => names(['dhpc'])).toThrow('did you mean dhcp?');
  });
});
