import { Flag } from '../../codec/dns/header.ts';
import type { DnsMessage } from '../../codec/dns/message.ts';
import { type Name, formatName } from '../../codec/dns/name.ts';
import type { ResourceRecord } from '../../codec/dns/record.ts';
import { Opcode, Rcode, typeName } from '../../codec/dns/registry.ts';
import { DNSSEC } from '../../core/rules/dnssec.ts';
import type { Effects } from '../../core/service.ts';
import type { Epoch, Instant } from '../../core/time.ts';
import { KeyCache } from '../dnssec/key-cache.ts';
import type { Asking, TrustAnchor } from '../dnssec/key-chain.ts';
import { secondsAt } from '../dnssec/made-sets.ts';
import { type ValidationContext, type Verdict, validate } from '../dnssec/validate.ts';
import { type RecordSet, recordsOf } from './record-set.ts';
import type { Given, Outcome, Waiter } from './task.ts';

export interface ValidationOptions {
  readonly anchors: readonly TrustAnchor[];
  readonly epoch: Epoch;
  readonly crypto: ValidationContext['crypto'];
}

/** Looks up what a judgement needs, in the cache or upstream. */
export type Fetch = (
  question: { readonly qname: Name; readonly qtype: number },
  found: Waiter,
  now: Instant,
  effects: Effects,
) => void;

interface Judged {
  readonly question: string;
  readonly sets: readonly RecordSet[];
  readonly security: 'secure' | 'insecure';
}

/** Judges answers before a client is given them: RFC 4035 §5. */
export class Validation {
  readonly #options: ValidationOptions;
  readonly #fetch: Fetch;
  readonly #keys = new KeyCache();
  /** By the first set of an answer: as long as the cache has that, it need not be judged anew. */
  readonly #judged = new WeakMap<RecordSet, Judged>();

  constructor(options: ValidationOptions, fetch: Fetch) {
    this.#options = options;
    this.#fetch = fetch;
  }

  /** Hands on the outcome with what is to be thought of it; a bogus one has become SERVFAIL. */
  judge(
    { qname, qtype }: { readonly qname: Name; readonly qtype: number },
    outcome: Outcome,
    judged: Waiter,
    now: Instant,
    effects: Effects,
  ): void {
    const sets = [...outcome.answers, ...outcome.authorities].map(({ set }) => set);
    const question = `${qtype} ${qname.key}`;
    const known = sets[0] && this.#judged.get(sets[0]);
    if (known !== undefined && known.question === question && isSame(known.sets, sets))
      return judged({ ...outcome, security: known.security }, now, effects);
    const { anchors, crypto } = this.#options;
    this.#keys.seconds = secondsAt(now, this.#options.epoch);
    const context = { anchors, crypto, known: this.#keys, seconds: this.#keys.seconds };
    const judging = validate(qname, qtype, messageOf(outcome), context);
    const ended = ({ security, rule, at }: Verdict, when: Instant, sink: Effects): void => {
      sink.because(rule, sink.explains ? formatName(at) : undefined);
      if (security === 'bogus') return judged(BOGUS, when, sink);
      if (sets[0] !== undefined) this.#judged.set(sets[0], { question, sets, security });
      judged({ ...outcome, security }, when, sink);
    };
    this.#advance(judging, undefined, ended, now, effects);
  }

  #advance(
    judging: Asking<Verdict>,
    reply: DnsMessage | undefined,
    ended: (verdict: Verdict, now: Instant, effects: Effects) => void,
    now: Instant,
    effects: Effects,
  ): void {
    this.#keys.seconds = secondsAt(now, this.#options.epoch);
    const step = judging.next(reply);
    if (step.done === true) return ended(step.value, now, effects);
    const { qname, qtype } = step.value;
    const detail = effects.explains ? `${formatName(qname)} ${typeName(qtype)}` : undefined;
    effects.because(DNSSEC.keyWanted, detail);
    const found: Waiter = (outcome, at, sink) => {
      const message = outcome.rcode === Rcode.SERVFAIL ? undefined : messageOf(outcome);
      this.#advance(judging, message, ended, at, sink);
    };
    this.#fetch(step.value, found, now, effects);
  }
}

const BOGUS: Outcome = { rcode: Rcode.SERVFAIL, answers: [], authorities: [], security: 'bogus' };

function isSame(a: readonly RecordSet[], b: readonly RecordSet[]): boolean {
  return a.length === b.length && a.every((set, index) => set === b[index]);
}

function signedRecords(given: readonly Given[]): readonly ResourceRecord[] {
  return given.flatMap(({ set, ttl }) => recordsOf(set, ttl, true));
}

function messageOf({ rcode, answers, authorities }: Outcome): DnsMessage {
  return {
    id: 0,
    opcode: Opcode.QUERY,
    flags: Flag.QR,
    rcode,
    questions: [],
    answers: signedRecords(answers),
    authorities: signedRecords(authorities),
    additionals: [],
  };
}
