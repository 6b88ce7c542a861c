import { createServer, type Server, type Socket } from 'node:net';
import type { Endpoint } from '../../core/address.ts';
import { isIpv4 } from '../../core/address.ts';
import { bindError } from './system.ts';
import { kernelText } from './zones.ts';

/** Who takes the connections of a listening socket. */
export interface Acceptor {
  accept(socket: Socket): void;
  /** A single connection could not be had (no descriptor left): it is dropped, the socket goes on. */
  refused(): void;
}

/** One listening socket. Until somebody accepts, connections wait. */
export class Listener {
  readonly bind: Endpoint;
  readonly #server: Server;
  #acceptor: Acceptor | undefined;
  #held: Socket[] = [];

  private constructor(bind: Endpoint) {
    this.bind = bind;
    this.#server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      if (this.#acceptor !== undefined) {
        this.#acceptor.accept(socket);
        return;
      }
      socket.on('error', () => {});
      this.#held.push(socket);
    });
  }

  /** Rejects with `EnvironmentError`. */
  static async open(bind: Endpoint): Promise<Listener> {
    const listener = new Listener(bind);
    const server = listener.#server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: NodeJS.ErrnoException) => {
        reject(bindError(error.code ?? 'unknown', 'tcp', bind));
      });
      server.listen(
        { host: kernelText(bind.address), port: bind.port, ipv6Only: !isIpv4(bind.address) },
        resolve,
      );
    });
    server.on('error', () => {
      listener.#acceptor?.refused();
    });
    return listener;
  }

  /** From now on connections are the acceptor's, those that wait included. */
  accept(acceptor: Acceptor): void {
    this.#acceptor = acceptor;
    for (const socket of this.#held.splice(0)) acceptor.accept(socket);
  }

  /** Connections that were accepted stay open. */
  close(): void {
    this.#server.close();
    for (const socket of this.#held.splice(0)) socket.destroy();
  }
}

/** A listening socket and the endpoint that the scenario knows it by. */
export interface Seated {
  readonly listener: Listener;
  readonly known: Endpoint;
}
