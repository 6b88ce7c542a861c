import { createSocket } from 'node:dgram';
import { connect, isIPv6 } from 'node:net';
import { FrameSplitter, frameMessage } from '../codec/dns/frame.ts';

/** A server as a person names it: an address, not a name, so that no other resolver has a say. */
export interface Server {
  readonly address: string;
  readonly port: number;
}

/** What came back, and when. `undefined` octets: nothing came in time; `trouble` says what the system reported. */
export interface Exchange {
  readonly octets: Uint8Array | undefined;
  readonly tookMs: number;
  readonly trouble: string;
}

export interface ExchangeOptions {
  readonly timeoutMs: number;
  /** Sendings in all, for UDP. */
  readonly tries: number;
  /** A datagram for which this says no is somebody else's. */
  readonly isAnswer: (octets: Uint8Array) => boolean;
  /** The local address and port to send from; left out: any. */
  readonly from?: { readonly address?: string; readonly port?: number } | undefined;
}

/** Sends a datagram and waits for its answer from that server, sending again when a try's time is over. */
export function exchangeUdp(
  request: Uint8Array,
  server: Server,
  options: ExchangeOptions,
): Promise<Exchange> {
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
    const startedAt = performance.now();
    let sendings = 0;
    let timer: NodeJS.Timeout | undefined;
    let ended = false;
    const end = (octets: Uint8Array | undefined, trouble: string) => {
      if (ended) return;
      ended = true;
      clearTimeout(timer);
      socket.close();
      resolve({ octets, tookMs: performance.now() - startedAt, trouble });
    };
    const send = () => {
      if (sendings++ === options.tries)
        return end(undefined, `no answer in ${options.timeoutMs * options.tries} ms`);
      timer = setTimeout(send, options.timeoutMs);
      // A refusal of the system comes as `error`, once connected.
      socket.send(request);
    };
    socket.on('message', (octets) => {
      if (options.isAnswer(octets)) end(new Uint8Array(octets), '');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => end(undefined, systemTrouble(error)));
    // A connected socket hears this server alone, and learns of a closed port.
    socket.bind({ port: options.from?.port ?? 0, address: options.from?.address }, () => {
      // Where no way leads there, the callback is told, not `error`.
      socket.connect(server.port, server.address, (error?: NodeJS.ErrnoException | null) => {
        if (error) end(undefined, systemTrouble(error));
        else send();
      });
    });
  });
}

/** One DNS message by TCP: RFC 7766 §8. */
export function exchangeTcp(
  request: Uint8Array,
  server: Server,
  options: ExchangeOptions,
): Promise<Exchange> {
  return new Promise((resolve) => {
    const startedAt = performance.now();
    const splitter = new FrameSplitter();
    const socket = connect(server.port, server.address);
    const end = (octets: Uint8Array | undefined, trouble: string) => {
      clearTimeout(timer);
      socket.destroy();
      resolve({ octets, tookMs: performance.now() - startedAt, trouble });
    };
    const timer = setTimeout(() => end(undefined, `no answer in ${options.timeoutMs} ms`), options.timeoutMs);
    socket.on('connect', () => socket.write(frameMessage(request)));
    socket.on('data', (chunk) => {
      splitter.push(new Uint8Array(chunk), (octets) => {
        if (options.isAnswer(octets)) end(octets.slice(), '');
        return true;
      });
    });
    socket.on('error', (error: NodeJS.ErrnoException) => end(undefined, systemTrouble(error)));
    socket.on('close', () => end(undefined, 'the server closed the connection'));
  });
}

/** What the system said, with what it means for a server. */
export function systemTrouble(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'the port is closed: nothing listens there';
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no way to that address';
    case 'EACCES':
    case 'EPERM':
      return 'no right to use that port or address';
    case 'EADDRINUSE':
      return 'the local port is taken';
    case 'EADDRNOTAVAIL':
      return 'the address to send from is not one of this machine';
    default:
      return error.message;
  }
}
