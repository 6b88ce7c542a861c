import type { Ipv4, Mac } from '../../core/address.ts';
import { ANY, BROADCAST } from '../../core/address.ts';
import type { Random } from '../../core/random.ts';
import { HOST } from '../../core/rules/host.ts';
import type { Effects, Target } from '../../core/service.ts';
import type { Instant } from '../../core/time.ts';
import { NEVER, SECOND, after, afterSeconds, earlier } from '../../core/time.ts';
import { CLIENT_PORT, MessageType, Option, SERVER_PORT } from '../../codec/dhcp/codes.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';
import { DhcpDecoder } from '../../codec/dhcp/message.ts';
import { clientLease, isWholeLease, type ClientLease } from './client-lease.ts';
import { type ClientCells, ClientNumbers, type RestingClient } from './client-numbers.ts';
import type { ClientIdentity, ClientMessageFields } from './client-messages.ts';
import type { ClientListener, ClientState } from './client-state.ts';
import { isForAnother, isNamed, writeClientMessage } from './client-messages.ts';

export interface DhcpClientOptions extends ClientIdentity, ClientCells {
  readonly random: Random;
  /** The interface that the client configures. */
  readonly via: number;
  readonly listener?: ClientListener | undefined;
}

/** RFC 2131 §4.1: the first wait, and the longest, each give or take a second. */
const RESEND_SECONDS_FIRST = 4;
const RESEND_SECONDS_MAX = 64;
/** RFC 2131 §4.4.5. */
const RENEW_WAIT_US_MIN = 60 * SECOND;
/** RFC 5227 §1.1: PROBE_MIN, PROBE_MAX, ANNOUNCE_WAIT. */
const PROBE_GAP_US_MIN = 1 * SECOND;
const PROBE_GAP_US_MAX = 2 * SECOND;
const ANNOUNCE_WAIT_US = 2 * SECOND;
/** A server that NAKs every REQUEST is asked less and less often, at most this rarely: ours, RFC 2131 sets no bound. */
const NAK_WAIT_SECONDS_MAX = 64;

/** One decoder for all clients: a message is read before the next comes. */
const decoder = new DhcpDecoder();

/**
 * A DHCP client: RFC 2131 §4.4. Its owner hands it the datagrams of port 68, the answers to its ARP probes and its timer,
 * and asks `state` and `lease`. It sends from port 68 and configures its interface itself.
 */
export class DhcpClient extends ClientNumbers {
  readonly #options: DhcpClientOptions;
  #state: ClientState = 'stopped';
  #lease: ClientLease | undefined;
  /** Whether `init` ends in a REQUEST for the address remembered. */
  #reboots = false;
  /** How often the present message was sent. */
  #tries = 0;
  #naks = 0;
  #probesLeft = 0;
  /** The address asked for and the server that offered it. */
  #requested: Ipv4 = ANY;
  #server: Ipv4 = ANY;

  constructor(options: DhcpClientOptions) {
    super(options);
    this.#options = options;
  }

  get state(): ClientState {
    return this.#state;
  }

  /** The lease in use: from `bound` until it is lost. */
  get lease(): ClientLease | undefined {
    return this.#state === 'checking' ? undefined : this.#lease;
  }

  get mac(): Mac {
    return this.#options.mac;
  }

  /** Goes on where another client came to rest. */
  resume(rest: RestingClient): void {
    this.#lease = rest.lease;
    this.#state = rest.lease === undefined ? 'stopped' : 'bound';
    this.#requested = rest.lease?.address ?? ANY;
    this.#server = rest.lease?.serverId ?? ANY;
    this.#naks = 0;
    this.takeOver(rest);
  }

  /** Begins, or begins anew; with a remembered address by asking whether it is still ours (INIT-REBOOT). */
  start(now: Instant, effects: Effects, remembered: Ipv4 = ANY): void {
    this.#lose(effects);
    const { startWaitUsMin, startWaitUsMax } = this.#options.profile;
    const wait = startWaitUsMin + this.#options.random.fraction() * (startWaitUsMax - startWaitUsMin);
    this.#naks = 0;
    this.#requested = remembered;
    this.#reboots = remembered !== ANY;
    if (startWaitUsMax > 0) effects.because(HOST.startWait);
    this.#init(after(now, wait), now, effects);
  }

  /** Ends at once. `release` gives the address back first; `silent` is a power cut. */
  stop(now: Instant, effects: Effects, how: 'release' | 'silent'): void {
    const lease = this.lease;
    if (how === 'release' && lease !== undefined) {
      effects.because(HOST.released);
      this.xid = this.#options.random.next();
      // RFC 2131 §4.4.4: a RELEASE is unicast, a lost one is not sent again.
      const { address, serverId } = lease;
      this.#send({ type: MessageType.release, ciaddr: address, requested: ANY, serverId }, now, effects);
    }
    this.#lose(effects);
    this.resendAt = NEVER;
    this.#enter('stopped', now, effects);
  }

  /** Asks for more time before T1: RFC 2131 §4.4.5. Does nothing without a lease. */
  renew(now: Instant, effects: Effects): void {
    if (this.#state === 'bound') this.#renew(now, effects);
  }

  /** A datagram of port 68. Throws `DecodeError` when it answers us and is malformed. */
  receive(octets: Uint8Array, now: Instant, effects: Effects): void {
    if (isForAnother(octets, this.xid) || this.#state === 'stopped') return;
    const message = decoder.decode(octets);
    if (message.chaddrMac !== this.#options.mac || !isNamed(message, this.#options)) return;
    switch (message.messageType) {
      case MessageType.offer:
        return this.#receiveOffer(message, now, effects);
      case MessageType.ack:
        return this.#receiveAck(message, now, effects);
      case MessageType.nak:
        return this.#receiveNak(message, now, effects);
    }
  }

  /** Somebody answered an ARP probe: declines when it was for the address being checked. */
  probeAnswered(address: Ipv4, now: Instant, effects: Effects): void {
    const lease = this.#lease;
    if (this.#state !== 'checking' || lease?.address !== address) return;
    effects.because(HOST.decline);
    this.#lease = undefined;
    // RFC 2131 §4.4.4: a DECLINE is broadcast.
    this.xid = this.#options.random.next();
    const { serverId } = lease;
    this.#send({ type: MessageType.decline, ciaddr: ANY, requested: address, serverId }, now, effects);
    this.#requested = ANY;
    this.#init(after(now, this.#options.profile.declineWaitUs), now, effects);
  }

  deadline(): Instant {
    switch (this.#state) {
      case 'stopped':
        return NEVER;
      case 'bound':
        return this.renewAt;
      case 'renewing':
        return earlier(this.resendAt, this.rebindAt);
      case 'rebinding':
        return earlier(this.resendAt, this.expiresAt);
      default:
        return this.resendAt;
    }
  }

  wake(now: Instant, effects: Effects): void {
    while (now >= this.deadline()) this.#step(now, effects);
  }

  #step(now: Instant, effects: Effects): void {
    switch (this.#state) {
      case 'init':
        return this.#begin(now, effects);
      case 'selecting':
        effects.because(HOST.discoverAgain);
        return this.#discover(now, effects);
      case 'requesting':
      case 'rebooting':
        return this.#requestAgain(now, effects);
      case 'checking':
        return this.#probe(now, effects);
      case 'bound':
        return this.#renew(now, effects);
      case 'renewing':
        if (now >= this.rebindAt) return this.#rebind(now, effects);
        effects.because(HOST.renewAgain);
        return this.#extend(now, effects);
      case 'rebinding':
        if (now >= this.expiresAt) return this.#expire(now, effects);
        effects.because(HOST.renewAgain);
        return this.#extend(now, effects);
      case 'stopped':
        return;
    }
  }

  #init(beginAt: Instant, now: Instant, effects: Effects): void {
    this.resendAt = beginAt;
    this.#enter('init', now, effects);
    if (beginAt <= now) this.#begin(now, effects);
  }

  /** RFC 2131 §4.4.1 and §4.4.2: a new xid, then DISCOVER, or REQUEST for the address remembered. */
  #begin(now: Instant, effects: Effects): void {
    this.xid = this.#options.random.next();
    this.startedAt = now;
    this.#tries = 0;
    if (!this.#reboots) {
      effects.because(HOST.discover);
      this.#discover(now, effects);
      return this.#enter('selecting', now, effects);
    }
    effects.because(HOST.reboot);
    this.#reboots = false;
    this.sentAt = now;
    this.#server = ANY;
    this.#request(now, effects);
    this.#enter('rebooting', now, effects);
  }

  #discover(now: Instant, effects: Effects): void {
    const requested = this.#requested;
    this.#send({ type: MessageType.discover, ciaddr: ANY, requested, serverId: ANY }, now, effects);
    this.#backOff(now);
  }

  #request(now: Instant, effects: Effects): void {
    const requested = this.#requested;
    const serverId = this.#server;
    this.#send({ type: MessageType.request, ciaddr: ANY, requested, serverId }, now, effects);
    this.#backOff(now);
  }

  #requestAgain(now: Instant, effects: Effects): void {
    if (this.#tries < this.#options.profile.requestTries) {
      effects.because(HOST.requestAgain);
      return this.#request(now, effects);
    }
    effects.because(HOST.requestGivenUp);
    this.#requested = ANY;
    this.#init(now, now, effects);
  }

  /** The first acceptable offer is taken: RFC 2131 §4.4.1 leaves the choice to us. */
  #receiveOffer(offer: DhcpMessage, now: Instant, effects: Effects): void {
    if (this.#state !== 'selecting') return;
    const refusal = isWholeLease(offer) ? this.#options.profile.judge.refuses(offer) : HOST.offerRefused;
    if (refusal !== undefined) return effects.because(refusal);
    effects.because(HOST.offerTaken);
    this.#requested = offer.yiaddr;
    this.#server = offer.ip(Option.serverIdentifier) ?? ANY;
    this.#tries = 0;
    this.sentAt = now;
    // RFC 2131 §4.4.1: the REQUEST has the OFFER's xid.
    this.#request(now, effects);
    this.#enter('requesting', now, effects);
  }

  #receiveAck(ack: DhcpMessage, now: Instant, effects: Effects): void {
    const state = this.#state;
    if (state === 'requesting' || state === 'rebooting') {
      if (this.#isRefused(ack, effects)) return;
      this.#take(ack);
      if (this.#options.profile.probes === 0) return this.#bind(now, effects);
      effects.because(HOST.checking);
      this.#probesLeft = this.#options.profile.probes;
      this.#enter('checking', now, effects);
      return this.#probe(now, effects);
    }
    if (state === 'renewing' || state === 'rebinding') {
      if (this.#isRefused(ack, effects)) return;
      this.#take(ack);
      this.#bind(now, effects);
    }
  }

  #take(ack: DhcpMessage): void {
    this.takeTimes(ack);
    this.#lease = clientLease(ack);
    this.#options.listener?.leased?.(ack);
  }

  #isRefused(ack: DhcpMessage, effects: Effects): boolean {
    const refusal = isWholeLease(ack) ? this.#options.profile.judge.refuses(ack) : HOST.ackRefused;
    if (refusal !== undefined) effects.because(refusal);
    return refusal !== undefined;
  }

  #receiveNak(nak: DhcpMessage, now: Instant, effects: Effects): void {
    const state = this.#state;
    if (state === 'requesting' && nak.ip(Option.serverIdentifier) !== this.#server)
      return effects.because(HOST.nakIgnored);
    if (state !== 'requesting' && state !== 'rebooting' && state !== 'renewing' && state !== 'rebinding')
      return;
    effects.because(HOST.nak);
    this.#lose(effects);
    const wait = this.#naks === 0 ? 0 : Math.min(2 ** (this.#naks - 1), NAK_WAIT_SECONDS_MAX);
    this.#naks++;
    this.#init(afterSeconds(now, wait), now, effects);
  }

  /** RFC 5227 §2.1.1: probes a second or two apart, then a last wait for answers. */
  #probe(now: Instant, effects: Effects): void {
    const { random, via } = this.#options;
    const address = this.#lease?.address ?? ANY;
    if (this.#probesLeft === 0) return this.#bind(now, effects);
    effects.probe(via, address);
    this.#probesLeft--;
    const gap = PROBE_GAP_US_MIN + random.fraction() * (PROBE_GAP_US_MAX - PROBE_GAP_US_MIN);
    this.resendAt = after(now, this.#probesLeft === 0 ? ANNOUNCE_WAIT_US : gap);
  }

  #bind(now: Instant, effects: Effects): void {
    const lease = this.#lease;
    if (lease === undefined) return;
    effects.because(HOST.bound);
    const { address, prefixLength, router } = lease;
    this.#requested = address;
    this.#server = lease.serverId;
    this.#naks = 0;
    this.resendAt = NEVER;
    effects.configure(this.#options.via, {
      address,
      prefixLength,
      router: router === ANY ? undefined : router,
    });
    this.#enter('bound', now, effects);
  }

  #renew(now: Instant, effects: Effects): void {
    effects.because(HOST.renew);
    this.startedAt = now;
    this.#enter('renewing', now, effects);
    this.#extend(now, effects);
  }

  #rebind(now: Instant, effects: Effects): void {
    effects.because(HOST.rebind);
    this.#enter('rebinding', now, effects);
    this.#extend(now, effects);
  }

  /** RFC 2131 §4.4.5: each REQUEST has its own xid, so that an ACK says which moment its lease counts from. */
  #extend(now: Instant, effects: Effects): void {
    const lease = this.#lease;
    if (lease === undefined) return;
    this.xid = this.#options.random.next();
    this.sentAt = now;
    const ciaddr = lease.address;
    this.#send({ type: MessageType.request, ciaddr, requested: ANY, serverId: ANY }, now, effects);
    const end = this.#state === 'renewing' ? this.rebindAt : this.expiresAt;
    this.resendAt = after(now, Math.max((end - now) / 2, RENEW_WAIT_US_MIN));
  }

  #expire(now: Instant, effects: Effects): void {
    effects.because(HOST.expired);
    const address = this.#lease?.address ?? ANY;
    this.#lose(effects);
    // RFC 2131 §4.4.5: as if new, and glad to have the same address again.
    this.#requested = address;
    this.#init(now, now, effects);
  }

  /** Forgets the lease and takes the address off the interface. */
  #lose(effects: Effects): void {
    if (this.lease !== undefined) effects.configure(this.#options.via, undefined);
    this.#lease = undefined;
    this.#requested = ANY;
  }

  /** RFC 2131 §4.1: 4, 8, 16, 32, 64 s, each give or take one. */
  #backOff(now: Instant): void {
    const seconds = Math.min(RESEND_SECONDS_FIRST * 2 ** this.#tries, RESEND_SECONDS_MAX);
    this.#tries++;
    this.resendAt = afterSeconds(now, seconds + this.#options.random.swing());
  }

  #enter(state: ClientState, now: Instant, effects: Effects): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#options.listener?.entered(state, now, effects);
  }

  #send(fields: ClientMessageFields, now: Instant, effects: Effects): void {
    const isLast = fields.type === MessageType.release || fields.type === MessageType.decline;
    const writer = writeClientMessage(this.#options, this.xid, isLast ? 0 : this.#secs(now), fields);
    effects.send(CLIENT_PORT, this.#target(fields.type), writer.octets, writer.length);
  }

  /** RFC 2131 §2, table 1: since the client began; it stays at its end. */
  #secs(now: Instant): number {
    return Math.min(Math.floor((now - this.startedAt) / SECOND), 0xffff);
  }

  /** RFC 2131 §4.4.4: RELEASE and the renewing REQUEST go to the lease's server, all else to everybody. */
  #target(type: number): Target {
    const lease = this.#lease;
    if (lease !== undefined && (type === MessageType.release || this.#state === 'renewing'))
      return { address: lease.serverId, port: SERVER_PORT };
    return { address: BROADCAST, port: SERVER_PORT, via: this.#options.via };
  }
}
