import type { Row } from '../../src/core/service.ts';
import { RealDriver } from '../../src/driver/real/driver.ts';
import { MemoryStore, type Settle } from '../../src/driver/real/world.ts';
import { driverConformance } from './conformance.ts';

const WAIT_MS = 5000;

/** A disk that can be broken. */
class Breakable extends MemoryStore {
  readonly broken = new Set<string>();

  override persist(host: string, rows: readonly Row[], settle: Settle): void {
    if (this.broken.has(host)) setImmediate(settle, 'failed');
    else super.persist(host, rows, settle);
  }
}

const pause = (milliseconds: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, milliseconds);
  });

driverConformance('driver/real, on loopback', async (topology, trace) => {
  const store = new Breakable();
  const driver = new RealDriver({ topology, place: 'live', shift: 91, seed: 7, trace, store });
  await driver.start();
  return {
    driver,
    until: async (condition) => {
      const end = performance.now() + WAIT_MS;
      while (!condition() && performance.now() < end) await pause(2);
      return condition();
    },
    pass: pause,
    breakDisk: (host) => {
      store.broken.add(host);
    },
    stop: () => driver.stop(),
  };
});
