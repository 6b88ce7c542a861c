import { createHash } from 'node:crypto';
import { accessSync, constants, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { EnvironmentError } from '../core/errors.ts';
import type { Plain } from '../core/service.ts';

export interface ControlRequest {
  readonly verb: string;
  readonly args: Readonly<Record<string, Plain>>;
}

/** What a verb answers; a throw becomes the error of the reply. */
export type ControlVerb = (args: Readonly<Record<string, Plain>>) => Promise<Plain>;

/** A request is short; a longer line ends the connection. */
const LINE_OCTETS_MAX = 64 * 1024;
const CONNECTIONS_MAX = 16;
const IDLE_MS = 30_000;
/** `sun_path` holds 108 octets on Linux and 104 elsewhere, with a NUL at the end. */
const PATH_OCTETS_MAX = 103;
/** 50,000 leases as JSON take about 20 MB. */
const REPLY_OCTETS_MAX = 256 * 1024 * 1024;
const REPLY_MS = 30_000;

/** Where the `serve` of a state folder listens for commands: a Unix socket in it, a named pipe on Windows. */
export function controlPath(stateFolder: string): string {
  const folder = resolve(stateFolder);
  if (process.platform === 'win32')
    return `\\\\.\\pipe\\headend-${createHash('sha256').update(folder).digest('hex').slice(0, 32)}`;
  const path = join(folder, 'control.sock');
  if (Buffer.byteLength(path) > PATH_OCTETS_MAX)
    throw new EnvironmentError(
      `${path} is too long for a Unix socket`,
      `choose a --state folder with a path of at most ${PATH_OCTETS_MAX - 13} octets`,
    );
  return path;
}

/** The server's end: one JSON object a line, `{verb, args}`, answered by `{ok: true, value}` or `{ok: false, error}`. */
export class ControlSocket {
  readonly path: string;
  readonly #verbs: ReadonlyMap<string, ControlVerb>;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(path: string, verbs: ReadonlyMap<string, ControlVerb>) {
    this.path = path;
    this.#verbs = verbs;
    this.#server = createServer((socket) => {
      this.#serve(socket);
    });
    this.#server.maxConnections = CONNECTIONS_MAX;
  }

  /** The folder's one writer calls this, so a socket that is there is a dead one's. */
  async open(): Promise<void> {
    if (process.platform !== 'win32') rmSync(this.path, { force: true });
    // Mode 0600 from the first moment on: the socket is made inside of `listen`.
    const mask = process.umask(0o177);
    const opened = new Promise<void>((done, fail) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        fail(
          new EnvironmentError(
            `cannot open the control socket ${this.path}: ${error.code ?? error.message}`,
            'name a folder on a local disk with --state',
          ),
        );
      });
      this.#server.listen(this.path, done);
    });
    process.umask(mask);
    await opened;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((done) => {
      this.#server.close(() => {
        done();
      });
    });
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    let waiting = '';
    // One after the other, so that answers come in the order asked.
    let answered = Promise.resolve();
    socket.setEncoding('utf8');
    socket.on('data', (text: string) => {
      waiting += text;
      const lines = waiting.split('\n');
      waiting = lines.pop() ?? '';
      if (waiting.length > LINE_OCTETS_MAX) socket.destroy();
      for (const line of lines) answered = answered.then(() => this.#answer(line, socket));
    });
  }

  async #answer(line: string, socket: Socket): Promise<void> {
    let reply: Plain;
    try {
      const { verb, args } = requestOf(line);
      const act = this.#verbs.get(verb);
      if (act === undefined)
        throw new Error(`no such verb: this one knows ${[...this.#verbs.keys()].join(', ')}`);
      reply = { ok: true, value: await act(args) };
    } catch (error) {
      reply = { ok: false, error: error instanceof Error ? error.message : String(error) };
    }
    if (!socket.destroyed) socket.write(`${JSON.stringify(reply)}\n`);
  }
}

/** Asks the `serve` of a state folder; undefined when none runs there. An error it reports is thrown. */
export async function askControl(
  stateFolder: string,
  verb: string,
  args: Readonly<Record<string, Plain>> = {},
): Promise<Plain | undefined> {
  const text = await exchange(controlPath(stateFolder), `${JSON.stringify({ verb, args })}\n`);
  if (text === undefined) return undefined;
  const reply = JSON.parse(text) as { ok: boolean; value?: Plain; error?: string };
  if (!reply.ok) throw new EnvironmentError(`serve refuses ${verb}`, reply.error ?? 'it does not say why');
  return reply.value ?? null;
}

/**
 * The process, by the number that it has itself, that listens for commands at a folder. A process of another container cannot be
 * seen from here, but on a folder that both have its socket answers.
 */
export async function controllerOf(stateFolder: string): Promise<number | undefined> {
  try {
    accessSync(controlPath(stateFolder), constants.W_OK);
  } catch {
    return undefined;
  }
  const health = (await askControl(stateFolder, 'health')) as { readonly pid: number } | undefined;
  return health?.pid;
}

/** Sends one line and gives the one that comes back. */
function exchange(path: string, line: string): Promise<string | undefined> {
  return new Promise((done, fail) => {
    const socket = connect(path);
    const pieces: Buffer[] = [];
    let length = 0;
    const end = (act: () => void): void => {
      socket.destroy();
      act();
    };
    socket.setTimeout(REPLY_MS, () => {
      end(() =>
        fail(new EnvironmentError('serve does not answer', 'see its log; it may be stopped or overloaded')),
      );
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const isAbsent = error.code === 'ENOENT' || error.code === 'ECONNREFUSED' || error.code === 'ENOTDIR';
      if (isAbsent) end(() => done(undefined));
      else
        end(() =>
          fail(
            new EnvironmentError(
              `cannot speak to ${path}: ${error.code}`,
              'be the user that runs serve, or root',
            ),
          ),
        );
    });
    socket.on('data', (octets) => {
      pieces.push(octets);
      length += octets.length;
      if (length > REPLY_OCTETS_MAX)
        end(() => fail(new EnvironmentError('the answer is too long', 'ask for less at once')));
      else if (octets.includes(0x0a)) end(() => done(Buffer.concat(pieces).toString('utf8').trimEnd()));
    });
    socket.on('end', () => {
      end(() => fail(new EnvironmentError('serve hung up', 'see its log')));
    });
    socket.write(line);
  });
}

function requestOf(line: string): ControlRequest {
  const value: unknown = JSON.parse(line);
  if (typeof value !== 'object' || value === null || !('verb' in value) || typeof value.verb !== 'string')
    throw new Error('a request is {"verb": "...", "args": {...}}');
  const args = 'args' in value ? value.args : {};
  if (typeof args !== 'object' || args === null || Array.isArray(args)) throw new Error('args is an object');
  return { verb: value.verb, args: args as Readonly<Record<string, Plain>> };
}
