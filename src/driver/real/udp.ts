import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import type { Endpoint, Ip } from '../../core/address.ts';
import { isIpv4 } from '../../core/address.ts';
import { bug } from '../../core/errors.ts';
import { bindError } from './system.ts';
import { fromKernelText, isLinkLocal, kernelText } from './zones.ts';

/** What a socket tells its owner. Octets are valid during the call. */
export interface UdpReceiver {
  datagram(octets: Uint8Array, from: Ip, fromPort: number): void;
  /** The kernel would not send to `to`, or said later that it could not. */
  refused(code: string, to: Endpoint): void;
  /** Whether it wants to know what does go out. */
  readonly listensForSent?: boolean;
  /** The kernel took a datagram; told only to one who listens. */
  sent?(to: Endpoint): void;
}

export interface UdpBinding extends Endpoint {
  /** Whether it may send to broadcast addresses. */
  readonly broadcast?: boolean | undefined;
  /** Whether another socket of ours holds the same port on another address of the same machine. */
  readonly shared?: boolean | undefined;
  /** Room for datagrams that wait in the kernel; left out, its default. */
  readonly bufferOctets?: number | undefined;
}

/** Texts of addresses seen of late: parsing one for each datagram costs more than the rest of the path. */
const ADDRESSES_MAX = 4096;
const parsed = new Map<string, Ip>();
const formatted = new Map<Ip, string>();

/** One bound UDP socket. It binds and sends at once, and no error of it is ever thrown after the constructor. */
export class UdpSocket {
  readonly local: Endpoint;
  readonly #socket: Socket;
  readonly #receiver: UdpReceiver;
  #open = true;

  /** Throws `EnvironmentError` when the endpoint cannot be bound; port 0 lets the kernel choose. */
  constructor(binding: UdpBinding, receiver: UdpReceiver) {
    this.#receiver = receiver;
    const family = isIpv4(binding.address) ? 4 : 6;
    this.#socket = createSocket({
      type: family === 4 ? 'udp4' : 'udp6',
      ipv6Only: family === 6,
      reuseAddr: binding.shared === true,
      // Addresses are never names here; a lookup that answers at once makes `bind` and `send` immediate.
      lookup: (host, _options, done) => {
        done(null, host, family);
      },
    });
    let failed: NodeJS.ErrnoException | undefined;
    this.#socket.on('error', (error) => {
      failed ??= error;
    });
    this.#socket.bind({ address: kernelText(binding.address), port: binding.port });
    if (failed !== undefined) {
      this.#socket.close();
      throw bindError(failed.code ?? 'unknown', 'udp', binding);
    }
    this.local = { address: binding.address, port: this.#socket.address().port };
    if (binding.broadcast === true) this.#socket.setBroadcast(true);
    if (binding.bufferOctets !== undefined) this.#enlarge(binding.bufferOctets);
    this.#socket.on('message', this.#onMessage);
  }

  /** Sends a copy of the first `length` octets. */
  send(octets: Uint8Array, length: number, to: Endpoint): void {
    if (!this.#open) return;
    // RFC 768: port 0 is no destination; the kernel would refuse it, Node throws.
    if (to.port === 0) return;
    const copy = Buffer.allocUnsafe(length);
    copy.set(length === octets.length ? octets : octets.subarray(0, length));
    const onSent = this.#receiver.listensForSent === true ? this.#onSentTo({ ...to }) : this.#onSent;
    this.#socket.send(copy, 0, length, to.port, textOf(to.address), onSent);
  }

  /** Sends like `send`, and says with what error code it went: for one who has another way. */
  trySend(octets: Uint8Array, to: Endpoint, done: (code: string | undefined) => void): void {
    if (!this.#open) return;
    this.#socket.send(Buffer.from(octets), to.port, textOf(to.address), (error) => {
      done(error === null ? undefined : ((error as NodeJS.ErrnoException).code ?? 'unknown'));
    });
  }

  close(): void {
    if (!this.#open) return;
    this.#open = false;
    this.#socket.close();
  }

  readonly #onMessage = (octets: Buffer, from: RemoteInfo): void => {
    // One turn of the loop may hand in several datagrams; an earlier one may have closed us.
    if (!this.#open) return;
    this.#receiver.datagram(plain(octets), addressOf(from.address), from.port);
  };

  readonly #onSent = (error: Error | null): void => {
    if (error === null || !this.#open) return;
    const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
    const to = address === undefined ? undefined : addressOf(address);
    if (to !== undefined) this.#receiver.refused(code ?? 'unknown', { address: to, port: port ?? 0 });
  };

  #onSentTo(to: Endpoint): (error: Error | null) => void {
    return (error) => {
      if (error === null && this.#open) this.#receiver.sent?.(to);
      else this.#onSent(error);
    };
  }

  #enlarge(octets: number): void {
    try {
      this.#socket.setRecvBufferSize(octets);
    } catch {
      // Linux gives what it may; a system that refuses instead keeps its default.
    }
  }
}

/** The same octets as what services know: `slice` of a Buffer would not copy. */
export function plain(octets: Buffer): Uint8Array {
  return new Uint8Array(octets.buffer, octets.byteOffset, octets.length);
}

function addressOf(text: string): Ip {
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const address = fromKernelText(text) ?? bug(`the kernel gave the address ${text}`);
  // Where a peer on the link is, may change: its text is read each time.
  if (text.includes('%')) return address;
  if (parsed.size >= ADDRESSES_MAX) parsed.clear();
  parsed.set(text, address);
  return address;
}

function textOf(address: Ip): string {
  const known = formatted.get(address);
  if (known !== undefined) return known;
  const text = kernelText(address);
  if (isLinkLocal(address)) return text;
  if (formatted.size >= ADDRESSES_MAX) formatted.clear();
  formatted.set(address, text);
  return text;
}
