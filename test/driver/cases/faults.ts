import { expect, test } from 'vitest';
import type { FrameEvent, Impairment, Topology } from '../../../src/core/driver.ts';
import type { Row } from '../../../src/core/service.ts';
import { after, NEVER, SECOND, toInstant } from '../../../src/core/time.ts';
import { at, host, ip, segment } from '../plants.ts';
import { Actor, octetsOf, text } from '../world.ts';
import type { MakeWorld, World } from '../world.ts';
import { RIGHT, acting, inWorld, pair, tell } from './plant.ts';

const NOTHING = { id: 'fault', where: 'lan', lossRatio: 0, delayUs: 0, jitterUs: 0 };

const TO_RIGHT = { address: ip(RIGHT), port: 1007 };
const TO_ALL = { address: ip('255.255.255.255'), port: 1007 };

/** Says one word after the other, each when it is told to. */
function speaker(...words: readonly string[]): Actor {
  let next = 0;
  return acting({ go: (effects) => effects.send(1007, TO_RIGHT, octetsOf(words[next++] ?? 'more')) });
}

const isLate = ({ body }: FrameEvent): boolean => body.kind === 'udp' && text(body.octets) === 'late';

const heard = (actor: Actor): string[] => actor.of('datagram').map((input) => text(input.octets));

/** From now on, for good unless it says otherwise. */
function impair(world: World, impairment: Partial<Impairment>): void {
  world.driver.impair({ ...NOTHING, ...impairment }, world.driver.now, NEVER);
}

const fired = (world: World): number => world.driver.faults()[0]?.fired ?? -1;

/** Both know each other, and faults that begin now act on what comes next. */
async function warm(world: World, right: Actor): Promise<void> {
  tell(world, 'left', 'go');
  expect(await world.until(() => right.count('datagram') === 1)).toBe(true);
  await world.pass(5);
}

export function faultCases(make: MakeWorld): void {
  test.each([
    { name: 'loss takes it', fault: { lossRatio: 1 }, hears: ['a'], fires: 2 },
    {
      name: 'a partition takes it',
      fault: { lossRatio: 1, among: { from: ['left'], to: ['right'], ways: 'one' } },
      hears: ['a'],
      fires: 2,
    },
    {
      name: 'a partition the other way does not',
      fault: { lossRatio: 1, among: { from: ['right'], to: ['left'], ways: 'one' } },
      hears: ['a', 'b', 'c'],
      fires: 0,
    },
    {
      name: 'a partition both ways does',
      fault: { lossRatio: 1, among: { from: ['right'], to: ['left'], ways: 'both' } },
      hears: ['a'],
      fires: 2,
    },
    { name: 'a delay lets it arrive', fault: { delayUs: 20_000 }, hears: ['a', 'b', 'c'], fires: 2 },
    {
      name: 'a bandwidth lets it arrive',
      fault: { bitsPerSecond: 100_000 },
      hears: ['a', 'b', 'c'],
      fires: 2,
    },
    {
      name: 'a duplicate arrives twice',
      fault: { duplicateRatio: 1 },
      hears: ['a', 'b', 'b', 'c', 'c'],
      fires: 2,
    },
    {
      name: 'a fault elsewhere does nothing',
      fault: { lossRatio: 1, among: { from: ['right'], ways: 'one' } },
      hears: ['a', 'b', 'c'],
      fires: 0,
    },
    {
      name: 'a fault that picks nothing does nothing',
      fault: { lossRatio: 1, picks: () => false },
      hears: ['a', 'b', 'c'],
      fires: 0,
    },
  ] as const)('$name', async ({ fault, hears, fires }) => {
    const right = new Actor();
    await inWorld(make, pair(speaker('a', 'b', 'c'), right), async (world) => {
      await warm(world, right);
      impair(world, fault);
      tell(world, 'left', 'go');
      await world.pass(60);
      tell(world, 'left', 'go');
      await world.until(() => right.count('datagram') >= hears.length && fired(world) >= fires);
      await world.pass(60);
      expect(heard(right)).toEqual(hears);
      expect(world.driver.faults()).toEqual([{ id: 'fault', fired: fires }]);
    });
  });

  test('one that is held is overtaken, and told as such', async () => {
    const right = new Actor();
    const events: FrameEvent[] = [];
    await inWorld(
      make,
      pair(speaker('a', 'late', 'next'), right),
      async (world) => {
        await warm(world, right);
        impair(world, { reorderRatio: 1, holdUs: 200_000, picks: isLate });
        tell(world, 'left', 'go');
        tell(world, 'left', 'go');
        expect(await world.until(() => right.count('datagram') === 3)).toBe(true);
        expect(heard(right)).toEqual(['a', 'next', 'late']);
        const told = events.filter(({ harm }) => harm !== undefined).map(({ harm, fault }) => [harm, fault]);
        expect(told).toEqual([['reordered', 'fault']]);
      },
      [{ frame: (event) => void events.push(event) }],
    );
  });

  test('a damaged datagram arrives, as long as it was, and is not what was sent', async () => {
    const right = new Actor();
    const events: FrameEvent[] = [];
    await inWorld(
      make,
      pair(speaker('a', 'a word or two'), right),
      async (world) => {
        await warm(world, right);
        impair(world, { corruptRatio: 1 });
        tell(world, 'left', 'go');
        expect(await world.until(() => right.count('datagram') === 2)).toBe(true);
        const [, damaged] = heard(right);
        expect(damaged).toHaveLength('a word or two'.length);
        expect(damaged).not.toBe('a word or two');
        const last = events.at(-1);
        expect(last).toMatchObject({ fate: 'delivered', harm: 'corrupted', fault: 'fault' });
      },
      [{ frame: (event) => void events.push(event) }],
    );
  });

  test('damage to what has a checksum of its own is a loss', async () => {
    const left = acting({
      go: (effects) => effects.sendMacMessage(0, 0x0200_0000_00bb as never, octetsOf('mac')),
    });
    const right = new Actor();
    const plant: Topology = {
      segments: [segment('lan', {}, 'cable')],
      links: [],
      hosts: [
        host('left', { on: 'lan' }, () => left, { forwards: true }),
        host('right', { on: 'lan', mac: 0x0200_0000_00bb as never }, () => right),
      ],
    };
    await inWorld(make, plant, async (world) => {
      impair(world, { corruptRatio: 1 });
      tell(world, 'left', 'go');
      expect(await world.until(() => fired(world) === 1)).toBe(true);
      await world.pass(20);
      expect(right.count('mac-message')).toBe(0);
    });
  });

  test('of a broadcast, a partition keeps only those from hearing it who are behind it', async () => {
    const left = acting({ go: (effects) => effects.send(1007, TO_ALL, octetsOf('all')) });
    const [right, third] = [new Actor(), new Actor()];
    const { segments, links, hosts } = pair(left, right);
    const beside = host('third', { on: 'lan', address: [at('10.0.0.3/24')] }, () => third, {
      udpPorts: [1007],
    });
    const events: FrameEvent[] = [];
    await inWorld(
      make,
      { segments, links, hosts: [...hosts, beside] },
      async (world) => {
        impair(world, { lossRatio: 1, among: { from: ['left'], to: ['right'], ways: 'both' } });
        tell(world, 'left', 'go');
        expect(await world.until(() => third.count('datagram') === 1)).toBe(true);
        await world.pass(20);
        expect(right.count('datagram')).toBe(0);
        expect(fired(world)).toBe(1);
        const cut = events.filter(({ fate }) => fate === 'faulted');
        expect(cut.map(({ receiver, fault }) => [receiver?.name, fault])).toEqual([['right', 'fault']]);
      },
      [{ frame: (event) => void events.push(event) }],
    );
  });

  test('a link that flaps takes what comes while it is down', async () => {
    const right = new Actor();
    await inWorld(make, pair(speaker('a', 'b', 'c'), right), async (world) => {
      await warm(world, right);
      impair(world, { lossRatio: 1, flaps: { everyUs: 400_000, downUs: 200_000 } });
      tell(world, 'left', 'go');
      await world.pass(250);
      tell(world, 'left', 'go');
      expect(await world.until(() => right.count('datagram') === 2)).toBe(true);
      expect(heard(right)).toEqual(['a', 'c']);
      expect(fired(world)).toBe(1);
    });
  });

  test('what a fault decides about is shown to it with sender, receiver and octets', async () => {
    const right = new Actor();
    const seen: unknown[] = [];
    await inWorld(make, pair(speaker('a', 'b'), right), async (world) => {
      await warm(world, right);
      const picks = ({ sender, receiver, segment: where, body }: FrameEvent): boolean => {
        if (body.kind === 'udp') seen.push([sender.name, receiver?.name, where, text(body.octets)]);
        return true;
      };
      impair(world, { lossRatio: 1, picks });
      tell(world, 'left', 'go');
      expect(await world.until(() => fired(world) === 1)).toBe(true);
      expect(seen).toEqual([['left', 'right', 'lan', 'b']]);
    });
  });

  test('a fault without a place acts everywhere, and two of one id are one count', async () => {
    const right = new Actor();
    await inWorld(make, pair(speaker('a', 'b'), right), async (world) => {
      await warm(world, right);
      impair(world, { where: undefined, delayUs: 1000 });
      impair(world, { where: undefined, delayUs: 1000 });
      tell(world, 'left', 'go');
      expect(await world.until(() => right.count('datagram') === 2)).toBe(true);
      expect(world.driver.faults()).toEqual([{ id: 'fault', fired: 2 }]);
    });
  });

  outageCases(make);
  diskCases(make);
}

const ROW: Row = { table: 'leases', key: 'a', value: { key: 'a' } };

/** Counts what it was told in its life, and answers with the count. */
function counting(lives: Actor[]): Actor {
  let count = 0;
  const actor = new Actor((input, _now, effects) => {
    if (input.kind !== 'datagram') return;
    count++;
    effects.send(1007, input.from, octetsOf(String(count)));
  });
  lives.push(actor);
  return actor;
}

function outageCases(make: MakeWorld): void {
  test.each([
    { memory: 'lose', lives: 2, answers: ['1', '1'] },
    { memory: 'keep', lives: 1, answers: ['1', '2'] },
  ] as const)('a crash with memory: $memory', async ({ memory, lives, answers }) => {
    const made: Actor[] = [];
    const left = acting({ go: (effects) => effects.send(1007, TO_RIGHT, octetsOf('?')) });
    await inWorld(
      make,
      pair(left, () => counting(made)),
      async (world) => {
        tell(world, 'left', 'go');
        expect(await world.until(() => left.count('datagram') === 1)).toBe(true);
        world.driver.crash(world.driver.now, 'right', { id: 'outage', memory });
        await world.pass(20);
        tell(world, 'left', 'go');
        await world.pass(50);
        expect(heard(left)).toEqual(answers.slice(0, 1));
        world.driver.restart(world.driver.now, 'right');
        await world.pass(20);
        tell(world, 'left', 'go');
        expect(await world.until(() => left.count('datagram') === 2)).toBe(true);
        expect(heard(left)).toEqual(answers);
        expect(made).toHaveLength(lives);
        expect(world.driver.faults()).toEqual([{ id: 'outage', fired: 1 }]);
      },
    );
  });

  test('a timer of a host that stands still comes when it goes on, and not before', async () => {
    const right: Actor = new Actor((input) => {
      if (input.kind === 'timer') right.wakeAt = NEVER;
    });
    await inWorld(make, pair(new Actor(), right), async (world) => {
      right.wakeAt = after(world.driver.now, 100_000);
      tell(world, 'right', 'arm');
      await world.pass(10);
      world.driver.crash(world.driver.now, 'right', { memory: 'keep' });
      await world.pass(200);
      expect(right.count('timer')).toBe(0);
      world.driver.restart(world.driver.now, 'right');
      expect(await world.until(() => right.count('timer') === 1)).toBe(true);
    });
  });

  test('a crash of a host that is down is not counted', async () => {
    await inWorld(make, pair(new Actor(), new Actor()), async (world) => {
      for (const id of ['first', 'second']) world.driver.crash(world.driver.now, 'right', { id });
      await world.pass(20);
      expect(world.driver.faults()).toEqual([
        { id: 'first', fired: 1 },
        { id: 'second', fired: 0 },
      ]);
    });
  });

  test.each([
    { disk: 'keep', restored: 1 },
    { disk: 'lose', restored: 0 },
  ] as const)('a crash with disk: $disk', async ({ disk, restored }) => {
    const lives: Actor[] = [];
    const make_ = (): Actor => {
      const actor = acting({ go: (effects) => effects.persist([ROW]) });
      lives.push(actor);
      return actor;
    };
    await inWorld(make, pair(make_, new Actor()), async (world) => {
      tell(world, 'left', 'go');
      expect(await world.until(() => lives[0]!.count('settled') === 1)).toBe(true);
      world.driver.crash(world.driver.now, 'left', { disk });
      await world.pass(20);
      world.driver.restart(world.driver.now, 'left');
      expect(await world.until(() => lives.length === 2)).toBe(true);
      await world.pass(20);
      expect(lives[1]!.count('restored')).toBe(restored);
    });
  });
}

/** Sends when its row is kept. */
function keeper(): Actor {
  return acting({
    go: (effects) => {
      effects.persist([ROW]);
      effects.send(1007, TO_RIGHT, octetsOf('kept'));
    },
  });
}

function diskCases(make: MakeWorld): void {
  test('a full disk refuses rows, and what waits for them is not sent', async () => {
    const left = keeper();
    const right = new Actor();
    await inWorld(make, pair(left, right), async (world) => {
      const { now } = world.driver;
      world.driver.troubleDisk({ id: 'full', host: 'left', flushUs: 'full' }, now, after(now, SECOND / 5));
      await world.pass(5);
      tell(world, 'left', 'go');
      expect(await world.until(() => left.count('settled') === 1)).toBe(true);
      expect(left.of('settled')[0]!.outcome).toBe('failed');
      await world.pass(250);
      expect(right.count('datagram')).toBe(0);
      tell(world, 'left', 'go');
      expect(await world.until(() => right.count('datagram') === 1)).toBe(true);
      expect(world.driver.faults()).toEqual([{ id: 'full', fired: 1 }]);
    });
  });

  test('a slow disk makes what waits for it late', async () => {
    const left = keeper();
    const right = new Actor();
    await inWorld(make, pair(left, right), async (world) => {
      const { now } = world.driver;
      world.driver.troubleDisk({ id: 'slow', host: 'left', flushUs: 300_000 }, now, NEVER);
      await world.pass(5);
      tell(world, 'left', 'go');
      await world.pass(150);
      expect(right.count('datagram')).toBe(0);
      expect(await world.until(() => right.count('datagram') === 1)).toBe(true);
      expect(left.of('settled')[0]!.outcome).toBe('durable');
      expect(world.driver.faults()).toEqual([{ id: 'slow', fired: 1 }]);
    });
  });

  test('rows that a slow disk has not flushed are lost in a crash', async () => {
    const lives: Actor[] = [];
    const made = (): Actor => {
      const actor = keeper();
      lives.push(actor);
      return actor;
    };
    await inWorld(make, pair(made, new Actor()), async (world) => {
      const { now } = world.driver;
      world.driver.troubleDisk({ id: 'slow', host: 'left', flushUs: 200_000 }, now, toInstant(now + SECOND));
      await world.pass(5);
      tell(world, 'left', 'go');
      await world.pass(50);
      world.driver.crash(world.driver.now, 'left');
      await world.pass(300);
      world.driver.restart(world.driver.now, 'left');
      expect(await world.until(() => lives.length === 2)).toBe(true);
      await world.pass(20);
      expect(lives[1]!.count('restored')).toBe(0);
    });
  });
}
