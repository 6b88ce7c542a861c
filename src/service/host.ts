import type { Ipv4, Mac } from '../core/address.ts';
import { ANY, formatIpv4, formatMac } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { HOST } from '../core/rules/host.ts';
import type { CommandInput, DatagramInput, Effects, Input, Plain, Service } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import { CLIENT_PORT } from '../codec/dhcp/codes.ts';
import { DhcpClient } from '../engine/dhcp/client.ts';
import type { DhcpClientProfile } from '../engine/dhcp/client-profile.ts';
import type { ClientListener, ClientState } from '../engine/dhcp/client-state.ts';

export interface HostServiceOptions {
  readonly mac: Mac;
  readonly random: Random;
  /** The interface that DHCP configures. */
  readonly via: number;
  readonly profile: DhcpClientProfile;
  /** Option 12. */
  readonly hostName?: Uint8Array | undefined;
}

/**
 * A plain host with a DHCP client on UDP 68. Commands: `power-on`, `power-off` (a power cut), `release` (gives the address
 * back and ends), `renew` (asks before T1), `status`.
 */
export class HostService implements Service, ClientListener {
  readonly #client: DhcpClient;
  /** The last address, asked for again after a power cut: RFC 2131 §3.2. */
  #remembered: Ipv4 = ANY;

  constructor({ mac, random, via, profile, hostName }: HostServiceOptions) {
    this.#client = new DhcpClient({ mac, random, via, profile, hostName, listener: this });
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'datagram':
        return this.#receive(input, now, effects);
      case 'probe-answer':
        return this.#client.probeAnswered(input.address, now, effects);
      case 'timer':
        return this.#client.wake(now, effects);
      case 'command':
        return this.#command(input, now, effects);
      default:
        return;
    }
  }

  deadline(): Instant {
    return this.#client.deadline();
  }

  entered(state: ClientState, _now: Instant, effects: Effects): void {
    if (state === 'bound') this.#remembered = this.#client.lease?.address ?? ANY;
    // What a NAK or an expiry took away is not asked for again.
    if (state === 'init') this.#remembered = ANY;
    effects.state('host', state);
  }

  #receive({ octets, to }: DatagramInput, now: Instant, effects: Effects): void {
    if (to.port !== CLIENT_PORT) return;
    try {
      this.#client.receive(octets, now, effects);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      effects.because(HOST.malformed, effects.explains ? error.message : undefined);
    }
  }

  #command({ verb }: CommandInput, now: Instant, effects: Effects): void {
    switch (verb) {
      case 'power-on':
        return this.#powerOn(now, effects);
      case 'power-off':
        return this.#client.stop(now, effects, 'silent');
      case 'release':
        this.#remembered = ANY;
        return this.#client.stop(now, effects, 'release');
      case 'renew':
        return this.#client.renew(now, effects);
      case 'status':
        return effects.reply(this.#status());
    }
  }

  #powerOn(now: Instant, effects: Effects): void {
    if (this.#client.state !== 'stopped') return;
    const remembered = this.#remembered;
    this.#client.start(now, effects, remembered);
    // Still remembered if the power fails before an answer comes.
    this.#remembered = remembered;
  }

  #status(): Plain {
    const { state, lease, mac } = this.#client;
    return {
      mac: formatMac(mac),
      state,
      address: lease === undefined ? null : formatIpv4(lease.address),
      server: lease === undefined ? null : formatIpv4(lease.serverId),
    };
  }
}
