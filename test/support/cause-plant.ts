import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import type { Cause } from '../../src/analysis/cause/cause.ts';
import { CauseFinder } from '../../src/analysis/cause/finder.ts';
import { loadScenario, prepareVirtual } from '../../src/api/scenario.ts';

const FOLDER = mkdtempSync(join(tmpdir(), 'headend-causes-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));

export const CONFIG = `[{ network-access: true }, { max-cpe: 4 }, { upstream-service-flow: { reference: 1, qos-parameter-set: 7 } }, { downstream-service-flow: { reference: 2, qos-parameter-set: 7 } }]`;

const SUBNET = `      - subnet: 10.9.0.0/18
        relay: 10.9.0.1
        range: 10.9.16.1-10.9.16.250
        lease: 24h
        router: 10.9.0.1
        tftp: { server: 10.0.0.69, file: gold.cfg }
        options: { time-servers: [10.0.0.37] }`;

/** A plant in order: each case changes one thing in it. */
const PLANT = `headend: 1
name: plant
seed: 3
duration: 8m
net:
  hfc: { kind: segment, delay: 8ms, jitter: 6ms }
  core: { kind: segment, delay: 1ms, jitter: 200us }
services:
  dhcp:
    on: core
    ip: 10.0.0.67
    subnets:
${SUBNET}
  tftp:
    on: core
    ip: 10.0.0.69
    files: { gold.cfg: { docsis: ${CONFIG}, secret: one } }
  tod: { on: core, ip: 10.0.0.37 }
devices:
  cmts: { kind: cmts, cable: hfc, uplink: core, giaddr: 10.9.0.1, helper: 10.0.0.67, secret: one, ranging: ideal }
  cm: { kind: cable-modem, count: 5, on: hfc, mac: '00:10:18:00:00:{n:02x}' }
timeline:
  - { at: 0s, do: power-on, who: cm, spread: { over: 4s } }
expect:
  - always: leases.unique
`;

/** What is changed in the plant, one text for another. */
export type Change = readonly (readonly [from: string, to: string])[];

interface Variation {
  readonly seed?: number;
  /** What a capture does not have: what hosts say of themselves. */
  readonly isSilent?: boolean;
}

/** The causes that are named in a run of the changed plant. */
export async function causesOf(change: Change, how: Variation = {}): Promise<readonly Cause[]> {
  return (await watched(change, how)).causes();
}

/** A run of the changed plant, watched to its end. */
export async function watched(
  change: Change,
  { seed, isSilent = false }: Variation = {},
): Promise<CauseFinder> {
  let text = PLANT;
  for (const [from, to] of change) {
    expect(text).toContain(from);
    text = text.replace(from, to);
  }
  const file = join(FOLDER, 'plant.yaml');
  writeFileSync(file, text);
  const run = prepareVirtual(loadScenario(file), { seed });
  const finder = new CauseFinder(run.topology.hosts);
  await run.execute([isSilent ? { frame: (event) => finder.frame(event) } : finder]);
  return finder;
}

export const MORE_DEVICES = '  cm: { kind: cable-modem';
