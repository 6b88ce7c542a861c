import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planScenario } from '../../src/api/plan.ts';
import { runOnce, type RunReport } from '../../src/api/run.ts';
import { planLines } from '../../src/cli/plan.ts';
import { findEntry, renderEntry, renderTopics } from '../../src/report/explain.ts';
import { type Line, lineText } from '../../src/report/line.ts';

// The diff is the review: `npx vitest run --project unit test/golden -u` writes what is new.

const SCENARIOS = resolve(import.meta.dirname, '../../scenarios');
const WIDE = 120;
const NARROW = 80;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headend-golden-'));
  symlinkSync(join(SCENARIOS, 'files'), join(folder, 'files'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function textOf(lines: readonly Line[]): string {
  return `${lines.map((line) => lineText(line).trimEnd()).join('\n')}\n`;
}

/** A run of a shipped scenario with pieces of it replaced. */
function run(
  name: string,
  ladders: readonly string[],
  ...changes: readonly (readonly [string, string])[]
): Promise<RunReport> {
  let text = readFileSync(join(SCENARIOS, `${name}.yaml`), 'utf8');
  for (const [piece, by] of changes) {
    if (!text.includes(piece)) throw new Error(`there is no ${piece} in ${name}`);
    text = text.replace(piece, () => by);
  }
  const path = join(folder, `${name}.yaml`);
  writeFileSync(path, text);
  const rest = {
    mode: 'virtual',
    seed: undefined,
    load: { reach: 'any' },
    pcap: undefined,
    trace: undefined,
  } as const;
  return runOnce({ path, ladders, ...rest, notice: () => undefined }, new AbortController().signal);
}

/** Without what differs from machine to machine: how long the run took. */
function summaryOf(report: RunReport, columns: number, exitCode: number): string {
  const facts = { reproduce: 'headend run x.yaml --seed 7', exitCode, columns };
  return textOf(report.summary(facts)).replace(/simulated in [\d.]+ m?s/, 'simulated in 12 ms');
}

test.each([
  { kind: 'svg', file: 'ladder.svg' },
  { kind: 'mermaid', file: 'ladder.mmd' },
] as const)('a ladder with a loss and a wrong file, as $kind', async ({ kind, file }) => {
  const report = await run('missing-config', ['cm[0]'], ['seed: ', 'seed: 1 # ']);
  await expect(report.pictures(kind)[0]).toMatchFileSnapshot(file);
});

test.each([NARROW, WIDE])('a ladder, %i columns', async (columns) => {
  const report = await run('missing-config', ['cm[0]']);
  const [ladder = []] = report.ladders(columns);
  for (const line of ladder) expect(lineText(line).length).toBeLessThanOrEqual(columns);
  await expect(textOf(ladder)).toMatchFileSnapshot(`ladder-${columns}.txt`);
});

test.each([NARROW, WIDE])('what held, %i columns', async (columns) => {
  const report = await run('missing-config', []);
  await expect(summaryOf(report, columns, 0)).toMatchFileSnapshot(`held-${columns}.txt`);
});

test.each([NARROW, WIDE])('what did not hold, %i columns', async (columns) => {
  const report = await run(
    'missing-config',
    [],
    ['state: operational', 'state: waitingForTftp'],
    ['file=Gold.cfg', 'file=gold.cfg'],
  );
  await expect(summaryOf(report, columns, 1)).toMatchFileSnapshot(`failed-${columns}.txt`);
});

test.each([NARROW, WIDE])('a plan, %i columns', async (columns) => {
  const lines = planLines(planScenario(join(SCENARIOS, 'name-lookup.yaml'), {}), columns);
  for (const line of lines) expect(lineText(line).length).toBeLessThanOrEqual(columns);
  await expect(textOf(lines)).toMatchFileSnapshot(`plan-${columns}.txt`);
});

test.each(['dora', 'HE-DHCP-014'])('explain %s', async (topic) => {
  const entry = findEntry(topic);
  if (entry === undefined) throw new Error(`nothing is known of ${topic}`);
  await expect(textOf(renderEntry(entry, NARROW))).toMatchFileSnapshot(`explain-${topic.toLowerCase()}.txt`);
});

test('explain alone lists what there is', async () => {
  await expect(textOf(renderTopics(NARROW))).toMatchFileSnapshot('explain.txt');
});
