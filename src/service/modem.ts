import { formatMac } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import { MODEM } from '../core/rules/modem.ts';
import type { CommandInput, Effects, Input, Service } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import { CableModem } from '../engine/modem/modem.ts';
import type { CableModemOptions } from '../engine/modem/identity.ts';

/**
 * A cable modem as one host: its interface 0 is the cable, it opens UDP port 68. Commands: `power-on`, `power-off`, and
 * `state`, which replies with its own state.
 */
export class ModemService implements Service {
  readonly #modem: CableModem;

  constructor(options: CableModemOptions) {
    this.#modem = new CableModem(options);
    this.#modem.keptDeadline = this.#modem.deadline();
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    try {
      this.#take(input, now, effects);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      effects.because(MODEM.malformed, effects.explains ? error.message : undefined);
    }
    this.#modem.keptDeadline = this.#modem.deadline();
  }

  deadline(): Instant {
    return this.#modem.keptDeadline;
  }

  #take(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'datagram':
        return this.#modem.receive(input.octets, input.from, input.to.port, now, effects);
      case 'mac-message':
        return this.#modem.receiveMac(input.octets, now, effects);
      case 'timer':
        return this.#modem.wake(now, effects);
      case 'unreachable':
        return this.#modem.unreachable(input, effects);
      case 'command':
        return this.#command(input, now, effects);
      default:
    }
  }

  #command({ verb }: CommandInput, now: Instant, effects: Effects): void {
    switch (verb) {
      case 'power-on':
        this.#modem.powerOn(now, effects);
        return effects.reply(true);
      case 'power-off':
        this.#modem.powerOff(now, effects);
        return effects.reply(true);
      case 'state':
        return effects.reply({ mac: formatMac(this.#modem.modem), state: this.#modem.state });
      default:
        effects.reply({ error: `a cable modem knows power-on, power-off and state, not ${verb}` });
    }
  }
}
