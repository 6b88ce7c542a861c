import { describe, expect, test } from 'vitest';
import { MAC_BROADCAST, type Mac, toMac } from '../../../src/core/address.ts';
import { MacRuns } from '../../../src/core/mac-runs.ts';
import { Random, streamKey } from '../../../src/core/random.ts';

const OUI = 0x001018_000000;

/** Numbers from `number` on, for `count` addresses from `first` on. */
function add(macs: MacRuns, first: number, number: number, count: number): void {
  for (let index = 0; index < count; index++) macs.set(toMac(first + index), number + index);
}

describe('numbers of hardware addresses', () => {
  test.each([
    { name: 'a group', runs: [[OUI, 0, 1000]] },
    {
      name: 'groups whose addresses go down',
      runs: [
        [OUI + 5000, 0, 100],
        [OUI + 3000, 100, 100],
        [OUI, 200, 100],
      ],
    },
    {
      name: 'a group that begins where another ends, with other numbers',
      runs: [
        [OUI, 7, 50],
        [OUI + 50, 900, 50],
      ],
    },
    {
      name: 'single devices between groups',
      runs: [
        [OUI, 0, 1],
        [OUI + 2, 1, 1],
        [OUI + 100, 2, 40],
        [OUI + 90, 42, 3],
      ],
    },
    {
      name: 'the first and the last address there are',
      runs: [
        [0, 0, 20],
        [MAC_BROADCAST - 19, 20, 20],
      ],
    },
  ])('$name', ({ runs }) => {
    const macs = new MacRuns();
    for (const [first, number, count] of runs) add(macs, first!, number!, count!);
    for (const [first, number, count] of runs)
      for (let index = 0; index < count!; index++)
        expect(macs.get(toMac(first! + index))).toBe(number! + index);
  });

  test('what is beside a run is not of it', () => {
    const macs = new MacRuns();
    add(macs, OUI, 5, 30);
    expect([OUI - 1, OUI + 30, 0].map((mac) => macs.get(toMac(mac)))).toEqual([-1, -1, -1]);
  });

  test('the last number given holds: a cloned modem, a group over another, a group in the midst of one', () => {
    const macs = new MacRuns();
    add(macs, OUI, 0, 100);
    macs.set(toMac(OUI + 3), 500);
    add(macs, OUI + 50, 600, 100);
    add(macs, OUI - 20, 800, 30);
    const at = (offset: number) => macs.get(toMac(OUI + offset));
    expect([at(2), at(3), at(49), at(50), at(99), at(149), at(-20), at(9), at(10)]).toEqual([
      822, 823, 49, 600, 649, 699, 800, 829, 10,
    ]);
  });

  test('it holds what a Map holds, whatever comes', () => {
    const random = new Random(streamKey(1, 'mac-runs'));
    const macs = new MacRuns();
    const model = new Map<Mac, number>();
    for (let step = 0; step < 2_000; step++) {
      const first = OUI + random.below(3_000);
      const number = random.below(10_000);
      for (let index = random.below(random.below(4) === 0 ? 40 : 3); index >= 0; index--) {
        macs.set(toMac(first - index), number - index < 0 ? 0 : number - index);
        model.set(toMac(first - index), number - index < 0 ? 0 : number - index);
      }
    }
    for (let mac = OUI - 50; mac < OUI + 3_050; mac++)
      expect(macs.get(toMac(mac))).toBe(model.get(toMac(mac)) ?? -1);
  });
});
