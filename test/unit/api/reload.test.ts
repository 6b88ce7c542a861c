import { expect, test } from 'vitest';
import { Reloader } from '../../../src/api/reload.ts';
import { ConfigError } from '../../../src/core/errors.ts';
import { RealDriver } from '../../../src/driver/real/driver.ts';

test('one reload at a time, also for who asks again as soon as his own is done', async () => {
  const driver = new RealDriver({ topology: { segments: [], links: [], hosts: [] }, place: 'live' });
  let reading = 0;
  let most = 0;
  let reads = 0;
  const reloader = new Reloader([], undefined, {
    driver,
    read: async () => {
      reads++;
      most = Math.max(most, ++reading);
      await new Promise(setImmediate);
      reading--;
      throw new ConfigError('services', 'nothing', 'something');
    },
    choose: ({ hosts }) => hosts,
    swapped: () => undefined,
    told: () => undefined,
  });
  const first = reloader.reload().then(() => reloader.reload());
  const second = reloader.reload();
  const third = reloader.reload();
  expect(await first).toMatchObject({ reloaded: false });
  await Promise.all([second, third, reloader.settled]);
  // Who asked while the first was under way, and who asked after it, want what the files say then: one reload for all of them.
  expect({ most, reads }).toEqual({ most: 1, reads: 2 });
});
