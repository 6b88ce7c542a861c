import { Flag } from '../codec/dns/header.ts';
import { MAX_MESSAGE_OCTETS } from '../codec/dns/message-writer.ts';
import { Name, formatName } from '../codec/dns/name.ts';
import { Query } from '../codec/dns/query.ts';
import { Class, Opcode, Rcode, Type, className, opcodeName, typeName } from '../codec/dns/registry.ts';
import type { Ip } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import type { Rule } from '../core/rules.ts';
import { DNS } from '../core/rules/dns.ts';
import type { Effects } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import { Answer } from '../engine/dns/answer.ts';
import { Authority } from '../engine/dns/authority.ts';
import { udpLimit } from '../engine/dns/truncate.ts';
import type { Asker } from '../store/routing.ts';
import type { ZoneSet } from '../store/zone-set.ts';
import type { DnsReply } from './dns-reply.ts';

export type Transport = 'udp' | 'tcp';

/** Who sent the present query, and how: one object, filled for each. */
export class DnsClient implements Asker {
  source: Ip;
  transport: Transport = 'udp';
  now: Instant;
  dnssecOk = false;
  readonly subnet = undefined;

  constructor(source: Ip, now: Instant) {
    this.source = source;
    this.now = now;
  }
}

export interface DnsResponderOptions {
  readonly zones: ZoneSet;
  readonly reply: DnsReply;
  /** The longest reply over UDP. */
  readonly udpOctetsMax: number;
}

/** From one message to the reply, whatever it came by. */
export class DnsResponder {
  readonly #authority: Authority;
  readonly #query = new Query();
  readonly #answer = new Answer();
  readonly #reply: DnsReply;
  readonly #udpOctetsMax: number;

  constructor(options: DnsResponderOptions) {
    this.#authority = new Authority(options.zones);
    this.#reply = options.reply;
    this.#udpOctetsMax = options.udpOctetsMax;
  }

  /** Writes the reply and gives its length; 0 for no reply. */
  respond(octets: Uint8Array, client: DnsClient, effects: Effects): number {
    const query = this.#query;
    // A response is not answered, or two servers could talk for ever.
    if (!query.decodeHeader(octets) || (query.flags & Flag.QR) !== 0) {
      effects.because(DNS.ignored);
      return 0;
    }
    const fault = this.#decodeBody(octets);
    if (query.opcode !== Opcode.QUERY) return this.#refuse(Rcode.NOTIMP, DNS.notImplemented, effects);
    if (fault !== undefined) {
      effects.because(DNS.formatError, effects.explains ? fault.message : undefined);
      return this.#reply.error(query, Rcode.FORMERR);
    }
    // RFC 6891 §6.1.3.
    if (query.hasEdns && query.ednsVersion !== 0) return this.#refuse(Rcode.BADVERS, DNS.badVersion, effects);
    return this.#answerQuestion(client, effects);
  }

  #answerQuestion(client: DnsClient, effects: Effects): number {
    const query = this.#query;
    switch (query.qtype) {
      case Type.OPT:
      case Type.TSIG:
      case Type.TKEY:
        return this.#refuse(Rcode.FORMERR, DNS.formatError, effects);
      case Type.AXFR:
      case Type.IXFR:
      case Type.MAILA:
      case Type.MAILB:
        return this.#refuse(Rcode.NOTIMP, DNS.notImplemented, effects);
      default:
    }
    if (query.qclass !== Class.IN && query.qclass !== Class.ANY)
      return this.#refuse(Rcode.REFUSED, DNS.refusedClass, effects);
    const answer = this.#answer;
    client.dnssecOk = query.dnssecOk;
    const qname = query.qname.subarray(0, query.qnameLength);
    this.#authority.answer(qname, query.qtype, client, answer, effects);
    // RFC 1035 §6.2: with class ANY there may be more than we know.
    if (query.qclass === Class.ANY) answer.isAuthoritative = false;
    const limit = client.transport === 'udp' ? udpLimit(query, this.#udpOctetsMax) : MAX_MESSAGE_OCTETS;
    const length = this.#reply.answer(query, answer, limit, client.transport);
    if (this.#reply.wasTruncated) effects.because(DNS.truncated, this.#detail(effects));
    return length;
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

  #refuse(rcode: number, rule: Rule, effects: Effects): number {
    effects.because(rule, this.#detail(effects));
    return this.#reply.error(this.#query, rcode);
  }

  #detail(effects: Effects): string | undefined {
    if (!effects.explains) return undefined;
    const { qname, qnameLength, qtype, qclass, opcode } = this.#query;
    if (qnameLength === 0) return opcodeName(opcode);
    const name = formatName(new Name(qname.slice(0, qnameLength)));
    return `${opcodeName(opcode)} ${name} ${className(qclass)} ${typeName(qtype)}`;
  }
}
