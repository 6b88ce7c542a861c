import type { ChildProcess } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { connect, type Socket as Stream } from 'node:net';
import { askControl } from '../../src/api/control.ts';
import { formatIp, isIpv4 } from '../../src/core/address.ts';
import { bug } from '../../src/core/errors.ts';
import { Random, streamKey } from '../../src/core/random.ts';
import { frameMessage } from '../../src/codec/dns/frame.ts';
import type { Corpus } from './corpus.ts';
import { describeMemory, memoryFault, rssKibOf, secondsSince, type Finding } from './findings.ts';
import { Mutator } from './mutate.ts';
import { QUESTIONS, type Question, type Server } from './question.ts';
import { reactionTo, type Said } from './reaction.ts';
import { type ServeFile, startServe, stateFolder } from './serve-process.ts';

interface Options {
  readonly count: number;
  readonly streams: number;
  readonly seed: number;
}

const SERVERS: readonly Server[] = ['dhcp', 'tftp', 'tod', 'dns'];
const ADDRESS = '127.0.0.1';
/** Sent between two good questions, whose answers show that all before them were taken: less than a socket's buffer holds. */
const BATCH = 96;
const SOCKETS = 12;
const SAID_MAX = 32;
const CONNECTIONS = 8;

/** The same to servers in processes of their own, through the kernel: what `headend serve` is. */
export async function soakSockets(
  file: ServeFile,
  corpus: Corpus,
  options: Options,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const server of SERVERS) findings.push(...(await soakServer(server, file, corpus, options)));
  return findings;
}

async function soakServer(
  server: Server,
  file: ServeFile,
  corpus: Corpus,
  { count, streams, seed }: Options,
): Promise<readonly Finding[]> {
  const random = new Random(streamKey(seed, `sockets ${server}`));
  const mutator = new Mutator(random, corpus[server]);
  const state = stateFolder();
  const running = await startServe(file, server, state.folder);
  const noise = await Noise.open(server, random, mutator);
  try {
    const datagrams = await halves(running.child, count, (half) => noise.datagrams(half));
    const health = (await askControl(state.folder, 'health')) as { counts: { datagramsIn: number } };
    const taken = `${health.counts.datagramsIn.toLocaleString('en')} datagrams taken, ${noise.heard.toLocaleString('en')} answers heard`;
    const found: Finding[] = [
      { part: 'sockets', what: `${server} over UDP`, ...datagrams, note: `${taken}; ${datagrams.note}` },
    ];
    if (server === 'dns' || server === 'tod') {
      const connections = await halves(running.child, streams, (half) => noise.connections(half));
      found.push({ part: 'sockets', what: `${server} over TCP, connections`, ...connections });
    }
    const ended = await running.end('SIGTERM');
    if (ended === 0) return found;
    return [
      ...found,
      { part: 'sockets', what: `${server} ends`, count: 1, seconds: 0, note: '', fault: `SIGTERM: ${ended}` },
    ];
  } catch (error) {
    throw new Error(`${server}, which is ${stateOf(running.child.exitCode)}:\n${running.output}`, {
      cause: error,
    });
  } finally {
    noise.close();
    await running.end('SIGKILL');
    state.remove();
  }
}

function stateOf(exitCode: number | null): string {
  return exitCode === null ? 'still there' : `gone with ${exitCode}`;
}

async function halves(
  child: ChildProcess,
  count: number,
  make: (count: number) => Promise<void>,
): Promise<Pick<Finding, 'count' | 'seconds' | 'note' | 'fault'>> {
  const startedAt = performance.now();
  await make(Math.ceil(count / 2));
  const firstHalfKib = await rssKibOf(child);
  await make(Math.floor(count / 2));
  const memory = { firstHalfKib, secondHalfKib: await rssKibOf(child) };
  return {
    count,
    seconds: secondsSince(startedAt),
    note: describeMemory(memory),
    fault: memoryFault(memory),
  };
}

/** Where hostile octets come from. */
class Noise {
  heard = 0;
  readonly #question: Question;
  readonly #asker: Socket;
  readonly #sockets: readonly Socket[];
  readonly #server: Server;
  readonly #random: Random;
  readonly #mutator: Mutator;
  /** The last answers, in no order: mutants go where they came from, and conversations on from them. */
  readonly #said: (Said & { readonly socket: Socket })[] = [];

  static async open(server: Server, random: Random, mutator: Mutator): Promise<Noise> {
    const question = QUESTIONS[server];
    const { address, port } = question.from;
    const asker = await bound(
      isIpv4(address) ? formatIp(address) : bug('IPv4 only'),
      server === 'dhcp' ? port : 0,
    );
    const sockets: Socket[] = [];
    // A DHCP server answers to relays at port 67.
    if (server === 'dhcp') sockets.push(await bound('10.9.0.1', 67));
    while (sockets.length < SOCKETS) sockets.push(await bound(ADDRESS, 0));
    return new Noise({ server, question, asker, sockets, random, mutator });
  }

  private constructor(made: {
    server: Server;
    question: Question;
    asker: Socket;
    sockets: readonly Socket[];
    random: Random;
    mutator: Mutator;
  }) {
    this.#server = made.server;
    this.#question = made.question;
    this.#asker = made.asker;
    this.#sockets = made.sockets;
    this.#random = made.random;
    this.#mutator = made.mutator;
    for (const socket of made.sockets)
      socket.on('message', (octets, { port }) => {
        this.#said[this.heard++ % SAID_MAX] = { socket, port, to: made.question.from, octets };
      });
  }

  /** Sends so many mutants; in between, and at the end, the server must answer the good question. */
  async datagrams(count: number): Promise<void> {
    for (let left = count; left > 0; left -= BATCH) {
      for (let index = Math.min(left, BATCH); index > 0; index--) this.#sendOne();
      await this.#ask();
    }
  }

  /** Opens so many connections, a few at a time, each with a handful of messages that may be cut, lie or break off. */
  async connections(count: number): Promise<void> {
    let left = count;
    const worker = async (): Promise<void> => {
      while (left-- > 0) await this.#connectOne();
    };
    await Promise.all(Array.from({ length: CONNECTIONS }, worker));
    await this.#askByStream();
  }

  close(): void {
    for (const socket of [...this.#sockets, this.#asker]) socket.close();
  }

  #sendOne(): void {
    const random = this.#random;
    const last = this.#said[random.below(Math.max(1, this.#said.length))];
    if (last !== undefined && random.below(3) === 0) {
      const octets = reactionTo(this.#server, last, random);
      const isRight = octets !== undefined && random.below(2) === 0;
      const sent = isRight ? octets : this.#mutator.of(octets ?? last.octets).slice();
      last.socket.send(sent, last.port, ADDRESS);
      return;
    }
    // Relays speak to a DHCP server more than anybody.
    const isRelay = this.#server === 'dhcp' && random.below(2) === 0;
    const socket = this.#sockets[isRelay ? 0 : random.below(this.#sockets.length)]!;
    socket.send(this.#mutator.next().slice(), this.#question.port, ADDRESS);
  }

  async #ask(): Promise<void> {
    const { octets, port, thanks } = this.#question;
    for (let tries = 0; tries < 20; tries++) {
      const answered = this.#answer(1_000);
      this.#asker.send(octets, port, ADDRESS);
      const from = await answered;
      if (from === undefined) continue;
      if (thanks !== undefined) this.#asker.send(thanks, from, ADDRESS);
      return;
    }
    throw new Error('it does not answer a good question any more');
  }

  /** The port that the answer came from; undefined when there is none in time. */
  #answer(waitMs: number): Promise<number | undefined> {
    return new Promise((resolve) => {
      const end = (port: number | undefined): void => {
        clearTimeout(timer);
        this.#asker.off('message', heard);
        resolve(port);
      };
      const heard = (octets: Uint8Array, { port }: { port: number }): void => {
        if (this.#question.isAnswer(octets)) end(port);
      };
      const timer = setTimeout(end, waitMs, undefined);
      this.#asker.on('message', heard);
    });
  }

  async #connectOne(): Promise<void> {
    const random = this.#random;
    const socket = connect(this.#question.port, ADDRESS);
    // A reset is one of the right answers to noise.
    socket.on('error', () => {});
    socket.resume();
    for (let left = random.below(12); left > 0; left--) {
      const framed = Buffer.from(frameMessage(this.#mutator.next()));
      if (random.below(20) === 0) framed.writeUInt16BE(random.below(65_536), 0);
      const cut = random.below(3) === 0 ? random.below(framed.length + 1) : framed.length;
      if (cut > 0) socket.write(framed.subarray(0, cut));
      if (cut < framed.length) socket.write(framed.subarray(cut));
    }
    if (random.below(4) === 0) socket.destroySoon();
    else socket.end();
    await over(socket);
  }

  async #askByStream(): Promise<void> {
    const socket = connect(this.#question.port, ADDRESS);
    const pieces: Buffer[] = [];
    socket.on('data', (octets) => pieces.push(octets));
    socket.on('error', () => {});
    if (this.#server === 'dns') socket.write(frameMessage(this.#question.octets));
    socket.end();
    await over(socket);
    const octets = Buffer.concat(pieces);
    const answer = this.#server === 'dns' ? octets.subarray(2) : octets;
    if (!this.#question.isAnswer(answer))
      throw new Error('it does not answer a good question over TCP any more');
  }
}

/** `once` would take a reset for a failure. */
function over(socket: Stream): Promise<void> {
  return new Promise((resolve) => {
    if (socket.closed) resolve();
    else
      socket.once('close', () => {
        resolve();
      });
  });
}

async function bound(address: string, port: number): Promise<Socket> {
  const socket = createSocket({ type: 'udp4', recvBufferSize: 1_000_000 });
  socket.bind(port, address);
  await once(socket, 'listening');
  return socket;
}
