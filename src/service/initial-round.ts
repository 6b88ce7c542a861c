import { HEALTH } from '../core/rules/health.ts';
import type { Rule } from '../core/rules.ts';
import type { HealthSource } from '../policy/dns/health-view.ts';

/** Who is told why a question is passed over. */
interface Listener {
  readonly explains: boolean;
  because(rule: Rule, detail?: string): void;
}

/** A name server is silent until each check of its own was looked at once, as gdnsd is: after that, never again. */
export class InitialRound {
  readonly #health: HealthSource | undefined;
  #isOver = false;

  constructor(health: HealthSource | undefined) {
    this.#health = health;
  }

  get isOver(): boolean {
    this.#isOver ||= this.#health === undefined || this.#health.current.awaited.length === 0;
    return this.#isOver;
  }

  /** The checks that are to be looked at before it answers; none: it does. */
  get awaited(): readonly string[] {
    return this.isOver ? [] : (this.#health?.current.awaited ?? []);
  }

  /** Whether a question is passed over, and then says so. */
  passesOver(listener: Listener): boolean {
    if (this.#isOver || this.isOver) return false;
    listener.because(HEALTH.initialRound, listener.explains ? this.#awaitedText() : undefined);
    return true;
  }

  /** Who has served goes on serving: what a reload adds is not waited for. */
  inherit(before: InitialRound): void {
    this.#isOver ||= before.isOver;
  }

  #awaitedText(): string {
    const [first = '', ...more] = this.awaited;
    return more.length === 0 ? first : `${first} and ${more.length} more`;
  }
}
