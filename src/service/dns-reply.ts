import { EdnsFlag, type EdnsOption } from '../codec/dns/edns.ts';
import { Flag, opcodeFlags } from '../codec/dns/header.ts';
import { MAX_MESSAGE_OCTETS, MessageWriter, Section } from '../codec/dns/message-writer.ts';
import { OptionCode, type Query } from '../codec/dns/query.ts';
import { Type } from '../codec/dns/registry.ts';
import type { Random } from '../core/random.ts';
import type { Answer, AnswerSection } from '../engine/dns/answer.ts';
import { type RecordOrder, firstRecord } from '../policy/routing/simple.ts';
import type { RRset } from '../store/zone.ts';

/** OPT without options: RFC 6891 §6.1.2. */
const OPT_OCTETS = 11;
/** OPTION-CODE and OPTION-LENGTH. */
const OPTION_HEADER_OCTETS = 4;
/** RFC 8467 §4.1: the block that responses are padded to. */
const PADDING_BLOCK = 468;
const ZEROS = new Uint8Array(PADDING_BLOCK);

export interface DnsReplyOptions {
  /** The UDP payload that we can take ourselves, as OPT says. */
  readonly udpOctetsMax: number;
  readonly recordOrder: RecordOrder;
  readonly random: Random;
}

/** Writes replies, each over the last: header, question, the answer's sections as far as they fit, OPT. */
export class DnsReply {
  readonly #writer = new MessageWriter();
  readonly #options: DnsReplyOptions;
  readonly #opt: { readonly payloadOctets: number; readonly version: number; flags: number };
  /** What goes into OPT, where the query has one; `start` takes them all out. */
  readonly #edns: EdnsOption[] = [];
  /** How many of them there are: an array that is emptied gives its room back, and is made anew for each reply. */
  #ednsCount = 0;
  #ednsOctets = OPT_OCTETS;

  constructor(options: DnsReplyOptions) {
    this.#options = options;
    this.#opt = { payloadOctets: options.udpOctetsMax, version: 0, flags: 0 };
  }

  /** The reply written last; its length is what the call gave. */
  get octets(): Uint8Array {
    return this.#writer.octets;
  }

  wasTruncated = false;

  /** Forgets the options of the reply before. */
  start(): void {
    this.#ednsCount = 0;
    this.#ednsOctets = OPT_OCTETS;
  }

  /** Puts an option into the reply that is written next. */
  option(option: EdnsOption): void {
    this.#edns[this.#ednsCount++] = option;
    this.#ednsOctets += OPTION_HEADER_OCTETS + option.octets.length;
  }

  /** A reply without records; the question is repeated where it could be read. */
  error(query: Query, rcode: number): number {
    return this.#empty(query, rcode, 0);
  }

  /** An empty reply that sends the client to TCP. */
  slip(query: Query): number {
    return this.#empty(query, 0, Flag.TC);
  }

  #empty(query: Query, rcode: number, flags: number): number {
    this.#begin(query, MAX_MESSAGE_OCTETS);
    if (query.hasEdns) this.#writer.opt(this.#opt, rcode, this.#edns, this.#ednsCount);
    return this.#finish(query, rcode, flags);
  }

  /** A reply of at most `limit` octets; `wasTruncated` then says whether that was too little. */
  answer(query: Query, answer: Answer, limit: number): number {
    const writer = this.#writer;
    this.#begin(query, limit - (query.hasEdns ? this.#ednsOctets : 0));
    // RFC 9824 §5.1.
    if (answer.isCompactOk) this.#opt.flags |= EdnsFlag.CO;
    writer.mark();
    const fits =
      this.#section(Section.answer, answer.answers) &&
      this.#section(Section.authority, answer.authorities) &&
      this.#section(Section.additional, answer.glue);
    // All or nothing: an empty reply with TC and OPT. A part of the answer would be thrown away (RFC 2181 §9).
    if (fits) this.#helpful(answer.helpful);
    else writer.rewind();
    writer.limitTo(limit);
    if (query.hasEdns) writer.opt(this.#opt, answer.rcode, this.#edns, this.#ednsCount);
    const aa = answer.isAuthoritative ? Flag.AA : 0;
    this.wasTruncated = !fits;
    return this.#finish(query, answer.rcode, fits ? aa : aa | Flag.TC);
  }

  /** Fills the reply that would be `length` octets long up to a block, by an option that is written last: RFC 8467 §4.1. */
  pad(length: number): void {
    const over = (length + OPTION_HEADER_OCTETS) % PADDING_BLOCK;
    const count = Math.min(
      over === 0 ? 0 : PADDING_BLOCK - over,
      MAX_MESSAGE_OCTETS - length - OPTION_HEADER_OCTETS,
    );
    if (count >= 0) this.option({ code: OptionCode.PADDING, octets: ZEROS.subarray(0, count) });
  }

  #begin(query: Query, limit: number): void {
    this.#writer.begin(limit);
    // RFC 3225 §3: DO as it was asked.
    this.#opt.flags = query.dnssecOk ? EdnsFlag.DO : 0;
    if (query.qnameLength > 0) this.#writer.question(query.qname, query.qtype, query.qclass);
  }

  /** RD is copied (RFC 1035 §4.1.1); RA, Z, AD and CD are not ours to set (RFC 8906 §8.1.3). */
  #finish(query: Query, rcode: number, flags: number): number {
    const copied = opcodeFlags(query.opcode) | (query.flags & Flag.RD);
    return this.#writer.finish(query.id, Flag.QR | copied | flags | (rcode & 15));
  }

  #section(section: Section, rrsets: AnswerSection): boolean {
    for (let index = 0; index < rrsets.length; index++)
      if (!this.#rrset(section, rrsets.owner(index), rrsets.rrset(index))) return false;
    return true;
  }

  /** RFC 2181 §9: what only helps is left out without a word, a whole RRset at a time. */
  #helpful(rrsets: AnswerSection): void {
    let isLeftOut = false;
    for (let index = 0; index < rrsets.length; index++) {
      const rrset = rrsets.rrset(index);
      // A signature without what it covers is of no use.
      if (isLeftOut && rrset?.type === Type.RRSIG) continue;
      this.#writer.mark();
      isLeftOut = !this.#rrset(Section.additional, rrsets.owner(index), rrset);
      if (isLeftOut) this.#writer.rewind();
    }
  }

  #rrset(section: Section, owner: Uint8Array | undefined, rrset: RRset | undefined): boolean {
    if (owner === undefined || rrset === undefined) return true;
    const { count } = rrset;
    const first = firstRecord(this.#options.recordOrder, count, this.#options.random);
    for (let turn = 0; turn < count; turn++) {
      const index = (first + turn) % count;
      if (!this.#record(section, owner, rrset, index)) return false;
    }
    return true;
  }

  #record(section: Section, owner: Uint8Array, rrset: RRset, index: number): boolean {
    if (index === 0) {
      const { octets, shape, start, end } = rrset;
      return this.#writer.record(section, owner, rrset, octets, shape, start, end);
    }
    const rdata = rrset.rdatas[index];
    return rdata === undefined || this.#writer.record(section, owner, rrset, rdata, rrset.shape);
  }
}
