import type { Effects, Input, Service } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import { FtpServer, type FtpServerOptions } from '../engine/ftp/server.ts';

/** FTP on TCP port 21 and on the ports of passive mode: RFC 959, RFC 2428. It keeps nothing. */
export class FtpService implements Service {
  readonly #server: FtpServer;

  constructor(options: FtpServerOptions) {
    this.#server = new FtpServer(options);
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    if (input.kind === 'stream') this.#server.stream(input, now, effects);
    else if (input.kind === 'timer') this.#server.wake(now, effects);
  }

  deadline(): Instant {
    return this.#server.deadline();
  }
}
