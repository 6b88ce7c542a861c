import type { DiskTrouble } from '../../core/driver.ts';
import { FAULT } from '../../core/rules/fault.ts';
import type { Row } from '../../core/service.ts';
import { after } from '../../core/time.ts';
import type { RealHost } from './host.ts';
import type { Settle, World } from './world.ts';

/** Something declared of a disk, and how often it acted. */
export interface CountedTrouble extends DiskTrouble {
  fired: number;
}

/** The store of one host, with what is declared to be wrong with it. */
export class Disk {
  readonly #world: World;
  readonly #host: RealHost;
  readonly #troubles: CountedTrouble[] = [];

  constructor(world: World, host: RealHost) {
    this.#world = world;
    this.#host = host;
  }

  begin(trouble: CountedTrouble): void {
    this.#troubles.push(trouble);
  }

  mend(trouble: CountedTrouble): void {
    const index = this.#troubles.indexOf(trouble);
    if (index !== -1) this.#troubles.splice(index, 1);
  }

  persist(rows: readonly Row[], settle: Settle): void {
    let slowest: CountedTrouble | undefined;
    for (const trouble of this.#troubles)
      if (trouble.flushUs !== 'full' && trouble.flushUs > timeOf(slowest)) slowest = trouble;
    if (slowest === undefined) return this.#keep(rows, settle);
    slowest.fired++;
    this.#host.because(FAULT.diskSlow, slowest.id);
    const { life } = this.#host;
    const { schedule, now } = this.#world;
    schedule.at(after(now(), timeOf(slowest)), () => {
      // What was not settled is lost in a crash.
      if (this.#host.life === life) this.#keep(rows, settle);
    });
  }

  /** All rows are gone. */
  wipe(): void {
    const { store } = this.#world;
    const { name } = this.#host.spec;
    const none = store.rows(name).map(({ table, key }) => ({ table, key, value: null }));
    if (none.length > 0) store.persist(name, none, () => {});
  }

  #keep(rows: readonly Row[], settle: Settle): void {
    const { schedule, now, store } = this.#world;
    const full = this.#troubles.find(({ flushUs }) => flushUs === 'full');
    if (full === undefined) return store.persist(this.#host.spec.name, rows, settle);
    full.fired++;
    schedule.at(now(), () => {
      settle('failed');
    });
  }
}

function timeOf(trouble: CountedTrouble | undefined): number {
  return trouble === undefined || trouble.flushUs === 'full' ? 0 : trouble.flushUs;
}
