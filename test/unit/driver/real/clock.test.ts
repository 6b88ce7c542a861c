import { describe, expect, test } from 'vitest';
import { OwnClock } from '../../../../src/driver/real/clock.ts';

/** A wall clock, a monotonic one and one that counts sleep, all moved by hand. */
function sources(wallUs: number) {
  return {
    wall: wallUs,
    monotonic: 5_000,
    boot: 77_000_000,
    wallUs() {
      return this.wall;
    },
    monotonicUs() {
      return this.monotonic;
    },
    bootUs() {
      return this.boot;
    },
    pass(us: number) {
      this.monotonic += us;
      this.sleep(us);
    },
    sleep(us: number) {
      this.wall += us;
      this.boot += us;
    },
  };
}

const START = 1_800_000_000_000_000;
const SECOND = 1_000_000;
const HOUR = 3600 * SECOND;

function world(wall = START, stamp?: { atUs: number; epochUs: number }) {
  const machine = sources(wall);
  const epoch = { us: 0 };
  const said: string[] = [];
  const clock = new OwnClock({ sources: machine, epoch, stamp, told: (text) => said.push(text) });
  return { machine, epoch, said, clock, date: () => clock.now() + epoch.us };
}

test('it begins at the wall clock and advances with the monotonic one', () => {
  const { machine, clock } = world();
  expect(clock.now()).toBe(START);
  machine.monotonic += 250.7;
  expect(clock.now()).toBe(START + 250);
});

describe('the machine is set to another time: nothing that was promised ends sooner or later, dates are the new ones', () => {
  test.each([
    { name: 'forward by hours', by: 5 * HOUR, says: /set forward by 5 h 0 min: leases and timers run on/ },
    { name: 'back by hours', by: -3 * HOUR, says: /set back by 3 h 0 min/ },
    { name: 'from 1970 to today', by: 56 * 365 * 24 * HOUR, says: /set forward by 20440 days/ },
  ])('$name', ({ by, says }) => {
    const { machine, clock, date, said, epoch } = world();
    clock.now();
    machine.wall += by;
    machine.pass(SECOND);
    expect(clock.now()).toBe(START + SECOND);
    expect(date()).toBe(START + SECOND + by);
    expect(said).toEqual([expect.stringMatching(says)]);
    for (let second = 0; second < 100; second++) {
      machine.pass(SECOND);
      clock.now();
    }
    expect(clock.now()).toBe(START + 101 * SECOND);
    expect(epoch.us).toBe(by);
    expect(said).toHaveLength(1);
  });

  test('a time server that corrects by milliseconds is followed by dates without a word', () => {
    const { machine, clock, date, said } = world();
    machine.wall -= 40_000;
    machine.pass(SECOND);
    expect(clock.now()).toBe(START + SECOND);
    expect(date()).toBe(START + SECOND - 40_000);
    expect(said).toEqual([]);
  });
});

test('a machine that slept wakes up later: that time has passed for leases, too', () => {
  const { machine, clock, said, epoch } = world();
  machine.sleep(8 * HOUR);
  machine.pass(SECOND);
  expect(clock.now()).toBe(START + 8 * HOUR + SECOND);
  expect(epoch.us).toBe(0);
  expect(said).toEqual([expect.stringMatching(/slept for 8 h 0 min/)]);
});

test('a monotonic clock that hiccups back does not take us along', () => {
  const { machine, clock } = world();
  machine.pass(100);
  expect(clock.now()).toBe(START + 100);
  machine.monotonic -= 50;
  expect(clock.now()).toBe(START + 100);
});

describe('after a restart', () => {
  test('own time goes on from what the database remembers, and downtime has passed', () => {
    const before = world();
    before.machine.wall += 5 * HOUR;
    before.machine.pass(SECOND);
    before.clock.now();
    const stamp = before.clock.stamp();
    const { clock, date, said } = world(START + 5 * HOUR + SECOND + HOUR, stamp);
    expect(clock.now()).toBe(START + SECOND + HOUR);
    expect(date()).toBe(START + 6 * HOUR + SECOND);
    expect(said).toEqual([]);
  });

  test('a clock that lost the time meanwhile takes nobody back: leases neither end nor live on for years', () => {
    const stamp = { atUs: START, epochUs: 0 };
    const { machine, clock, date, said } = world(0, stamp);
    expect(clock.now()).toBe(START);
    expect(date()).toBe(0);
    expect(said).toEqual([expect.stringMatching(/20833 days behind what it was when leases were last kept/)]);
    // A time server sets it right, and dates with it.
    machine.wall = START + HOUR;
    machine.pass(SECOND);
    expect(clock.now()).toBe(START + SECOND);
    expect(date()).toBe(START + HOUR + SECOND);
  });
});
