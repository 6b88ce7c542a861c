import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { MetricsServer } from '../../src/api/metrics-server.ts';
import { EnvironmentError } from '../../src/core/errors.ts';
import { ip } from './plants.ts';

let faults: string[];
let broken: boolean;
let server: MetricsServer;
beforeEach(async () => {
  faults = [];
  broken = false;
  server = await MetricsServer.open(
    { address: ip('127.0.0.1'), port: 0 },
    {
      faults: () => faults,
      metrics: () =>
        broken ? Promise.reject(new Error('no pools')) : Promise.resolve({ type: 'text/x', text: 'up 1\n' }),
    },
  );
});
afterEach(() => server.close());

/** Status, type and body of one answer. */
async function ask(
  path: string,
  method = 'GET',
  body = '',
): Promise<readonly (number | string | undefined)[]> {
  const sent = request({ host: '127.0.0.1', port: server.port, path, method, agent: false });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const piece of response) text += String(piece);
  return [response.statusCode, response.headers['content-type'], text];
}

test.each([
  { path: '/metrics', says: [200, 'text/x', 'up 1\n'] },
  { path: '/metrics?name=up', says: [200, 'text/x', 'up 1\n'] },
  { path: '/healthz', says: [200, 'application/json', '{"status":"ok","faults":[]}\n'] },
  { path: '/metrics', method: 'HEAD', says: [200, 'text/x', ''] },
  { path: '/', says: [404, 'text/plain; charset=utf-8', 'there are /metrics and /healthz\n'] },
  { path: '/metrics/', says: [404, 'text/plain; charset=utf-8', 'there are /metrics and /healthz\n'] },
  { path: '/../metrics', says: [404, 'text/plain; charset=utf-8', 'there are /metrics and /healthz\n'] },
  {
    path: '/metrics',
    method: 'POST',
    body: 'x'.repeat(100_000),
    says: [405, 'text/plain; charset=utf-8', 'only GET\n'],
  },
  { path: '/metrics', method: 'DELETE', says: [405, 'text/plain; charset=utf-8', 'only GET\n'] },
])('$method $path', async ({ path, method, body, says }) => {
  expect(await ask(path, method, body)).toEqual(says);
});

test('what is wrong is 503, and what cannot be told 500; both pass', async () => {
  faults.push('disk: no space left');
  broken = true;
  expect(await ask('/healthz')).toEqual([
    503,
    'application/json',
    '{"status":"failing","faults":["disk: no space left"]}\n',
  ]);
  expect(await ask('/metrics')).toEqual([500, 'text/plain; charset=utf-8', 'no pools\n']);
  faults = [];
  broken = false;
  expect((await ask('/healthz'))[0]).toBe(200);
  expect((await ask('/metrics'))[0]).toBe(200);
});

test('a port that is taken is an error of the environment', async () => {
  const where = { address: ip('127.0.0.1'), port: server.port };
  const again = MetricsServer.open(where, {
    faults: () => [],
    metrics: () => Promise.reject(new Error('no')),
  });
  await expect(again).rejects.toThrow(EnvironmentError);
});

test('a header that does not end and connections without end take bounded room, and the next request is answered', async () => {
  const long = connect(server.port, '127.0.0.1');
  long.on('error', () => {});
  long.write(`GET /metrics HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}`);
  const [reply] = (await once(long, 'data')) as [Buffer];
  expect(reply.toString()).toMatch(/^HTTP\/1.1 431 /);
  const many = Array.from({ length: 40 }, () => connect(server.port, '127.0.0.1'));
  let closed = 0;
  for (const socket of many) {
    socket.on('error', () => {});
    socket.on('close', () => closed++);
  }
  while (closed < 40 - 16) await new Promise((resolve) => void setImmediate(resolve));
  for (const socket of many) socket.destroy();
  for (;;) {
    const answered = await ask('/healthz').catch(() => undefined);
    if (answered?.[0] === 200) return;
  }
});
