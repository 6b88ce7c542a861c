import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { compareRuns, type DiffSubject } from '../../src/api/diff.ts';
import { isTraceFile, TraceFile } from '../../src/api/trace.ts';
import { runOnce } from '../../src/api/run.ts';

const BOOT = join(import.meta.dirname, '../../scenarios/cable-modem-boot.yaml');
const FOLDER = mkdtempSync(join(tmpdir(), 'headend-diff-'));
afterAll(() => rmSync(FOLDER, { recursive: true }));
const { signal } = new AbortController();
const notice = (): void => {};

const run = (set: readonly string[] = [], seed?: number): DiffSubject => ({
  kind: 'run',
  path: BOOT,
  load: { set },
  seed,
});

test('two runs that differ by one lost packet: it is named, beside the one that arrived', async () => {
  const { difference } = await compareRuns(run(), run(['net.hfc.loss=2%']), signal);
  expect(difference?.b).toMatchObject({ kind: 'frame', fate: 'lost', segment: 'hfc' });
  expect(difference?.a).toMatchObject({ kind: 'frame', fate: 'delivered', segment: 'hfc' });
  const [a, b] = [difference?.a, difference?.b];
  if (a?.kind !== 'frame' || b?.kind !== 'frame') throw new Error('no frames');
  expect({ ...b, number: 0, at: 0, packet: 0, fate: 0, rule: 0, receiver: 0, detail: 0 }).toEqual({
    ...a,
    number: 0,
    at: 0,
    packet: 0,
    fate: 0,
    rule: 0,
    receiver: 0,
    detail: 0,
  });
  expect(difference?.fields.map(({ name }) => name)).toContain('fate');
});

test('the same seed twice: no difference; another seed: the first packet', async () => {
  const same = await compareRuns(run(), run(), signal);
  expect(same.difference).toBeUndefined();
  expect(same.events).toBeGreaterThan(100);
  const other = await compareRuns(run(), run([], 8), signal);
  expect(other.difference?.common).toBeLessThan(3);
});

const request = {
  path: BOOT,
  mode: 'virtual',
  seed: undefined,
  load: {},
  ladders: [],
  pcap: undefined,
  notice,
} as const;

test('a trace against the run that it is of; and one that was cut short', async () => {
  const path = join(FOLDER, 'boot.trace');
  await runOnce({ ...request, trace: path }, signal);
  expect(isTraceFile(path)).toBe(true);
  expect((await compareRuns({ kind: 'trace', path }, run(), signal)).difference).toBeUndefined();
  const cut = join(FOLDER, 'cut.trace');
  await runOnce({ ...request, trace: cut, pace: { untilUs: 5_000_000 } }, signal);
  const { difference } = await compareRuns({ kind: 'trace', path: cut }, { kind: 'trace', path }, signal);
  expect(difference?.a).toBeUndefined();
  expect(difference?.b?.at).toBeGreaterThan(5_000_000);
});

test('a run that is cut at any moment has what the whole run has up to it, and at it', async () => {
  const path = join(FOLDER, 'whole.trace');
  await runOnce({ ...request, trace: path }, signal);
  const events = [...new TraceFile(path).records()].filter((record) => record.kind !== 'because');
  const moments = events.filter((_, index) => index % 25 === 0).map(({ at }) => at);
  expect(moments.length).toBeGreaterThan(4);
  for (const at of moments) {
    // At the moment of an event, and between two.
    for (const untilUs of [at, at + 1].filter((us) => us > 0)) {
      const cut = { kind: 'run', path: BOOT, load: {}, seed: undefined, untilUs } as const;
      const { difference, events: compared } = await compareRuns({ kind: 'trace', path }, cut, signal);
      expect({ untilUs, difference }).toEqual({ untilUs, difference: undefined });
      expect({ untilUs, compared }).toEqual({
        untilUs,
        compared: events.filter((one) => one.at <= untilUs).length,
      });
    }
  }
});

test('what is no trace is no trace', () => {
  const path = join(FOLDER, 'other.txt');
  writeFileSync(path, 'headend: 1\n');
  expect(isTraceFile(path)).toBe(false);
});
