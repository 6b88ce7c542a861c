import { createSocket } from 'node:dgram';
import type { Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { formatIp, parseIp } from '../core/address.ts';
import { bug, DecodeError } from '../core/errors.ts';
import type { Effects, Target } from '../core/service.ts';
import { utf8Octets } from '../core/text.ts';
import { toInstant } from '../core/time.ts';
import type { Instant } from '../core/time.ts';
import type { TftpProfile } from '../engine/tftp/client-profile.ts';
import { TftpReceiver } from '../engine/tftp/receiver.ts';
import { systemTrouble } from './exchange.ts';
import type { Server } from './exchange.ts';
import { UsageError } from './failure.ts';

/** What a fetch came to. */
export interface Fetch {
  readonly octets: Uint8Array | undefined;
  readonly tookMs: number;
  /** Safe to show; empty when the file is there. */
  readonly trouble: string;
  /** Whether the server said no: it is there. */
  readonly refused?: boolean | undefined;
}

export interface FetchOptions {
  readonly blksize?: number | undefined;
  readonly windowsize?: number | undefined;
  /** Text whose ends of lines are translated. */
  readonly netascii?: boolean | undefined;
}

const PROFILE: TftpProfile = {
  tsize: true,
  resendSeconds: [1, 2, 4],
  sendsMax: 4,
  dallySeconds: 0,
  octetsMax: 64 * 1024 * 1024,
};

/** Fetches a file with our own receiver over one socket. */
export function fetchTftp(server: Server, file: string, options: FetchOptions): Promise<Fetch> {
  const address = parseIp(server.address);
  if (address === undefined) throw new UsageError(`"${server.address}" is not an address`);
  return new Promise((resolve) => {
    const socket = createSocket(isIPv6(server.address) ? 'udp6' : 'udp4');
    const startedAt = performance.now();
    const now = (): Instant => toInstant(Math.round((performance.now() - startedAt) * 1_000));
    const receiver = new TftpReceiver({ address, port: server.port }, utf8Octets(file), {
      ...PROFILE,
      ...given(options),
    });
    let timer: NodeJS.Timeout | undefined;
    const settle = () => {
      clearTimeout(timer);
      const { state } = receiver;
      if (state.kind !== 'done' && state.kind !== 'failed') {
        timer = setTimeout(wake, Math.max((receiver.deadline() - now()) / 1_000, 0));
        return;
      }
      const tookMs = performance.now() - startedAt;
      // The last acknowledgment must have left before the socket goes.
      effects.whenSent(() => socket.close());
      if (state.kind === 'done') resolve({ octets: state.octets, tookMs, trouble: '' });
      else
        resolve({
          octets: undefined,
          tookMs,
          trouble: troubleOf(state),
          refused: state.reason === 'refused',
        });
    };
    const wake = () => {
      receiver.wake(now(), effects);
      settle();
    };
    const refused = (error: Error) => {
      clearTimeout(timer);
      socket.close();
      resolve({
        octets: undefined,
        tookMs: performance.now() - startedAt,
        trouble: systemTrouble(error),
      });
    };
    const effects = new SocketEffects(socket, refused);
    socket.on('message', (octets, from) => {
      try {
        const peer = parseIp(from.address);
        if (peer !== undefined) receiver.receive(octets, { address: peer, port: from.port }, now(), effects);
      } catch (error) {
        if (!(error instanceof DecodeError)) throw error;
      }
      settle();
    });
    socket.on('error', refused);
    socket.bind(0, () => {
      receiver.start(now(), effects);
      settle();
    });
  });
}

function given({ blksize, windowsize, netascii }: FetchOptions): Partial<TftpProfile> {
  return {
    netascii,
    ...(blksize === undefined ? {} : { blksize }),
    ...(windowsize === undefined ? {} : { windowsize }),
  };
}

function troubleOf(state: Extract<TftpReceiver['state'], { kind: 'failed' }>): string {
  const code = state.code === undefined ? '' : ` (error ${state.code})`;
  return `${state.reason}${code}${state.text === '' ? '' : `: ${state.text}`}`;
}

/** The part of a driver that one client on one socket needs. */
class SocketEffects implements Effects {
  readonly explains = false;
  readonly #socket: Socket;
  #sending = 0;
  #idle: (() => void) | undefined;
  /** Told once when the system will not send, such as where no way leads to the server. */
  readonly #refused: (error: Error) => void;
  #isRefused = false;

  constructor(socket: Socket, refused: (error: Error) => void) {
    this.#socket = socket;
    this.#refused = refused;
  }

  bind(): number {
    return this.#socket.address().port;
  }

  send(_port: number, to: Target, octets: Uint8Array, length = octets.length): void {
    // The sink copies: the engine's scratch is written again before the socket has sent.
    this.#sending++;
    this.#socket.send(octets.slice(0, length), to.port, formatIp(to.address), (error) => {
      this.#sending--;
      if (error && !this.#isRefused) {
        this.#isRefused = true;
        this.#refused(error);
      }
      if (this.#sending === 0 && !this.#isRefused) this.#idle?.();
    });
  }

  /** Calls back once nothing waits to leave. */
  whenSent(act: () => void): void {
    if (this.#sending === 0) act();
    else this.#idle = act;
  }

  release(): void {}
  because(): void {}
  state(): void {}
  measure(): void {}
  sendMacMessage(): void {
    bug('a TFTP client has no cable');
  }
  forward(): void {
    bug('a TFTP client routes nothing');
  }
  forwardAs(): void {
    bug('a TFTP client routes nothing');
  }
  connect(): number {
    return bug('a TFTP client has no streams');
  }
  write(): void {
    bug('a TFTP client has no streams');
  }
  unsent(): number {
    return bug('a TFTP client has no streams');
  }
  close(): void {
    bug('a TFTP client has no streams');
  }
  reset(): void {
    bug('a TFTP client has no streams');
  }
  configure(): void {
    bug('a TFTP client has no addresses');
  }
  probe(): void {
    bug('a TFTP client asks for no addresses');
  }
  persist(): number {
    return bug('a TFTP client keeps nothing');
  }
  reply(): void {
    bug('a TFTP client takes no commands');
  }
}
