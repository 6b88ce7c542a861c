import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { importCaptureFile, type CaptureImport } from '../../src/api/import-capture.ts';
import { loadScenario, prepareVirtual, simulate } from '../../src/api/scenario.ts';
import { CaptureRecorder } from '../../src/report/capture.ts';
import type { RunResult } from '../../src/scenario/result.ts';

const SCENARIOS = join(import.meta.dirname, '../../scenarios');
let folder = '';
const first = new Map<string, RunResult>();

/** What a boot looks like to who captures it, and to a person who brings that in. */
async function captured(name: string): Promise<string> {
  const prepared = prepareVirtual(loadScenario(join(SCENARIOS, `${name}.yaml`)));
  const pieces: Uint8Array[] = [];
  const facts = { scenario: name, seed: 7, mode: 'virtual' as const, epochUs: 1e15, note: '' };
  const capture = new CaptureRecorder(prepared.topology, facts, (octets) => pieces.push(octets));
  first.set(name, await prepared.execute([capture]));
  capture.end();
  const path = join(folder, `${name}.pcapng`);
  writeFileSync(path, Buffer.concat(pieces));
  return path;
}

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'headend-import-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const addresses = ({ devices }: RunResult): string[] =>
  devices.flatMap(({ kind, ip }) => (kind === 'cmts' || ip === null ? [] : [ip])).sort();

describe.each([
  {
    name: 'cable-modem-boot',
    summary: '3 clients, 3 leases, 1 file, 1 time server, 0 zones in 45 datagrams',
  },
  { name: 'lease-lifetime', summary: '1 client, 1 lease, 0 files' },
])('the capture of $name', ({ name, summary }) => {
  let brought: CaptureImport | undefined;
  const out = (): string => join(folder, `${name}.yaml`);

  beforeAll(async () => {
    brought = importCaptureFile(await captured(name), { out: out(), force: false });
  });

  test('gives a scenario without mistakes', () => {
    expect(brought?.mistakes).toEqual([]);
    expect(brought?.summary).toContain(summary);
  });

  test('in which the same clients get the same addresses and come as far', async () => {
    const again = await simulate(out());
    expect(again.expectations.filter(({ verdict }) => verdict !== 'pass')).toEqual([]);
    expect(addresses(again)).toEqual(addresses(first.get(name)!));
  });

  test('and which is not written over what is there', () => {
    const path = join(folder, `${name}.pcapng`);
    expect(() => importCaptureFile(path, { out: out(), force: false })).toThrow(
      'there is such a file already',
    );
  });
});

const text = (): string => readFileSync(join(folder, 'cable-modem-boot.yaml'), 'utf8');

const run = async (changed: string): Promise<RunResult> => {
  const path = join(folder, 'changed.yaml');
  expect(changed).not.toBe(text());
  writeFileSync(path, changed);
  return await simulate(path);
};

describe('the same boot against a changed configuration', () => {
  test('another address for one modem is seen', async () => {
    const { expectations, verdict } = await run(
      text().replace("00:01', ip: 10.9.16.2", "00:01', ip: 10.9.20.2"),
    );
    expect(verdict).toBe('fail');
    const failed = expectations.filter((each) => each.verdict === 'fail').map((each) => each.text);
    expect(failed).toEqual(['DHCP ACK *>* mac=00:10:18:00:00:01 yiaddr=10.9.16.2']);
  });

  test('a TFTP server that has moved keeps all modems off', async () => {
    const { devices } = await run(text().replace('server: 10.0.0.69', 'server: 10.0.0.70'));
    expect(devices.filter(({ state }) => state === 'operational')).toEqual([]);
  });
});

test('a capture without a lease is no boot', () => {
  const path = join(folder, 'empty.pcap');
  writeFileSync(path, Buffer.from('d4c3b2a1020004000000000000000000ffff000001000000', 'hex'));
  expect(() => importCaptureFile(path, { out: join(folder, 'empty.yaml'), force: false })).toThrow(
    'no client is leased an address in it',
  );
  writeFileSync(path, 'nothing');
  expect(() => importCaptureFile(path, { out: join(folder, 'empty.yaml'), force: false })).toThrow(
    'it is no capture that is read here',
  );
});
