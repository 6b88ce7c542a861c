import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { DHCP } from '../../src/core/rules/dhcp.ts';
import { DNS } from '../../src/core/rules/dns.ts';
import { LIMIT_RULES } from '../../src/core/rules/limit.ts';
import { TFTP_RULES } from '../../src/core/rules/tftp.ts';
import { parsePrometheus, valueOf } from '../support/prometheus-text.ts';
import { built, serve } from './support/headend.ts';
import { Lab, need, type Running } from './support/netns.ts';

const SECRET = 'hunter2-and-more';

const scenario = (limits: string): string => `headend: 1
name: lab
net: { lan: { kind: segment } }
limits: ${limits}
services:
  dhcp:
    on: lan
    ip: 10.70.0.1
    subnets: [{ subnet: 10.70.0.0/24, relay: 10.70.0.9, range: 10.70.0.100-10.70.0.150 }]
  dns:
    on: lan
    ip: 10.70.0.1
    zones: { lab.example: { records: { www: { type: A, data: 10.70.0.80 } } } }
  tftp:
    on: lan
    ip: 10.70.0.1
    files:
      motd: { text: hello }
      gold.cfg: { docsis: { network-access: 1 }, secret: ${SECRET} }
`;

let lab: Lab;
beforeAll(() => {
  need('ip', 'dig', 'curl', 'tftp', 'prlimit');
  built();
});
afterEach(() => lab?.remove());

/** A server, and a client's namespace with two addresses and a relay's. */
function wires(): void {
  lab = new Lab();
  for (const name of ['srv', 'cli']) lab.namespace(name);
  lab.cable(
    { in: 'srv', as: 'lan0', address: '10.70.0.1/24' },
    { in: 'cli', as: 'eth0', address: '10.70.0.2/24' },
  );
  for (const address of ['10.70.0.3/24', '10.70.0.9/24'])
    lab.run('cli', 'ip', 'address', 'add', address, 'dev', 'eth0');
}

async function start(limits: string, ...flags: readonly string[]): Promise<Running> {
  return serve(lab, 'srv', lab.file('lab.yaml', scenario(limits)), '--listen', '10.70.0.1', ...flags);
}

/** Sends datagrams from an address, in bursts that a socket's buffer holds; waits until they are gone. */
const send = (from: string, port: number, count: number, octets: string): string =>
  lab.run(
    'cli',
    process.execPath,
    '-e',
    `const socket = require('dgram').createSocket('udp4');
     const octets = Buffer.from('${octets}', 'hex');
     let left = ${count};
     const burst = () => {
       for (let n = 0; n < 100 && left > 0; n++, left--) socket.send(octets, ${port}, '10.70.0.1');
       if (left > 0) setTimeout(burst, 2); else setTimeout(() => socket.close(), 50);
     };
     socket.bind(0, '${from}', burst);`,
  );

/** What the server counts now. */
function metric(name: string, labels?: Readonly<Record<string, string>>): number {
  const text = lab.run('srv', 'curl', '-s', 'http://127.0.0.1:9167/metrics');
  return valueOf(parsePrometheus(text), name, labels) ?? 0;
}

const limited = (): number => metric('headend_datagrams_limited_total');

/** The same, with no more on the way than a socket's buffer holds: the server has counted each. */
async function sendWhole(from: string, port: number, count: number, octets: string): Promise<void> {
  const received = (): number => metric('headend_datagrams_received_total', { port: String(port) });
  for (let left = count; left > 0; left -= 100) {
    const before = received();
    const some = Math.min(left, 100);
    send(from, port, some, octets);
    await expect.poll(received).toBe(before + some);
  }
}

const dig = (from: string): string =>
  lab.run('cli', 'dig', '-b', from, '+short', '+tries=1', '+time=15', '@10.70.0.1', 'www.lab.example').trim();

/** A query for www.lab.example. */
const QUERY = '0001000000010000000000000377777703 6c6162076578616d706c650000010001'.replaceAll(' ', '');

/** Lines of the log, as they came so far. */
function linesOf(running: Running): readonly Record<string, unknown>[] {
  return running.output
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

test('a flood from one source: it is limited and named, others and relays are answered', async () => {
  wires();
  const running = await start('{ datagrams: { rate: 50/s, burst: 50 } }', '--metrics', '9167');
  // As many as are wanted here: a server on a machine that is busy leaves some to the kernel, which drops them.
  for (let round = 0; round < 30 && limited() <= 3_000; round++) send('10.70.0.2', 53, 1_000, QUERY);
  expect(limited()).toBeGreaterThan(3_000);
  expect(dig('10.70.0.3')).toBe('10.70.0.80');
  const before = limited();
  await sendWhole('10.70.0.9', 53, 500, QUERY);
  expect(dig('10.70.0.9')).toBe('10.70.0.80');
  // The relay's 500 came in whole.
  expect(limited()).toBe(before);
  await running.until(/10\.70\.0\.2: and \d+ more in 10 s/);
  const told = linesOf(running).filter(({ rule }) => rule === LIMIT_RULES.datagrams.id);
  expect(told[0]).toMatchObject({ level: 'warn', host: 'dhcp', detail: '10.70.0.2: more than 50/s' });
  // A line when it begins, and one for each ten seconds that it lasts.
  const others = told.slice(1).map(({ detail }) => String(detail));
  expect(
    others.filter((detail) => !/^10\.70\.0\.2: (and \d+ more in 10 s|more than 50\/s)$/.test(detail)),
  ).toEqual([]);
});

test('what servers did can be read by a Prometheus; from elsewhere it cannot be reached', async () => {
  wires();
  await start('{}', '--metrics', '9167', '--state', join(lab.folder, 'state'));
  dig('10.70.0.2');
  lab.attempt('cli', 'dig', '+tcp', '+tries=1', '+time=15', '@10.70.0.1', 'none.lab.example');
  lab.run('cli', 'sh', '-c', 'cd /tmp && tftp 10.70.0.1 -c get motd /dev/null');
  lab.attempt('cli', 'sh', '-c', 'cd /tmp && tftp 10.70.0.1 -c get none /dev/null');
  const samples = parsePrometheus(lab.run('srv', 'curl', '-s', 'http://127.0.0.1:9167/metrics'));
  const of = (name: string, labels: Record<string, string>) => valueOf(samples, `headend_${name}`, labels);
  expect(of('dns_answers_total', { transport: 'udp', rcode: 'NOERROR' })).toBe(1);
  expect(of('dns_answers_total', { transport: 'tcp', rcode: 'NXDOMAIN' })).toBe(1);
  expect(of('tftp_transfers_total', { result: 'complete' })).toBe(1);
  expect(of('tftp_transfers_total', { result: 'not-found' })).toBe(1);
  expect(of('dhcp_addresses', { subnet: '10.70.0.0/24', state: 'free' })).toBe(51);
  expect(of('handle_seconds_count', { input: 'datagram' })).toBeGreaterThan(3);
  expect(of('disk_good', {})).toBe(1);
  expect(lab.run('srv', 'curl', '-s', 'http://127.0.0.1:9167/healthz')).toBe('{"status":"ok","faults":[]}\n');
  expect(lab.attempt('cli', 'curl', '-s', '--max-time', '2', 'http://10.70.0.1:9167/metrics').code).not.toBe(
    0,
  );
});

test('every refused datagram is told at debug with source, field and offset; a flood of them in bounded lines; no secret ever', async () => {
  wires();
  const running = await start('{}', '--log-level', 'trace', '--metrics', '9167');
  const startedAt = performance.now();
  for (const [port, octets] of [
    [67, '0101'],
    [69, '00'],
    [53, QUERY.slice(0, 40)],
  ] as const)
    await sendWhole('10.70.0.2', port, 400, octets);
  lab.run('cli', 'sh', '-c', 'cd /tmp && tftp 10.70.0.1 -c get gold.cfg /dev/null');
  expect(await running.end('SIGTERM')).toBe(0);
  const lines = linesOf(running);
  const windows = Math.ceil((performance.now() - startedAt) / 10_000);
  for (const rule of [DHCP.malformed.id, TFTP_RULES.malformed.id, DNS.formatError.id]) {
    const told = lines.filter((line) => line['rule'] === rule);
    expect(told[0]).toMatchObject({
      level: 'debug',
      peer: expect.stringMatching(/^10\.70\.0\.2:\d+$/),
      reason: 'truncated',
      field: expect.any(String),
      offset: expect.any(Number),
    });
    // Of each window of ten seconds fifty, with their count at the end.
    expect(told.length).toBeLessThanOrEqual(51 * (windows + 1));
    const counted = told.reduce((sum, line) => sum + Number(line['more'] ?? 1), 0);
    expect(counted).toBe(400);
  }
  expect(running.output).toContain('gold.cfg');
  expect(running.output).not.toContain(SECRET);
});

test('a machine without file descriptors: transfers are lost, said, and the servers go on', async () => {
  wires();
  const running = await start('{}');
  const { pid } = running.child;
  const most = readdirSync(`/proc/${pid}/fd`).length + 20;
  execFileSync('prlimit', ['--pid', `${pid}`, `--nofile=${most}`]);
  // RRQ motd, octet, each from a port of its own, and never an acknowledgment.
  lab.run(
    'cli',
    process.execPath,
    '-e',
    `const sockets = Array.from({ length: 200 }, () => require('dgram').createSocket('udp4'));
     const octets = Buffer.from('\\0\\x01motd\\0octet\\0');
     for (const socket of sockets) socket.send(octets, 69, '10.70.0.1');
     setTimeout(() => { for (const socket of sockets) socket.close(); }, 2_000);`,
  );
  await running.until(/HE-LIMIT-006/);
  expect(dig('10.70.0.2')).toBe('10.70.0.80');
  expect(await running.end('SIGTERM')).toBe(0);
});
