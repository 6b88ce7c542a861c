import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadScenario, prepareVirtual } from '../../src/api/scenario.ts';
import { CaptureRecorder } from '../../src/report/capture.ts';
import { TraceFileWriter } from '../../src/report/trace-file.ts';
import type { RunResult } from '../../src/scenario/result.ts';

const SCENARIOS = join(import.meta.dirname, '../../scenarios');
const BOOT = readFileSync(join(SCENARIOS, 'cable-modem-boot.yaml'), 'utf8');
let folder = '';

/** The servers as a recording of them. */
function replayed(text: string, file: string): string {
  const place = `place: replay, trace: ./${file}`;
  const block = place.replace(', ', '\n    ');
  return text
    .replace('  dhcp:\n', `  dhcp:\n    ${block}\n`)
    .replace('  tftp:\n', `  tftp:\n    ${block}\n`)
    .replace('tod: { ', `tod: { ${place}, `);
}

async function run(text: string): Promise<RunResult> {
  const path = join(folder, 'boot.yaml');
  writeFileSync(path, text);
  return await prepareVirtual(loadScenario(path)).execute([]);
}

const recordedOf = (result: RunResult): string[] =>
  result.expectations
    .filter(({ kind }) => kind === 'recorded')
    .map(({ text, verdict }) => `${text}: ${verdict}`);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'headend-replay-'));
  cpSync(join(SCENARIOS, 'files'), join(folder, 'files'), { recursive: true });
  const path = join(folder, 'boot.yaml');
  writeFileSync(path, BOOT);
  const loaded = loadScenario(path);
  const prepared = prepareVirtual(loaded);
  const lines: string[] = [];
  const pieces: Uint8Array[] = [];
  const facts = { scenario: 'boot', seed: 7, mode: 'virtual' as const };
  const trace = new TraceFileWriter(prepared.topology, { ...facts, epoch_us: 0 }, (line) => lines.push(line));
  const capture = new CaptureRecorder(prepared.topology, { ...facts, epochUs: 0, note: '' }, (octets) =>
    pieces.push(octets),
  );
  await prepared.execute([trace, capture]);
  capture.end();
  writeFileSync(join(folder, 'boot.trace'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'boot.pcapng'), Buffer.concat(pieces));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each(['boot.trace', 'boot.pcapng'])('%s in the place of the servers', (file) => {
  test('modems come online as they did, by other dice too', async () => {
    for (const seed of ['7', '8']) {
      const result = await run(replayed(BOOT, file).replace(/^seed: \d+/m, `seed: ${seed}`));
      const modems = result.devices.filter(({ kind }) => kind === 'cable-modem');
      expect(modems.map(({ state }) => state)).toEqual(['operational', 'operational', 'operational']);
      expect(recordedOf(result)).toEqual([
        'dhcp is asked what was recorded: pass',
        'tftp is asked what was recorded: pass',
        'tod is asked what was recorded: pass',
      ]);
    }
  });

  test('a modem that was not there gets no answer, and the run proves nothing', async () => {
    const result = await run(replayed(BOOT, file).replace('count: 3', 'count: 4'));
    expect(result.devices.find(({ name }) => name === 'cm[3]')?.state).not.toBe('operational');
    expect(recordedOf(result)[0]).toBe('dhcp is asked what was recorded: inconclusive');
  });

  test('which a file may say is as it should be', async () => {
    const text = replayed(BOOT, file).replace('count: 3', 'count: 4');
    const result = await run(text.replace('  dhcp:\n', '  dhcp:\n    unrecorded: silent\n'));
    expect(recordedOf(result)).not.toContain('dhcp is asked what was recorded: inconclusive');
  });
});

test('the recorded DHCP server beside a changed TFTP server', async () => {
  const text = BOOT.replace('  dhcp:\n', '  dhcp:\n    place: replay\n    trace: ./boot.trace\n').replace(
    'files: { gold.cfg:',
    'files: { silver.cfg:',
  );
  const { devices } = await run(text);
  expect(devices.filter(({ state }) => state === 'operational')).toEqual([]);
});

test.each([
  {
    name: 'a file that is no recording',
    file: 'files/gold.yaml',
    says: /"\.\/files\/gold\.yaml" is no recording: malformed at octet 0: magic: neither pcapng nor pcap/,
  },
  { name: 'none', file: 'nothing.pcapng', says: /there is no file "\.\/nothing\.pcapng"/ },
])('$name is told at its place', async ({ file, says }) => {
  await expect(run(replayed(BOOT, file))).rejects.toThrow(says);
});
