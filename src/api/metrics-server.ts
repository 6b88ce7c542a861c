import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Endpoint, formatIp, ipv4, isIpv4, parseIp } from '../core/address.ts';
import { UsageError } from './failure.ts';
import type { MeteredServers, Metrics } from './metrics.ts';
import { bindError } from '../driver/real/system.ts';

/** One Prometheus, a second one, a person, and a health check or two. */
const CONNECTIONS_MAX = 16;
const HEADER_OCTETS_MAX = 8 * 1024;
/** Who does not say what it wants by then wants nothing. */
const REQUEST_MS = 5_000;
const LOOPBACK = ipv4(0x7f000001);

/** What is shown to whoever asks. */
export interface Shown {
  metrics(): Promise<{ readonly type: string; readonly text: string }>;
  /** What is wrong now; empty when all is well. */
  faults(): readonly string[];
}

/** GET /metrics and /healthz by HTTP; all else is 404. */
export class MetricsServer {
  readonly #server: Server;
  readonly #shown: Shown;

  private constructor(shown: Shown) {
    this.#shown = shown;
    this.#server = createServer(
      {
        maxHeaderSize: HEADER_OCTETS_MAX,
        headersTimeout: REQUEST_MS,
        requestTimeout: REQUEST_MS,
        connectionsCheckingInterval: REQUEST_MS,
        keepAliveTimeout: REQUEST_MS,
      },
      (request, response) => {
        void this.#answer(request, response);
      },
    );
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** Rejects with `EnvironmentError`. */
  static async open(where: Endpoint, shown: Shown): Promise<MetricsServer> {
    const opened = new MetricsServer(shown);
    const server = opened.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(bindError(error.code ?? 'unknown', 'tcp', where));
      });
      server.listen(
        { host: formatIp(where.address), port: where.port, ipv6Only: !isIpv4(where.address) },
        resolve,
      );
    });
    // Later errors are of single connections: no descriptor is left. They are dropped, the server goes on.
    server.on('error', () => {});
    return opened;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise<void>((resolve) => {
      this.#server.close(() => {
        resolve();
      });
    });
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '' } = request;
    // A body is nothing that we read: what is left of it must not be taken for another request.
    if (request.headers['content-length'] !== undefined || request.headers['transfer-encoding'] !== undefined)
      response.setHeader('connection', 'close');
    const path = url.split('?', 1)[0];
    if (path !== '/metrics' && path !== '/healthz')
      return reply(response, 404, 'there are /metrics and /healthz\n');
    if (method !== 'GET' && method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return reply(response, 405, 'only GET\n');
    }
    if (path === '/healthz') {
      const faults = this.#shown.faults();
      const status = faults.length === 0 ? 'ok' : 'failing';
      return reply(
        response,
        faults.length === 0 ? 200 : 503,
        `${JSON.stringify({ status, faults })}\n`,
        JSON_TYPE,
      );
    }
    try {
      const { type, text } = await this.#shown.metrics();
      reply(response, 200, text, type);
    } catch (error) {
      reply(response, 500, `${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
}

/** Opens the page of servers that run: what their meter counted, and what is looked at. Rejects with `EnvironmentError`. */
export function showMetrics(
  where: Endpoint,
  metrics: Metrics,
  servers: MeteredServers,
): Promise<MetricsServer> {
  metrics.watch(servers);
  return MetricsServer.open(where, {
    metrics: async () => ({ type: metrics.contentType, text: await metrics.text() }),
    faults: () => {
      const failure = servers.diskFailure();
      return failure === undefined ? [] : [`the disk does not take leases: ${failure}`];
    },
  });
}

const JSON_TYPE = 'application/json';

function reply(
  response: ServerResponse,
  status: number,
  body: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
  response.end(body);
}

/** `127.0.0.1:9167`, `[::1]:9167`, or a port alone, which is on loopback. */
export function parseMetricsEndpoint(text: string): Endpoint {
  const [, v6, v4, digits = ''] = /^(?:(?:\[([^\]]+)\]|([^:]*)):)?(\d{1,5})$/.exec(text) ?? [];
  const host = v6 ?? v4 ?? '';
  const address = host === '' ? LOOPBACK : parseIp(host);
  const port = Number(digits);
  if (digits === '' || address === undefined || port > 65_535)
    throw new UsageError(
      `--metrics "${text.slice(0, 60)}" is no place to listen: write a port, which is then on 127.0.0.1, or ADDRESS:PORT`,
    );
  return { address, port };
}
