import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Cause } from '../../src/analysis/cause/cause.ts';
import { findInCapture } from '../../src/analysis/cause/capture-source.ts';
import { CauseFinder } from '../../src/analysis/cause/finder.ts';
import { TraceCauses } from '../../src/analysis/cause/trace-source.ts';
import { loadScenario, prepareVirtual } from '../../src/api/scenario.ts';
import type { LoadedScenario } from '../../src/api/scenario.ts';
import type { Trace } from '../../src/core/driver.ts';
import { decodeCapture } from '../../src/codec/pcap-reader.ts';
import { CaptureRecorder } from '../../src/report/capture.ts';
import { plantOf } from '../../src/report/plant.ts';
import { parseTraceLine, TraceFileWriter } from '../../src/report/trace-file.ts';

const SCENARIOS = join(import.meta.dirname, '../../scenarios');
const INCIDENTS = join(SCENARIOS, 'incidents');

/** What is wrong in scenarios that show something wrong; in all others nothing is. */
const WRONG: Readonly<Record<string, string>> = {
  'boot-storm-5000': 'HE-CAUSE-004',
  'computers-behind-modems': 'HE-CAUSE-020',
  'missing-config': 'HE-CAUSE-013',
  'siaddr-is-not-option-66': 'HE-CAUSE-010',
  'storm-four-limiters': 'HE-CAUSE-004',
  'tftp-through-a-firewall': 'HE-CAUSE-014',
  'wrong-shared-secret': 'HE-CAUSE-017',
};

const incidents = readdirSync(INCIDENTS)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => ({ name: name.replace('.yaml', ''), id: `HE-CAUSE-0${name.slice(0, 2)}` }));

/** A variation of a plant: other chances, losses, other numbers. */
interface Variation {
  readonly seed?: number;
  /** On every segment. */
  readonly loss?: string;
  readonly set?: readonly string[];
  /** What a capture does not have: what hosts say of themselves. */
  readonly isSilent?: boolean;
}

function load(path: string, { loss, set = [] }: Variation): LoadedScenario {
  const { scenario } = loadScenario(path, { set });
  if (loss === undefined) return loadScenario(path, { set });
  const worse = scenario.segments.map(({ name }) => `net.${name}.loss=${loss}`);
  return loadScenario(path, { set: [...set, ...worse] });
}

async function causesOf(path: string, how: Variation = {}): Promise<readonly Cause[]> {
  const run = prepareVirtual(load(path, how), { seed: how.seed });
  const finder = new CauseFinder(run.topology.hosts);
  const listener: Trace = how.isSilent === true ? { frame: (event) => finder.frame(event) } : finder;
  await run.execute([listener]);
  return finder.causes();
}

/** What the capture of a run tells, without the run. */
async function captured(path: string): Promise<CauseFinder> {
  const run = prepareVirtual(loadScenario(path));
  const octets: number[] = [];
  const facts = { scenario: 'captured', seed: run.seed, mode: 'virtual', epochUs: 0, note: '' } as const;
  const recorder = new CaptureRecorder(run.topology, facts, (part) => {
    for (const octet of part) octets.push(octet);
  });
  await run.execute([recorder]);
  recorder.end();
  return findInCapture(decodeCapture(Uint8Array.from(octets)));
}

const shipped = readdirSync(SCENARIOS)
  .filter((name) => name.endsWith('.yaml'))
  .map((name) => name.replace('.yaml', ''));

/** Nothing in the file takes packets or breaks anything. */
const PEACEFUL: ReadonlySet<string> = new Set([
  'power-on',
  'power-off',
  'release',
  'renew',
  'show',
  'update',
]);
const healthy = shipped.filter((name) => {
  const { scenario } = loadScenario(join(SCENARIOS, `${name}.yaml`));
  const isPeaceful = scenario.timeline.every((action) => PEACEFUL.has(action.do));
  return (
    isPeaceful &&
    WRONG[name] === undefined &&
    scenario.services.every(({ capacity }) => capacity === undefined)
  );
});

/** Whether anybody asks for an address or a file in it. */
function hasClients(name: string): boolean {
  const { scenario } = loadScenario(join(SCENARIOS, `${name}.yaml`));
  return scenario.services.some(({ kind }) => kind === 'dhcp' || kind === 'tftp');
}

describe('shipped scenarios', () => {
  test.each(Object.entries(WRONG))('%s: %s is named, and nothing else', async (name, wrong) => {
    const causes = await causesOf(join(SCENARIOS, `${name}.yaml`));
    expect(causes.map(({ id }) => id)).toEqual([wrong]);
  });

  test('most are healthy', () => {
    expect(healthy.length).toBeGreaterThan(15);
  });

  test.each(healthy)('%s: nothing is named', async (name) => {
    expect(await causesOf(join(SCENARIOS, `${name}.yaml`))).toEqual([]);
  });

  test.each(healthy.filter(hasClients))('%s: nor when two frames in a hundred are lost', async (name) => {
    const causes = await causesOf(join(SCENARIOS, `${name}.yaml`), { loss: '2%' });
    expect(causes.map(({ id, what }) => `${id} ${what}`)).toEqual([]);
  });

  test.each(Array.from({ length: 20 }, (_, index) => index + 1))(
    'a healthy plant of ninety modems under losses, seed %i: nothing is named',
    async (seed) => {
      const path = join(SCENARIOS, 'cable-modem-boot.yaml');
      const causes = await causesOf(path, { seed, loss: '2%', set: ['devices.cm.count=90', 'duration=5m'] });
      expect(causes.map(({ id, what }) => `${id} ${what}`)).toEqual([]);
    },
  );
});

describe('incidents', () => {
  const variations: readonly (Variation & { readonly called: string })[] = [
    { called: 'as shipped' },
    { called: 'seed 2', seed: 2 },
    { called: 'seed 3', seed: 3 },
    { called: 'two frames in a hundred lost', loss: '2%' },
    { called: 'two in a hundred lost, seed 4', loss: '2%', seed: 4 },
    { called: 'one frame in ten lost, seed 5', loss: '10%', seed: 5 },
    { called: 'packets alone', isSilent: true },
    { called: 'packets alone, with losses', isSilent: true, loss: '2%', seed: 6 },
  ];

  describe.each(variations)('$called', (how) => {
    test.each(incidents)('$name: its own cause comes first', async ({ name, id }) => {
      const [first] = await causesOf(join(INCIDENTS, `${name}.yaml`), how);
      expect(first?.id).toBe(id);
    });
  });

  test.each(incidents)('$name: the cause is certain, and packets prove it', async ({ name }) => {
    const [first] = await causesOf(join(INCIDENTS, `${name}.yaml`));
    expect(first?.sure).toBe('certain');
    expect(first?.evidence.length).toBeGreaterThanOrEqual(3);
    expect(first?.check).not.toBe('');
  });

  test.each(incidents)('$name: a trace file says what the run said', async ({ name }) => {
    const run = prepareVirtual(loadScenario(join(INCIDENTS, `${name}.yaml`)));
    const finder = new CauseFinder(run.topology.hosts);
    const lines: string[] = [];
    const facts = { scenario: name, seed: run.seed, mode: 'virtual', epoch_us: 0 } as const;
    await run.execute([finder, new TraceFileWriter(run.topology, facts, (line) => lines.push(line))]);
    const reader = new TraceCauses(plantOf(run.topology));
    for (const [index, line] of lines.entries()) if (index > 0) reader.add(parseTraceLine(line, index + 1));
    expect(reader.finder.causes()).toEqual(finder.causes());
    expect(reader.finder.clients()).toEqual(finder.clients());
  });

  test.each(incidents)('$name: a capture is enough to name it', async ({ name, id }) => {
    const finder = await captured(join(INCIDENTS, `${name}.yaml`));
    expect(finder.causes()[0]?.id, JSON.stringify(finder.clients())).toBe(id);
  });

  test('a capture of a healthy plant names nothing', async () => {
    const finder = await captured(join(SCENARIOS, 'cable-modem-boot.yaml'));
    expect(finder.causes()).toEqual([]);
    expect(finder.clients()).toEqual({ seen: 3, served: 3, waiting: [] });
  });

  test.each(incidents)('$name: neither name nor text nor expectation gives the answer away', ({ name }) => {
    const { scenario } = loadScenario(join(INCIDENTS, `${name}.yaml`));
    const told = JSON.stringify([scenario.name, scenario.about, scenario.expectations]).toLowerCase();
    for (const word of ['helper', 'giaddr', 'siaddr', 'option 66', 'route ', 'secret', 'damaged', 'checksum'])
      expect(told).not.toContain(word);
  });
});
