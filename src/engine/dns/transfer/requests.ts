import { Flag } from '../../../codec/dns/header.ts';
import { type DnsMessage, encodeMessage } from '../../../codec/dns/message.ts';
import { EMPTY_MESSAGE } from '../../../codec/dns/question.ts';
import type { Name } from '../../../codec/dns/name.ts';
import { Class, Opcode, Type } from '../../../codec/dns/registry.ts';
import type { Endpoint } from '../../../core/address.ts';
import type { Random } from '../../../core/random.ts';
import { type Epoch, type Instant, SECOND } from '../../../core/time.ts';
import type { RRset, Zone } from '../../../store/zone.ts';
import type { TsigKey, TsigKeys, TsigVerifier } from '../tsig.ts';
import { soaRecord } from './outgoing.ts';

/** Another name server: a primary or a secondary of ours. */
export interface Peer extends Endpoint {
  /** What is sent to it is signed with. */
  readonly key: TsigKey | undefined;
}

interface Request {
  readonly id: number;
  readonly octets: Uint8Array;
  /** Checks what comes as its answer; undefined where it was not signed. */
  readonly verifier: TsigVerifier | undefined;
}

/** Room for a TSIG behind a request: two names, the longest MAC and the rest. */
const TSIG_ROOM = 700;

/** Makes requests to other name servers, signed where a key is shared. */
export class RequestMaker {
  readonly #keys: TsigKeys;
  readonly #random: Random;
  readonly #epoch: Epoch;

  constructor(keys: TsigKeys, { random, epoch }: { readonly random: Random; readonly epoch: Epoch }) {
    this.#keys = keys;
    this.#random = random;
    this.#epoch = epoch;
  }

  /** Seconds since 1970, as TSIG wants them. */
  seconds(now: Instant): number {
    return Math.floor((this.#epoch.us + now) / SECOND);
  }

  make({ key }: Peer, message: (id: number) => DnsMessage, now: Instant): Request {
    const id = this.#random.below(0x1_0000);
    const octets = encodeMessage(message(id));
    if (key === undefined) return { id, octets, verifier: undefined };
    const room = new Uint8Array(octets.length + TSIG_ROOM);
    room.set(octets);
    const { length, mac } = this.#keys.signRequest(key, room, octets.length, this.seconds(now));
    return { id, octets: room.slice(0, length), verifier: this.#keys.verifier(key, mac) };
  }
}

export function soaRequest(apex: Name, id: number): DnsMessage {
  return { ...EMPTY_MESSAGE, id, questions: [{ qname: apex, qtype: Type.SOA, qclass: Class.IN }] };
}

/** IXFR names the version that is here by its SOA: RFC 1995 §3. */
export function transferRequest(apex: Name, qtype: number, zone: Zone | undefined, id: number): DnsMessage {
  const authorities = zone === undefined ? [] : [soaRecord(zone.soa)];
  return { ...EMPTY_MESSAGE, id, questions: [{ qname: apex, qtype, qclass: Class.IN }], authorities };
}

/** RFC 1996 §3.7: with the SOA as a hint. */
export function notifyRequest(soa: RRset, id: number): DnsMessage {
  return {
    ...EMPTY_MESSAGE,
    id,
    opcode: Opcode.NOTIFY,
    flags: Flag.AA,
    questions: [{ qname: soa.owner, qtype: Type.SOA, qclass: Class.IN }],
    answers: [soaRecord(soa)],
  };
}
