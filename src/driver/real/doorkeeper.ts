import type { Ip } from '../../core/address.ts';
import type { DatagramLimits } from '../../core/limits.ts';
import type { Rule } from '../../core/rules.ts';
import { LIMIT_RULES } from '../../core/rules/limit.ts';
import { afterSeconds, type Instant } from '../../core/time.ts';
import type { Schedule } from './schedule.ts';
import { sourceOf, SourceLimiter } from './source-limiter.ts';

/** Sources told of by name at one time; the others are counted together. */
const OFFENDERS_MAX = 64;
/** How often it is told how much more came. */
const TELL_SECONDS = 10;

/** The host that a datagram was for, as far as telling goes. */
interface Asked {
  /** Tells the listeners of a rule without counting it. */
  tell(rule: Rule, detail: string): void;
}

/** What it needs of the driver. */
interface Surroundings {
  readonly now: () => Instant;
  readonly schedule: Pick<Schedule, 'at'>;
  /** How often each rule was given, by its index. */
  readonly rules: Float64Array;
}

interface Offender {
  readonly source: string;
  readonly host: Asked;
  /** Since it was told of last. */
  dropped: number;
}

/** Lets datagrams in as far as their source's rate goes; tells of those who send more: at once, then at times how many. */
export class Doorkeeper {
  readonly #limiter: SourceLimiter;
  readonly #rate: number;
  readonly #world: Surroundings;
  readonly #offenders = new Map<number | string, Offender>();
  /** Dropped of sources that are not told of by name. */
  #others: Offender | undefined;
  /** Datagrams dropped so far. */
  dropped = 0;

  constructor(limits: DatagramLimits, world: Surroundings, limiter = new SourceLimiter(limits)) {
    this.#limiter = limiter;
    this.#rate = limits.rate;
    this.#world = world;
  }

  admits(from: Ip, host: Asked): boolean {
    if (this.#limiter.admits(from, this.#world.now())) return true;
    this.dropped++;
    const { rules } = this.#world;
    const rule = LIMIT_RULES.datagrams;
    rules[rule.index] = (rules[rule.index] ?? 0) + 1;
    const key = this.#limiter.keyOf(from);
    const known = this.#offenders.get(key);
    if (known === undefined) this.#note(from, key, host);
    else known.dropped++;
    return false;
  }

  #note(from: Ip, key: number | string, host: Asked): void {
    if (this.#offenders.size === 0 && this.#others === undefined) this.#lookLater();
    if (this.#offenders.size >= OFFENDERS_MAX) {
      this.#others ??= { source: 'other sources', host, dropped: 0 };
      this.#others.dropped++;
      return;
    }
    const source = sourceOf(from);
    this.#offenders.set(key, { source, host, dropped: 0 });
    host.tell(LIMIT_RULES.datagrams, `${source}: more than ${this.#rate}/s`);
  }

  #lookLater(): void {
    const { now, schedule } = this.#world;
    schedule.at(afterSeconds(now(), TELL_SECONDS), () => {
      this.#look();
    });
  }

  #look(): void {
    for (const [key, offender] of this.#offenders) {
      if (offender.dropped === 0) this.#offenders.delete(key);
      else tellOf(offender);
    }
    if (this.#others !== undefined) tellOf(this.#others);
    this.#others = undefined;
    if (this.#offenders.size > 0) this.#lookLater();
  }
}

function tellOf(offender: Offender): void {
  const { source, dropped, host } = offender;
  host.tell(LIMIT_RULES.datagrams, `${source}: and ${dropped} more in ${TELL_SECONDS} s`);
  offender.dropped = 0;
}
