import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { testZones } from '../../src/api/zone-test.ts';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const folder = process.env['HEADEND_CONFORMANCE'] ?? join(root, '../shared/conformance');
const file = join(folder, 'dns-consensus.jsonl.gz');

describe.skipIf(!existsSync(file))('answers on which BIND, NSD, Knot and PowerDNS agree', () => {
  test('all of them', () => {
    const { passed, failures } = testZones(file, []);
    console.log(`conformance: ${passed} of ${passed + failures.length} passed`);
    expect(passed + failures.length).toBeGreaterThan(4_000);
    expect(failures.slice(0, 5)).toEqual([]);
  });
});

test.runIf(!existsSync(file))('where the data is not there, it is said', () => {
  console.log('conformance: absent');
  expect(existsSync(file)).toBe(false);
});
