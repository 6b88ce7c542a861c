import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askHealth, askReload, type CheckHealth, setCheck } from '../../src/api/health.ts';
import { Flag } from '../../src/codec/dns/header.ts';
import { decodeMessage, encodeMessage } from '../../src/codec/dns/message.ts';
import { toName } from '../../src/codec/dns/name.ts';
import { formatRecord } from '../../src/codec/dns/record.ts';
import { Class, Type } from '../../src/codec/dns/registry.ts';
import { built, MAIN } from './support/headend.ts';
import { need } from './support/netns.ts';

/** A loopback address of this test's own, so that port 53 is nobody else's. */
const ADDRESS = '127.0.53.7';
const PATIENCE_MS = 20_000;

const page = { status: 200, body: 'all is well\n', hangs: false };
const asked: string[] = [];
let folder: string;
let http: Server;
let https: Server;
let child: ChildProcess;

const answer: Parameters<typeof createServer>[1] = (request, response) => {
  asked.push(`${request.method} ${request.url} ${request.headers.host}`);
  if (page.hangs) return;
  response.writeHead(page.status);
  // In two pieces and without a length: chunked.
  response.write(page.body.slice(0, 3));
  response.end(page.body.slice(3));
};

const lab = (plain: number, secure: number): string => `headend: 1
name: health
net: { lan: { kind: segment } }
services:
  dns:
    on: lan
    ip: 10.0.0.53
    checks:
      page: { kind: http, to: "127.0.0.1:${plain}", path: /health, contains: is well, host: www.lab.example, every: 1s, threshold: 2, connect-within: 300ms, answer-within: 300ms, text-within: 300ms }
      safe: { kind: https, to: "127.0.0.1:${secure}", host: www.lab.example, every: 1s, threshold: 2, connect-within: 400ms, answer-within: 300ms }
      port: { kind: tcp, to: "127.0.0.1:${plain}", every: 1s, threshold: 2, connect-within: 300ms }
      self: { kind: dns, to: ${ADDRESS}, ask: www.lab.example A, every: 1s, threshold: 2, answer-within: 500ms }
      gone: { kind: udp, to: "127.0.0.1:9", every: 1s, threshold: 1, answer-within: 500ms }
      both: { kind: calculated, of: [page, safe], at-least: 2 }
    zones:
      lab.example:
        records: { www: { type: A, data: 192.0.2.1, ttl: 60s } }
        routing:
          app: { type: A, policy: failover, ttl: 10s, targets: { first: { data: 192.0.2.10, check: page }, second: { data: 192.0.2.20 } } }
`;

beforeAll(async () => {
  need('openssl');
  built();
  folder = mkdtempSync(join(tmpdir(), 'headend-health-'));
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  // For another name, and signed by nobody: health checks judge no certificate.
  execFileSync('openssl', [...request, '-subj', '/CN=other.example', '-keyout', key, '-out', cert], {
    stdio: 'ignore',
  });
  http = createServer(answer);
  https = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) }, answer);
  for (const server of [http, https]) await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const file = join(folder, 'lab.yaml');
  writeFileSync(file, lab(portOf(http), portOf(https)));
  child = spawn(process.execPath, [
    MAIN,
    'serve',
    file,
    '--listen',
    ADDRESS,
    '--state',
    join(folder, 'state'),
  ]);
  await new Promise<void>((done, fail) => {
    let said = '';
    const hear = (octets: Buffer): void => {
      said += octets.toString();
      if (/serving/i.test(said)) done();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', () => fail(new Error(said)));
  });
}, 60_000);

afterAll(async () => {
  const ended = new Promise((done) => child.once('exit', done));
  child.kill();
  await ended;
  for (const server of [http, https]) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/** The check as `headend health` shows it, once it is so. */
async function until(name: string, healthy: boolean, reason: RegExp): Promise<CheckHealth> {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const { checks } = await askHealth(join(folder, 'state'));
    const found = checks.find((check) => check.name === name);
    if (found !== undefined && found.healthy === healthy && reason.test(found.reason)) return found;
    if (Date.now() > end) throw new Error(`${name} is ${JSON.stringify(found)}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** The addresses of app.lab.example, as a client is told them. */
async function addresses(): Promise<readonly string[]> {
  const socket = createSocket('udp4');
  try {
    return await new Promise((done, fail) => {
      socket.on('error', fail);
      socket.on('message', (octets) => done(decodeMessage(octets).answers.map(formatRecord)));
      const questions = [{ qname: toName('app.lab.example'), qtype: Type.A, qclass: Class.IN }];
      const rest = { answers: [], authorities: [], additionals: [] };
      socket.send(
        encodeMessage({ id: 7, opcode: 0, flags: Flag.RD, rcode: 0, questions, ...rest }),
        53,
        ADDRESS,
      );
    });
  } finally {
    socket.close();
  }
}

test('real targets are seen as they are, and what they were asked', async () => {
  await until('page', true, /^HTTP 200, with the text$/);
  await until('safe', true, /^HTTP 200$/);
  await until('port', true, /^connected$/);
  await until('self', true, /^A answered$/);
  // A driver without ICMP errors waits for its patience.
  await until('gone', false, /^(port unreachable|no answer in time)$/);
  await until('both', true, /^2 of 2/);
  expect(asked).toContain('GET /health www.lab.example');
  expect(asked).toContain('GET / www.lab.example');
  expect(await addresses()).toEqual([expect.stringMatching(/192\.0\.2\.10$/)]);
});

test('a server that fails is found, answers follow, and a connection alone does not show it', async () => {
  page.status = 503;
  const found = await until('page', false, /^HTTP 503$/);
  expect(found.changed_at).toBeGreaterThan(Date.now() / 1_000 - 10);
  expect(await addresses()).toEqual([expect.stringMatching(/192\.0\.2\.20$/)]);
  await until('both', false, /^[01] of 2/);
  expect((await until('port', true, /./)).reason).toBe('connected');
  page.status = 200;
  page.body = 'all is ill\n';
  await until('page', false, /^HTTP 200, the text is not there$/);
  page.body = 'all is well\n';
  page.hangs = true;
  await until('page', false, /^no answer in time$/);
  await until('safe', false, /^no answer in time$/);
  page.hangs = false;
  await until('page', true, /^HTTP 200/);
  await until('both', true, /^2 of 2/);
  expect(await addresses()).toEqual([expect.stringMatching(/192\.0\.2\.10$/)]);
}, 90_000);

test('a server that goes and comes back on its port', async () => {
  const port = portOf(https);
  https.closeAllConnections();
  await new Promise((done) => https.close(done));
  await until('safe', false, /^connection refused or lost$/);
  await new Promise<void>((done) => https.listen(port, '127.0.0.1', done));
  await until('safe', true, /^HTTP 200$/);
}, 60_000);

test('what speaks no TLS is unhealthy by HTTPS', async () => {
  const file = join(folder, 'lab.yaml');
  writeFileSync(file, lab(portOf(http), portOf(http)));
  expect(await askReload(join(folder, 'state'))).toMatchObject({ reloaded: true });
  await until('safe', false, /^connection refused or lost$/);
  writeFileSync(file, lab(portOf(http), portOf(https)));
  await askReload(join(folder, 'state'));
  await until('safe', true, /^HTTP 200$/);
}, 60_000);

test('an operator’s word goes before the probes, over a reload, until it is taken back', async () => {
  const state = join(folder, 'state');
  expect(await setCheck(state, 'page', 'down')).toMatchObject([
    { server: 'dns', healthy: false, set: 'down' },
  ]);
  expect(await addresses()).toEqual([expect.stringMatching(/192\.0\.2\.20$/)]);
  const before = await until('port', true, /./);
  expect(await askReload(state)).toMatchObject({ reloaded: true });
  await until('page', false, /^forced down$/);
  // What stays is not probed anew from the beginning.
  expect((await until('port', true, /^connected$/)).changed_at).toBe(before.changed_at);
  expect(await addresses()).toEqual([expect.stringMatching(/192\.0\.2\.20$/)]);
  await setCheck(state, 'page', 'auto');
  await until('page', true, /^HTTP 200/);
  await expect(setCheck(state, 'pages', 'down')).rejects.toThrow('did you mean page?');
  const shown = execFileSync(process.execPath, [MAIN, 'health', '--state', state], { encoding: 'utf8' });
  expect(shown).toMatch(/check {6}dns page: healthy since .*Z, probed .*Z; HTTP 200, with the text/);
}, 60_000);
