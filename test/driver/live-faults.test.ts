import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { prepareLive, loadScenario, runScenario } from '../../src/index.ts';
import { claimShifts } from '../support/claims.ts';
import { STEADY_CLOCK } from '../support/steady-clock.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'headend-live-faults-'));

afterAll(() => rmSync(FOLDER, { recursive: true }));

/** A desk that asks five times a second, and every kind of fault that it can meet. */
const DESK = `headend: 1
name: live-faults
seed: 4
duration: 9s
net: { core: { kind: segment, delay: 1ms } }
services:
  dhcp: { on: core, ip: 10.0.0.67, subnets: [{ subnet: 10.0.0.0/24, range: 10.0.0.100-10.0.0.109, lease: 1h }] }
  dns: { on: core, ip: 10.0.0.53, zones: { lab.example: { records: { www: { type: A, data: 10.0.0.80 } } } } }
devices:
  desk: { kind: stub, on: core, ip: 10.0.0.20, resolver: dns, ask: www.lab.example A, every: 200ms }
timeline:
  - { do: corrupt, id: damage, packet: DNS ANSWER dns>desk, nth: 2, must-fire: 1 }
  - { do: duplicate, id: double, packet: DNS QUERY desk>dns, every: 3, must-fire: 1 }
  - { do: drop, id: loss, packet: DNS QUERY desk>dns, nth: 4, must-fire: 1 }
  - { at: 0s, do: slow, id: late, who: dns, by: 50ms, for: 2s, must-fire: 1 }
  - { at: 1s, do: clock, id: fast, who: desk, skew: 100000ppm, for: 2s, must-fire: 1 }
  - { at: 1s, do: fill-pool, id: full, who: dhcp, for: 2s, must-fire: 10 }
  - { at: 2s, do: change, id: lease, who: dhcp, lease: 30m, must-fire: 1 }
  - { at: 3s, do: crash, id: still, who: dns, memory: keep, must-fire: 1 }
  - { at: 4s, do: restart, who: dns }
  - { at: 5s, do: flap, id: plug, where: core, every: 400ms, down-for: 200ms, for: 1s, must-fire: 1 }
  - { at: 6s, do: partition, id: cut, from: dns, to: desk, one-way: true, for: 500ms, must-fire: 1 }
  - { at: 0s, do: rogue, id: nobody-asks, on: core, ip: 192.168.1.1, range: 192.168.1.10-192.168.1.20 }
expect:
  - eventually: { who: desk, sees: 10.0.0.80, from: 7s, within: 2s }
`;

test('faults act on real sockets as they do in the simulation', async () => {
  const path = join(FOLDER, 'desk.yaml');
  writeFileSync(path, DESK);
  const virtual = await runScenario(path);
  const options = { shift: await claimShifts(), clock: STEADY_CLOCK };
  const live = await prepareLive(loadScenario(path), options).execute([]);
  for (const { verdict, expectations, faults } of [virtual, live]) {
    expect(expectations.filter((each) => each.verdict !== 'pass')).toEqual([]);
    expect(verdict).toBe('pass');
    expect(faults.find(({ id }) => id === 'nobody-asks')).toEqual({ id: 'nobody-asks', fired: 0 });
  }
  const idsOf = ({ faults }: typeof live) => faults.map(({ id }) => id);
  expect(idsOf(live)).toEqual(idsOf(virtual));
});
