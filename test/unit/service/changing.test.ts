import { expect, test } from 'vitest';
import type { Input, Service } from '../../../src/core/service.ts';
import { type Instant, NEVER, SECOND, toInstant } from '../../../src/core/time.ts';
import { ChangingService } from '../../../src/service/changing.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const at = (seconds: number): Instant => toInstant(seconds * SECOND);

function named(name: string, log: string[]): Service & { readonly name: string } {
  return {
    name,
    handle: (input: Input) => void log.push(`${name} ${input.kind}`),
    deadline: () => NEVER,
    succeed: (before) => void log.push(`${name} succeeds ${(before as unknown as { name: string }).name}`),
  };
}

function changing(zero = 0) {
  const log: string[] = [];
  const changes = [
    { id: 'first', at: at(10), create: () => named('b', log) },
    { id: 'second', at: at(20), create: () => named('c', log) },
  ];
  const service = new ChangingService(named('a', log), changes, { at: at(zero) });
  return { service, log, effects: new RecordingEffects() };
}

test('each succeeds the one before at its moment, with a timer of its own', () => {
  const { service, log, effects } = changing();
  const command = { kind: 'command', verb: 'x', args: {} } as const;
  service.handle(command, at(1), effects);
  expect(service.deadline()).toBe(at(10));
  service.handle({ kind: 'timer' }, at(10), effects);
  service.handle(command, at(11), effects);
  expect(service.deadline()).toBe(at(20));
  service.handle(command, at(21), effects);
  expect(service.deadline()).toBe(NEVER);
  expect(log).toEqual(['a command', 'b succeeds a', 'b command', 'c succeeds b', 'c command']);
  expect(effects.of('measure').map(({ name }) => name)).toEqual(['fault.first', 'fault.second']);
});

test('after a crash it is at once what it has become', () => {
  const { service, log, effects } = changing();
  service.handle({ kind: 'restored', row: { table: 't', key: 'k', value: null } }, at(30), effects);
  expect(log).toEqual(['b succeeds a', 'c succeeds b', 'c restored']);
});

test('moments count from the scenario’s 0', () => {
  expect(changing(100).service.deadline()).toBe(at(110));
});
