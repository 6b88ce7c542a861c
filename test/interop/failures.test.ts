import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { compiled } from '../support/compiled.ts';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need, type Running } from './support/netns.ts';

/** A server on one wire, and clients that come from as many addresses as they like. */
const LAB = `headend: 1
name: lab
net: { lan: { kind: segment } }
services:
  dhcp:
    on: lan
    ip: 10.70.0.2/16
    subnets: [{ subnet: 10.70.0.0/16, range: 10.70.1.1-10.70.9.254, lease: { default: 1h } }]
  tod: { on: lan, ip: 10.70.0.2/16 }
  tftp: { on: lan, ip: 10.70.0.2/16, files: { gold.cfg: { text: gold } } }
  dns:
    on: lan
    ip: 10.70.0.2/16
    zones:
      lab.example:
        records:
          www: { type: A, data: 10.70.0.80 }
          long: { type: TXT, data: '"LONG" "LONG" "LONG" "LONG"' }
`.replaceAll('LONG', 'x'.repeat(200));

let lab: Lab;
let file: string;
let peer: string;

beforeAll(() => {
  need('ip', 'nft', 'dig', 'curl', 'udhcpc', 'unshare', 'faketime');
  built();
  peer = compiled('test/support/hostile-peer.ts');
  lab = new Lab();
  for (const namespace of ['srv', 'cli']) lab.namespace(namespace);
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.70.0.2/16' },
    { in: 'cli', as: 'eth0', address: '10.70.0.9/16' },
  );
  lab.run('cli', 'ip', 'route', 'add', 'local', '10.70.128.0/24', 'dev', 'lo');
  file = lab.file('lab.yaml', LAB);
});
afterAll(() => lab?.remove());

let current: Running | undefined;

/** The lab's server; what a test that fails leaves running or cut off is put right after it. */
async function serveLab(...flags: readonly string[]): Promise<Running> {
  current = await serve(lab, 'srv', file, '--interface', 'lan0', ...flags);
  return current;
}

afterEach(async () => {
  await current?.end('SIGKILL');
  current = undefined;
  lab.run('srv', 'ip', 'link', 'set', 'lan0', 'up');
  lab.run('srv', 'ip', 'address', 'replace', '10.70.0.2/16', 'dev', 'lan0');
  for (const namespace of ['srv', 'cli']) lab.run(namespace, 'nft', 'flush ruleset');
});

/** How long clients ask: a server on a machine that is busy is slow, one that is cut off stays silent. */
const PATIENT = 10;
const SOON_OVER = 2;

/** Whether each service answers: a name, a file, an address. */
function answers(seconds = PATIENT): { dns: boolean; tftp: boolean; dhcp: boolean } {
  const flags = ['+short', '+tries=1', `+time=${seconds}`];
  const dns = lab.attempt('cli', 'dig', ...flags, '@10.70.0.2', 'www.lab.example');
  const tftp = lab.attempt('cli', 'curl', '-sS', '--max-time', `${seconds}`, 'tftp://10.70.0.2/gold.cfg');
  return { dns: dns.out.trim() === '10.70.0.80', tftp: tftp.out === 'gold', dhcp: lease(0, seconds) };
}

const ALL = { dns: true, tftp: true, dhcp: true };
const NONE = { dns: false, tftp: false, dhcp: false };

/** Whether the client of this number, by its option 61, is given an address while it asks, once a second. */
function lease(client: number, seconds = PATIENT): boolean {
  const id = `0x3d:01020000${client.toString(16).padStart(6, '0')}`;
  const flags = ['-f', '-n', '-q', '-i', 'eth0', '-t', `${seconds}`, '-T', '1', '-s', '/bin/true', '-x', id];
  return lab.attempt('cli', 'udhcpc', ...flags).code === 0;
}

/** The addresses that a client was promised, as the state folder's serve or disk has them. */
function bound(state: string, as: Running): readonly string[] {
  const listed = lab.run(
    'srv',
    'nsenter',
    '-t',
    String(as.child.pid),
    '-m',
    process.execPath,
    MAIN,
    'leases',
    '--state',
    state,
    '--json',
  );
  const { leases } = JSON.parse(listed) as { leases: readonly { address: string; state: string }[] };
  return leases.filter((one) => one.state === 'bound').map(({ address }) => address);
}

test('two containers on one folder: the second is refused, and comes in once the first is killed', async () => {
  const state = join(lab.folder, 'shared');
  const container = [
    '--pid',
    '--fork',
    '--kill-child',
    '--mount-proc',
    process.execPath,
    MAIN,
    'serve',
    file,
  ];
  const start = () =>
    lab.start('srv', /serving/, 'unshare', ...container, '--interface', 'lan0', '--state', state);
  const first = await start();
  expect(lease(7)).toBe(true);
  const second = lab.attempt('cli', 'unshare', ...container, '--state', state);
  expect(second.code).toBe(4);
  expect(second.out).toMatch(/shared is written by process 1\n.*give this one a folder of its own/);
  expect(lease(8)).toBe(true);
  await first.end('SIGKILL');
  const third = await start();
  expect(bound(state, third)).toHaveLength(2);
  await third.end('SIGKILL');
});

describe('a disk that fills up', () => {
  test('no ACK without its commit; named in the log; leases again when there is room', async () => {
    const state = join(lab.folder, 'small');
    mkdirSync(state);
    const mounted = `mount -t tmpfs -o size=256k tmpfs "$0" && exec "$@" --state "$0"`;
    const running = await lab.start(
      'srv',
      /serving/,
      'unshare',
      '--mount',
      'sh',
      '-c',
      mounted,
      state,
      process.execPath,
      MAIN,
      'serve',
      file,
      '--interface',
      'lan0',
    );
    expect(lease(1)).toBe(true);
    const before = bound(state, running);
    const filler = `/proc/${running.child.pid}/root${state}/filler`;
    expect(() => writeFileSync(filler, Buffer.alloc(1024 * 1024))).toThrow('ENOSPC');
    expect([lease(2, SOON_OVER), lease(3, SOON_OVER)]).toEqual([false, false]);
    await running.until(/"detail":"No space left on device"[^\n]*The disk refuses to keep the rows/);
    expect(bound(state, running)).toEqual(before);
    rmSync(filler);
    expect([lease(2), lease(3)]).toEqual([true, true]);
    await running.until(/The disk keeps rows again\./);
    expect(bound(state, running)).toHaveLength(3);
    expect(await running.end('SIGTERM')).toBe(0);
    // What lmdb prints by itself ends no line, and would spoil the one after it.
    expect(running.output).not.toContain('Write error');
  });

  test('one that is full at the start is exit code 4 with the cure', () => {
    const full = `mount -t tmpfs -o size=8k tmpfs "$0" && exec "$@" --state "$0"`;
    const state = join(lab.folder, 'full');
    mkdirSync(state);
    const { code, out } = lab.attempt(
      'srv',
      'unshare',
      '--mount',
      'sh',
      '-c',
      full,
      state,
      process.execPath,
      MAIN,
      'serve',
      file,
    );
    expect(out).toMatch(/full: its disk is full\n.*what to do: make room/);
    expect(code).toBe(4);
  });
});

const HOUR_SECONDS = 3600;

/** Seconds by which the server's machine is off; the server reads it anew each time that it looks at the clock. */
function setClock(offSeconds: number): void {
  writeFileSync(join(lab.folder, 'clock'), `${offSeconds >= 0 ? '+' : ''}${offSeconds}\n`);
}

function serveByClock(state: string): Promise<Running> {
  const faked = [
    'LD_PRELOAD=/usr/$LIB/faketime/libfaketime.so.1',
    `FAKETIME_TIMESTAMP_FILE=${join(lab.folder, 'clock')}`,
    'FAKETIME_NO_CACHE=1',
    'FAKETIME_DONT_FAKE_MONOTONIC=1',
  ];
  const words = [process.execPath, MAIN, 'serve', file, '--interface', 'lan0', '--state', state];
  return lab.start('srv', /serving/, 'env', ...faked, ...words);
}

/** How many seconds each lease has left, by the machine's clock. */
function secondsLeft(state: string, offSeconds: number): readonly number[] {
  const { leases } = JSON.parse(
    lab.run('srv', process.execPath, MAIN, 'leases', '--state', state, '--json'),
  ) as { leases: readonly { expires: number; state: string }[] };
  const now = Date.now() / 1000 + offSeconds;
  return leases.filter((one) => one.state === 'bound').map(({ expires }) => expires - now);
}

/** How far off the date is that Time of Day tells, to the minute. */
function dateOff(): number {
  const { out } = lab.attempt('cli', process.execPath, MAIN, 'probe', 'tod', '10.70.0.2', '--json');
  const { off_seconds: off } = JSON.parse(out) as { off_seconds: number };
  return Math.round(off / 60) * 60;
}

describe('the clock of the machine is set', () => {
  test('by hours, both ways, and across a kill: no lease ends sooner or lives longer; dates are the new ones', async () => {
    const state = join(lab.folder, 'clocked');
    setClock(0);
    current = await serveByClock(state);
    const leasedAt = performance.now();
    expect(lease(1)).toBe(true);
    /** An hour from when it was given, whenever that was since: a slow machine only makes the bounds wider. */
    const isOfAnHour = (left: number): boolean =>
      left > HOUR_SECONDS - (performance.now() - leasedAt) / 1000 - 60 && left < HOUR_SECONDS + 5;
    for (const hours of [5, -4]) {
      setClock(hours * HOUR_SECONDS);
      // It looks at the machine's clock once a second.
      await expect.poll(dateOff).toBe(hours * HOUR_SECONDS);
      const way = hours > 0 ? 'forward by 5 h' : 'back by 9 h';
      await current.until(new RegExp(`the machine's clock was set ${way}`));
      const left = secondsLeft(state, hours * HOUR_SECONDS);
      expect(left.map(isOfAnHour), left.join()).toEqual([true]);
    }
    expect(lease(2)).toBe(true);
    await current.end('SIGKILL');
    expect(secondsLeft(state, -4 * HOUR_SECONDS)).toHaveLength(2);
    current = await serveByClock(state);
    const kept = secondsLeft(state, -4 * HOUR_SECONDS);
    expect(kept.map(isOfAnHour), kept.join()).toEqual([true, true]);
    await current.end('SIGKILL');
    // A machine that has lost the time starts in 1970: leases neither end nor live on for years.
    const lost = -Math.floor(Date.now() / 1000) + 1000;
    setClock(lost);
    current = await serveByClock(state);
    await current.until(/is \d+ days behind what it was when leases were last kept/);
    const found = secondsLeft(state, lost);
    expect(found.map(isOfAnHour), found.join()).toEqual([true, true]);
    expect(await current.end('SIGTERM')).toBe(0);
  });
});

describe('the way to the clients goes and comes back', () => {
  test('an address that is taken away, an interface that is down, a filter: named, and served again', async () => {
    const server = await serveLab();
    expect(answers()).toEqual(ALL);
    lab.run('srv', 'ip', 'address', 'del', '10.70.0.2/16', 'dev', 'lan0');
    expect(answers(SOON_OVER)).toEqual(NONE);
    await server.until(
      /"detail":"10\.70\.0\.2:67 to 255\.255\.255\.255:68: E\w+ \([^\n]*The kernel will not send/,
    );
    lab.run('srv', 'ip', 'address', 'add', '10.70.0.2/16', 'dev', 'lan0');
    expect(answers()).toEqual(ALL);
    await server.until(/"detail":"10\.70\.0\.2:67 to 255\.255\.255\.255, after \d+ refused"/);
    lab.run('srv', 'ip', 'link', 'set', 'lan0', 'down');
    expect(answers(SOON_OVER)).toEqual(NONE);
    lab.run('srv', 'ip', 'link', 'set', 'lan0', 'up');
    await expect.poll(() => answers(), { timeout: 120_000 }).toEqual(ALL);
    nft('srv', 'add table inet fw');
    nft('srv', 'add chain inet fw out { type filter hook output priority 0; }');
    nft('srv', 'add rule inet fw out udp sport 53 drop');
    expect(answers()).toEqual({ ...ALL, dns: false });
    await server.until(/"detail":"10\.70\.0\.2:53 to 10\.70\.0\.9:\d+: EPERM \(a packet filter drops it\)/);
    nft('srv', 'flush ruleset');
    expect(answers()).toEqual(ALL);
    expect(await server.end('SIGTERM')).toBe(0);
  });
});

function nft(namespace: string, command: string): void {
  lab.run(namespace, 'nft', command);
}

describe('peers that hold on', () => {
  test('10,000 transfers that nobody acknowledges: bounded, others are served, all are given up', async () => {
    // What comes back is dropped without a word, so that the server waits for each.
    nft('cli', 'add table inet fw');
    nft('cli', 'add chain inet fw in { type filter hook input priority 0; }');
    nft('cli', 'add rule inet fw in ip daddr 10.70.128.0/24 drop');
    const server = await serveLab('--log-level', 'warn');
    const floods = await lab.start(
      'cli',
      /half-open: begins/,
      process.execPath,
      peer,
      'half-open',
      '10.70.0.2',
      '10000',
      'gold.cfg',
    );
    // While it goes on: where that takes long, the first are given up before the last have come.
    await expect.poll(() => sockets(server)).toBeGreaterThan(8_000);
    await floods.until(/half-open: 10000 done/);
    await floods.end('SIGKILL');
    expect(answers()).toEqual(ALL);
    await expect.poll(() => sockets(server), { timeout: 120_000, interval: 1_000 }).toBeLessThan(50);
    expect(answers()).toEqual(ALL);
    expect(await server.end('SIGTERM')).toBe(0);
  });

  test('1,000 TCP connections that say nothing: others are served, all are closed', async () => {
    const server = await serveLab('--log-level', 'debug');
    const idle = await lab.start(
      'cli',
      /idle: 1000 done/,
      process.execPath,
      peer,
      'idle',
      '10.70.0.2',
      '1000',
    );
    expect(answers()).toEqual(ALL);
    const tcp = lab.attempt(
      'cli',
      'dig',
      '+tcp',
      '+short',
      '+tries=1',
      `+time=${PATIENT}`,
      '@10.70.0.2',
      'www.lab.example',
    );
    expect(tcp.out.trim()).toBe('10.70.0.80');
    await idle.until(/^1000 closed$/m);
    await server.until(/The TCP connection was idle/);
    await expect.poll(() => sockets(server)).toBeLessThan(50);
    await idle.end('SIGKILL');
    expect(await server.end('SIGTERM')).toBe(0);
  });

  test('peers that ask by TCP and never read: cut, memory is bounded, others are served', async () => {
    const server = await serveLab('--log-level', 'warn');
    const before = residentMiB(server);
    const deaf = await lab.start(
      'cli',
      /deaf: 40 done/,
      process.execPath,
      peer,
      'deaf',
      '10.70.0.2',
      '40',
      'long.lab.example',
    );
    expect(answers()).toEqual(ALL);
    expect(residentMiB(server) - before).toBeLessThan(400);
    await deaf.end('SIGKILL');
    expect(answers()).toEqual(ALL);
    expect(await server.end('SIGTERM')).toBe(0);
  });
});

function sockets({ child }: Running): number {
  return readdirSync(`/proc/${child.pid}/fd`).length;
}

function residentMiB({ child }: Running): number {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1]) / 1024;
}
