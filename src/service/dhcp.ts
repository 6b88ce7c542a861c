import { isIpv4 } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import { DHCP } from '../core/rules/dhcp.ts';
import { FAULT } from '../core/rules/fault.ts';
import type { CommandInput, DatagramInput, Effects, Input, Service } from '../core/service.ts';
import { after, type Instant, NEVER } from '../core/time.ts';
import { SERVER_PORT } from '../codec/dhcp/codes.ts';
import type { DhcpServerOptions } from '../engine/dhcp/options.ts';
import { DhcpServer } from '../engine/dhcp/server.ts';

/** A DHCP server on UDP 67. Commands: `leases` lists every address ever given, `pools` counts those of each subnet, `fill-pool` takes free ones. */
export class DhcpService implements Service {
  readonly #server: DhcpServer;

  constructor(options: DhcpServerOptions) {
    this.#server = new DhcpServer(options);
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'datagram':
        return this.#receive(input, now, effects);
      case 'timer':
        return this.#server.wake(now, effects);
      case 'settled':
        return this.#server.settled(input, now, effects);
      case 'restored':
        return this.#server.restored(input.row, now, effects);
      case 'command':
        return this.#command(input, now, effects);
      default:
        return;
    }
  }

  deadline(): Instant {
    return this.#server.deadline();
  }

  succeed(before: Service, now: Instant): void {
    if (before instanceof DhcpService) this.#server.inherit(before.#server, now);
  }

  #receive({ octets, from, to, via }: DatagramInput, now: Instant, effects: Effects): void {
    if (to.port !== SERVER_PORT || !isIpv4(to.address)) return;
    try {
      this.#server.receive(octets, { fromPort: from.port, to: to.address, via }, now, effects);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      effects.because(DHCP.malformed, effects.explains ? error.message : undefined);
    }
  }

  #command({ verb, args }: CommandInput, now: Instant, effects: Effects): void {
    if (verb === 'fill-pool') this.#fill(args, now, effects);
    if (verb === 'leases') effects.reply(this.#server.leases());
    if (verb === 'pools') effects.reply(this.#server.pools());
  }

  /** A fault of a scenario: `leave` addresses of `subnet` stay free for `for_us`. */
  #fill({ fault, subnet, leave, for_us: lasts }: CommandInput['args'], now: Instant, effects: Effects): void {
    const until = typeof lasts === 'number' ? after(now, lasts) : NEVER;
    const name = typeof subnet === 'string' ? subnet : undefined;
    const taken = this.#server.fillPools(name, typeof leave === 'number' ? leave : 0, until);
    if (typeof fault === 'string') effects.measure(`fault.${fault}`, taken);
    effects.because(FAULT.poolFilled, effects.explains ? `${taken} addresses` : undefined);
    effects.reply({ taken });
  }
}
