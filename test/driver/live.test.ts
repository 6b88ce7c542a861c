import { describe, expect, test } from 'vitest';
import { prepareLive } from '../../src/api/live.ts';
import { loadScenario } from '../../src/api/scenario.ts';
import { claimShifts } from '../support/claims.ts';
import { STEADY_CLOCK } from '../support/steady-clock.ts';

/** Those that are over in seconds; a day of leases and a storm of 5,000 are for virtual time. */
const SCENARIOS = [
  'cable-modem-boot',
  'dora-and-relay',
  'siaddr-is-not-option-66',
  'missing-config',
  'wrong-shared-secret',
  'name-lookup',
  'tftp-through-a-firewall',
  'ftp-active-and-passive',
];

const SHIFT = await claimShifts();

describe.concurrent('shipped scenarios over real sockets on loopback', () => {
  test.each(SCENARIOS.map((name, index) => ({ name, index })))(
    '$name comes to the verdict it has in virtual time',
    async ({ name, index }) => {
      const loaded = loadScenario(`scenarios/${name}.yaml`);
      const result = await prepareLive(loaded, { shift: SHIFT + index, clock: STEADY_CLOCK }).execute([]);
      const missed = result.expectations.filter(({ verdict }) => verdict !== 'pass');
      expect(missed).toEqual([]);
      expect(result).toMatchObject({ mode: 'live', verdict: 'pass', digest: null });
    },
  );
});
