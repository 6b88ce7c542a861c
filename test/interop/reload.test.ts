import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { askHealth, askReload } from '../../src/api/health.ts';
import { built, MAIN, serve } from './support/headend.ts';
import { Lab, need, type Running } from './support/netns.ts';

const RELOADS = 20;

/** Every version has its own addresses, two a name: an answer with both of one version is whole. */
const lab_yaml = (version: number, more = ''): string => `headend: 1
name: lab
net: { lan: { kind: segment } }
services:
  dhcp:
    on: lan
    ip: 10.60.0.2
    subnets: [{ subnet: 10.60.0.0/24, range: 10.60.0.100-10.60.0.110, lease: ${600 + version}s }]
  dns:
    on: lan
    ip: 10.60.0.2
    zones: { lab.example: { file: lab.zone } }
  tftp: { on: lan, ip: 10.60.0.2, files: { image: { file: image } } }
  tod: { on: lan, ip: 10.60.0.2 }
${more}`;

const zone = (version: number): string => `$ORIGIN lab.example.
$TTL 60
@ SOA ns.lab.example. hostmaster.lab.example. ${version} 3600 600 86400 60
@ NS ns
ns A 10.60.0.2
www A 10.1.0.${version}
www A 10.2.0.${version}
`;

/**
 * Asks up to 3,000 times a second until told to end, with no more questions open than a socket's buffer holds, however slow the
 * machine is; says how many were asked, answered, and of two versions at once.
 */
const FLOOD = `
import { createSocket } from 'node:dgram';
const socket = createSocket('udp4');
const query = Buffer.from('0000010000010000000000000377777703' + '6c6162076578616d706c650000010001', 'hex');
let sent = 0, answered = 0, torn = 0, ended = false;
const open = new Set();
socket.on('message', (octets) => {
  if (!open.delete(octets.readUInt16BE(0))) return;
  answered++;
  if (octets.readUInt16BE(6) !== 2 || octets[octets.length - 1] !== octets[octets.length - 17]) torn++;
});
process.on('SIGTERM', () => { ended = true; });
const tick = () => {
  for (let count = 0; count < 15 && open.size < 100 && !ended; count++) {
    query.writeUInt16BE(sent & 0xffff, 0);
    open.add(sent++ & 0xffff);
    socket.send(Buffer.from(query), 53, '10.60.0.2');
  }
  if (!ended) setTimeout(tick, 5);
  else last(performance.now() + 20_000);
};
const last = (until) => {
  if (open.size > 0 && performance.now() < until) return setTimeout(last, 10, until);
  console.log(JSON.stringify({ sent, answered, torn }));
  process.exit(0);
};
console.log('asking');
tick();
`;

/** Fetches a file in lock step, a block in 20 ms, one that comes again counted once; says how many octets of which kinds it had. */
const FETCH = `
import { createSocket } from 'node:dgram';
const socket = createSocket('udp4');
const kinds = {};
let had = 0;
socket.on('message', (octets, from) => {
  if (octets.readUInt16BE(0) !== 3) { console.log('failed ' + octets.toString('latin1')); process.exit(1); }
  const block = octets.readUInt16BE(2);
  if (block === had + 1) for (const octet of octets.subarray(4)) kinds[String.fromCharCode(octet)] = (kinds[String.fromCharCode(octet)] ?? 0) + 1;
  if (block === 1 && had === 0) console.log('began');
  had = Math.max(had, block);
  setTimeout(() => {
    socket.send(Buffer.from([0, 4, octets[2], octets[3]]), from.port, from.address);
    if (octets.length < 516) setTimeout(() => { console.log(JSON.stringify(kinds)); process.exit(0); }, 50);
  }, 20);
});
socket.send(Buffer.from('\\0\\x01image\\0octet\\0'), 69, '10.60.0.2');
`;

const SCRIPT = `#!/bin/sh
[ "$1" = bound ] || exit 0
ip address replace "$ip/$mask" dev "$interface"
`;

beforeAll(() => {
  need('ip', 'udhcpc', 'dig', 'script');
  built();
});

let lab: Lab;
let server: Running;
let state: string;
beforeEach(async () => {
  lab = new Lab();
  for (const name of ['srv', 'cli']) lab.namespace(name);
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.60.0.2/24' },
    { in: 'cli', as: 'eth0', address: '10.60.0.9/24' },
  );
  state = join(lab.folder, 'state');
  write(0, 'A');
  server = await serve(lab, 'srv', join(lab.folder, 'lab.yaml'), '--interface', 'lan0', '--state', state);
});
afterEach(() => lab?.remove());

function put(name: string, content: string): void {
  renameSync(lab.file(`${name}.new`, content), join(lab.folder, name));
}

/** Files are put in place by renaming, as a careful editor does: a reader has the old one or the new one. */
function write(version: number, letter: string, more = ''): void {
  put('lab.zone', zone(version));
  put('image', letter.repeat(20_000));
  put('lab.yaml', lab_yaml(version, more));
}

function headend(...args: readonly string[]): { code: number; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { encoding: 'utf8' });
  return { code: status ?? -1, out: stdout, err: stderr };
}

const reload = () => headend('reload', '--state', state);
const digged = () =>
  lab.run('cli', 'dig', '+short', '@10.60.0.2', 'www.lab.example').trim().split('\n').sort();

function node(name: string, script: string): Promise<Running> {
  return lab.start('cli', /asking|began/, process.execPath, lab.file(name, script));
}

describe('a reload', () => {
  test(`${RELOADS} of them under a flood of queries lose none, and no answer is of two versions`, async () => {
    const flood = await node('flood.mjs', FLOOD);
    for (let version = 1; version <= RELOADS; version++) {
      write(version, 'A');
      expect(await askReload(state)).toMatchObject({ reloaded: true });
    }
    expect(await flood.end('SIGTERM')).toBe(0);
    const { sent, answered, torn } = JSON.parse(flood.output.split('\n')[1] ?? '{}') as Record<
      string,
      number
    >;
    expect({ answered, torn }).toEqual({ answered: sent, torn: 0 });
    expect(sent).toBeGreaterThan(300);
    expect(digged()).toEqual([`10.1.0.${RELOADS}`, `10.2.0.${RELOADS}`]);
  });

  test('a file that is being fetched arrives whole as it was; the next fetch has the new one', async () => {
    const first = await node('fetch.mjs', FETCH);
    write(1, 'B');
    expect(reload().code).toBe(0);
    await first.until(/\{/);
    expect(first.output).toContain('{"A":20000}');
    const second = await node('fetch.mjs', FETCH);
    await second.until(/\{/);
    expect(second.output).toContain('{"B":20000}');
  });

  test('clients get leases while it happens again and again, and keep those that they have', async () => {
    const script = lab.file('script', SCRIPT);
    lab.run('cli', 'chmod', '755', script);
    const lease = () =>
      lab.attempt('cli', 'udhcpc', '-f', '-n', '-q', '-t', '20', '-T', '1', '-i', 'eth0', '-s', script);
    for (let version = 1; version <= 5; version++) {
      write(version, 'A');
      server.child.kill('SIGHUP');
      expect(lease()).toMatchObject({ code: 0 });
    }
    await server.until(/(reloaded[^]*){5}/);
    const listed = JSON.parse(headend('leases', '--state', state, '--json').out) as { leases: unknown[] };
    expect(listed.leases).toMatchObject([{ address: '10.60.0.100', state: 'bound' }]);
  });

  test('a wrong file changes nothing: the asker and the log have its place, health warns, exit 2', async () => {
    write(1, 'A', 'srevices: {}\n');
    const place = /lab\.yaml:15:1 srevices: there is no such key here/;
    const asked = reload();
    expect([asked.code, asked.err]).toEqual([2, expect.stringMatching(place)]);
    await server.until(place);
    expect(digged()).toEqual(['10.1.0.0', '10.2.0.0']);
    expect(headend('health', '--state', state)).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^ warn/) as string,
    });
    write(1, 'A');
    lab.file('lab.zone', `${zone(1)}www A 10.1.0.999\n`);
    expect(reload().err).toMatch(/lab\.zone:8:7/);
    expect(digged()).toEqual(['10.1.0.0', '10.2.0.0']);
    write(1, 'A');
    expect(reload().code).toBe(0);
    expect(JSON.parse(headend('health', '--state', state, '--json').out)).toMatchObject({
      verdict: 'pass',
      reloads: 1,
    });
  });

  test('an address that this machine does not have is refused with the cure, one that it has gets its servers', () => {
    const more =
      '  names: { kind: dns, on: lan, ip: 10.60.0.3, zones: { lab.example: { file: lab.zone } } }\n';
    write(1, 'A', more);
    expect(reload()).toMatchObject({
      code: 4,
      err: expect.stringContaining('10.60.0.3 is not an address of this machine') as string,
    });
    lab.run('srv', 'ip', 'address', 'add', '10.60.0.3/24', 'dev', 'lan0');
    expect(reload()).toMatchObject({ code: 0, out: expect.stringContaining('new: names') as string });
    expect(lab.run('cli', 'dig', '+short', '@10.60.0.3', 'ns.lab.example')).toBe('10.60.0.2\n');
    write(2, 'A');
    expect(reload().out).toContain('gone: names');
    expect(lab.attempt('cli', 'dig', '+tries=1', '+time=1', '@10.60.0.3', 'ns.lab.example').out).toContain(
      'refused',
    );
  });
});

test('what --set gave the file at the start holds at each reload', async () => {
  await server.end('SIGTERM');
  const set = 'services.dns.zones.lab.example.file=set.zone';
  lab.file('set.zone', zone(77));
  const flags = ['--interface', 'lan0', '--state', state, '--set', set];
  server = await serve(lab, 'srv', join(lab.folder, 'lab.yaml'), ...flags);
  expect(digged()).toEqual(['10.1.0.77', '10.2.0.77']);
  write(1, 'A');
  lab.file('set.zone', zone(78));
  expect(reload().code).toBe(0);
  expect(digged()).toEqual(['10.1.0.78', '10.2.0.78']);
});

describe('SIGTERM', () => {
  test('lets a transfer end, takes no new one, and exits 0', async () => {
    const fetch = await node('fetch.mjs', FETCH);
    server.child.kill('SIGTERM');
    await fetch.until(/\{/);
    expect(fetch.output).toContain('{"A":20000}');
    expect(await server.end('SIGCONT')).toBe(0);
    expect(headend('health', '--state', state)).toMatchObject({
      code: 4,
      err: expect.stringContaining('no serve runs on') as string,
    });
  });

  test('a second one ends at once', async () => {
    const fetch = await node('fetch.mjs', FETCH);
    fetch.child.kill('SIGSTOP');
    server.child.kill('SIGTERM');
    // Two that come before the process looks are one.
    await expect.poll(() => isPending(server, 15)).toBe(false);
    // Whoever waits for the transfer ends with 0.
    expect(await server.end('SIGTERM')).toBe(143);
    fetch.child.kill('SIGCONT');
  });
});

/** Whether a signal was sent that the process has not been given yet. */
function isPending({ child }: Running, signal: number): boolean {
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  const pending = /^ShdPnd:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0';
  return (BigInt(`0x${pending}`) & (1n << BigInt(signal - 1))) !== 0n;
}

const filesOpen = () => readdirSync(`/proc/${server.child.pid}/fd`).length;

test('nothing is left: files and sockets do not grow with reloads', async () => {
  await askReload(state);
  const before = filesOpen();
  for (let round = 0; round < 5; round++) expect(await askReload(state)).toMatchObject({ reloaded: true });
  // The connection of a command that was just answered may still be there.
  await expect.poll(filesOpen).toBeLessThanOrEqual(before + 1);
});

/** A process that has ended may stay in the list until somebody asks for its exit code. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s*[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

test('when its terminal goes, it ends in peace; a SIGHUP while the terminal is there is a reload', async () => {
  const own = join(lab.folder, 'own');
  const command = [process.execPath, MAIN, 'serve', join(lab.folder, 'lab.yaml'), '--state', own].join(' ');
  const terminal = await lab.start('cli', /Ctrl-C ends it/, 'script', '-qfc', command, '/dev/null');
  const { pid } = await askHealth(own);
  process.kill(pid, 'SIGHUP');
  await terminal.until(/reloaded \d hosts?/);
  expect(await askHealth(own)).toMatchObject({ pid, reloads: 1 });
  terminal.child.kill('SIGKILL');
  await expect.poll(() => isRunning(pid)).toBe(false);
  // A socket that is left says that nobody closed it.
  expect(existsSync(join(own, 'control.sock'))).toBe(false);
});
