import { execFile, execFileSync, spawn, spawnSync } from 'node:child_process';
import { createSocket, type RemoteInfo } from 'node:dgram';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { askHealth, askReload, type CheckHealth, type Health, setCheck } from '../../src/api/health.ts';
import { Flag } from '../../src/codec/dns/header.ts';
import { decodeMessage, encodeMessage } from '../../src/codec/dns/message.ts';
import { toName } from '../../src/codec/dns/name.ts';
import { formatRecord } from '../../src/codec/dns/record.ts';
import { Class, Type } from '../../src/codec/dns/registry.ts';
import { built, MAIN } from './support/headend.ts';
import { need, Running } from './support/netns.ts';

/** Loopback addresses of this process's own, so that port 53 is nobody else's. */
const OWN = `${process.pid & 255}.${(process.pid >>> 8) & 255}`;
const ADDRESS = `127.53.${OWN}`;
const ADDRESS_OF_SILENCE = `127.54.${OWN}`;
const PATIENCE_MS = 90_000;
const QUESTION = encodeMessage({
  id: 7,
  opcode: 0,
  flags: Flag.RD,
  rcode: 0,
  questions: [{ qname: toName('app.lab.example'), qtype: Type.A, qclass: Class.IN }],
  answers: [],
  authorities: [],
  additionals: [],
});

const page = { status: 200, body: 'all is well\n', hangs: false };
const asked: string[] = [];
let folder: string;
let http: Server;
let https: Server;
let running: Running | undefined;

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
      page: { kind: http, to: "127.0.0.1:${plain}", path: /health, contains: is well, host: www.lab.example, every: 2s, threshold: 2, connect-within: 600ms, answer-within: 700ms, text-within: 700ms }
      safe: { kind: https, to: "127.0.0.1:${secure}", host: www.lab.example, every: 2s, threshold: 2, connect-within: 1s, answer-within: 1s }
      port: { kind: tcp, to: "127.0.0.1:${plain}", every: 1s, threshold: 2, connect-within: 900ms }
      self: { kind: dns, to: ${ADDRESS}, ask: www.lab.example A, every: 2s, threshold: 2, answer-within: 2s }
      gone: { kind: udp, to: "127.0.0.1:9", every: 2s, threshold: 1, answer-within: 2s }
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
  running = await serve(file, ADDRESS, join(folder, 'state'));
});

afterAll(async () => {
  await running?.end('SIGTERM');
  for (const server of [http, https]) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

/** A `serve` that has said that it serves. */
async function serve(file: string, address: string, state: string): Promise<Running> {
  const args = [MAIN, 'serve', file, '--listen', address, '--state', state];
  const served = new Running(spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] }), file);
  await served.until(/serving/i);
  return served;
}

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
async function addresses(server = ADDRESS): Promise<readonly string[]> {
  const socket = createSocket('udp4');
  try {
    return await new Promise((done, fail) => {
      socket.on('error', fail);
      socket.on('message', (octets) => done(decodeMessage(octets).answers.map(formatRecord)));
      socket.send(QUESTION, 53, server);
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
  const failedAt = Date.now() / 1_000;
  page.status = 503;
  const found = await until('page', false, /^HTTP 503$/);
  expect(found.changed_at).toBeGreaterThan(failedAt - 1);
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
});

test('a server that goes and comes back on its port', async () => {
  const port = portOf(https);
  https.closeAllConnections();
  await new Promise((done) => https.close(done));
  await until('safe', false, /^connection refused or lost$/);
  await new Promise<void>((done) => https.listen(port, '127.0.0.1', done));
  await until('safe', true, /^HTTP 200$/);
});

test('what speaks no TLS is unhealthy by HTTPS', async () => {
  const file = join(folder, 'lab.yaml');
  writeFileSync(file, lab(portOf(http), portOf(http)));
  expect(await askReload(join(folder, 'state'))).toMatchObject({ reloaded: true });
  await until('safe', false, /^connection refused or lost$/);
  writeFileSync(file, lab(portOf(http), portOf(https)));
  await askReload(join(folder, 'state'));
  await until('safe', true, /^HTTP 200$/);
});

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
  // Not in the place of the targets, which are of this process.
  const { stdout: shown } = await promisify(execFile)(process.execPath, [MAIN, 'health', '--state', state]);
  expect(shown).toMatch(/check {6}dns page: healthy since .*Z, probed .*Z; HTTP 200, with the text/);
});

const SILENT = 'dns is silent until check slow was looked at once';

describe('rule 6: before each target was looked at once', () => {
  const address = ADDRESS_OF_SILENCE;
  const target = createSocket('udp4');
  let served: Running;
  let prober: RemoteInfo;
  let state: string;

  beforeAll(async () => {
    await new Promise<void>((done) => target.bind(0, '127.0.0.1', done));
    const probed = new Promise<RemoteInfo>((done) => target.once('message', (_, from) => done(from)));
    const check = `{ kind: udp, to: "127.0.0.1:${target.address().port}", every: 10m, answer-within: 10m }`;
    const file = join(folder, 'waits.yaml');
    writeFileSync(
      file,
      `headend: 1
name: waits
net: { lan: { kind: segment } }
services:
  dns:
    on: lan
    ip: 10.0.0.53
    checks: { slow: ${check} }
    zones: { lab.example: { records: { app: { type: A, data: 192.0.2.10, ttl: 60s } } } }
`,
    );
    state = join(folder, 'waits');
    served = await serve(file, address, state);
    prober = await probed;
  });

  afterAll(async () => {
    await served?.end('SIGTERM');
    target.close();
  });

  async function settled(isSo: (health: Health) => boolean): Promise<void> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      const health = await askHealth(state);
      if (isSo(health)) return;
      if (Date.now() > end) throw new Error(JSON.stringify(health));
      await new Promise((done) => setTimeout(done, 50));
    }
  }

  test('a server says that it is silent, and when it answers', async () => {
    await expect.poll(() => served.output).toContain(SILENT);
    expect(await askHealth(state)).toMatchObject({
      verdict: 'fail',
      findings: [SILENT],
      silent: [{ server: 'dns', awaited: ['slow'] }],
    });
    const args = [MAIN, 'health', '--state', state];
    const shown = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect([shown.status, shown.stdout]).toEqual([1, expect.stringContaining(SILENT)]);
  });

  test('a server is silent by UDP, resets by TCP, and answers when it has looked', async () => {
    const ended = await new Promise((done) => {
      const socket = connect(53, address);
      socket.on('error', ({ message }) => done(message));
      socket.on('close', () => done('closed'));
    });
    expect(ended).toMatch(/ECONNRESET|closed/);
    const unheard = createSocket('udp4');
    const replies: Buffer[] = [];
    unheard.on('message', (octets) => replies.push(octets));
    await new Promise((done) => unheard.send(QUESTION, 53, address, done));
    // The question came, and nothing but the probe went out.
    await settled(({ counts }) => counts['datagramsIn'] === 1 && counts['datagramsOut'] === 1);
    target.send('well', prober.port, prober.address);
    await settled(({ checks }) => checks[0]?.reason === '4 octets');
    expect(await addresses(address)).toEqual([expect.stringMatching(/192\.0\.2\.10$/)]);
    expect(replies).toEqual([]);
    expect(await askHealth(state)).toMatchObject({ verdict: 'pass', findings: [], silent: [] });
    await expect.poll(() => served.output).toContain('dns answers: its checks were looked at once');
    unheard.close();
  });
});
