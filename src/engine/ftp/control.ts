import type { Endpoint } from '../../core/address.ts';
import { FTP } from '../../core/rules/ftp.ts';
import type { Effects, StreamId } from '../../core/service.ts';
import { latin1Octets } from '../../core/text.ts';
import { type Instant, NEVER } from '../../core/time.ts';
import { FTP_DATA_PORT, FtpLines } from '../../codec/ftp.ts';
import type { DataPorts } from './data-ports.ts';

/** How the next data connection comes about: RFC 959 §3.2. */
type DataWay =
  /** Nothing was said: the client's own control port. */
  | { readonly kind: 'default' }
  | { readonly kind: 'active'; readonly to: Endpoint }
  /** We wait; `stream` is there once the client has come. */
  | { readonly kind: 'passive'; readonly port: number; stream: StreamId | undefined };

/** What is sent over the data connection, once that is open. */
interface Transfer {
  readonly octets: Uint8Array;
  /** Undefined: the client has not come yet. */
  stream: StreamId | undefined;
}

/** Told of each data connection that is begun from here, and of each that is cut from here. */
export interface DataWatcher {
  begun(stream: StreamId, owner: Control): void;
  cut(stream: StreamId): void;
}

/** One control connection at the server, and its data connection. */
export class Control {
  readonly stream: StreamId;
  readonly local: Endpoint;
  readonly peer: Endpoint;
  readonly lines = new FtpLines();
  wakeAt: Instant = NEVER;
  user: 'nobody' | 'named' | 'in' = 'nobody';
  type: 'ascii' | 'image' = 'ascii';
  /** RFC 2428 §4: the client has promised to use EPSV alone. */
  epsvOnly = false;
  isOver = false;
  readonly #ports: DataPorts;
  readonly #watcher: DataWatcher;
  #way: DataWay = { kind: 'default' };
  #transfer: Transfer | undefined;

  constructor(
    stream: StreamId,
    ends: { readonly local: Endpoint; readonly peer: Endpoint },
    ports: DataPorts,
    watcher: DataWatcher,
  ) {
    this.stream = stream;
    this.local = ends.local;
    this.peer = ends.peer;
    this.#ports = ports;
    this.#watcher = watcher;
  }

  reply(code: number, text: string, effects: Effects): void {
    effects.write(this.stream, latin1Octets(`${code} ${text}\r\n`) ?? new Uint8Array(0));
  }

  get isWaitingForData(): boolean {
    return this.#transfer !== undefined;
  }

  /** Active mode. */
  connectTo(to: Endpoint, effects: Effects): void {
    this.#forget(effects);
    this.#way = { kind: 'active', to };
  }

  /** Passive mode: the port to tell the client; undefined when none is free. */
  listen(effects: Effects): number | undefined {
    this.#forget(effects);
    const port = this.#ports.lend(this);
    if (port !== undefined) this.#way = { kind: 'passive', port, stream: undefined };
    return port;
  }

  /** Whether a connection to our passive port is the one that is waited for. */
  takesData(stream: StreamId): boolean {
    if (this.#way.kind !== 'passive' || this.#way.stream !== undefined) return false;
    this.#way.stream = stream;
    return true;
  }

  /** Sends octets over a data connection, which is opened now or waited for. */
  send(octets: Uint8Array, effects: Effects): void {
    const way = this.#way;
    const stream = way.kind === 'passive' ? way.stream : undefined;
    const transfer: Transfer = { octets, stream };
    if (stream !== undefined) {
      // RFC 959 §4.2: 125 says that the connection was there already.
      this.reply(125, 'data connection open, the file comes', effects);
      return this.#write(octets, stream, effects);
    }
    this.reply(150, 'the data connection is opened', effects);
    this.#transfer = transfer;
    if (way.kind === 'passive') return;
    // RFC 959 §3.2: from port 20, to the port named, else to the client's own.
    transfer.stream = effects.connect(way.kind === 'active' ? way.to : this.peer, FTP_DATA_PORT);
    this.#watcher.begun(transfer.stream, this);
  }

  dataOpened(stream: StreamId, effects: Effects): void {
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    transfer.stream ??= stream;
    if (transfer.stream === stream) this.#write(transfer.octets, stream, effects);
  }

  /** The client has closed, or cut, a data connection. */
  dataEnded(stream: StreamId, how: 'closed' | 'reset', effects: Effects): void {
    const transfer = this.#transfer;
    if (transfer?.stream === stream) {
      transfer.stream = undefined;
      return this.giveUpData(effects);
    }
    if (this.#way.kind !== 'passive' || this.#way.stream !== stream) return;
    this.#way.stream = undefined;
    this.#forget(effects);
    if (how === 'closed') effects.close(stream);
  }

  giveUpData(effects: Effects): void {
    effects.because(FTP.noData);
    this.release(effects);
    this.reply(425, 'the data connection cannot be opened', effects);
  }

  /** Gives back what it holds, and cuts the data connection that has not been written to. */
  release(effects: Effects): void {
    const { stream } = this.#transfer ?? {};
    this.#transfer = undefined;
    this.#forget(effects);
    if (stream !== undefined) this.#cut(stream, effects);
  }

  #write(octets: Uint8Array, stream: StreamId, effects: Effects): void {
    effects.because(FTP.sent, effects.explains ? `${octets.length} octets` : undefined);
    effects.write(stream, octets);
    // RFC 959 §3.4.1: in stream mode the end of the connection is the end of the file.
    effects.close(stream);
    this.#transfer = undefined;
    if (this.#way.kind === 'passive' && this.#way.stream === stream) this.#way.stream = undefined;
    this.#forget(effects);
    this.reply(226, 'that was all', effects);
  }

  /** Each data connection serves one transfer: the next is agreed on anew, and nobody will use the one that came for it. */
  #forget(effects: Effects): void {
    const way = this.#way;
    this.#way = { kind: 'default' };
    if (way.kind !== 'passive') return;
    this.#ports.giveBack(way.port);
    if (way.stream !== undefined) this.#cut(way.stream, effects);
  }

  #cut(stream: StreamId, effects: Effects): void {
    effects.reset(stream);
    this.#watcher.cut(stream);
  }
}
