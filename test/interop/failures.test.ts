import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
  need('ip', 'nft', 'dig', 'curl', 'udhcpc', 'unshare');
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
afterAll(() => lab.remove());

/** Whether each service answers: a name, a file, an address. */
function answers(): { dns: boolean; tftp: boolean; dhcp: boolean } {
  const dns = lab.attempt('cli', 'dig', '+short', '+tries=1', '+time=2', '@10.70.0.2', 'www.lab.example');
  const tftp = lab.attempt('cli', 'curl', '-sS', '--max-time', '4', 'tftp://10.70.0.2/gold.cfg');
  return { dns: dns.out.trim() === '10.70.0.80', tftp: tftp.out === 'gold', dhcp: lease(0) };
}

const ALL = { dns: true, tftp: true, dhcp: true };
const NONE = { dns: false, tftp: false, dhcp: false };

/** Whether the client of this number, by its option 61, is given an address in two tries. */
function lease(client: number): boolean {
  const id = `0x3d:01020000${client.toString(16).padStart(6, '0')}`;
  const flags = ['-f', '-n', '-q', '-i', 'eth0', '-t', '2', '-T', '1', '-s', '/bin/true', '-x', id];
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
    expect([lease(2), lease(3)]).toEqual([false, false]);
    await running.until(/"detail":"No space left on device"[^\n]*The disk refuses to keep the rows/);
    expect(bound(state, running)).toEqual(before);
    rmSync(filler);
    expect([lease(2), lease(3)]).toEqual([true, true]);
    await running.until(/The disk keeps rows again\./);
    expect(bound(state, running)).toHaveLength(3);
    expect(await running.end('SIGTERM')).toBe(0);
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
