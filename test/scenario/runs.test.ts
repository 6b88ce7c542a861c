import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadScenario, prepareVirtual, simulate } from '../../src/api/scenario.ts';

const FOLDER = join(import.meta.dirname, '../../scenarios');
const SHIPPED = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));
/** The lab of containers runs simulated as well. */
const LAB = '../deploy/lab.yaml';

/** What a file says is a warning, and is one: the storm is what it shows. */
const WARNED: Readonly<Record<string, readonly string[]>> = {
  'boot-storm-5000.yaml': ['dhcp.retransmits < 3000'],
};

describe.each([...SHIPPED, LAB])('%s', (name) => {
  const path = join(FOLDER, name);

  test('passes, twice with the same digest, and with another under another seed', async () => {
    const first = await simulate(path);
    const warned = WARNED[name] ?? [];
    const verdict = warned.length === 0 ? 'pass' : 'warn';
    const failed = first.expectations.filter((one) => one.verdict !== 'pass' && !warned.includes(one.text));
    expect(failed).toEqual([]);
    expect(first.verdict).toBe(verdict);
    expect(await simulate(path)).toEqual(first);
    const other = await simulate(path, { seed: first.seed + 1 });
    expect(other.verdict).toBe(verdict);
    expect(other.digest).not.toBe(first.digest);
  });
});

test('the flagship: three modems online, each with a lease and a time', async () => {
  const { devices } = await simulate(join(FOLDER, 'cable-modem-boot.yaml'));
  const modems = devices.filter(({ kind }) => kind === 'cable-modem');
  expect(modems.map(({ name, state, cmts_state: shown }) => `${name} ${state} ${shown}`)).toEqual([
    'cm[0] operational online',
    'cm[1] operational online',
    'cm[2] operational online',
  ]);
  expect(new Set(modems.map(({ ip }) => ip)).size).toBe(3);
  for (const { ip, boot_us: bootUs } of modems) {
    expect(ip).toMatch(/^10\.9\.16\.\d+$/);
    expect(bootUs).toBeGreaterThan(0);
  }
});

test('who listens changes nothing in a run', async () => {
  const loaded = loadScenario(join(FOLDER, 'dora-and-relay.yaml'));
  const silent = await prepareVirtual(loaded).execute([]);
  let heard = 0;
  const hear = () => {
    heard++;
  };
  const told = await prepareVirtual(loaded).execute([
    { frame: hear, state: hear, because: hear, measure: hear, settled: hear, stream: hear, reply: hear },
  ]);
  expect(told).toEqual(silent);
  expect(heard).toBeGreaterThan(50);
});
