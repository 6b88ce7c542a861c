import { expect, test } from 'vitest';
import { ShownStates } from '../../../src/scenario/shown-states.ts';

test.each([
  { name: 'nothing was said', entered: [], own: undefined },
  {
    name: 'the last that its machine entered',
    entered: ['modem other', 'modem operational'],
    own: 'operational',
  },
  { name: 'a look-up of a host without a machine', entered: ['stub asking', 'stub NOERROR'], own: 'NOERROR' },
  {
    name: 'its machine, not its last look-up',
    entered: ['stub asking', 'host bound', 'stub NOERROR'],
    own: 'bound',
  },
])('a host shows: $name', ({ entered, own }) => {
  const states = new ShownStates(3);
  for (const text of entered) {
    const [machine = '', state = ''] = text.split(' ');
    states.enter(1, machine, state);
  }
  expect([states.own(0), states.own(1), states.own(2)]).toEqual([undefined, own, undefined]);
  expect(states.byCmts(1)).toBe(undefined);
});

test('what its CMTS shows of it is another matter', () => {
  const states = new ShownStates(2);
  states.enter(1, 'modem', 'operational');
  states.enterByCmts(1, 'online');
  states.enterByCmts(0, 'reject(m)');
  expect([states.own(1), states.byCmts(1)]).toEqual(['operational', 'online']);
  expect([states.own(0), states.byCmts(0)]).toEqual([undefined, 'reject(m)']);
});

test('of a host that is not of the run nothing is known', () => {
  const states = new ShownStates(2);
  states.enter(0, 'modem', 'other');
  expect([states.own(2), states.byCmts(2)]).toEqual([undefined, undefined]);
});
