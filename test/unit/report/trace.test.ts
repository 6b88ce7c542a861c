import { describe, expect, test } from 'vitest';
import { ipv4, toMac } from '../../../src/core/address.ts';
import { fromHex } from '../../../src/core/bytes.ts';
import type { FrameEvent, HostSpec, Topology } from '../../../src/core/driver.ts';
import { bug } from '../../../src/core/errors.ts';
import { TFTP_RULES } from '../../../src/core/rules/tftp.ts';
import { toInstant } from '../../../src/core/time.ts';
import { LadderRecorder, laddersOf, ladderText } from '../../../src/report/ladder.ts';
import { lessonsOf } from '../../../src/report/lessons.ts';
import { membersOf, plantOf } from '../../../src/report/plant.ts';
import {
  parseTraceEnd,
  parseTraceHeader,
  parseTraceLine,
  TraceFileWriter,
} from '../../../src/report/trace-file.ts';

function host(name: string, address: number, mac: number): HostSpec {
  return {
    name,
    kind: 'host',
    group: name,
    interfaces: [
      { segment: 'lan', mac: toMac(mac), addresses: [{ address: ipv4(address), prefixLength: 24 }] },
    ],
    routes: [],
    forwards: false,
    udpPorts: name === 'tftp' ? [69] : [],
    tcpPorts: [],
    create: () => bug('never started here'),
  };
}

const pc = host('pc', 0x0a000001, 1);
const tftp = host('tftp', 0x0a000002, 2);
const quality = { delayUs: 1_000, jitterUs: 0, lossRatio: 0, bitsPerSecond: 0 };
const topology: Topology = {
  segments: [{ name: 'lan', kind: 'ethernet', quality }],
  links: [],
  hosts: [pc, tftp],
};

/** A read request whose name is an escape sequence. */
const octets = fromHex('0001 1b5b324a 00 6f63746574 00') ?? bug('hex');

const request: FrameEvent = {
  sentAt: toInstant(5_000_000),
  at: toInstant(5_001_000),
  segment: 'lan',
  sender: pc,
  receiver: tftp,
  fate: 'delivered',
  fault: undefined,
  sourceMac: toMac(1),
  destinationMac: toMac(2),
  packet: 1,
  body: {
    kind: 'udp',
    from: { address: ipv4(0x0a000001), port: 2000 },
    to: { address: ipv4(0x0a000002), port: 69 },
    ttl: 64,
    octets,
  },
  rule: TFTP_RULES.clientAsks,
  detail: '\u202ekcab',
};

const facts = { scenario: 'fetch', seed: 7, mode: 'virtual', epoch_us: 0 } as const;

function written(): string[] {
  const lines: string[] = [];
  const writer = new TraceFileWriter(topology, facts, (line) => lines.push(line));
  writer.begin(toInstant(1_000_000));
  writer.frame(request);
  writer.state(toInstant(6_000_000), pc, 'host', 'bound', toMac(1));
  writer.because(toInstant(6_000_000), tftp, TFTP_RULES.granted, undefined);
  return lines;
}

describe('trace file', () => {
  test('the last line says how far the run was run, and whether it was stopped there', () => {
    const lines: string[] = [];
    const writer = new TraceFileWriter(topology, facts, (line) => lines.push(line));
    writer.end({ at: 4_000_000, interrupted: true });
    expect(parseTraceEnd(lines[1] ?? '')).toEqual({ kind: 'end', at: 4_000_000, interrupted: true });
    for (const other of [lines[0] ?? '', written()[1] ?? '', '{"kind":"end"}', '{"kind":"end","at":1}'])
      expect(parseTraceEnd(other)).toBeUndefined();
  });

  test('what is written is read back, moments from the start of the run', () => {
    const [first = '', ...rest] = written();
    expect(parseTraceHeader(first)).toMatchObject({ ...facts, format_version: 1, plant: plantOf(topology) });
    const records = rest.map((line, index) => parseTraceLine(line, index + 2));
    expect(records).toMatchObject([
      { kind: 'frame', number: 1, sent_at: 4_000_000, at: 4_001_000, protocol: 'TFTP', message: 'RRQ' },
      { kind: 'state', number: 2, host: 'pc', state: 'bound', subject: '00:00:00:00:00:01' },
      { kind: 'because', number: 3, host: 'tftp', rule: 'HE-TFTP-001' },
    ]);
  });

  test('hostile text is escaped in it', () => {
    const text = written().join('\n');
    expect(text).not.toMatch(/[\u001b\u202e]/);
    expect(parseTraceLine(written()[1] ?? '', 2)).toMatchObject({
      fields: { file: String.raw`\x1b[2J` },
      detail: String.raw`\u{202e}kcab`,
    });
  });

  test.each([
    { name: 'another file', line: 'headend: 1', says: 'not JSON' },
    { name: 'another JSON file', line: '{"a":1}', says: 'this is no trace' },
    {
      name: 'a later format',
      line: '{"kind":"headend-trace","plant":[],"format_version":9}',
      says: 'trace format 9',
    },
    { name: 'a list', line: '[]', says: 'this is no trace' },
    { name: 'a number', line: '7', says: 'no JSON object' },
  ])('$name is refused as a header', ({ line, says }) => {
    expect(() => parseTraceHeader(line)).toThrow(says);
  });

  test.each(['{}', '{"kind":"frame","number":1,"at":1}', '{"kind":"else","number":1,"at":1}'])(
    '%s is refused as an event',
    (line) => {
      expect(() => parseTraceLine(line, 2)).toThrow(/no (event|frame)/);
    },
  );

  test('the ladder of a trace is the ladder of the run', () => {
    const recorder = new LadderRecorder(membersOf(plantOf(topology), 'pc'), topology);
    recorder.begin(toInstant(1_000_000));
    recorder.frame(request);
    const [header = '', ...rest] = written();
    const { plant } = parseTraceHeader(header);
    const records = rest.slice(0, 1).map((line, index) => parseTraceLine(line, index + 2));
    const fromFile = laddersOf(membersOf(plant, 'pc'), records).map((ladder) => ladderText(ladder, plant));
    expect(recorder.ladders().map((ladder) => ladderText(ladder, plantOf(topology)))).toEqual(fromFile);
    expect(fromFile[0]).toContain(String.raw`RRQ \x1b[2J`);
  });
});

test('lessons: rules to mend something by, the rarest first', () => {
  const counts = new Map([
    [TFTP_RULES.granted, 9],
    [TFTP_RULES.notFound, 1],
    [TFTP_RULES.clientAsksAgain, 5],
  ]);
  expect(lessonsOf((rule) => counts.get(rule) ?? 0).map(({ id, count }) => [id, count])).toEqual([
    [TFTP_RULES.notFound.id, 1],
    [TFTP_RULES.clientAsksAgain.id, 5],
  ]);
});
