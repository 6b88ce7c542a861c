import { SimDriver } from '../../src/driver/sim/driver.ts';
import { MILLISECOND, NEVER, after } from '../../src/core/time.ts';
import { driverConformance } from './conformance.ts';

const STEPS = 5000;

driverConformance('driver/sim', async (topology, trace) => {
  const driver = new SimDriver({ topology, seed: 7, trace, poison: true });
  return {
    driver,
    until: async (condition) => {
      for (let step = 0; step < STEPS && !condition(); step++) driver.run(after(driver.now, MILLISECOND));
      return condition();
    },
    pass: async (milliseconds) => driver.run(after(driver.now, milliseconds * MILLISECOND)),
    breakDisk: (host) => driver.breakDisk(host, driver.now, NEVER),
    stop: async () => undefined,
  };
});
