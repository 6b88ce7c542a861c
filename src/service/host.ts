import type { Ip, Ipv4, Mac } from '../core/address.ts';
import { ANY, formatIpv4, formatMac, ipv4At } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import { HOST } from '../core/rules/host.ts';
import type { CommandInput, DatagramInput, Effects, Input, Plain, Service } from '../core/service.ts';
import { type Instant, earlier } from '../core/time.ts';
import { CLIENT_PORT, Option } from '../codec/dhcp/codes.ts';
import type { DhcpMessage } from '../codec/dhcp/message.ts';
import { DhcpClient } from '../engine/dhcp/client.ts';
import type { DhcpClientProfile } from '../engine/dhcp/client-profile.ts';
import type { ClientListener, ClientState } from '../engine/dhcp/client-state.ts';
import type { ValidationOptions } from './validated-lookups.ts';
import { type LookupQuestion, Lookups } from './lookups.ts';

export interface HostServiceOptions {
  readonly mac: Mac;
  readonly random: Random;
  /** The interface that DHCP configures. */
  readonly via: number;
  readonly profile: DhcpClientProfile;
  /** Option 12. */
  readonly hostName?: Uint8Array | undefined;
  /** DNS servers, in the order asked; left out or empty: those of option 6. */
  readonly resolvers?: readonly Ip[] | undefined;
  /** What it looks up while it has an address. */
  readonly question?: LookupQuestion | undefined;
  /** Left out, answers are believed. */
  readonly validation?: ValidationOptions | undefined;
}

/** States in which the host has an address. */
const WITH_ADDRESS: ReadonlySet<ClientState> = new Set(['bound', 'renewing', 'rebinding']);

const NOTHING = new Uint8Array(0);

/**
 * A plain host with a DHCP client on UDP 68 and a stub resolver. Commands: `power-on`, `power-off` (a power cut), `release`
 * (gives the address back and ends), `renew` (asks before T1), `lookup`, `status`.
 */
export class HostService implements Service, ClientListener {
  readonly #client: DhcpClient;
  readonly #lookups: Lookups;
  readonly #resolvers: readonly Ip[];
  /** Those that the last ACK named: RFC 2132 §3.8, option 6, in order of preference. */
  #named: readonly Ip[] = [];
  /** The last address, asked for again after a power cut: RFC 2131 §3.2. */
  #remembered: Ipv4 = ANY;

  constructor({
    mac,
    random,
    via,
    profile,
    hostName,
    resolvers = [],
    question,
    validation,
  }: HostServiceOptions) {
    this.#resolvers = resolvers;
    this.#lookups = new Lookups({ random, question, validation });
    this.#client = new DhcpClient({ mac, random, via, profile, hostName, listener: this });
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'datagram':
        if (input.to.port === CLIENT_PORT) return this.#receive(input, now, effects);
        return this.#lookups.handle(input, now, effects);
      case 'probe-answer':
        return this.#client.probeAnswered(input.address, now, effects);
      case 'timer':
        this.#client.wake(now, effects);
        return this.#lookups.handle(input, now, effects);
      case 'stream':
      case 'unreachable':
        return this.#lookups.handle(input, now, effects);
      case 'command':
        return this.#command(input, now, effects);
      default:
        return;
    }
  }

  deadline(): Instant {
    return earlier(this.#client.deadline(), this.#lookups.deadline());
  }

  entered(state: ClientState, now: Instant, effects: Effects): void {
    if (state === 'bound') this.#remembered = this.#client.lease?.address ?? ANY;
    // What a NAK or an expiry took away is not asked for again.
    if (state === 'init') this.#remembered = ANY;
    effects.state('host', state);
    if (state === 'bound')
      this.#lookups.start(this.#resolvers.length > 0 ? this.#resolvers : this.#named, now, effects);
    else if (!WITH_ADDRESS.has(state)) this.#lookups.stop(effects);
  }

  leased(ack: DhcpMessage): void {
    const octets = ack.option(Option.domainNameServers) ?? NOTHING;
    const servers: Ip[] = [];
    for (let offset = 0; offset + 4 <= octets.length; offset += 4) servers.push(ipv4At(octets, offset));
    this.#named = servers;
  }

  #receive({ octets }: DatagramInput, now: Instant, effects: Effects): void {
    try {
      this.#client.receive(octets, now, effects);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      effects.because(HOST.malformed, effects.explains ? error.message : undefined);
    }
  }

  #command(input: CommandInput, now: Instant, effects: Effects): void {
    switch (input.verb) {
      case 'power-on':
        return this.#powerOn(now, effects);
      case 'power-off':
        return this.#client.stop(now, effects, 'silent');
      case 'release':
        this.#remembered = ANY;
        return this.#client.stop(now, effects, 'release');
      case 'renew':
        return this.#client.renew(now, effects);
      case 'lookup':
        return this.#lookups.command(input, now, effects);
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
