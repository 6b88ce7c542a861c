import { type EdnsOption, ExtendedError } from '../codec/dns/edns.ts';
import { Flag } from '../codec/dns/header.ts';
import { MAX_MESSAGE_OCTETS } from '../codec/dns/message-writer.ts';
import { Name, formatName } from '../codec/dns/name.ts';
import { OptionCode, Query } from '../codec/dns/query.ts';
import { Class, Opcode, Rcode, Type, className, opcodeName, typeName } from '../codec/dns/registry.ts';
import { DecodeError } from '../core/errors.ts';
import type { Rule } from '../core/rules.ts';
import { DNS } from '../core/rules/dns.ts';
import { Answer } from '../engine/dns/answer.ts';
import { Authority } from '../engine/dns/authority.ts';
import { CLIENT_COOKIE_OCTETS, type ServerCookies } from '../engine/dns/cookies.ts';
import type { ResponseKind, ResponseRates } from '../engine/dns/response-rates.ts';
import { udpLimit } from '../engine/dns/truncate.ts';
import type { AccessList } from '../store/access.ts';
import { isRead, type Reasons } from '../store/routing.ts';
import type { ZoneSet } from '../store/zone-set.ts';
import type { DnsClient } from './dns-client.ts';
import type { DnsReply } from './dns-reply.ts';
import type { DnsSigning } from './dns-signing.ts';
import type { ReplyTo } from './dns-updates.ts';
import type { ZoneDesk } from './zone-desk.ts';

export interface DnsResponderOptions {
  readonly zones: ZoneSet;
  readonly reply: DnsReply;
  /** The longest reply over UDP. */
  readonly udpOctetsMax: number;
  /** How long an idle connection stays: RFC 7828 §3.1 tells it in tenths of a second. */
  readonly idleSeconds: number;
  /** Who may ask at all; left out, everybody. */
  readonly allowQuery?: AccessList | undefined;
  /** RFC 5001 §2.3: what tells this server from others at its address. */
  readonly nsid?: Uint8Array | undefined;
  /** Left out, cookies are passed over. */
  readonly cookies?: ServerCookies | undefined;
  /** Whether a client must prove its address over UDP before it is answered. */
  readonly wantsCookie?: boolean | undefined;
  /** Left out, nothing is limited. */
  readonly rates?: ResponseRates | undefined;
  /** Left out, there are neither transfers nor updates, and signatures are passed over. */
  readonly desk?: ZoneDesk | undefined;
  readonly signing?: DnsSigning | undefined;
}

const NO_OCTETS = new Uint8Array(0);

/** What `respond` gives where the reply comes by itself. */
export const LATER = -1;

/** From one message to the reply, whatever it came by. */
export class DnsResponder {
  readonly #options: DnsResponderOptions;
  readonly #authority: Authority;
  readonly #query = new Query();
  readonly #answer = new Answer();
  readonly #reply: DnsReply;
  readonly #nsid: EdnsOption | undefined;
  readonly #keepalive: EdnsOption;
  readonly #subnetOption: { readonly code: number; octets: Uint8Array } = {
    code: OptionCode.CLIENT_SUBNET,
    octets: NO_OCTETS,
  };
  #octets: Uint8Array;
  /** The client has shown that it gets what is sent to its address. */
  #isProved = false;
  #isCookieGood = false;
  #isPadding = false;
  /** The CLIENT-SUBNET option of the reply. */
  #scopeAt: Uint8Array | undefined;

  constructor(options: DnsResponderOptions) {
    this.#options = options;
    this.#authority = new Authority(options.zones);
    this.#reply = options.reply;
    this.#octets = options.reply.octets;
    this.#nsid = options.nsid && { code: OptionCode.NSID, octets: options.nsid };
    const tenths = Math.min(Math.round(options.idleSeconds * 10), 0xffff);
    this.#keepalive = {
      code: OptionCode.TCP_KEEPALIVE,
      octets: Uint8Array.of(tenths >>> 8, tenths & 0xff),
    };
  }

  /** The reply written last. */
  get octets(): Uint8Array {
    return this.#octets;
  }

  /** Writes the reply and gives its length; 0 for no reply, `LATER` for one that comes by itself. */
  respond(octets: Uint8Array, client: DnsClient, reasons: Reasons): number {
    const { signing } = this.#options;
    this.#octets = this.#reply.octets;
    signing?.start();
    const length = this.#respond(octets, client, reasons);
    if (length <= 0 || signing === undefined || this.#octets !== this.#reply.octets) return length;
    return signing.seal(this.#octets, length, client.now);
  }

  /** Like `respond`, for what is a look-up and not signed; undefined for all else, with nothing done. */
  respondToLookUp(octets: Uint8Array, client: DnsClient, reasons: Reasons): number | undefined {
    const query = this.#query;
    if (!query.decodeHeader(octets) || (query.flags & Flag.QR) !== 0 || query.opcode !== Opcode.QUERY)
      return undefined;
    const fault = this.#decodeBody(octets);
    if (query.tsigAt >= 0 || query.qtype === Type.AXFR || query.qtype === Type.IXFR) return undefined;
    this.#octets = this.#reply.octets;
    this.#options.signing?.start();
    return this.#respondTo(octets, fault, client, reasons);
  }

  #respond(octets: Uint8Array, client: DnsClient, reasons: Reasons): number {
    // A response is not answered, or two servers could talk for ever.
    if (!this.#query.decodeHeader(octets) || (this.#query.flags & Flag.QR) !== 0) {
      reasons.because(DNS.ignored);
      return 0;
    }
    return this.#respondTo(octets, this.#decodeBody(octets), client, reasons);
  }

  /** `fault` is what is wrong with the query that was read. */
  #respondTo(
    octets: Uint8Array,
    fault: DecodeError | undefined,
    client: DnsClient,
    reasons: Reasons,
  ): number {
    const query = this.#query;
    const reply = this.#reply;
    reply.start();
    this.#isPadding = false;
    if (query.opcode !== Opcode.QUERY && !this.#isForDesk(query.opcode))
      return this.#refuse(Rcode.NOTIMP, DNS.notImplemented, reasons);
    if (fault !== undefined) {
      reasons.because(DNS.formatError, reasons.explains ? fault.message : undefined);
      return reply.error(query, Rcode.FORMERR);
    }
    // RFC 7830 §4: only over what is encrypted.
    this.#isPadding = client.transport === 'tls' && query.isPadded;
    // RFC 6891 §6.1.3.
    if (query.hasEdns && query.ednsVersion !== 0) return this.#refuse(Rcode.BADVERS, DNS.badVersion, reasons);
    const refused = this.#verify(octets, client, reasons);
    if (refused !== undefined) return refused;
    this.#putOptions(client);
    if (query.opcode !== Opcode.QUERY) return this.#askDesk(octets, client, reasons);
    if (query.qdcount === 0) return this.#cookieAlone(reasons);
    return this.#answerQuestion(octets, client, reasons);
  }

  #isForDesk(opcode: number): boolean {
    return this.#options.desk !== undefined && (opcode === Opcode.NOTIFY || opcode === Opcode.UPDATE);
  }

  /** The length of a refusal where the query is signed, and not well: RFC 8945 §5.2. */
  #verify(octets: Uint8Array, client: DnsClient, reasons: Reasons): number | undefined {
    const { signing } = this.#options;
    if (signing === undefined || this.#query.tsigAt < 0) return undefined;
    try {
      const rule = signing.judge(octets, this.#query.tsigAt, client.now);
      if (signing.isRefused) return this.#refuse(Rcode.NOTAUTH, rule, reasons);
      reasons.because(rule);
      return undefined;
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      reasons.because(DNS.formatError, reasons.explains ? error.message : undefined);
      return this.#error(Rcode.FORMERR);
    }
  }

  /** Hands what is no look-up to those who have the zones in hand. */
  #askDesk(octets: Uint8Array, client: DnsClient, reasons: Reasons): number {
    const query = this.#query;
    const { desk } = this.#options;
    if (desk === undefined) return this.#refuse(Rcode.NOTIMP, DNS.notImplemented, reasons);
    const answer = desk.take(
      {
        octets,
        query,
        source: client.source,
        now: client.now,
        replyTo: replyTo(client),
        udpOctetsMax: udpLimit(query, this.#options.udpOctetsMax),
      },
      reasons,
    );
    switch (answer.kind) {
      case 'later':
        return LATER;
      case 'message':
        this.#octets = answer.octets;
        return answer.length;
      case 'rcode':
        return this.#error(answer.rcode);
    }
  }

  /** What the client asked for beside its question. */
  #putOptions(client: DnsClient): void {
    const query = this.#query;
    this.#isProved = client.transport !== 'udp';
    if (query.asksNsid && this.#nsid !== undefined) this.#reply.option(this.#nsid);
    // RFC 7828 §3.3.1: over UDP the option is ignored.
    if (query.asksKeepalive && client.transport !== 'udp') this.#reply.option(this.#keepalive);
    this.#putSubnet(client);
    const { cookies } = this.#options;
    const { cookie } = query;
    if (cookies === undefined || cookie.length === 0) return;
    this.#isCookieGood = cookies.isGood(cookie, client.source, client.now);
    this.#isProved ||= this.#isCookieGood;
    this.#reply.option({
      code: OptionCode.COOKIE,
      octets: cookies.make(cookie, client.source, client.now),
    });
  }

  /** RFC 7871 §7.2.1: an option that was sent is in the response, whether it was needed or not; its scope is written when it is known. */
  #putSubnet(client: DnsClient): void {
    const { subnet } = this.#query;
    client.setSubnet(subnet);
    this.#scopeAt = subnet.length === 0 ? undefined : subnet;
    this.#subnetOption.octets = subnet;
    if (subnet.length > 0) this.#reply.option(this.#subnetOption);
  }

  /** RFC 7873 §5.4: a query without a question. A server's cookie that is wrong is said to be so. */
  #cookieAlone(reasons: Reasons): number {
    if (this.#options.cookies === undefined) {
      reasons.because(DNS.formatError);
      return this.#error(Rcode.FORMERR);
    }
    reasons.because(DNS.cookieOnly);
    const isWrong = this.#query.cookie.length > CLIENT_COOKIE_OCTETS && !this.#isCookieGood;
    return this.#error(isWrong ? Rcode.BADCOOKIE : Rcode.NOERROR);
  }

  #answerQuestion(octets: Uint8Array, client: DnsClient, reasons: Reasons): number {
    const query = this.#query;
    const { allowQuery, cookies, wantsCookie } = this.#options;
    // RFC 7873 §5.2.3 (2); a client that sends no cookie at all could not ask again with a better one.
    if (wantsCookie === true && !this.#isProved && cookies !== undefined && query.cookie.length > 0)
      return this.#refuse(Rcode.BADCOOKIE, DNS.cookieWanted, reasons);
    if (wantsCookie === true && !this.#isProved) return this.#slip(DNS.cookieWanted, reasons);
    if (allowQuery !== undefined && !allowQuery.allows(client.source)) {
      this.#extendedError(PROHIBITED);
      return this.#refuse(Rcode.REFUSED, DNS.prohibited, reasons);
    }
    switch (query.qtype) {
      case Type.OPT:
      case Type.TSIG:
      case Type.TKEY:
        return this.#refuse(Rcode.FORMERR, DNS.formatError, reasons);
      case Type.NXNAME:
        // RFC 9824 §3.5.
        this.#extendedError(INVALID_TYPE);
        return this.#refuse(Rcode.FORMERR, DNS.formatError, reasons);
      case Type.AXFR:
      case Type.IXFR:
        if (this.#options.desk !== undefined) return this.#askDesk(octets, client, reasons);
        this.#extendedError(NOT_SUPPORTED);
        return this.#refuse(Rcode.NOTIMP, DNS.notImplemented, reasons);
      case Type.MAILA:
      case Type.MAILB:
        this.#extendedError(NOT_SUPPORTED);
        return this.#refuse(Rcode.NOTIMP, DNS.notImplemented, reasons);
      default:
    }
    if (query.qclass !== Class.IN && query.qclass !== Class.ANY) {
      this.#extendedError(NOT_AUTHORITATIVE);
      return this.#refuse(Rcode.REFUSED, DNS.refusedClass, reasons);
    }
    return this.#lookUp(client, reasons);
  }

  #lookUp(client: DnsClient, reasons: Reasons): number {
    const query = this.#query;
    const answer = this.#answer;
    client.dnssecOk = query.dnssecOk;
    client.compactOk = query.compactOk;
    this.#authority.answer(query.name, query.qtype, client, answer, reasons);
    if (answer.rcode === Rcode.REFUSED)
      this.#extendedError(answer.isProhibited ? PROHIBITED : NOT_AUTHORITATIVE);
    // RFC 7871 §6: SCOPE PREFIX-LENGTH.
    if (this.#scopeAt !== undefined) this.#scopeAt[3] = answer.scope.prefixLength;
    // RFC 1035 §6.2: with class ANY there may be more than we know.
    if (query.qclass === Class.ANY) answer.isAuthoritative = false;
    const { rates } = this.#options;
    if (rates !== undefined && !this.#isProved) {
      const fate = rates.judge(client.source, kindOf(answer), subjectOf(answer), client.now);
      if (fate === 'slip') return this.#slip(DNS.rateSlipped, reasons);
      if (fate === 'drop') {
        reasons.because(DNS.rateLimited, this.#detail(DNS.rateLimited, reasons));
        return 0;
      }
    }
    const length = this.#write(client);
    if (this.#reply.wasTruncated) reasons.because(DNS.truncated, this.#detail(DNS.truncated, reasons));
    return length;
  }

  #write(client: DnsClient): number {
    const { udpOctetsMax } = this.#options;
    const most = client.transport === 'udp' ? udpLimit(this.#query, udpOctetsMax) : MAX_MESSAGE_OCTETS;
    // RFC 8945 §5.3: what leaves no room for the signature is truncated.
    const limit = most - (this.#options.signing?.octets ?? 0);
    const length = this.#reply.answer(this.#query, this.#answer, limit);
    if (!this.#isPadding) return length;
    // The length is known when it is written: it is written again around its padding.
    this.#reply.pad(length);
    return this.#reply.answer(this.#query, this.#answer, limit);
  }

  #slip(rule: Rule, reasons: Reasons): number {
    reasons.because(rule, this.#detail(rule, reasons));
    return this.#reply.slip(this.#query);
  }

  /** RFC 8914 §3: it needs OPT, which a reply has only where the query has. */
  #extendedError(option: EdnsOption): void {
    if (this.#query.hasEdns) this.#reply.option(option);
  }

  #decodeBody(octets: Uint8Array): DecodeError | undefined {
    try {
      this.#query.decodeBody(octets);
      return undefined;
    } catch (error) {
      if (error instanceof DecodeError) return error;
      throw error;
    }
  }

  #refuse(rcode: number, rule: Rule, reasons: Reasons): number {
    reasons.because(rule, this.#detail(rule, reasons));
    return this.#error(rcode);
  }

  #error(rcode: number): number {
    const length = this.#reply.error(this.#query, rcode);
    if (!this.#isPadding) return length;
    this.#reply.pad(length);
    return this.#reply.error(this.#query, rcode);
  }

  #detail(rule: Rule, reasons: Reasons): string | undefined {
    if (!isRead(reasons, rule)) return undefined;
    const { qname, qnameLength, qtype, qclass, opcode } = this.#query;
    if (qnameLength === 0) return opcodeName(opcode);
    const name = formatName(new Name(qname.slice(0, qnameLength)));
    return `${opcodeName(opcode)} ${name} ${className(qclass)} ${typeName(qtype)}`;
  }
}

/** RFC 8914 §2: INFO-CODE, and no EXTRA-TEXT: the rule is in the log. */
function extendedError(code: number): EdnsOption {
  return { code: OptionCode.EDE, octets: Uint8Array.of(code >>> 8, code & 0xff) };
}

const PROHIBITED = extendedError(ExtendedError.PROHIBITED);
const NOT_AUTHORITATIVE = extendedError(ExtendedError.NOT_AUTHORITATIVE);
const INVALID_TYPE = extendedError(ExtendedError.INVALID_QUERY_TYPE);
const NOT_SUPPORTED = extendedError(ExtendedError.NOT_SUPPORTED);

function kindOf({ rcode, isAuthoritative, answers }: Answer): ResponseKind {
  if (rcode === Rcode.NXDOMAIN) return 'no-name';
  if (rcode !== Rcode.NOERROR) return 'error';
  if (answers.length > 0) return 'answer';
  return isAuthoritative ? 'no-data' : 'referral';
}

/** What a response is about: the wildcard and not the name it stood in for, the zone and not the name that it lacks. */
function subjectOf({ rcode, answers, authorities }: Answer): Name | undefined {
  const isNegative = rcode !== Rcode.NOERROR || answers.length === 0;
  return (isNegative ? authorities.rrset(0) : answers.rrset(0))?.owner;
}

/** Where a reply goes that comes by itself. */
function replyTo({ transport, source: address, port, asked, askedPort, stream }: DnsClient): ReplyTo {
  if (transport !== 'udp') return { kind: 'stream', stream };
  return { kind: 'udp', port: askedPort, to: { address, port, source: asked } };
}
