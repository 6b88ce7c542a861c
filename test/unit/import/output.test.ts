import { expect, test } from 'vitest';
import { resolve } from 'node:path';
import { formatNote } from '../../../src/import/notes.ts';
import { FIXTURES, fixtureFormat, importFixture } from '../../support/import-fixtures.ts';

// What is made of each, and all that is told about it: the diff is the review (-u writes what is new).
test.each(FIXTURES)('%s', async (name) => {
  const { format, scenario, notes, mistakes } = importFixture(name);
  expect([format, mistakes]).toEqual([fixtureFormat(name), []]);
  const told = notes.map(formatNote).join('\n');
  const file = resolve(import.meta.dirname, `../../golden/import/${name}.txt`);
  await expect(`${scenario}\n${told}\n`).toMatchFileSnapshot(file);
});
