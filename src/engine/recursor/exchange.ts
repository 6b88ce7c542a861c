import type { EdnsOption } from '../../codec/dns/edns.ts';
import { EdnsFlag } from '../../codec/dns/edns.ts';
import { FrameSplitter, frameMessage } from '../../codec/dns/frame.ts';
import { Flag } from '../../codec/dns/header.ts';
import { type DnsMessage, decodeMessage } from '../../codec/dns/message.ts';
import { encodeQuery, isAnswerTo } from '../../codec/dns/question.ts';
import { type Name, formatName } from '../../codec/dns/name.ts';
import { OptionCode } from '../../codec/dns/query.ts';
import { Rcode, typeName } from '../../codec/dns/registry.ts';
import { type Ip, formatIp } from '../../core/address.ts';
import { DecodeError } from '../../core/errors.ts';
import type { Random } from '../../core/random.ts';
import { RESOLVER } from '../../core/rules/resolver.ts';
import type { DatagramInput, Effects, StreamInput, UnreachableInput } from '../../core/service.ts';
import { type Instant, NEVER, after, earlier } from '../../core/time.ts';
import type { ServerTable } from './server-table.ts';

const SERVER_PORT = 53;
/** What we can take over UDP without fragments. */
const PAYLOAD_OCTETS = 1_232;
const CLIENT_COOKIE_OCTETS = 8;
/** A handshake and an answer: RFC 7766 leaves it open. */
const TCP_PATIENCE_US = 5_000_000;
/** A name server whose cookie is refused again and again is not asked for ever. */
const RENEWALS_MAX = 2;

export interface UpstreamQuestion {
  readonly qname: Name;
  readonly qtype: number;
  readonly server: Ip;
  /** Options beside the cookie. */
  readonly options: readonly EdnsOption[];
  readonly dnssecOk: boolean;
}

/** What became of a question: a reply that matches it, or none in time. */
export type UpstreamEnd =
  | { readonly kind: 'reply'; readonly message: DnsMessage; readonly server: Ip }
  | { readonly kind: 'silent' | 'unreachable'; readonly server: Ip };

interface Exchange {
  readonly question: UpstreamQuestion;
  readonly id: number;
  readonly port: number;
  readonly sentAt: Instant;
  readonly ended: (end: UpstreamEnd, now: Instant, effects: Effects) => void;
  usesEdns: boolean;
  renewals: number;
  giveUpAt: Instant;
  stream: number;
  readonly splitter: FrameSplitter;
}

export interface ExchangesOptions {
  readonly random: Random;
  readonly servers: ServerTable;
  /** The one port that all questions leave from, as resolvers did before 2008; left out, a new one each time. */
  readonly fixedPort?: number | undefined;
  readonly usesCookies: boolean;
}

/** No stream: drivers number theirs from 0 up. */
const NO_STREAM = -1;

/** The questions of a resolver that wait for a reply: each to one server, over UDP first and over TCP where that is cut short. */
export class Exchanges {
  readonly #options: ExchangesOptions;
  /** By port and ID. */
  readonly #open = new Map<number, Exchange>();
  readonly #ports = new Set<number>();
  readonly #streams = new Map<number, Exchange>();
  /** Sent so far, each try counted. */
  sent = 0;

  constructor(options: ExchangesOptions) {
    this.#options = options;
    if (options.fixedPort !== undefined) this.#ports.add(options.fixedPort);
  }

  get size(): number {
    return this.#open.size;
  }

  ask(question: UpstreamQuestion, ended: Exchange['ended'], now: Instant, effects: Effects): void {
    const { servers, fixedPort } = this.#options;
    const port = fixedPort ?? effects.bind();
    this.#ports.add(port);
    const known = servers.get(question.server);
    const exchange: Exchange = {
      question,
      id: this.#freeId(port),
      port,
      sentAt: now,
      ended,
      usesEdns: known.plainUntil <= now,
      renewals: 0,
      giveUpAt: after(now, servers.patienceUs(question.server)),
      stream: NO_STREAM,
      splitter: new FrameSplitter(),
    };
    this.#open.set(keyOf(exchange), exchange);
    this.#send(exchange, effects);
  }

  receive({ octets, from, to }: DatagramInput, now: Instant, effects: Effects): void {
    if (!this.#ports.has(to.port)) return;
    const id = ((octets[0] ?? 0) << 8) | (octets[1] ?? 0);
    const exchange = this.#open.get(to.port * 0x1_0000 + id);
    if (exchange === undefined || from.port !== SERVER_PORT || from.address !== exchange.question.server)
      return this.#forged(effects, exchange);
    const message = this.#matching(exchange, octets, effects);
    if (message === undefined || !this.#isCookieGood(exchange, message, effects)) return;
    this.#options.servers.heard(exchange.question.server, now - exchange.sentAt);
    if ((message.flags & Flag.TC) !== 0) return this.#askOverTcp(exchange, now, effects);
    this.#take(exchange, message, now, effects);
  }

  stream(input: StreamInput, now: Instant, effects: Effects): void {
    const exchange = this.#streams.get(input.stream);
    if (exchange === undefined) return;
    switch (input.event) {
      case 'opened':
        return effects.write(input.stream, frameMessage(this.#encode(exchange)));
      case 'octets':
        exchange.splitter.push(input.octets, (octets) => {
          const message = this.#matching(exchange, octets, effects);
          if (message !== undefined) this.#take(exchange, message, now, effects);
          return message === undefined;
        });
        return;
      case 'closed':
      case 'reset':
        if (input.event === 'closed') effects.close(input.stream);
        this.#streams.delete(input.stream);
        exchange.stream = NO_STREAM;
        return this.#end(exchange, { kind: 'silent', server: exchange.question.server }, now, effects);
    }
  }

  /** The network says that a server cannot hear us. */
  unreachable({ port, to }: UnreachableInput, now: Instant, effects: Effects): void {
    const { address: server } = to;
    for (const exchange of this.#open.values())
      if (exchange.port === port && exchange.question.server === server && exchange.stream === NO_STREAM) {
        this.#options.servers.silent(server);
        return this.#end(exchange, { kind: 'unreachable', server }, now, effects);
      }
  }

  deadline(): Instant {
    let at: Instant = NEVER;
    for (const { giveUpAt } of this.#open.values()) at = earlier(at, giveUpAt);
    return at;
  }

  wake(now: Instant, effects: Effects): void {
    for (const exchange of this.#open.values()) {
      if (exchange.giveUpAt > now) continue;
      const { server } = exchange.question;
      this.#options.servers.silent(server);
      this.#end(exchange, { kind: 'silent', server }, now, effects);
    }
  }

  #freeId(port: number): number {
    let id = this.#options.random.below(0x1_0000);
    // RFC 5452 §9.2: chance; of two questions from one port each has its own.
    while (this.#open.has(port * 0x1_0000 + id)) id = (id + 1) & 0xffff;
    return id;
  }

  #send(exchange: Exchange, effects: Effects): void {
    const { server, qname, qtype } = exchange.question;
    this.sent++;
    if (effects.explains)
      effects.because(RESOLVER.asks, `${formatName(qname)} ${typeName(qtype)} at ${formatIp(server)}`);
    else effects.because(RESOLVER.asks);
    effects.measure('upstream.queries', this.sent);
    effects.send(exchange.port, { address: server, port: SERVER_PORT }, this.#encode(exchange));
  }

  #encode({ question, id, usesEdns }: Exchange): Uint8Array {
    const { qname, qtype, dnssecOk, options, server } = question;
    const { clientCookie, serverCookie } = this.#options.servers.get(server);
    const cookie = Uint8Array.of(...clientCookie, ...serverCookie);
    const all = this.#options.usesCookies
      ? [{ code: OptionCode.COOKIE, octets: cookie }, ...options]
      : options;
    const flags = dnssecOk ? EdnsFlag.DO : 0;
    // RFC 1034 §4.3.1: recursion is not wanted of an authority, so no flag is set.
    const edns = usesEdns ? { payloadOctets: PAYLOAD_OCTETS, version: 0, flags, options: all } : undefined;
    return encodeQuery({ qname, qtype }, { id, edns });
  }

  /** The message when it answers our question; what does not is passed over, and the wait goes on (RFC 5452 §9.1). */
  #matching(exchange: Exchange, octets: Uint8Array, effects: Effects): DnsMessage | undefined {
    try {
      const message = decodeMessage(octets);
      if (isAnswerTo(message, { id: exchange.id, ...exchange.question })) return message;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
    this.#forged(effects, exchange);
    return undefined;
  }

  /** RFC 7873 §5.3: a cookie that is not ours, or none from a server that has shown one, is somebody else's answer. */
  #isCookieGood({ question, usesEdns }: Exchange, message: DnsMessage, effects: Effects): boolean {
    if (!this.#options.usesCookies || !usesEdns) return true;
    const known = this.#options.servers.get(question.server);
    const option = message.edns?.options.find(({ code }) => code === OptionCode.COOKIE);
    const isOurs =
      option === undefined
        ? known.serverCookie.length === 0
        : known.clientCookie.every((octet, index) => option.octets[index] === octet);
    if (!isOurs) {
      effects.because(RESOLVER.cookieWrong, effects.explains ? formatIp(question.server) : undefined);
      return false;
    }
    if (option !== undefined && option.octets.length > CLIENT_COOKIE_OCTETS)
      known.serverCookie = option.octets.slice(CLIENT_COOKIE_OCTETS);
    return true;
  }

  #take(exchange: Exchange, message: DnsMessage, now: Instant, effects: Effects): void {
    const { server } = exchange.question;
    if (message.rcode === Rcode.BADCOOKIE && exchange.renewals < RENEWALS_MAX) {
      exchange.renewals++;
      return this.#send(exchange, effects);
    }
    if (exchange.usesEdns && message.rcode === Rcode.FORMERR && exchange.stream === NO_STREAM) {
      // RFC 6891 §6.2.2: who does not know EDNS is asked without it.
      this.#options.servers.cannotEdns(server, now);
      exchange.usesEdns = false;
      return this.#send(exchange, effects);
    }
    this.#end(exchange, { kind: 'reply', message, server }, now, effects);
  }

  #askOverTcp(exchange: Exchange, now: Instant, effects: Effects): void {
    if (exchange.stream !== NO_STREAM) return;
    const { server, qname, qtype } = exchange.question;
    effects.because(
      RESOLVER.overTcp,
      effects.explains ? `${formatName(qname)} ${typeName(qtype)} at ${formatIp(server)}` : undefined,
    );
    exchange.stream = effects.connect({ address: server, port: SERVER_PORT });
    this.#streams.set(exchange.stream, exchange);
    exchange.giveUpAt = after(now, TCP_PATIENCE_US);
    this.sent++;
    effects.measure('upstream.queries', this.sent);
  }

  #end(exchange: Exchange, end: UpstreamEnd, now: Instant, effects: Effects): void {
    this.#open.delete(keyOf(exchange));
    if (exchange.port !== this.#options.fixedPort) {
      this.#ports.delete(exchange.port);
      effects.release(exchange.port);
    }
    if (exchange.stream !== NO_STREAM) {
      this.#streams.delete(exchange.stream);
      effects.close(exchange.stream);
    }
    exchange.ended(end, now, effects);
  }

  #forged(effects: Effects, exchange: Exchange | undefined): void {
    if (!effects.explains) return effects.because(RESOLVER.forged);
    const what = exchange === undefined ? 'no question has this ID' : 'server or question are not the same';
    effects.because(RESOLVER.forged, what);
  }
}

function keyOf({ port, id }: { readonly port: number; readonly id: number }): number {
  return port * 0x1_0000 + id;
}
