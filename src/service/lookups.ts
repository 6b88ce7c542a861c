import { type Ip, parseIp } from '../core/address.ts';
import type { Random } from '../core/random.ts';
import type { CommandInput, Effects, Input } from '../core/service.ts';
import { type Instant, NEVER, after, earlier } from '../core/time.ts';
import { Name, parseName } from '../codec/dns/name.ts';
import { typeNumber } from '../codec/dns/registry.ts';
import type { Verdict } from '../engine/dnssec/validate.ts';
import { type LookupOutcome, StubResolver } from '../engine/resolver.ts';
import { type ValidationOptions, ValidatedLookups } from './validated-lookups.ts';

/** What a host asks again and again. */
export interface LookupQuestion {
  readonly qname: Name;
  readonly qtype: number;
  /** 0: once, when the host comes up. */
  readonly everyUs: number;
}

export interface LookupsOptions {
  readonly random: Random;
  readonly question?: LookupQuestion | undefined;
  /** Left out, answers are believed. */
  readonly validation?: ValidationOptions | undefined;
}

/**
 * The look-ups of a host: its stub resolver, the question it repeats, and the command `lookup`. The machine `stub` is in the
 * state of its last look-up: `asking`, `answered`, `nodata`, `nxdomain` or `failed`; where answers are validated, `bogus`, too.
 */
export class Lookups {
  readonly #random: Random;
  readonly #question: LookupQuestion | undefined;
  /** Made with the first look-up: of many hosts in a plant, few ever ask. */
  #resolver: StubResolver | undefined;
  #servers: readonly Ip[] = [];
  #isUp = false;
  #askAt: Instant = NEVER;

  readonly #validated: ValidatedLookups | undefined;

  constructor({ random, question, validation }: LookupsOptions) {
    this.#question = question;
    this.#random = random;
    this.#validated = validation && new ValidatedLookups(validation, settleJudged);
  }

  /** The host has an address and knows whom to ask; a second start only changes whom. */
  start(servers: readonly Ip[], now: Instant, effects: Effects): void {
    this.#servers = servers;
    if (this.#isUp) return;
    this.#isUp = true;
    this.#askAgain(now, effects);
  }

  /** The host has no address any more. */
  stop(effects: Effects): void {
    this.#isUp = false;
    this.#askAt = NEVER;
    this.#resolver?.stop(effects);
    this.#validated?.forget();
  }

  /** Inputs that are not the resolver's are left alone. */
  handle(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'datagram':
        return this.#resolver?.receive(input, now, effects);
      case 'stream':
        return this.#resolver?.stream(input, now, effects);
      case 'unreachable':
        return this.#resolver?.unreachable(input, now, effects);
      case 'timer':
        this.#resolver?.wake(now, effects);
        if (this.#askAt <= now) this.#askAgain(now, effects);
        return;
      default:
        return;
    }
  }

  deadline(): Instant {
    return this.#resolver === undefined ? this.#askAt : earlier(this.#askAt, this.#resolver.deadline());
  }

  /** `lookup { name, type, server }`; type A and the host's own servers when left out. */
  command({ args }: CommandInput, now: Instant, effects: Effects): void {
    const { name = '', type = 'A', server } = args;
    const qname = typeof name === 'string' ? parseName(name) : { fault: 'a name' };
    const qtype = typeof type === 'string' ? typeNumber(type) : undefined;
    const address = typeof server === 'string' ? parseIp(server) : undefined;
    if (!(qname instanceof Name)) return effects.reply({ error: `name: expected ${qname.fault}` });
    if (qtype === undefined) return effects.reply({ error: 'type: expected a type such as A or TYPE731' });
    if (server !== undefined && address === undefined)
      return effects.reply({ error: 'server: expected an address' });
    if (!this.#isUp) return effects.reply({ error: 'the host has no address yet' });
    effects.reply({ asked: true });
    this.#resolve(qname, qtype, address === undefined ? this.#servers : [address], now, effects);
  }

  #askAgain(now: Instant, effects: Effects): void {
    const question = this.#question;
    if (question === undefined) return;
    this.#askAt = question.everyUs > 0 ? after(now, question.everyUs) : NEVER;
    this.#resolve(question.qname, question.qtype, this.#servers, now, effects);
  }

  #resolve(qname: Name, qtype: number, servers: readonly Ip[], now: Instant, effects: Effects): void {
    const resolver = (this.#resolver ??= this.#makeResolver());
    resolver.useServers(servers);
    effects.state('stub', 'asking');
    resolver.resolve(qname, qtype, now, effects);
  }

  #makeResolver(): StubResolver {
    const validated = this.#validated;
    if (validated === undefined) return new StubResolver({ random: this.#random, settled: settle });
    const resolver: StubResolver = new StubResolver({
      random: this.#random,
      dnssecOk: true,
      settled: (outcome, now, effects) => {
        const ask = (qname: Name, qtype: number): void => resolver.resolve(qname, qtype, now, effects);
        if (!validated.take(outcome, ask, now, effects)) settle(outcome, now, effects);
      },
    });
    return resolver;
  }
}

/** RFC 9824 §5: a compact answer that proves that there is no such name is NXDOMAIN for who asked. */
function settleJudged(
  outcome: LookupOutcome,
  { security, isNoName }: Verdict,
  now: Instant,
  effects: Effects,
): void {
  if (security === 'bogus') return effects.state('stub', 'bogus');
  settle(isNoName ? { ...outcome, result: 'nxdomain' } : outcome, now, effects);
}

function settle(outcome: LookupOutcome, now: Instant, effects: Effects): void {
  effects.state('stub', outcome.result);
  if (outcome.result !== 'failed') effects.measure('dns.lookup.us', now - outcome.askedAt);
}
