import { formatMac } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import { MODEM } from '../core/rules/modem.ts';
import type { CommandInput, Effects, Input, Service } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import { CLIENT_PORT } from '../codec/dhcp/codes.ts';
import type { ModemFleet } from '../engine/modem/fleet.ts';
import type { CableModem } from '../engine/modem/modem.ts';

/**
 * A cable modem as one host: its interface 0 is the cable, it opens UDP port 68. Commands: `power-on`, `power-off`, and
 * `state`, which replies with its own state.
 */
export class ModemService implements Service {
  readonly #fleet: ModemFleet;
  readonly #row: number;
  /** While it does something. */
  #modem: CableModem | undefined;

  constructor(fleet: ModemFleet, member: number) {
    this.#fleet = fleet;
    this.#row = fleet.begin(member);
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    const fleet = this.#fleet;
    if (this.#modem === undefined && meansNothing(fleet, this.#row, input)) return;
    const modem = this.#modem ?? fleet.take(this.#row);
    try {
      take(modem, input, now, effects);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      effects.because(MODEM.malformed, effects.explains ? error.message : undefined);
    }
    if (modem.isAtRest) {
      fleet.giveBack(this.#row, modem);
      this.#modem = undefined;
    } else {
      modem.keptDeadline = modem.deadline();
      this.#modem = modem;
    }
  }

  deadline(): Instant {
    return this.#modem === undefined ? this.#fleet.deadline(this.#row) : this.#modem.keptDeadline;
  }
}

/** What a modem at rest hears most is what its neighbours are told. */
function meansNothing(fleet: ModemFleet, row: number, input: Input): boolean {
  return input.kind === 'datagram' && input.to.port === CLIENT_PORT && fleet.isForAnother(row, input.octets);
}

function take(modem: CableModem, input: Input, now: Instant, effects: Effects): void {
  switch (input.kind) {
    case 'datagram':
      return modem.receive(input.octets, input.from, input.to.port, now, effects);
    case 'mac-message':
      return modem.receiveMac(input.octets, now, effects);
    case 'timer':
      return modem.wake(now, effects);
    case 'unreachable':
      return modem.unreachable(input, effects);
    case 'command':
      return command(modem, input, now, effects);
    default:
  }
}

function command(modem: CableModem, { verb }: CommandInput, now: Instant, effects: Effects): void {
  switch (verb) {
    case 'power-on':
      modem.powerOn(now, effects);
      return effects.reply(true);
    case 'power-off':
      modem.powerOff(now, effects);
      return effects.reply(true);
    case 'state':
      return effects.reply({ mac: formatMac(modem.modem), state: modem.state });
    default:
      effects.reply({ error: `a cable modem knows power-on, power-off and state, not ${verb}` });
  }
}
