import { expect, test } from 'vitest';
import { parseIpv4 } from '../../../src/core/address.ts';
import { FAULT } from '../../../src/core/rules/fault.ts';
import type { DatagramInput, Input, Service } from '../../../src/core/service.ts';
import { type Instant, NEVER, SECOND, toInstant } from '../../../src/core/time.ts';
import { SlowService, type SlowTrouble } from '../../../src/service/slow.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const at = (seconds: number): Instant => toInstant(Math.round(seconds * SECOND));
const HERE = { address: parseIpv4('10.0.0.1')!, port: 67 };

/** What it read, and when. */
class Reader implements Service {
  readonly read: (readonly [seconds: number, what: string])[] = [];
  wakeAt: Instant = NEVER;

  handle(input: Input, now: Instant): void {
    this.read.push([
      now / SECOND,
      input.kind === 'datagram' ? String.fromCharCode(...input.octets) : input.kind,
    ]);
    if (input.kind === 'timer') this.wakeAt = NEVER;
  }

  deadline(): Instant {
    return this.wakeAt;
  }
}

function slow(trouble: Partial<SlowTrouble>) {
  const reader = new Reader();
  const whole = { id: 'it', from: at(10), until: at(20), byUs: 0, rate: 0, ...trouble };
  const service = new SlowService(reader, [whole], { at: at(0) });
  const effects = new RecordingEffects();
  const scratch = new Uint8Array(1);
  return {
    service,
    reader,
    effects,
    /** The octets are the driver's again afterwards. */
    send: (seconds: number, what: string) => {
      scratch[0] = what.charCodeAt(0);
      const input: DatagramInput = {
        kind: 'datagram',
        octets: scratch,
        from: HERE,
        to: HERE,
        via: 0,
        hardware: undefined,
      };
      service.handle(input, at(seconds), effects);
      scratch[0] = 0;
    },
    /** Wakes it as a driver does, until it wants no more. */
    run: () => {
      for (let due = service.deadline(); due !== NEVER; due = service.deadline()) {
        service.handle({ kind: 'timer' }, due, effects);
        expect(service.deadline()).toBeGreaterThan(due);
      }
    },
  };
}

test('each datagram is read later, in order, while it is slow', () => {
  const { send, run, reader, effects } = slow({ byUs: 3 * SECOND });
  send(9, 'a');
  send(10, 'b');
  send(11, 'c');
  run();
  expect(reader.read).toEqual([
    [9, 'a'],
    [13, 'b'],
    [14, 'c'],
  ]);
  expect(effects.of('measure')).toHaveLength(2);
});

test('so many in a second are read', () => {
  const { send, run, reader } = slow({ rate: 2 });
  for (const what of 'abcd') send(10, what);
  run();
  expect(reader.read.map(([seconds]) => seconds)).toEqual([10, 10.5, 11, 11.5]);
});

test('what comes after it waits for what came while it was slow', () => {
  const { send, run, reader } = slow({ byUs: 5 * SECOND });
  send(19, 'a');
  send(21, 'b');
  run();
  send(30, 'c');
  expect(reader.read.map(([, what]) => what)).toEqual(['a', 'b', 'c']);
  expect(reader.read[1]![0]).toBeCloseTo(24.000001, 6);
});

test('timers of its own and all else come in time', () => {
  const { service, send, run, reader, effects } = slow({ byUs: 5 * SECOND });
  reader.wakeAt = at(12);
  send(10, 'a');
  service.handle({ kind: 'command', verb: 'pools', args: {} }, at(11), effects);
  run();
  expect(reader.read).toEqual([
    [11, 'command'],
    [12, 'timer'],
    [15, 'a'],
  ]);
});

test('more than ten thousand do not wait', () => {
  const { service, send, effects } = slow({ byUs: 5 * SECOND });
  for (let index = 0; index < 10_001; index++) send(10, 'a');
  expect(service.underWay()).toBe(10_000);
  expect(effects.of('because').at(-1)?.rule).toBe(FAULT.slowOverflow);
});
