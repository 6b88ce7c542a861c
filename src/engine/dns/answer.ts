import { Rcode } from '../../codec/dns/registry.ts';
import type { Scope } from '../../store/routing.ts';
import type { RRset } from '../../store/zone.ts';

/** RRsets of one section, each under an owner name of its own, in the order they go out. */
export class AnswerSection {
  readonly #rrsets: RRset[] = [];
  readonly #owners: Uint8Array[] = [];
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** `owner` is in wire form, and valid as long as the answer is. */
  add(owner: Uint8Array, rrset: RRset): void {
    this.#owners[this.#length] = owner;
    this.#rrsets[this.#length++] = rrset;
  }

  rrset(index: number): RRset | undefined {
    return index < this.#length ? this.#rrsets[index] : undefined;
  }

  owner(index: number): Uint8Array | undefined {
    return index < this.#length ? this.#owners[index] : undefined;
  }

  has(rrset: RRset): boolean {
    for (let index = 0; index < this.#length; index++) if (this.#rrsets[index] === rrset) return true;
    return false;
  }

  clear(): void {
    this.#length = 0;
  }
}

/** What the authority decided: one object is filled again and again. */
export class Answer {
  rcode: number = Rcode.NOERROR;
  isAuthoritative = false;
  /** REFUSED because of who asks, and not of what. */
  isProhibited = false;
  /** Whether the zone is one of those whose denials hide NXDOMAIN, and the client takes it shown: RFC 9824 §5.1. */
  isCompactOk = false;
  readonly answers = new AnswerSection();
  readonly authorities = new AnswerSection();
  /** Addresses the client cannot do without: of name servers inside the zone they serve. Without room for them: TC. */
  readonly glue = new AnswerSection();
  /** Addresses that save a question, left out where there is no room (RFC 2181 §9). */
  readonly helpful = new AnswerSection();
  /** How much of the client's address mattered to the policies asked. */
  readonly scope: Scope = { prefixLength: 0 };

  clear(): void {
    this.rcode = Rcode.NOERROR;
    this.isAuthoritative = false;
    this.isProhibited = false;
    this.isCompactOk = false;
    this.answers.clear();
    this.authorities.clear();
    this.glue.clear();
    this.helpful.clear();
    this.scope.prefixLength = 0;
  }
}
