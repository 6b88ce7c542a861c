import { isGroup } from '../core/address.ts';
import { Writer } from '../core/bytes.ts';
import { replyTo } from '../core/reply.ts';
import { TOD_RULES as RULES } from '../core/rules/tod.ts';
import type { Effects, Input, Service } from '../core/service.ts';
import { type Epoch, NEVER, type Instant } from '../core/time.ts';
import { encodeTod, TOD_OCTETS, TOD_PORT } from '../codec/tod.ts';
import { todAt } from '../engine/tod.ts';

export interface TodOptions {
  /** UDP and TCP; left out, 37. */
  readonly port?: number | undefined;
  readonly epoch: Epoch;
}

/** Time of Day over UDP and TCP: RFC 868. It keeps nothing. */
export class TodService implements Service {
  readonly #port: number;
  readonly #epoch: Epoch;
  readonly #scratch = new Writer(new Uint8Array(TOD_OCTETS));

  constructor(options: TodOptions) {
    this.#port = options.port ?? TOD_PORT;
    this.#epoch = options.epoch;
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    if (input.kind === 'datagram') {
      if (input.to.port !== this.#port) return;
      if (isGroup(input.to.address)) return effects.because(RULES.broadcastIgnored);
      if (input.octets.length > 0) return effects.because(RULES.notEmpty);
      effects.because(RULES.answered);
      effects.send(this.#port, replyTo(input), this.#timeAt(now));
    } else if (input.kind === 'stream' && input.event === 'opened' && input.local.port === this.#port) {
      effects.because(RULES.answeredStream);
      effects.write(input.stream, this.#timeAt(now));
      effects.close(input.stream);
    }
  }

  deadline(): Instant {
    return NEVER;
  }

  #timeAt(now: Instant): Uint8Array {
    encodeTod(this.#scratch.reset(), todAt(now, this.#epoch.us));
    return this.#scratch.octets;
  }
}
