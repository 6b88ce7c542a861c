import { frameMessage } from '../codec/dns/frame.ts';
import { Flag } from '../codec/dns/header.ts';
import { MAX_MESSAGE_OCTETS } from '../codec/dns/message-writer.ts';
import { Name, formatName } from '../codec/dns/name.ts';
import { Query } from '../codec/dns/query.ts';
import { soaSerial } from '../codec/dns/rdata/soa.ts';
import { Class, Opcode, Rcode, Type, className, opcodeName, typeName } from '../codec/dns/registry.ts';
import { ANY, BROADCAST } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import type { Rule } from '../core/rules.ts';
import { DNS } from '../core/rules/dns.ts';
import type {
  DatagramInput,
  Effects,
  Input,
  Plain,
  Service,
  StreamId,
  StreamInput,
} from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import { Answer } from '../engine/dns/answer.ts';
import { Authority } from '../engine/dns/authority.ts';
import { UDP_OCTETS_DEFAULT, udpLimit } from '../engine/dns/truncate.ts';
import type { RecordOrder } from '../policy/routing/simple.ts';
import type { ZoneSet } from '../store/zone-set.ts';
import { DnsReply } from './dns-reply.ts';
import { DnsStreams } from './dns-streams.ts';

/** RFC 1035 §4.2. */
const DNS_PORT = 53;

export interface DnsServiceOptions {
  readonly zones: ZoneSet;
  readonly random: Random;
  /** UDP and TCP; 53 when left out. */
  readonly port?: number | undefined;
  /** The longest reply over UDP, 512 to 65535; 1232 when left out. */
  readonly udpOctetsMax?: number | undefined;
  /** `file` when left out. */
  readonly recordOrder?: RecordOrder | undefined;
  /** 100 when left out. */
  readonly connectionsMax?: number | undefined;
  /** 10 when left out. */
  readonly idleSeconds?: number | undefined;
  /** Octets answered on one connection before it is closed; 1 MiB when left out. */
  readonly connectionOctetsMax?: number | undefined;
}

type Transport = 'udp' | 'tcp';

/** An authoritative name server on UDP and TCP. The command `status` lists its zones. */
export class DnsService implements Service {
  readonly #zones: ZoneSet;
  readonly #port: number;
  readonly #udpOctetsMax: number;
  readonly #authority: Authority;
  readonly #streams: DnsStreams;
  readonly #query = new Query();
  readonly #answer = new Answer();
  readonly #reply: DnsReply;

  constructor(options: DnsServiceOptions) {
    this.#zones = options.zones;
    this.#port = options.port ?? DNS_PORT;
    this.#udpOctetsMax = options.udpOctetsMax ?? UDP_OCTETS_DEFAULT;
    this.#authority = new Authority(options.zones);
    const idleSeconds = options.idleSeconds ?? 10;
    this.#streams = new DnsStreams({
      connectionsMax: options.connectionsMax ?? 100,
      idleSeconds,
      octetsMax: options.connectionOctetsMax ?? 1_048_576,
    });
    this.#reply = new DnsReply({
      udpOctetsMax: this.#udpOctetsMax,
      idleSeconds,
      recordOrder: options.recordOrder ?? 'file',
      random: options.random,
    });
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'datagram':
        if (input.to.port === this.#port) this.#datagram(input, effects);
        return;
      case 'stream':
        return this.#stream(input, now, effects);
      case 'timer':
        return this.#streams.wake(now, effects);
      case 'command':
        if (input.verb === 'status') effects.reply(this.#status());
        return;
      default:
        return;
    }
  }

  deadline(): Instant {
    return this.#streams.deadline();
  }

  /** Connections stay open: what is asked on them from now on is answered from the new zones. */
  succeed(before: Service): void {
    if (before instanceof DnsService) this.#streams.inherit(before.#streams);
  }

  #datagram(input: DatagramInput, effects: Effects): void {
    // Nobody can hear a reply to port 0.
    if (input.from.port === 0) return;
    const length = this.#respond(input.octets, 'udp', effects);
    if (length === 0) return;
    // RFC 2181 §4.1: from the address that was asked.
    const asked = input.to.address;
    const source = asked === ANY || asked === BROADCAST ? undefined : asked;
    const { address, port } = input.from;
    effects.send(this.#port, { address, port, source }, this.#reply.octets, length);
  }

  #stream(input: StreamInput, now: Instant, effects: Effects): void {
    switch (input.event) {
      case 'opened':
        if (input.local.port === this.#port) this.#streams.open(input.stream, now, effects);
        return;
      case 'octets':
        return this.#octets(input.stream, input.octets, now, effects);
      case 'closed':
        return this.#streams.peerClosed(input.stream, effects);
      case 'reset':
        return this.#streams.forget(input.stream);
    }
  }

  /** RFC 7766 §6.2.1.1: every query of a chunk is answered, in order. */
  #octets(id: StreamId, octets: Uint8Array, now: Instant, effects: Effects): void {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.isClosing) return;
    stream.splitter.push(octets, (message) => {
      const length = this.#respond(message, 'tcp', effects);
      if (length === 0) {
        // A peer that sends no queries does not speak DNS.
        this.#streams.reset(id, effects);
        return false;
      }
      this.#streams.touch(id, now);
      this.#streams.write(id, stream, frameMessage(this.#reply.octets, length), now, effects);
      return !stream.isClosing;
    });
  }

  /** Writes the reply and gives its length; 0 for no reply. */
  #respond(octets: Uint8Array, transport: Transport, effects: Effects): number {
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
    return this.#answerQuestion(transport, effects);
  }

  #answerQuestion(transport: Transport, effects: Effects): number {
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
    this.#authority.answer(query.qname.subarray(0, query.qnameLength), query.qtype, answer, effects);
    // RFC 1035 §6.2: with class ANY there may be more than we know.
    if (query.qclass === Class.ANY) answer.isAuthoritative = false;
    const limit = transport === 'udp' ? udpLimit(query, this.#udpOctetsMax) : MAX_MESSAGE_OCTETS;
    const length = this.#reply.answer(query, answer, limit, transport);
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

  #status(): Plain {
    const zones = this.#zones.zones.map(({ apex, soa, nodeCount }) => ({
      zone: formatName(apex),
      serial: soaSerial(soa.only),
      names: nodeCount,
    }));
    return { zones, connections: this.#streams.count };
  }

  #detail(effects: Effects): string | undefined {
    if (!effects.explains) return undefined;
    const { qname, qnameLength, qtype, qclass, opcode } = this.#query;
    if (qnameLength === 0) return opcodeName(opcode);
    const name = formatName(new Name(qname.slice(0, qnameLength)));
    return `${opcodeName(opcode)} ${name} ${className(qclass)} ${typeName(qtype)}`;
  }
}
