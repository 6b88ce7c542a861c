import type { Ip } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import { TFTP_RULES } from '../core/rules/tftp.ts';
import type { Effects, Input, Service } from '../core/service.ts';
import { utf8Octets } from '../core/text.ts';
import { type Instant, NEVER } from '../core/time.ts';
import type { FtpForm } from '../codec/ftp.ts';
import { TFTP_PORT } from '../codec/tftp/packet.ts';
import { FtpClient } from '../engine/ftp/client.ts';
import type { TftpProfile } from '../engine/tftp/client-profile.ts';
import { TftpReceiver } from '../engine/tftp/receiver.ts';

export interface ClientServiceOptions {
  readonly server: Ip;
  readonly fetch:
    | { readonly protocol: 'tftp'; readonly file: string }
    | {
        readonly protocol: 'ftp';
        /** undefined: the list. */
        readonly file: string | undefined;
        readonly form: FtpForm;
        readonly dataPort: number;
        readonly patienceUs: number;
      };
}

type ClientState = 'off' | 'fetching' | 'fetched' | 'failed';

/** As a command-line client of TFTP: five tries, five seconds apart. */
const TFTP_PROFILE: TftpProfile = { resendSeconds: [5], sendsMax: 5, dallySeconds: 0, octetsMax: 1 << 24 };

/**
 * A host with a fixed address that fetches one file. The machine `client` is `off`, `fetching`, `fetched` or `failed`.
 * Commands: `power-on`, `power-off`, `status`.
 */
export class ClientService implements Service {
  readonly #options: ClientServiceOptions;
  #tftp: TftpReceiver | undefined;
  #ftp: FtpClient | undefined;
  #state: ClientState = 'off';

  constructor(options: ClientServiceOptions) {
    this.#options = options;
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'command':
        if (input.verb === 'power-on') this.#start(now, effects);
        else if (input.verb === 'power-off') this.#stop(effects);
        else if (input.verb === 'status') effects.reply({ state: this.#state });
        return;
      case 'stream':
        return this.#ftp?.stream(input, now, effects);
      case 'timer':
        this.#ftp?.wake(now, effects);
        if ((this.#tftp?.deadline() ?? NEVER) <= now) this.#tftp?.wake(now, effects);
        return this.#lookAtTftp(effects);
      case 'datagram':
        if (input.to.port !== this.#tftp?.port) return;
        try {
          this.#tftp.receive(input.octets, input.from, now, effects);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
          effects.because(TFTP_RULES.malformed, effects.explains ? error.message : undefined);
        }
        return this.#lookAtTftp(effects);
      case 'unreachable':
        this.#tftp?.unreachable(input, effects);
        return this.#lookAtTftp(effects);
      default:
        return;
    }
  }

  deadline(): Instant {
    return this.#ftp?.deadline() ?? this.#tftp?.deadline() ?? NEVER;
  }

  #start(now: Instant, effects: Effects): void {
    if (this.#state !== 'off') return;
    const { server, fetch } = this.#options;
    this.#enter('fetching', effects);
    if (fetch.protocol === 'tftp') {
      const from = { address: server, port: TFTP_PORT };
      this.#tftp = new TftpReceiver(from, utf8Octets(fetch.file), TFTP_PROFILE);
      this.#tftp.start(now, effects);
      return this.#lookAtTftp(effects);
    }
    this.#ftp = new FtpClient({ server, ...fetch }, (outcome, sink) => {
      if (outcome.kind === 'fetched') sink.measure('client.octets', outcome.octets);
      this.#enter(outcome.kind, sink);
    });
    this.#ftp.start(now, effects);
  }

  #stop(effects: Effects): void {
    this.#tftp?.stop(effects);
    this.#ftp?.stop(effects);
    this.#tftp = undefined;
    this.#ftp = undefined;
    this.#enter('off', effects);
  }

  #lookAtTftp(effects: Effects): void {
    const state = this.#tftp?.state;
    if (this.#state !== 'fetching' || state === undefined) return;
    if (state.kind === 'done') {
      effects.measure('client.octets', state.octets.length);
      this.#enter('fetched', effects);
    } else if (state.kind === 'failed') this.#enter('failed', effects);
  }

  #enter(state: ClientState, effects: Effects): void {
    this.#state = state;
    effects.state('client', state);
  }
}
