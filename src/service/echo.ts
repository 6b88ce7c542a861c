import { isGroup } from '../core/address.ts';
import { replyTo } from '../core/reply.ts';
import { HOST } from '../core/rules/host.ts';
import type { DatagramInput, Effects, Input, Service } from '../core/service.ts';
import { type Instant, NEVER } from '../core/time.ts';

/** A host that sends back what comes to its ports, as RFC 862 has it for port 7. Commands: `power-on`, `power-off`. */
export class EchoService implements Service {
  readonly #ports: ReadonlySet<number>;
  /** From the start: a machine that begins anew is up. */
  #isOn = true;

  constructor(ports: readonly number[]) {
    this.#ports = new Set(ports);
  }

  handle(input: Input, _now: Instant, effects: Effects): void {
    if (input.kind === 'datagram') return this.#echo(input, effects);
    if (input.kind !== 'command') return;
    if (input.verb === 'power-on') this.#isOn = true;
    else if (input.verb === 'power-off') this.#isOn = false;
  }

  deadline(): Instant {
    return NEVER;
  }

  #echo(input: DatagramInput, effects: Effects): void {
    const { octets, from, to } = input;
    if (!this.#isOn || !this.#ports.has(to.port)) return;
    // Nobody hears port 0, and echo servers must not hear each other.
    if (from.port === 0 || this.#ports.has(from.port) || isGroup(to.address))
      return effects.because(HOST.echoIgnored);
    effects.because(HOST.echoes);
    effects.send(to.port, replyTo(input), octets);
  }
}
