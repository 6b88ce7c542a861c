import { DecodeError } from '../core/errors.ts';
import { TFTP_RULES as RULES } from '../core/rules/tftp.ts';
import type { Effects, Input, Service } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import { TftpServer, type TftpServerOptions } from '../engine/tftp/server.ts';
import type { FileTable } from '../store/file-table.ts';

export interface TftpOptions extends TftpServerOptions {
  /** What is served. It may change while the service lives; running transfers keep what they began with. */
  readonly files: FileTable;
}

/** A TFTP server that only reads: RFC 1350 with the options of RFC 2348, 2349 and 7440. */
export class TftpService implements Service {
  readonly #server: TftpServer;

  constructor(options: TftpOptions) {
    this.#server = new TftpServer(options.files, options);
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'datagram':
        try {
          return this.#server.receive(input, now, effects);
        } catch (error) {
          if (!(error instanceof DecodeError)) throw error;
          return effects.because(RULES.malformed, effects.explains ? error.message : undefined);
        }
      case 'timer':
        return this.#server.wake(now, effects);
      case 'unreachable':
        return this.#server.unreachable(input, effects);
      default:
    }
  }

  deadline(): Instant {
    return this.#server.deadline();
  }

  succeed(before: Service): void {
    if (before instanceof TftpService) this.#server.inherit(before.#server);
  }

  underWay(): number {
    return this.#server.transferCount;
  }
}
