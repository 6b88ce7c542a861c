import { createRequire } from 'node:module';

// Runs in a process of its own: what these packages do with hostile octets must not reach the command. It reads one
// job from the standard input and prints one JSON object.

const load = createRequire(import.meta.url);

/** What the parent asks for. */
export type Job =
  | { readonly do: 'dns-packet'; readonly hex: string }
  | { readonly do: 'dhcp'; readonly hex: string }
  | { readonly do: 'tftp'; readonly hex: string }
  | { readonly do: 'tftp-get'; readonly address: string; readonly port: number; readonly file: string };

interface TftpPacket {
  deserialize(octets: Buffer): unknown;
}

interface TftpClient {
  createGetStream(remote: string): NodeJS.ReadableStream;
}

const TFTP_OPCODES = ['rrq', 'wrq', 'data', 'ack', 'error', 'oack'];
const FETCH_OCTETS_MAX = 64 * 1024 * 1024;

async function work(job: Job): Promise<unknown> {
  switch (job.do) {
    case 'dns-packet': {
      const packet = load('dns-packet') as { decode(octets: Buffer): unknown };
      return packet.decode(Buffer.from(job.hex, 'hex'));
    }
    case 'dhcp': {
      const protocol = load('dhcp/lib/protocol.js') as { parse(octets: Buffer): unknown };
      return protocol.parse(Buffer.from(job.hex, 'hex'));
    }
    case 'tftp':
      return readTftp(Buffer.from(job.hex, 'hex'));
    case 'tftp-get':
      return fetchTftp(job);
    default:
      return job satisfies never;
  }
}

/** The package's own readers take the octets after the opcode, which its client and server look at first. */
function readTftp(octets: Buffer): unknown {
  const packets = load('tftp/lib/protocol/packets') as Record<string, TftpPacket>;
  const kind = TFTP_OPCODES[octets.readUInt16BE(0) - 1] ?? '';
  const codec = packets[kind];
  if (codec === undefined) throw new Error(`no such opcode: ${octets.readUInt16BE(0)}`);
  return { kind, packet: codec.deserialize(octets) };
}

/** By its events, not as an iterator: the package closes its first stream when it asks again without options. */
function fetchTftp({ address, port, file }: Extract<Job, { do: 'tftp-get' }>): Promise<unknown> {
  const tftp = load('tftp') as { createClient(options: { host: string; port: number }): TftpClient };
  const stream = tftp.createClient({ host: address, port }).createGetStream(file);
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let size = 0;
    stream.on('data', (piece: Buffer) => {
      size += piece.length;
      if (size > FETCH_OCTETS_MAX) reject(new Error(`more than ${FETCH_OCTETS_MAX} octets`));
      pieces.push(Buffer.from(piece));
    });
    stream.on('end', () => resolve({ octets: Buffer.concat(pieces).toString('hex') }));
    stream.on('error', reject);
  });
}

/** Octets as hex, `undefined` as null. */
function plain(_key: string, value: unknown): unknown {
  if (value === undefined) return null;
  const isBuffer = typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer';
  return isBuffer && 'data' in value ? Buffer.from(value.data as number[]).toString('hex') : value;
}

// The packages complain on the console about what they do not know: that is not the reading.
console.log = () => undefined;
console.error = () => undefined;

const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
let answer: unknown;
try {
  answer = { reading: await work(JSON.parse(Buffer.concat(chunks).toString('utf8')) as Job) };
} catch (error) {
  answer = { trouble: error instanceof Error ? error.message : String(error) };
}
process.stdout.write(JSON.stringify(answer, plain), () => process.exit(0));
