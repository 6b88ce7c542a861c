import { type Ip, formatIp, ipv4At, ipv6At } from '../core/address.ts';
import { DecodeError } from '../core/errors.ts';
import type { Random } from '../core/random.ts';
import type { DatagramInput, Effects } from '../core/service.ts';
import { type Instant, NEVER, SECOND, after, earlier } from '../core/time.ts';
import { Flag } from '../codec/dns/header.ts';
import { type DnsMessage, decodeMessage } from '../codec/dns/message.ts';
import type { Name } from '../codec/dns/name.ts';
import { encodeQuery } from '../codec/dns/question.ts';
import { Rcode, Type } from '../codec/dns/registry.ts';

const SERVER_PORT = 53;
/** RFC 1035 §4.1.1: an ID has 16 bits, so this many questions can be open. */
const IDS = 0x1_0000;
/** RFC 1123 §6.1.3.3: a client waits 5 seconds; these then give up. */
const PATIENCE_US = 5 * SECOND;
/** Targets told apart between two reports: what hostile answers may make us hold. */
const TARGETS_MAX = 1_024;

/** The ID is written in for each. */
const QUERY = { id: 0, flags: Flag.RD, edns: { payloadOctets: 1_232, version: 0, flags: 0, options: [] } };

export interface PopulationOptions {
  readonly random: Random;
  readonly stubs: number;
  /** Questions a second, of all together. */
  readonly rate: number;
  readonly shares: readonly { readonly resolver: Ip; readonly ratio: number }[];
  readonly questions: readonly { readonly qname: Name; readonly qtype: number }[];
  readonly reportUs: number;
}

/**
 * Many stub resolvers that ask at random moments (a Poisson process), each always the same resolver. What they are sent is measured in
 * windows: `share.ADDRESS` in per cent of the answers, `population.failed` in per cent of the questions that ended.
 */
export class Population {
  readonly #options: PopulationOptions;
  /** Which resolver each stub asks: an index into the shares. */
  readonly #resolverOf: Uint8Array;
  readonly #queries: readonly Uint8Array[];
  /** By ID: when it was asked, and of whom; below 0: not open. */
  readonly #askedAt = new Float64Array(IDS).fill(-1);
  readonly #askedOf = new Uint8Array(IDS);
  readonly #targets = new Map<string, number>();
  #port = 0;
  #nextId = 0;
  #oldestId = 0;
  #askAt: Instant = NEVER;
  #reportAt: Instant = NEVER;
  #answered = 0;
  #failed = 0;

  constructor(options: PopulationOptions) {
    this.#options = options;
    this.#queries = options.questions.map((question) => encodeQuery(question, QUERY));
    this.#resolverOf = assign(options.stubs, options.shares);
  }

  start(now: Instant, effects: Effects): void {
    if (this.#port !== 0) return;
    this.#port = effects.bind();
    this.#nextId = this.#options.random.below(IDS);
    this.#oldestId = this.#nextId;
    this.#reportAt = after(now, this.#options.reportUs);
    this.#plan(now);
  }

  stop(effects: Effects): void {
    if (this.#port === 0) return;
    effects.release(this.#port);
    this.#port = 0;
    this.#askAt = NEVER;
    this.#reportAt = NEVER;
    this.#askedAt.fill(-1);
  }

  deadline(): Instant {
    return earlier(this.#askAt, this.#reportAt);
  }

  wake(now: Instant, effects: Effects): void {
    this.#expire(now);
    if (this.#askAt <= now) {
      this.#ask(now, effects);
      this.#plan(now);
    }
    if (this.#reportAt > now) return;
    this.#report(effects);
    this.#reportAt = after(now, this.#options.reportUs);
  }

  receive({ octets, from, to }: DatagramInput, now: Instant, effects: Effects): void {
    if (to.port !== this.#port || from.port !== SERVER_PORT || octets.length < 2) return;
    const id = ((octets[0] ?? 0) << 8) | (octets[1] ?? 0);
    const askedAt = this.#askedAt[id] ?? -1;
    if (askedAt < 0 || this.#options.shares[this.#askedOf[id] ?? 0]?.resolver !== from.address) return;
    const message = readAnswer(octets);
    if (message === undefined) return;
    this.#askedAt[id] = -1;
    const target = targetOf(message);
    if (target === undefined) {
      this.#failed++;
      return;
    }
    this.#answered++;
    effects.measure('dns.lookup.us', now - askedAt);
    if (this.#targets.has(target) || this.#targets.size < TARGETS_MAX)
      this.#targets.set(target, (this.#targets.get(target) ?? 0) + 1);
  }

  #plan(now: Instant): void {
    const { random, rate } = this.#options;
    this.#askAt = after(now, Math.max(1, (-Math.log(1 - random.fraction()) / rate) * SECOND));
  }

  #ask(now: Instant, effects: Effects): void {
    const { random, stubs, shares } = this.#options;
    const askedOf = this.#resolverOf[random.below(stubs)] ?? 0;
    const query = this.#queries[random.below(this.#queries.length)];
    const share = shares[askedOf];
    if (query === undefined || share === undefined) return;
    const id = this.#nextId;
    this.#nextId = (id + 1) % IDS;
    query[0] = id >>> 8;
    query[1] = id;
    this.#askedAt[id] = now;
    this.#askedOf[id] = askedOf;
    effects.send(this.#port, { address: share.resolver, port: SERVER_PORT }, query);
  }

  /** IDs are given in turn, so the oldest question is always the next to be given up. */
  #expire(now: Instant): void {
    while (this.#oldestId !== this.#nextId) {
      const askedAt = this.#askedAt[this.#oldestId] ?? -1;
      if (askedAt >= 0 && askedAt + PATIENCE_US > now) return;
      if (askedAt >= 0) this.#failed++;
      this.#askedAt[this.#oldestId] = -1;
      this.#oldestId = (this.#oldestId + 1) % IDS;
    }
  }

  #report(effects: Effects): void {
    const ended = this.#answered + this.#failed;
    for (const [target, count] of this.#targets) {
      effects.measure(`share.${target}`, this.#answered === 0 ? 0 : (count / this.#answered) * 100);
      // A target that nobody is sent to any more is said to have none once.
      if (count === 0) this.#targets.delete(target);
      else this.#targets.set(target, 0);
    }
    if (ended > 0) effects.measure('population.failed', (this.#failed / ended) * 100);
    this.#answered = 0;
    this.#failed = 0;
  }
}

/** Each stub's resolver, so that the first has as many of them as its share says, and so on. */
function assign(stubs: number, shares: PopulationOptions['shares']): Uint8Array {
  const resolverOf = new Uint8Array(stubs);
  let from = 0;
  let sum = 0;
  for (const [index, { ratio }] of shares.entries()) {
    sum += ratio;
    const until = index === shares.length - 1 ? stubs : Math.round(sum * stubs);
    resolverOf.fill(index, from, until);
    from = Math.max(from, until);
  }
  return resolverOf;
}

function readAnswer(octets: Uint8Array): DnsMessage | undefined {
  try {
    const message = decodeMessage(octets);
    return (message.flags & Flag.QR) === 0 ? undefined : message;
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return undefined;
  }
}

/** The first address: where a simple client goes. */
function targetOf({ rcode, answers }: DnsMessage): string | undefined {
  if (rcode !== Rcode.NOERROR) return undefined;
  const first = answers.find(({ type }) => type === Type.A || type === Type.AAAA);
  if (first === undefined) return undefined;
  return formatIp(first.type === Type.A ? ipv4At(first.rdata, 0) : ipv6At(first.rdata, 0));
}
