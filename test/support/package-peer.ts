import { createHash } from 'node:crypto';
import { createSocket } from 'node:dgram';
import type { EventEmitter } from 'node:events';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import packet from 'dns-packet';
import type { RecordType } from 'dns-packet';

/**
 * The packages `dhcp`, `tftp` and `dns-packet` as peers on real sockets. Run as a process of its own, inside a network
 * namespace; the one argument is the job, the one line printed is what the package made of it, octets as hex; a server prints `serving` and stays.
 */
export type Job =
  | { readonly do: 'dhcp'; readonly mac: string }
  | {
      readonly do: 'tftp';
      readonly host: string;
      readonly file: string;
      readonly blockSize?: number;
      readonly windowSize?: number;
    }
  | { readonly do: 'tftp-server'; readonly host: string; readonly root: string }
  | {
      readonly do: 'dns';
      readonly host: string;
      readonly transport: 'udp' | 'tcp';
      readonly name: string;
      readonly type: string;
    };

const load = createRequire(import.meta.url);

/** After so long a lock-step with us is lost. */
const PATIENCE_MS = 60_000;
/** A client that has no answer to its REQUEST begins again: this one has no timer of its own for that. */
const AGAIN_MS = 3_000;
/** A first DISCOVER that is lost. */
const LOST_MS = 15_000;

interface DhcpClient extends EventEmitter {
  listen(port: number, host: string, then: () => void): void;
  sendDiscover(): void;
}

interface DhcpRead {
  readonly yiaddr: string;
  readonly options: Readonly<Record<string, unknown>>;
}

/** Discovers until it is bound; gives every message that it read, and what it believes in the end. */
function lease(mac: string): Promise<unknown> {
  const { createClient } = load('dhcp') as { createClient(settings: object): DhcpClient };
  const client = createClient({ mac, features: ['hostname', 'domainName', 'broadcast'] });
  const heard: DhcpRead[] = [];
  return new Promise((resolve, reject) => {
    client.on('error', reject);
    let again: NodeJS.Timeout | undefined;
    const beginAgainIn = (ms: number): void => {
      clearTimeout(again);
      again = setTimeout(() => {
        client.sendDiscover();
        beginAgainIn(LOST_MS);
      }, ms);
    };
    client.on('message', (message: DhcpRead) => {
      heard.push(message);
      beginAgainIn(AGAIN_MS);
    });
    client.on('bound', (state: object) => resolve({ heard, state }));
    client.listen(68, '0.0.0.0', () => {
      client.sendDiscover();
      beginAgainIn(LOST_MS);
    });
  });
}

interface TftpClient {
  createGetStream(file: string): NodeJS.ReadableStream;
}

function fetch({ host, file, ...sizes }: Extract<Job, { do: 'tftp' }>): Promise<unknown> {
  const { createClient } = load('tftp') as { createClient(settings: object): TftpClient };
  const stream = createClient({ host, ...sizes }).createGetStream(file);
  const hash = createHash('sha256');
  let octets = 0;
  let stats: { blockSize: number; windowSize: number } | undefined;
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    stream.on('stats', (agreed: { blockSize: number; windowSize: number }) => (stats = agreed));
    stream.on('data', (chunk: Buffer) => {
      octets += chunk.length;
      hash.update(chunk);
    });
    stream.on('end', () => {
      const { blockSize, windowSize } = stats ?? {};
      resolve({ octets, sha256: hash.digest('hex'), blockSize, windowSize });
    });
  });
}

interface TftpServer extends EventEmitter {
  listen(): void;
}

/** Its own answer to a request for a file that is not there ends the process. */
function serveFiles({ host, root }: Extract<Job, { do: 'tftp-server' }>): Promise<never> {
  const { createServer } = load('tftp') as { createServer(settings: object): TftpServer };
  const server = createServer({ host, root, denyPUT: true });
  return new Promise((_resolve, reject) => {
    server.on('error', reject);
    server.on('listening', () => process.stdout.write('serving\n'));
    server.listen();
  });
}

function ask({ host, transport, name, type }: Extract<Job, { do: 'dns' }>): Promise<unknown> {
  const query = {
    type: 'query',
    id: 4711,
    flags: packet.RECURSION_DESIRED,
    questions: [{ name, type: type as RecordType, class: 'IN' }],
    additionals: [
      {
        type: 'OPT',
        name: '.',
        udpPayloadSize: 1232,
        extendedRcode: 0,
        ednsVersion: 0,
        flags: 0,
        flag_do: false,
        options: [],
      },
    ],
  } satisfies packet.Packet;
  return transport === 'udp' ? askByUdp(packet.encode(query), host) : askByTcp(query, host);
}

function askByUdp(query: Buffer, host: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
    socket.on('error', reject);
    socket.on('message', (octets) => resolve(packet.decode(octets)));
    socket.send(query, 53, host);
  });
}

function askByTcp(query: packet.Packet, host: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = connect(53, host, () => socket.write(packet.streamEncode(query)));
    const chunks: Buffer[] = [];
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('closed before the answer')));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const octets = Buffer.concat(chunks);
      if (octets.length >= 2 && octets.length >= 2 + octets.readUInt16BE(0))
        resolve(packet.streamDecode(octets));
    });
  });
}

function work(job: Job): Promise<unknown> {
  switch (job.do) {
    case 'dhcp':
      return lease(job.mac);
    case 'tftp':
      return fetch(job);
    case 'tftp-server':
      return serveFiles(job);
    case 'dns':
      return ask(job);
    default:
      return job satisfies never;
  }
}

/** A Buffer has made itself an object of numbers by now. */
function plain(_key: string, value: unknown): unknown {
  const isOctets = typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer';
  return isOctets && 'data' in value ? Buffer.from(value.data as number[]).toString('hex') : value;
}

// What the packages say on the console is not what they read.
console.error = () => undefined;
const job = JSON.parse(process.argv[2] ?? '') as Job;
if (job.do !== 'tftp-server')
  setTimeout(() => {
    process.stdout.write(JSON.stringify({ trouble: `nothing in ${PATIENCE_MS} ms` }));
    process.exit(1);
  }, PATIENCE_MS);
work(job).then(
  (made) => process.stdout.write(JSON.stringify(made, plain), () => process.exit(0)),
  (error: unknown) => {
    const trouble = error instanceof Error ? error.message : String(error);
    process.stdout.write(JSON.stringify({ trouble }), () => process.exit(0));
  },
);
