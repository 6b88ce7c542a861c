import type { Endpoint, Ip } from '../core/address.ts';
import { formatIp } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import type { Rule } from '../core/rules.ts';
import { DNS } from '../core/rules/dns.ts';
import type { DatagramInput, Effects, StreamInput, UnreachableInput } from '../core/service.ts';
import { type Instant, NEVER, afterSeconds, earlier } from '../core/time.ts';
import { FrameSplitter, frameMessage } from '../codec/dns/frame.ts';
import { EdnsFlag } from '../codec/dns/edns.ts';
import { Flag } from '../codec/dns/header.ts';
import { type DnsMessage, decodeMessage } from '../codec/dns/message.ts';
import { encodeQuery, isAnswerTo } from '../codec/dns/question.ts';
import { type Name, formatName } from '../codec/dns/name.ts';
import type { ResourceRecord } from '../codec/dns/record.ts';
import { Rcode, Type, rcodeName, typeName } from '../codec/dns/registry.ts';

const SERVER_PORT = 53;
/** RFC 1123 §6.1.3.3: no less than 5 seconds, doubled with each round of all servers. */
const WAIT_SECONDS = 5;
/** How often each server is asked: ours, as most stub resolvers do. */
const ROUNDS = 2;
/** Look-ups at a time: what a program may make us hold. */
const LOOKUPS_MAX = 64;
/** What we can take over UDP without fragments. */
const EDNS = { payloadOctets: 1_232, version: 0, flags: 0, options: [] } as const;
const EDNS_DO = { ...EDNS, flags: EdnsFlag.DO };

/** `nodata`: the name exists without such a record; `failed`: no server gave a usable answer. */
export type LookupResult = 'answered' | 'nodata' | 'nxdomain' | 'failed';

export interface LookupOutcome {
  readonly result: LookupResult;
  readonly qname: Name;
  readonly qtype: number;
  /** The answer section, aliases and all; empty when failed. */
  readonly answers: readonly ResourceRecord[];
  /** The whole of it; undefined when failed. */
  readonly message: DnsMessage | undefined;
  /** Who answered. */
  readonly server: Ip | undefined;
  readonly askedAt: Instant;
}

export interface StubResolverOptions {
  readonly random: Random;
  /** Whether signatures and proofs are asked for (RFC 3225 §3). Left out: no. */
  readonly dnssecOk?: boolean | undefined;
  /** Called once for each look-up, within the input that ended it. */
  settled(outcome: LookupOutcome, now: Instant, effects: Effects): void;
}

interface Lookup {
  readonly qname: Name;
  readonly qtype: number;
  readonly id: number;
  readonly port: number;
  readonly servers: readonly Ip[];
  readonly askedAt: Instant;
  /** Servers asked so far, counting each time: the present one is number `tries` - 1 of the round-robin. */
  tries: number;
  usesEdns: boolean;
  resendAt: Instant;
  stream: number;
  splitter: FrameSplitter | undefined;
}

/** No stream: drivers number theirs from 0 up. */
const NO_STREAM = -1;

/**
 * A stub resolver (RFC 1034 §5.3.1): asks one server after the other and believes only what matches the question. It does not
 * iterate and does not cache.
 */
export class StubResolver {
  readonly #options: StubResolverOptions;
  /** By our port, in the order asked. */
  readonly #lookups = new Map<number, Lookup>();
  #servers: readonly Ip[] = [];

  constructor(options: StubResolverOptions) {
    this.#options = options;
  }

  /** Whom later look-ups ask, in this order. */
  useServers(servers: readonly Ip[]): void {
    this.#servers = servers;
  }

  resolve(qname: Name, qtype: number, now: Instant, effects: Effects): void {
    const servers = this.#servers;
    if (servers.length === 0 || this.#lookups.size >= LOOKUPS_MAX) {
      explain(effects, DNS.lookupFailed, qname, qtype, servers.length === 0 ? 'no servers' : 'too many');
      const outcome = { qname, qtype, answers: [], message: undefined, server: undefined, askedAt: now };
      return this.#options.settled({ result: 'failed', ...outcome }, now, effects);
    }
    const lookup: Lookup = {
      qname,
      qtype,
      // RFC 5452 §9.2: port and ID that nobody can guess.
      id: this.#options.random.below(0x1_0000),
      port: effects.bind(),
      servers,
      askedAt: now,
      tries: 1,
      usesEdns: true,
      resendAt: NEVER,
      stream: NO_STREAM,
      splitter: undefined,
    };
    this.#lookups.set(lookup.port, lookup);
    explain(effects, DNS.lookupAsk, qname, qtype);
    this.#send(lookup, now, effects);
  }

  /** A datagram to one of our ports; others are left alone. */
  receive({ octets, from, to }: DatagramInput, now: Instant, effects: Effects): void {
    const lookup = this.#lookups.get(to.port);
    if (lookup === undefined) return;
    // RFC 5452 §9.1: from a server that was asked.
    if (from.port !== SERVER_PORT || !wasAsked(lookup, from)) return effects.because(DNS.lookupForged);
    const message = this.#matching(lookup, octets, effects);
    if (message === undefined) return;
    if ((message.flags & Flag.TC) !== 0) return this.#askOverTcp(lookup, from.address, now, effects);
    this.#judge(lookup, message, from.address, now, effects);
  }

  /** An event of a stream; others' are left alone. */
  stream(input: StreamInput, now: Instant, effects: Effects): void {
    const lookup = this.#ofStream(input.stream);
    if (lookup === undefined) return;
    switch (input.event) {
      case 'opened':
        return effects.write(lookup.stream, frameMessage(this.#encode(lookup)));
      case 'octets':
        lookup.splitter?.push(input.octets, (octets) => {
          const message = this.#matching(lookup, octets, effects);
          if (message !== undefined) this.#judge(lookup, message, serverOf(lookup), now, effects);
          return message === undefined;
        });
        return;
      case 'closed':
      case 'reset':
        if (input.event === 'closed') effects.close(lookup.stream);
        lookup.stream = NO_STREAM;
        return this.#next(lookup, now, effects);
    }
  }

  /** The network says that the server asked cannot hear us: the next one is asked at once. */
  unreachable({ port, to }: UnreachableInput, now: Instant, effects: Effects): void {
    const lookup = this.#lookups.get(port);
    if (lookup !== undefined && lookup.stream === NO_STREAM && to.address === serverOf(lookup))
      this.#next(lookup, now, effects);
  }

  deadline(): Instant {
    let at: Instant = NEVER;
    for (const lookup of this.#lookups.values()) at = earlier(at, lookup.resendAt);
    return at;
  }

  wake(now: Instant, effects: Effects): void {
    for (const lookup of this.#lookups.values()) if (lookup.resendAt <= now) this.#next(lookup, now, effects);
  }

  /** Forgets all look-ups without an outcome. */
  stop(effects: Effects): void {
    for (const lookup of this.#lookups.values()) this.#release(lookup, effects);
  }

  #send(lookup: Lookup, now: Instant, effects: Effects): void {
    const round = Math.floor((lookup.tries - 1) / lookup.servers.length);
    lookup.resendAt = afterSeconds(now, WAIT_SECONDS * 2 ** round);
    effects.send(lookup.port, { address: serverOf(lookup), port: SERVER_PORT }, this.#encode(lookup));
  }

  #encode({ qname, qtype, id, usesEdns }: Lookup): Uint8Array {
    const edns = this.#options.dnssecOk === true ? EDNS_DO : EDNS;
    return encodeQuery({ qname, qtype }, { id, flags: Flag.RD, edns: usesEdns ? edns : undefined });
  }

  /** The message when it answers our question; what does not is passed over, and the wait goes on (RFC 5452 §9.1). */
  #matching(lookup: Lookup, octets: Uint8Array, effects: Effects): DnsMessage | undefined {
    try {
      const message = decodeMessage(octets);
      if (isAnswerTo(message, lookup)) return message;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
    }
    effects.because(DNS.lookupForged);
    return undefined;
  }

  #judge(lookup: Lookup, message: DnsMessage, server: Ip, now: Instant, effects: Effects): void {
    if (message.rcode === Rcode.FORMERR && lookup.usesEdns) {
      // RFC 6891 §6.2.2: a server that does not know EDNS is asked without it.
      lookup.usesEdns = false;
      this.#dropStream(lookup, effects);
      return this.#send(lookup, now, effects);
    }
    const result = resultOf(lookup, message);
    if (result === undefined) return this.#next(lookup, now, effects, rcodeName(message.rcode));
    explain(effects, DNS.lookupAnswered, lookup.qname, lookup.qtype, `${result} from ${formatIp(server)}`);
    this.#settle(lookup, result, message, server, now, effects);
  }

  #askOverTcp(lookup: Lookup, server: Ip, now: Instant, effects: Effects): void {
    if (lookup.stream !== NO_STREAM || server !== serverOf(lookup)) return;
    explain(effects, DNS.lookupTcp, lookup.qname, lookup.qtype);
    lookup.stream = effects.connect({ address: server, port: SERVER_PORT });
    lookup.splitter = new FrameSplitter();
    lookup.resendAt = afterSeconds(now, WAIT_SECONDS);
  }

  #next(lookup: Lookup, now: Instant, effects: Effects, why?: string): void {
    this.#dropStream(lookup, effects);
    if (lookup.tries >= lookup.servers.length * ROUNDS) {
      explain(effects, DNS.lookupFailed, lookup.qname, lookup.qtype, why);
      return this.#settle(lookup, 'failed', undefined, undefined, now, effects);
    }
    lookup.tries++;
    explain(effects, DNS.lookupRetry, lookup.qname, lookup.qtype, why);
    this.#send(lookup, now, effects);
  }

  #settle(
    lookup: Lookup,
    result: LookupResult,
    message: DnsMessage | undefined,
    server: Ip | undefined,
    now: Instant,
    effects: Effects,
  ): void {
    this.#release(lookup, effects);
    const { qname, qtype, askedAt } = lookup;
    const answers = message?.answers ?? [];
    this.#options.settled({ result, qname, qtype, answers, message, server, askedAt }, now, effects);
  }

  #release(lookup: Lookup, effects: Effects): void {
    if (lookup.stream !== NO_STREAM) effects.close(lookup.stream);
    lookup.stream = NO_STREAM;
    effects.release(lookup.port);
    this.#lookups.delete(lookup.port);
  }

  #dropStream(lookup: Lookup, effects: Effects): void {
    if (lookup.stream !== NO_STREAM) effects.reset(lookup.stream);
    lookup.stream = NO_STREAM;
    lookup.splitter = undefined;
  }

  #ofStream(stream: number): Lookup | undefined {
    for (const lookup of this.#lookups.values()) if (lookup.stream === stream) return lookup;
    return undefined;
  }
}

/** What a reply means; undefined for one that helps nobody: the next server is asked. */
function resultOf({ qtype }: Lookup, message: DnsMessage): LookupResult | undefined {
  if (message.rcode === Rcode.NXDOMAIN) return 'nxdomain';
  if (message.rcode !== Rcode.NOERROR) return undefined;
  if (message.answers.some(({ type }) => type === qtype || qtype === Type.ANY)) return 'answered';
  // A referral: this server does not look names up for others (RFC 2308 §2.2 tells it from NODATA by the SOA or AA).
  const isReferral =
    message.answers.length === 0 &&
    (message.flags & Flag.AA) === 0 &&
    message.authorities.some(({ type }) => type === Type.NS) &&
    !message.authorities.some(({ type }) => type === Type.SOA);
  return isReferral ? undefined : 'nodata';
}

function serverOf({ servers, tries }: Lookup): Ip {
  const server = servers[(tries - 1) % servers.length];
  if (server === undefined) throw new RangeError('a look-up without servers');
  return server;
}

/** A late answer from the server before is welcome too. */
function wasAsked({ servers, tries }: Lookup, { address }: Endpoint): boolean {
  const index = servers.indexOf(address);
  return index >= 0 && index < tries;
}

function explain(effects: Effects, rule: Rule, qname: Name, qtype: number, more = ''): void {
  if (!effects.explains) return effects.because(rule);
  effects.because(rule, `${formatName(qname)} ${typeName(qtype)}${more === '' ? '' : `: ${more}`}`);
}
