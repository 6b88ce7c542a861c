import { setTimeout as sleep } from 'node:timers/promises';
import type { Row } from '../../src/core/service.ts';
import { after } from '../../src/core/time.ts';
import { RealDriver } from '../../src/driver/real/driver.ts';
import { MemoryStore, type Settle } from '../../src/driver/real/world.ts';
import { claimShifts } from '../support/claims.ts';
import { STEADY_CLOCK } from '../support/steady-clock.ts';
import { driverConformance } from './conformance.ts';

const WAIT_US = 5_000_000;
const SHIFT = await claimShifts();

/** A disk that can be broken. */
class Breakable extends MemoryStore {
  readonly broken = new Set<string>();

  override persist(host: string, rows: readonly Row[], settle: Settle): void {
    if (this.broken.has(host)) setImmediate(settle, 'failed');
    else super.persist(host, rows, settle);
  }
}

driverConformance('driver/real, on loopback', async (topology, trace) => {
  const store = new Breakable();
  const driver = new RealDriver({
    topology,
    place: 'live',
    shift: SHIFT,
    seed: 7,
    trace,
    store,
    clock: STEADY_CLOCK,
  });
  await driver.start();
  /** Waits by the driver's own time. */
  const until = async (us: number, condition: () => boolean): Promise<boolean> => {
    const end = after(driver.now, us);
    while (!condition() && driver.now < end) await sleep(2);
    return condition();
  };
  return {
    driver,
    until: (condition) => until(WAIT_US, condition),
    pass: async (milliseconds) => void (await until(milliseconds * 1_000, () => false)),
    breakDisk: (host) => {
      store.broken.add(host);
    },
    stop: () => driver.stop(),
  };
});
