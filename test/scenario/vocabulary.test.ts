import { readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';
import { loadScenario, prepareVirtual } from '../../src/api/scenario.ts';
import { CMTS_STATES, HOST_STATES, MODEM_STATES } from '../../src/config/vocabulary.ts';
import { StateRank } from '../../src/engine/cmts/modem-table.ts';

const FOLDER = resolve(import.meta.dirname, '../../scenarios');
const WORDS: Readonly<Record<string, readonly string[]>> = {
  modem: MODEM_STATES,
  cmts: CMTS_STATES,
  host: HOST_STATES,
};

/** The machines that any scenario showed: a population, for one, has none. */
const seen = new Set<string>();

test('a scenario can name every state that a CMTS shows', () => {
  expect(Object.keys(StateRank).filter((state) => !CMTS_STATES.includes(state))).toEqual([]);
});

test.each(readdirSync(FOLDER).filter((file) => file.endsWith('.yaml') && !file.startsWith('boot-storm')))(
  'a scenario can name every state that %s comes to',
  async (file) => {
    const unknown = new Set<string>();
    const listener = {
      state: (_at: unknown, _host: unknown, machine: string, state: string) => {
        seen.add(machine);
        if (WORDS[machine]?.includes(state) === false) unknown.add(`${machine} ${state}`);
      },
    };
    await prepareVirtual(loadScenario(join(FOLDER, file))).execute([listener]);
    expect([...unknown]).toEqual([]);
  },
);

test('the scenarios together show every machine whose states are named here', () => {
  expect(Object.keys(WORDS).filter((machine) => !seen.has(machine))).toEqual([]);
});
