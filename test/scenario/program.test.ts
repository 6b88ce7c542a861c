import { expect, test } from 'vitest';
import { storm } from '../../fixtures/types/right.ts';
import { runScenario } from '../../src/index.ts';

test("a program's scenario over a shipped one: three cuts, and no modem asks for its file before it has an address", async () => {
  const result = await runScenario(storm, { base: 'scenarios' });
  expect(result).toMatchObject({ scenario: 'storm-with-cuts', seed: 42, verdict: 'warn' });
  expect(result.faults.map(({ fired }) => fired > 0)).toEqual([true, true, true, true]);
  expect(result.expectations.filter(({ text }) => text === 'modem.tftp.has-lease')).toMatchObject([
    { verdict: 'pass' },
  ]);
});
