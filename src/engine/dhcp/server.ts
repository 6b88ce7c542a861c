import type { Ipv4, Mac } from '../../core/address.ts';
import { ANY, formatIpv4, formatMac } from '../../core/address.ts';
import type { Rule } from '../../core/rules.ts';
import { DHCP } from '../../core/rules/dhcp.ts';
import type { Effects, Plain, Row, SettledInput } from '../../core/service.ts';
import { latin1Text } from '../../core/text.ts';
import type { Instant } from '../../core/time.ts';
import { MILLISECOND, NEVER, SECOND, after, afterSeconds } from '../../core/time.ts';
import { MessageType, Op, Option } from '../../codec/dhcp/codes.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';
import { DhcpDecoder } from '../../codec/dhcp/message.ts';
import { chooseAddress, leaseSecondsFor } from '../../policy/address/choose.ts';
import { LeaseState, LeaseTable, NO_LEASE } from '../../store/lease-table.ts';
import { ClientAddressBook } from './address-book.ts';
import { INFINITE_LEASE_SECONDS } from './client-lease.ts';
import type { Arrival } from './exchange.ts';
import { LeaseEstate } from './estate.ts';
import { Exchange } from './exchange.ts';
import { leaseRow } from './lease-rows.ts';
import type { Subnet } from './links.ts';
import { Links } from './links.ts';
import { OFFER_RULES } from './offer-rules.ts';
import type { DhcpServerOptions } from './options.ts';
import { PendingAcks } from './pending.ts';
import { ReplyWriter } from './reply.ts';
import { requestKind } from './request-kind.ts';

const NO_MAC = 0 as Mac;
const NOTHING = new Uint8Array(0);
/** Entries of the expiry queue looked at in one timer, and when the next one comes if that was not all. */
const EXPIRIES_MAX = 4096;
const EXPIRY_PAUSE_US = 1 * MILLISECOND;

/** A DHCP server: RFC 2131 §4.3, with BOOTP for reservations. Leases are durable before they are confirmed. */
export class DhcpServer {
  readonly #options: DhcpServerOptions;
  readonly #links: Links;
  readonly #table: LeaseTable;
  readonly #book: ClientAddressBook;
  readonly #estate: LeaseEstate;
  readonly #decoder = new DhcpDecoder();
  readonly #x = new Exchange();
  readonly #replies = new ReplyWriter();
  readonly #pending = new PendingAcks();
  readonly #remembered: (key: Exchange['key']) => Uint8Array;
  /** Nothing is expired before this moment: set when one timer had too much to do. */
  #expireFrom: Instant = 0 as Instant;
  #reported = 0;

  constructor(options: DhcpServerOptions) {
    this.#options = options;
    this.#links = new Links(options);
    // One more pool for the rows of reservations, which are never given to others.
    this.#table = new LeaseTable(options.subnets.length + 1);
    this.#book = new ClientAddressBook(this.#links, this.#table, options.offerHoldSeconds);
    this.#estate = new LeaseEstate(this.#table, this.#links, options.epoch);
    this.#remembered = ({ octets, length }) => {
      const row = this.#table.byClient(octets, length);
      return row === NO_LEASE ? NOTHING : this.#table.relayAgent(row);
    };
  }

  /** A datagram of port 67. Throws `DecodeError`. */
  receive(octets: Uint8Array, arrival: Arrival, now: Instant, effects: Effects): void {
    const request = this.#decoder.decode(octets);
    if (request.op !== Op.request) return effects.because(DHCP.notARequest);
    const x = this.#begin(request, arrival);
    if (x.link === -1) return this.#because(DHCP.unknownLink, x, effects);
    switch (request.messageType) {
      case 0:
        return this.#bootp(x, effects);
      case MessageType.discover:
        return this.#discover(x, now, effects);
      case MessageType.request:
        return this.#request(x, now, effects);
      case MessageType.decline:
        return this.#decline(x, now, effects);
      case MessageType.release:
        return this.#release(x, effects);
      case MessageType.inform:
        return this.#inform(x, effects);
      default:
        return effects.because(DHCP.unsupportedType);
    }
  }

  /** The outcome of a `persist`: RFC 2131 §3.1 step 4 asks for a lease that lasts. */
  settled({ ticket, outcome }: SettledInput, now: Instant, effects: Effects): void {
    const pending = this.#pending.settle(ticket);
    if (pending === undefined) return;
    const { row, lastState, lastExpiresAt } = pending;
    if (outcome === 'durable' && !pending.joined) return;
    const x = this.#begin(this.#decoder.decode(pending.request), pending.arrival);
    const isHeld =
      this.#table.state(row) === LeaseState.bound && this.#table.isOf(row, x.key.octets, x.key.length);
    if (outcome === 'durable') {
      const subnet = this.#book.subnetFor(this.#table.address(row));
      if (isHeld && subnet !== undefined) this.#sendAck(x, row, subnet, this.#secondsLeft(row, now), effects);
      return;
    }
    if (outcome === 'failed') {
      if (isHeld) this.#table.enter(row, lastExpiresAt > now ? lastState : LeaseState.free, lastExpiresAt);
      this.#because(DHCP.notDurable, x, effects);
      return this.#report(effects);
    }
    if (isHeld) this.#table.enter(row, LeaseState.declined, this.#holdUntil(now));
    this.#because(DHCP.conflict, x, effects);
    this.#replies.nak(x, 'address held by another server', effects);
    this.#report(effects);
  }

  restored(row: Row, now: Instant, effects: Effects): void {
    this.#estate.restore(row, now);
    this.#report(effects);
  }

  /** Takes over what another server promised: bound or offered, on the disk or on its way there. */
  inherit(before: DhcpServer, now: Instant): void {
    const rows = this.#estate.inherit(before.#estate, now);
    this.#pending.inherit(before.#pending, (row) => rows[row] ?? NO_LEASE);
    this.#reported = before.#reported;
  }

  /** All addresses ever given, as plain data. */
  leases(): Plain {
    return this.#estate.leases();
  }

  /** How the addresses of each subnet are used. */
  pools(): Plain {
    return this.#estate.pools();
  }

  /** Takes the free addresses of subnets but for `leave`, in the order in which they would be given, until a moment; how many. */
  fillPools(subnet: string | undefined, leave: number, until: Instant): number {
    return this.#estate.fill(subnet, leave, until);
  }

  deadline(): Instant {
    const next = this.#table.nextExpiry();
    return next < this.#expireFrom ? this.#expireFrom : next;
  }

  wake(now: Instant, effects: Effects): void {
    if (now < this.deadline()) return;
    const bound = this.#table.bound;
    this.#table.expire(now, EXPIRIES_MAX);
    if (this.#table.nextExpiry() <= now) this.#expireFrom = after(now, EXPIRY_PAUSE_US);
    const ended = bound - this.#table.bound;
    if (ended > 0) effects.because(DHCP.expired, effects.explains ? `leases: ${ended}` : undefined);
    this.#report(effects);
  }

  #begin(request: DhcpMessage, arrival: Arrival): Exchange {
    this.#x.begin(request, arrival, this.#links, this.#options, this.#remembered);
    this.#book.view(this.#x);
    return this.#x;
  }

  /** RFC 2131 §4.3.1. */
  #discover(x: Exchange, now: Instant, effects: Effects): void {
    const row = this.#rowOf(x);
    const state = row === NO_LEASE ? LeaseState.free : this.#table.state(row);
    const address = row === NO_LEASE ? undefined : this.#table.address(row);
    const isCurrent =
      address !== undefined &&
      (state === LeaseState.bound || state === LeaseState.offered) &&
      this.#book.isKept(address);
    const wishes = {
      reserved: x.reserved?.address,
      current: isCurrent ? address : undefined,
      previous: state === LeaseState.free ? address : undefined,
      requested: x.request.ip(Option.requestedAddress),
    };
    const choice = chooseAddress(wishes, this.#book) ?? this.#book.takeBack(now);
    const subnet = choice && this.#book.subnetFor(choice.address);
    if (choice === undefined || subnet === undefined)
      return this.#because(this.#admitting(x) ? DHCP.poolEmpty : DHCP.noSubnetForClass, x, effects);
    const given = this.#take(x, choice.address, subnet);
    if (this.#table.state(given) !== LeaseState.bound)
      this.#table.enter(given, LeaseState.offered, afterSeconds(now, this.#options.offerHoldSeconds));
    this.#because(OFFER_RULES[choice.reason], x, effects, choice.address);
    const leaseSeconds = this.#leaseSeconds(x, given, subnet, now);
    this.#replies.grant(
      x,
      { type: MessageType.offer, yiaddr: choice.address, subnet, leaseSeconds },
      effects,
    );
  }

  /** RFC 2131 §4.3.2, the four states told apart by §4.3.6. */
  #request(x: Exchange, now: Instant, effects: Effects): void {
    switch (requestKind(x.request, x.unicast)) {
      case 'selecting':
        return this.#select(x, now, effects);
      case 'init-reboot':
        return this.#verify(x, x.request.ip(Option.requestedAddress) ?? ANY, DHCP.ack, now, effects);
      case 'renewing':
      case 'rebinding':
        return this.#verify(x, x.request.ciaddr, DHCP.ackExtended, now, effects);
      case 'no-data':
        return this.#guess(x, now, effects);
    }
  }

  #select(x: Exchange, now: Instant, effects: Effects): void {
    const row = this.#rowOf(x);
    if (!this.#isForUs(x)) {
      if (row !== NO_LEASE && this.#table.state(row) === LeaseState.offered)
        this.#table.enter(row, LeaseState.free, NEVER);
      return this.#because(DHCP.otherServer, x, effects);
    }
    const wanted = x.request.ip(Option.requestedAddress) ?? x.request.ciaddr;
    if (this.#has(row, wanted)) return this.#ack(x, row, DHCP.ack, now, effects);
    // The offer may be of an earlier life of ours, since offers are not on the disk.
    const subnet = this.#book.isAvailable(wanted) ? this.#book.subnetFor(wanted) : undefined;
    if (subnet !== undefined) return this.#ack(x, this.#take(x, wanted, subnet), DHCP.ack, now, effects);
    this.#nak(x, DHCP.nakNotOffered, 'address not available', effects);
  }

  /** A client that names its address itself: INIT-REBOOT, RENEWING, REBINDING. */
  #verify(x: Exchange, wanted: Ipv4, rule: Rule, now: Instant, effects: Effects): void {
    const row = this.#rowOf(x);
    const isHere = this.#links.subnetsOf(x.link).some((subnet) => subnet.contains(wanted));
    if (!isHere) return this.#nak(x, DHCP.nakWrongNetwork, 'wrong network', effects);
    if (this.#has(row, wanted)) return this.#ack(x, row, rule, now, effects);
    if (row !== NO_LEASE) {
      const isMine = this.#table.address(row) === wanted;
      const subnet = isMine && this.#book.isAvailable(wanted) ? this.#book.subnetFor(wanted) : undefined;
      if (subnet !== undefined) return this.#ack(x, this.#take(x, wanted, subnet), rule, now, effects);
      return this.#nak(x, DHCP.nakWrongAddress, 'not your address', effects);
    }
    // A reservation is a record too; else without one the server MUST be silent: RFC 2131 §4.3.2.
    if (x.reserved?.address === wanted && this.#book.isUsable(wanted))
      return this.#ack(x, this.#take(x, wanted, x.reserved.subnet), rule, now, effects);
    if (this.#options.isAuthoritative) return this.#nak(x, DHCP.nakAuthoritative, 'unknown client', effects);
    this.#because(DHCP.silentUnknown, x, effects);
  }

  /** A REQUEST for nothing: what the server knows, when the switch says so. */
  #guess(x: Exchange, now: Instant, effects: Effects): void {
    const row = this.#rowOf(x);
    if (
      !this.#options.acksWithoutRequestData ||
      row === NO_LEASE ||
      !this.#has(row, this.#table.address(row))
    )
      return this.#because(DHCP.noData, x, effects);
    this.#ack(x, row, DHCP.ackNoData, now, effects);
  }

  /** RFC 2131 §4.3.3. */
  #decline(x: Exchange, now: Instant, effects: Effects): void {
    const row = this.#rowOf(x);
    const address = x.request.ip(Option.requestedAddress) ?? ANY;
    if (!this.#mayGiveUp(x, row, address, effects)) return;
    this.#table.enter(row, LeaseState.declined, this.#holdUntil(now));
    this.#because(DHCP.declined, x, effects, address);
    effects.persist([leaseRow(this.#table, row)]);
    this.#report(effects);
  }

  /** RFC 2131 §4.3.4: the memory of the client stays. */
  #release(x: Exchange, effects: Effects): void {
    const row = this.#rowOf(x);
    const address = x.request.ciaddr;
    if (!this.#mayGiveUp(x, row, address, effects)) return;
    this.#table.enter(row, LeaseState.free, NEVER);
    this.#because(DHCP.released, x, effects, address);
    effects.persist([leaseRow(this.#table, row)]);
    this.#report(effects);
  }

  /** RFC 2131 §4.3.5: neither an address nor a lease. */
  #inform(x: Exchange, effects: Effects): void {
    const subnet = this.#book.subnetFor(x.request.ciaddr) ?? this.#admitting(x);
    if (subnet === undefined) return this.#because(DHCP.noSubnetForClass, x, effects);
    this.#because(DHCP.informed, x, effects, x.request.ciaddr);
    this.#replies.grant(x, { type: MessageType.ack, yiaddr: ANY, subnet, leaseSeconds: 0 }, effects);
  }

  #bootp(x: Exchange, effects: Effects): void {
    const { reserved } = x;
    if (reserved === undefined || !this.#book.isUsable(reserved.address))
      return this.#because(DHCP.bootpUnknown, x, effects);
    this.#because(DHCP.bootp, x, effects, reserved.address);
    this.#replies.grant(
      x,
      { type: 0, yiaddr: reserved.address, subnet: reserved.subnet, leaseSeconds: 0 },
      effects,
    );
  }

  /** Binds, persists, and answers behind the disk: what follows `persist` is held until it is durable. */
  #ack(x: Exchange, row: number, rule: Rule, now: Instant, effects: Effects): void {
    const table = this.#table;
    if (this.#pending.has(row)) {
      this.#pending.join(row, x.request.octets, x.arrival);
      return this.#because(DHCP.joined, x, effects);
    }
    const subnet = this.#book.subnetFor(table.address(row));
    if (subnet === undefined) return this.#because(DHCP.noSubnetForClass, x, effects);
    const leaseSeconds = this.#leaseSeconds(x, row, subnet, now);
    const last = { state: table.state(row), expiresAt: table.expiresAt(row) };
    const isEndless = leaseSeconds === INFINITE_LEASE_SECONDS;
    table.enter(row, LeaseState.bound, isEndless ? NEVER : afterSeconds(now, leaseSeconds));
    if (x.relayAgent !== undefined) table.setRelayAgent(row, x.relayAgent);
    const hostName = x.request.option(Option.hostName);
    if (hostName !== undefined) table.setHostName(row, latin1Text(hostName));
    const ticket = effects.persist([leaseRow(table, row)]);
    this.#pending.add(ticket, row, x.request.octets, x.arrival, last);
    this.#because(rule, x, effects, table.address(row));
    this.#sendAck(x, row, subnet, leaseSeconds, effects);
    this.#report(effects);
  }

  #sendAck(x: Exchange, row: number, subnet: Subnet, leaseSeconds: number, effects: Effects): void {
    const yiaddr = this.#table.address(row);
    this.#replies.grant(x, { type: MessageType.ack, yiaddr, subnet, leaseSeconds }, effects);
  }

  #nak(x: Exchange, rule: Rule, words: string, effects: Effects): void {
    this.#because(rule, x, effects);
    this.#replies.nak(x, words, effects);
  }

  #rowOf(x: Exchange): number {
    return this.#table.byClient(x.key.octets, x.key.length);
  }

  /** Whether the client has this address now, offered or bound, and may keep it. */
  #has(row: number, address: Ipv4): boolean {
    if (row === NO_LEASE || this.#table.address(row) !== address) return false;
    const state = this.#table.state(row);
    return (state === LeaseState.bound || state === LeaseState.offered) && this.#book.isKept(address);
  }

  /** The row of an address, given to this client; an offer that it had elsewhere is taken back. */
  #take(x: Exchange, address: Ipv4, subnet: Subnet): number {
    const table = this.#table;
    const last = this.#rowOf(x);
    if (last !== NO_LEASE && table.address(last) !== address && table.state(last) === LeaseState.offered)
      table.enter(last, LeaseState.free, NEVER);
    subnet.pool.touch(address);
    const pool = this.#links.isReserved(address) ? this.#links.subnets.length : subnet.index;
    const row = table.open(address, pool);
    table.assign(row, x.key.octets, x.key.length, x.mac ?? NO_MAC);
    return row;
  }

  #leaseSeconds(x: Exchange, row: number, subnet: Subnet, now: Instant): number {
    const promised = this.#table.state(row) === LeaseState.bound ? this.#secondsLeft(row, now) : 0;
    return leaseSecondsFor(x.request.u32(Option.leaseTime), subnet.settings.lease, promised);
  }

  #secondsLeft(row: number, now: Instant): number {
    const left = this.#table.expiresAt(row);
    return left === NEVER ? INFINITE_LEASE_SECONDS : Math.max(0, Math.floor((left - now) / SECOND));
  }

  /** Option 54 names one of our addresses, or the one the relay gave us: RFC 2131 §4.1, RFC 5107 §4. */
  #isForUs(x: Exchange): boolean {
    const named = x.request.ip(Option.serverIdentifier);
    return named === x.serverId || (named !== undefined && this.#options.addresses.includes(named));
  }

  /** Whether a RELEASE or DECLINE is followed; if not, the rule has been said. */
  #mayGiveUp(x: Exchange, row: number, address: Ipv4, effects: Effects): boolean {
    const isNamed = x.request.has(Option.serverIdentifier);
    const isOurs = isNamed ? this.#isForUs(x) : this.#options.acceptsWithoutServerId;
    const may = isOurs && this.#has(row, address);
    if (!may) this.#because(isNamed || isOurs ? DHCP.notHolder : DHCP.noServerId, x, effects);
    return may;
  }

  #admitting(x: Exchange): Subnet | undefined {
    return this.#links.subnetsOf(x.link).find((subnet) => subnet.admits(x));
  }

  #holdUntil(now: Instant): Instant {
    return afterSeconds(now, this.#options.declineHoldSeconds);
  }

  #because(rule: Rule, x: Exchange, effects: Effects, address?: Ipv4): void {
    if (!effects.explains) return effects.because(rule);
    const who = x.mac === undefined ? 'a client' : formatMac(x.mac);
    effects.because(rule, address === undefined ? who : `${formatIpv4(address)} for ${who}`);
  }

  #report(effects: Effects): void {
    if (this.#table.bound === this.#reported) return;
    this.#reported = this.#table.bound;
    effects.measure('dhcp.leases.active', this.#reported);
  }
}
