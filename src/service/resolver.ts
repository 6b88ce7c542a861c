import { frameMessage } from '../codec/dns/frame.ts';
import { EdnsFlag } from '../codec/dns/edns.ts';
import { Flag } from '../codec/dns/header.ts';
import { type DnsMessage, decodeMessage, encodeMessage } from '../codec/dns/message.ts';
import { EMPTY_MESSAGE } from '../codec/dns/question.ts';
import { MAX_MESSAGE_OCTETS } from '../codec/dns/message-writer.ts';
import { formatName } from '../codec/dns/name.ts';
import type { ResourceRecord } from '../codec/dns/record.ts';
import { Class, Opcode, Rcode, Type, rcodeName, typeName } from '../codec/dns/registry.ts';
import { ANY, BROADCAST, type Endpoint, type Ip } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import { DNS } from '../core/rules/dns.ts';
import { RESOLVER } from '../core/rules/resolver.ts';
import type { Rule } from '../core/rules.ts';
import type { DatagramInput, Effects, Input, Service, StreamId, StreamInput } from '../core/service.ts';
import { type Instant, earlier } from '../core/time.ts';
import { recordsOf } from '../engine/recursor/record-set.ts';
import { Recursor, type RecursorOptions } from '../engine/recursor/recursor.ts';
import type { Given, Outcome } from '../engine/recursor/task.ts';
import type { AccessList } from '../store/access.ts';
import { DnsStreams } from './dns-streams.ts';

/** RFC 1035 §4.2. */
const DNS_PORT = 53;
/** What we send over UDP at most, whatever the client says it can take: no fragments. */
const UDP_OCTETS_MAX = 1_232;
/** RFC 1035 §4.2.1: what a client without EDNS can take. */
const PLAIN_OCTETS = 512;
/** Header, the longest question, OPT. */
const HEAD_OCTETS = 12 + 259 + 11;
/** RFC 1035 §4.1.3: type, class, TTL, RDLENGTH. */
const RECORD_OCTETS = 10;
const STREAMS = { connectionsMax: 100, idleSeconds: 10, octetsMax: 1 << 20 };

export interface ResolverServiceOptions extends RecursorOptions {
  /** Who may ask; left out, everybody. */
  readonly allowQuery: AccessList | undefined;
}

/** Where an answer goes. */
type Client =
  | { readonly kind: 'datagram'; readonly to: Endpoint; readonly source: Ip | undefined }
  | { readonly kind: 'stream'; readonly stream: StreamId };

/** A recursive resolver on UDP and TCP. The command `status` shows its figures. */
export class ResolverService implements Service {
  readonly #recursor: Recursor;
  readonly #streams = new DnsStreams(STREAMS);
  readonly #allowQuery: AccessList | undefined;

  constructor(options: ResolverServiceOptions) {
    this.#recursor = new Recursor(options);
    this.#allowQuery = options.allowQuery;
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'datagram':
        if (input.to.port === DNS_PORT) return this.#datagram(input, now, effects);
        return this.#recursor.receive(input, now, effects);
      case 'stream':
        return this.#stream(input, now, effects);
      case 'unreachable':
        return this.#recursor.unreachable(input, now, effects);
      case 'timer':
        this.#streams.wake(now, effects);
        return this.#recursor.wake(now, effects);
      case 'command':
        if (input.verb === 'status')
          effects.reply({ ...this.#recursor.figures, connections: this.#streams.count });
        return;
      default:
        return;
    }
  }

  deadline(): Instant {
    return earlier(this.#streams.deadline(), this.#recursor.deadline());
  }

  #datagram({ octets, from, to }: DatagramInput, now: Instant, effects: Effects): void {
    // Nobody can hear a reply to port 0.
    if (from.port === 0) return;
    // RFC 2181 §4.1: from the address that was asked.
    const source = to.address === ANY || to.address === BROADCAST ? undefined : to.address;
    this.#query(octets, { kind: 'datagram', to: { ...from }, source }, from.address, now, effects);
  }

  #stream(input: StreamInput, now: Instant, effects: Effects): void {
    if (input.event === 'opened' && input.local.port === DNS_PORT)
      return this.#streams.open(input.stream, { peer: input.peer.address, transport: 'tcp' }, now, effects);
    const stream = this.#streams.get(input.stream);
    if (stream === undefined) return this.#recursor.stream(input, now, effects);
    switch (input.event) {
      case 'octets':
        if (stream.isClosing) return;
        return stream.splitter.push(input.octets, (octets) => {
          const client: Client = { kind: 'stream', stream: input.stream };
          this.#streams.touch(input.stream, now);
          this.#query(octets, client, stream.peer, now, effects);
          return this.#streams.get(input.stream) !== undefined && !stream.isClosing;
        });
      case 'closed':
        return this.#streams.peerClosed(input.stream, effects);
      case 'reset':
        return this.#streams.forget(input.stream);
      case 'opened':
        return;
    }
  }

  #query(octets: Uint8Array, client: Client, from: Ip, now: Instant, effects: Effects): void {
    const query = readQuery(octets);
    // A response is not answered, or two servers could talk for ever.
    if (query === undefined) return effects.because(DNS.ignored);
    if (client.kind === 'stream') this.#streams.owe(client.stream);
    const [question] = query.questions;
    const refusal = this.#refusalOf(query, from);
    if (refusal !== undefined || question === undefined) {
      const { rcode, rule } = refusal ?? { rcode: Rcode.FORMERR, rule: DNS.formatError };
      effects.because(rule);
      return this.#send(client, query, { ...NOTHING, rcode }, now, effects);
    }
    const { qname, qtype } = question;
    const answered = (outcome: Outcome, at: Instant, sink: Effects): void => {
      this.#send(client, query, outcome, at, sink);
    };
    const isUnchecked = (query.flags & Flag.CD) !== 0;
    this.#recursor.resolve({ qname, qtype, client: from, isUnchecked, answered }, now, effects);
  }

  #refusalOf(query: DnsMessage, from: Ip): { readonly rcode: number; readonly rule: Rule } | undefined {
    const [question] = query.questions;
    if (query.opcode !== Opcode.QUERY) return { rcode: Rcode.NOTIMP, rule: DNS.notImplemented };
    if (question === undefined || query.questions.length !== 1)
      return { rcode: Rcode.FORMERR, rule: DNS.formatError };
    // RFC 6891 §6.1.3.
    if ((query.edns?.version ?? 0) !== 0) return { rcode: Rcode.BADVERS, rule: DNS.badVersion };
    if (question.qclass !== Class.IN) return { rcode: Rcode.REFUSED, rule: DNS.refusedClass };
    // QTYPEs that are no types of data (RFC 1035 §3.2.3), and those of one hop.
    // RFC 9824 §3.5: it stands in proofs only, and nobody is asked for it.
    if (question.qtype === Type.NXNAME) return { rcode: Rcode.FORMERR, rule: DNS.formatError };
    if (question.qtype === Type.OPT || (question.qtype >= Type.TKEY && question.qtype <= Type.ANY))
      return { rcode: Rcode.NOTIMP, rule: DNS.notImplemented };
    const mayAsk = (query.flags & Flag.RD) !== 0 && (this.#allowQuery?.allows(from) ?? true);
    return mayAsk ? undefined : { rcode: Rcode.REFUSED, rule: RESOLVER.refused };
  }

  #send(client: Client, query: DnsMessage, outcome: Outcome, now: Instant, effects: Effects): void {
    const isDatagram = client.kind === 'datagram';
    const limit = isDatagram ? udpLimit(query) : MAX_MESSAGE_OCTETS;
    const isTooLong = octetsAtMost(outcome) > MAX_MESSAGE_OCTETS;
    let octets = encodeReply(query, isTooLong ? NOTHING : outcome, 'whole');
    if (octets.length > limit) {
      effects.because(RESOLVER.cutShort);
      // RFC 2181 §9: empty, with TC.
      octets = encodeReply(query, outcome, 'cut');
    }
    if (effects.explains) effects.because(RESOLVER.delivered, detailOf(query, outcome));
    else effects.because(RESOLVER.delivered);
    if (isDatagram) return effects.send(DNS_PORT, { ...client.to, source: client.source }, octets);
    const stream = this.#streams.get(client.stream);
    // The client may have gone while we searched.
    if (stream === undefined) return;
    if (!stream.isClosing) this.#streams.write(client.stream, stream, frameMessage(octets), now, effects);
    this.#streams.answered(client.stream, effects);
  }
}

const NOTHING: Outcome = { rcode: Rcode.SERVFAIL, answers: [], authorities: [], security: 'unchecked' };

/** A query, or as much of one as lets it be answered with FORMERR; undefined for what is none. */
function readQuery(octets: Uint8Array): DnsMessage | undefined {
  if (octets.length < 12 || ((octets[2] ?? 0) & 0x80) !== 0) return undefined;
  try {
    return decodeMessage(octets);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return {
      ...EMPTY_MESSAGE,
      id: ((octets[0] ?? 0) << 8) | (octets[1] ?? 0),
      opcode: ((octets[2] ?? 0) >> 3) & 15,
    };
  }
}

/** Without compression: an alias and what it leads to may come from two messages, and be too much for one. */
function octetsAtMost({ answers, authorities }: Outcome): number {
  let octets = HEAD_OCTETS;
  for (const { set } of [...answers, ...authorities])
    for (const rdata of [...set.rdatas, ...set.signatures])
      octets += set.owner.octets.length + RECORD_OCTETS + rdata.length;
  return octets;
}

function udpLimit({ edns }: DnsMessage): number {
  if (edns === undefined) return PLAIN_OCTETS;
  // RFC 6891 §6.2.3: less than 512 means 512.
  return Math.min(Math.max(edns.payloadOctets, PLAIN_OCTETS), UDP_OCTETS_MAX);
}

function encodeReply(query: DnsMessage, outcome: Outcome, how: 'whole' | 'cut'): Uint8Array {
  const dnssecOk = ((query.edns?.flags ?? 0) & EdnsFlag.DO) !== 0;
  const section = (sets: readonly Given[]): readonly ResourceRecord[] =>
    how === 'cut' ? [] : sets.flatMap(({ set, ttl }) => recordsOf(set, ttl, dnssecOk));
  const isSecure = outcome.security === 'secure' && (dnssecOk || (query.flags & Flag.AD) !== 0);
  const flags =
    Flag.QR |
    Flag.RA |
    (query.flags & (Flag.RD | Flag.CD)) |
    (how === 'cut' ? Flag.TC : 0) |
    // RFC 6840 §5.8: AD for who has shown that he knows of it.
    (isSecure ? Flag.AD : 0);
  // RFC 4035 §3.2.1: proofs only for who asked for them.
  const authorities = outcome.authorities.filter(({ set }) => dnssecOk || set.type === Type.SOA);
  return encodeMessage({
    id: query.id,
    opcode: query.opcode,
    flags,
    rcode: query.edns === undefined && outcome.rcode > 15 ? Rcode.SERVFAIL : outcome.rcode,
    questions: query.questions,
    answers: section(outcome.answers),
    authorities: section(authorities),
    additionals: [],
    edns: query.edns && {
      payloadOctets: UDP_OCTETS_MAX,
      version: 0,
      flags: dnssecOk ? EdnsFlag.DO : 0,
      options: [],
    },
  });
}

function detailOf({ questions }: DnsMessage, { rcode }: Outcome): string {
  const [question] = questions;
  if (question === undefined) return rcodeName(rcode);
  return `${formatName(question.qname)} ${typeName(question.qtype)}: ${rcodeName(rcode)}`;
}
