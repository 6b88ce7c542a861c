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

/** What is sent over the data connection. */
interface Transfer {
  readonly octets: Uint8Array;
  stream: StreamId | undefined;
  isOpen: boolean;
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
  readonly #opens: (stream: StreamId, owner: Control) => void;
  #way: DataWay = { kind: 'default' };
  #transfer: Transfer | undefined;

  constructor(
    stream: StreamId,
    ends: { readonly local: Endpoint; readonly peer: Endpoint },
    ports: DataPorts,
    /** Told of each data connection that is begun from here. */
    opens: (stream: StreamId, owner: Control) => void,
  ) {
    this.stream = stream;
    this.local = ends.local;
    this.peer = ends.peer;
    this.#ports = ports;
    this.#opens = opens;
  }

  reply(code: number, text: string, effects: Effects): void {
    effects.write(this.stream, latin1Octets(`${code} ${text}\r\n`) ?? new Uint8Array(0));
  }

  get isWaitingForData(): boolean {
    return this.#transfer !== undefined && !this.#transfer.isOpen;
  }

  get isTransferring(): boolean {
    return this.#transfer !== undefined;
  }

  /** All was written: what is left is the network's. */
  get isSending(): boolean {
    return this.#transfer?.isOpen === true;
  }

  /** Active mode. */
  connectTo(to: Endpoint): void {
    this.#forget();
    this.#way = { kind: 'active', to };
  }

  /** Passive mode: the port to tell the client; undefined when none is free. */
  listen(): number | undefined {
    this.#forget();
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
    this.#transfer = { octets, stream, isOpen: false };
    if (stream !== undefined) {
      // RFC 959 §4.2: 125 says that the connection was there already.
      this.reply(125, 'data connection open, the file comes', effects);
      return this.#write(effects);
    }
    this.reply(150, 'the data connection is opened', effects);
    if (way.kind === 'passive') return;
    // RFC 959 §3.2: from port 20, to the port named, else to the client's own.
    const opened = effects.connect(way.kind === 'active' ? way.to : this.peer, FTP_DATA_PORT);
    this.#transfer.stream = opened;
    this.#opens(opened, this);
  }

  dataOpened(stream: StreamId, effects: Effects): void {
    const transfer = this.#transfer;
    if (transfer === undefined) return;
    transfer.stream ??= stream;
    if (transfer.stream === stream && !transfer.isOpen) this.#write(effects);
  }

  dataEnded(stream: StreamId, effects: Effects): void {
    const transfer = this.#transfer;
    if (transfer?.stream !== stream) {
      if (this.#way.kind === 'passive' && this.#way.stream === stream) this.#forget();
      return;
    }
    if (!transfer.isOpen) this.giveUpData(effects);
  }

  giveUpData(effects: Effects): void {
    effects.because(FTP.noData);
    this.#transfer = undefined;
    this.#forget();
    this.reply(425, 'the data connection cannot be opened', effects);
  }

  /** Gives back what it holds; the data connection that is open, if there is one. */
  release(): StreamId | undefined {
    const stream = this.#transfer?.stream ?? (this.#way.kind === 'passive' ? this.#way.stream : undefined);
    this.#forget();
    return stream;
  }

  #write(effects: Effects): void {
    const { octets, stream } = this.#transfer ?? {};
    if (octets === undefined || stream === undefined || this.#transfer === undefined) return;
    this.#transfer.isOpen = true;
    effects.because(FTP.sent, effects.explains ? `${octets.length} octets` : undefined);
    effects.write(stream, octets);
    // RFC 959 §3.4.1: in stream mode the end of the connection is the end of the file.
    effects.close(stream);
    this.#transfer = undefined;
    this.#forget();
    this.reply(226, 'that was all', effects);
  }

  /** Each data connection serves one transfer: the next is agreed on anew. */
  #forget(): void {
    if (this.#way.kind === 'passive') this.#ports.giveBack(this.#way.port);
    this.#way = { kind: 'default' };
  }
}
