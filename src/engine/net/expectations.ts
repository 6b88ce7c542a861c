import type { Endpoint } from '../../core/address.ts';
import { after, type Instant, NEVER } from '../../core/time.ts';
import { endKey, type Flow } from './flow.ts';
import type { Binding } from './nat.ts';

/** A session that a helper has read about and that has not begun: from any port of one host to one endpoint. */
export interface Expectation {
  readonly protocol: Flow['protocol'];
  readonly from: Endpoint['address'];
  /** As the packet will arrive. */
  readonly to: Endpoint;
  /** What stands for the receiver, where it is translated. */
  readonly binding: Binding | undefined;
  /** Which helper. */
  readonly helper: string;
  readonly until: Instant;
}

/** Longer than any client waits for its first packet. */
const LIFE_US = 60_000_000;
const EXPECTED_MAX = 1024;

/** Doors that helpers have opened: each for one session, and not for long. They stand in the order in which they close. */
export class Expectations {
  readonly #byTo = new Map<string, Expectation>();

  /** One for the same endpoint takes the place of the one before; false beyond so many: a new one is not noted. */
  add(expected: Omit<Expectation, 'until'>, now: Instant): boolean {
    const key = endKey(expected.protocol, expected.to);
    const before = this.#byTo.get(key);
    if (before !== undefined) this.#end(key, before);
    if (this.#byTo.size >= EXPECTED_MAX) return false;
    if (expected.binding !== undefined) expected.binding.expected++;
    this.#byTo.set(key, { ...expected, until: after(now, LIFE_US) });
    return true;
  }

  /** The one that this flow begins, which is then over. */
  take(flow: Flow, now: Instant): Expectation | undefined {
    const key = endKey(flow.protocol, flow.to);
    const expected = this.#byTo.get(key);
    if (expected === undefined || expected.from !== flow.from.address || now >= expected.until)
      return undefined;
    this.#end(key, expected);
    return expected;
  }

  deadline(): Instant {
    for (const { until } of this.#byTo.values()) return until;
    return NEVER;
  }

  /** One that nobody has come for; it is over. */
  expired(now: Instant): Expectation | undefined {
    for (const [key, expected] of this.#byTo) {
      if (expected.until > now) return undefined;
      this.#end(key, expected);
      return expected;
    }
    return undefined;
  }

  #end(key: string, { binding }: Expectation): void {
    this.#byTo.delete(key);
    if (binding !== undefined) binding.expected--;
  }
}
