import type { Name } from '../codec/dns/name.ts';
import type { Rule } from '../core/rules.ts';
import { TSIG } from '../core/rules/tsig.ts';
import { type Epoch, type Instant, SECOND } from '../core/time.ts';
import type { TsigKeys, TsigSigner, TsigVerdict } from '../engine/dns/tsig.ts';

/** The signature of the query at hand, and of the reply to it: RFC 8945. */
export class DnsSigning {
  readonly #keys: TsigKeys;
  readonly #epoch: Epoch;
  #verdict: TsigVerdict | undefined;

  constructor(keys: TsigKeys, epoch: Epoch) {
    this.#keys = keys;
    this.#epoch = epoch;
  }

  /** Forgets the query before. */
  start(): void {
    this.#verdict = undefined;
  }

  /** Judges the TSIG that begins at `at`; one that cannot be read is a `DecodeError`. */
  judge(octets: Uint8Array, at: number, now: Instant): Rule {
    this.#verdict = this.#keys.verify(octets, at, this.seconds(now));
    return RULES[this.#verdict.kind];
  }

  get verdict(): TsigVerdict | undefined {
    return this.#verdict;
  }

  get isRefused(): boolean {
    return this.#verdict !== undefined && this.#verdict.kind !== 'good';
  }

  /** Whose signature was good; undefined: nobody's. */
  get key(): Name | undefined {
    return this.#verdict?.kind === 'good' ? this.#verdict.key.name : undefined;
  }

  /** What the reply grows by. */
  get octets(): number {
    return this.#verdict === undefined ? 0 : this.#keys.answerOctets(this.#verdict);
  }

  /** Signs a reply of `length` octets in place, where the query asks for it, and gives the new length. */
  seal(reply: Uint8Array, length: number, now: Instant): number {
    if (this.#verdict === undefined) return length;
    return this.#keys.answer(this.#verdict, reply, length, this.seconds(now));
  }

  /** For a reply of many messages; undefined where the query was not signed. */
  signer(): TsigSigner | undefined {
    return this.#verdict?.kind === 'good' ? this.#keys.signer(this.#verdict) : undefined;
  }

  seconds(now: Instant): number {
    return Math.floor((this.#epoch.us + now) / SECOND);
  }
}

const RULES: Readonly<Record<TsigVerdict['kind'], Rule>> = {
  good: TSIG.good,
  'bad-key': TSIG.badKey,
  'bad-sig': TSIG.badSig,
  'bad-time': TSIG.badTime,
  'bad-trunc': TSIG.badTrunc,
};
