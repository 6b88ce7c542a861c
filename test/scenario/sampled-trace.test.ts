import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runOnce } from '../../src/api/run.ts';
import { TraceFile, type TraceRecord } from '../../src/api/trace.ts';
import { usualSample } from '../../src/api/sample.ts';
import type { PlantHost } from '../../src/report/plant.ts';

const folder = mkdtempSync(join(tmpdir(), 'headend-sample-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function traced(sample: readonly string[]) {
  const path = join(folder, `${sample.join('+') || 'all'}.jsonl`);
  const notices: string[] = [];
  const request = {
    path: 'scenarios/cable-modem-boot.yaml',
    mode: 'virtual' as const,
    seed: 7,
    load: {},
    ladders: [],
    pcap: undefined,
    trace: path,
    sample,
    notice: (text: string) => notices.push(text),
  };
  const { result } = await runOnce(request, new AbortController().signal);
  const file = new TraceFile(path);
  return { result, notices, header: file.header, records: [...file.records()] };
}

const packets = (records: readonly TraceRecord[]): readonly string[] =>
  records.flatMap((record) =>
    record.kind === 'frame' ? [`${record.at} ${record.sender} ${record.message} ${record.octets}`] : [],
  );
const states = (records: readonly TraceRecord[]): readonly string[] =>
  records.flatMap((record) =>
    record.kind === 'state' ? [`${record.at} ${record.host} ${record.state}`] : [],
  );

test('a sampled trace has the packets of the chosen modem, with those its relay sent on, and the states of all', async () => {
  const whole = await traced([]);
  const sampled = await traced(['cm[1]']);
  expect(sampled.result.digest).toBe(whole.result.digest);
  expect(sampled.header.sample).toEqual(['cm[1]']);
  expect(whole.header.sample).toBeUndefined();
  expect(states(sampled.records)).toEqual(states(whole.records));

  const all = new Set(packets(whole.records));
  const some = packets(sampled.records);
  expect(some.length).toBeGreaterThan(20);
  expect(some.length).toBeLessThan(all.size);
  expect(some.filter((packet) => !all.has(packet))).toEqual([]);
  const frames = sampled.records.filter((record) => record.kind === 'frame');
  const dhcp = frames.filter(({ protocol }) => protocol === 'DHCP');
  // Each of the four messages on the cable and behind the relay, which speaks in its own name.
  expect(dhcp.map(({ sender, message }) => `${sender} ${message}`)).toEqual([
    'cm[1] DISCOVER',
    'cmts DISCOVER',
    'dhcp OFFER',
    'cmts OFFER',
    'cm[1] REQUEST',
    'cmts REQUEST',
    'dhcp ACK',
    'cmts ACK',
  ]);
  expect(frames.filter(({ sender, receiver }) => sender === 'cm[0]' || receiver === 'cm[0]')).toEqual([]);
  const measures = sampled.records.filter((record) => record.kind === 'measure');
  expect(measures.filter(({ name }) => name === 'boot.us').length).toBe(whole.result.devices.length - 1);
  expect(sampled.notices.join()).toContain('1 of');
});

test('a host that is not there is named, with the nearest that is', async () => {
  await expect(traced(['cn'])).rejects.toThrow('did you mean cm?');
});

const host = (name: string, kind: string): PlantHost => ({
  name,
  kind,
  group: name,
  forwards: false,
  interfaces: [],
});

test('of a plant of thousands a few modems are chosen, spread over all; of a smaller one everybody', () => {
  const modems = Array.from({ length: 6_000 }, (_, index) => host(`cm[${index}]`, 'cable-modem'));
  const chosen = usualSample([host('dhcp', 'dhcp'), ...modems, host('cmts', 'cmts')])!;
  expect(chosen.length).toBe(16);
  expect([chosen[0]!.name, chosen[15]!.name]).toEqual(['cm[0]', 'cm[5999]']);
  expect(usualSample(modems.slice(0, 5_000))).toBeUndefined();
});
