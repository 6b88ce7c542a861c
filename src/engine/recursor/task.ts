import type { Name } from '../../codec/dns/name.ts';
import type { Ip } from '../../core/address.ts';
import type { Effects } from '../../core/service.ts';
import type { Instant } from '../../core/time.ts';
import type { Security } from './cache.ts';
import type { RecordSet } from './record-set.ts';

/** A set as a client is given it: with the seconds that are left. */
export interface Given {
  readonly set: RecordSet;
  readonly ttl: number;
}

export interface Outcome {
  readonly rcode: number;
  readonly answers: readonly Given[];
  /** The SOA of a negative answer, and its proof. */
  readonly authorities: readonly Given[];
  readonly security: Security;
}

export type Waiter = (outcome: Outcome, now: Instant, effects: Effects) => void;

/** One name server of a zone, as far as it is known. */
export interface CutServer {
  readonly name: Name | undefined;
  readonly addresses: Ip[];
  /** Types of address that have been asked for. */
  readonly fetched: Set<number>;
}

/** The zone nearest to the name whose servers are known. */
export interface Cut {
  readonly zone: Name;
  readonly servers: readonly CutServer[];
  /** What was remembered may be out of date: then the parent is asked again. */
  readonly from: 'memory' | 'referral' | 'hints';
}

/** The search for one name and type: RFC 1034 §5.3.3, with its request state. */
export interface Task {
  readonly key: string;
  readonly qname: Name;
  readonly qtype: number;
  /** Whose network is told to servers; undefined: nobody's. */
  readonly client: Ip | undefined;
  /** What may still be spent on the client's question, here and on all that it leads to. */
  readonly budget: { queries: number };
  /** Look-ups of servers' addresses that led here. */
  readonly depth: number;
  readonly waiters: Waiter[];
  readonly aliases: Given[];
  /** The name sought now: the end of the aliases. */
  sname: Name;
  cut: Cut | undefined;
  /** Zones with more labels than this are not taken from memory. */
  ceiling: number;
  /** How many labels of the name are known to be without a cut below the zone: RFC 9156 §3. */
  knownLabels: number;
  minimised: number;
  isPlain: boolean;
  tries: number;
  /** The one look-up of a server's address that it waits for. */
  waitsFor: Task | undefined;
  security: Security;
  isDone: boolean;
  /** What is remembered of the name itself is not taken: it is to be fetched anew. */
  isAnew: boolean;
}

export function newTask(
  question: {
    readonly key: string;
    readonly qname: Name;
    readonly qtype: number;
    readonly client: Ip | undefined;
  },
  budget: { queries: number },
  depth: number,
): Task {
  return {
    ...question,
    budget,
    depth,
    waiters: [],
    aliases: [],
    sname: question.qname,
    cut: undefined,
    ceiling: Infinity,
    knownLabels: 0,
    minimised: 0,
    isPlain: false,
    tries: 0,
    waitsFor: undefined,
    security: 'unchecked',
    isDone: false,
    isAnew: false,
  };
}
