import { Option } from 'commander';
import { EXIT } from '../api/exit.ts';
import { entryLines, explainable, explainableLines, explainTopic } from '../api/explain.ts';
import { explainPacket, FORMS, isPacket } from '../api/explain-packet.ts';
import { explainTrace, isTrace, traceLines } from '../api/explain-trace.ts';
import type { Form, PacketExplanation } from '../api/explain-packet.ts';
import { safeText, span } from '../api/report.ts';
import type { Line } from '../api/report.ts';
import { defineVerb, jsonFlag } from './program.ts';
import type { Session } from './program.ts';
import { secondReading } from './second-reader/read.ts';
import type { Reading } from './second-reader/read.ts';

export const explain = defineVerb(
  'explain',
  (command) => {
    command
      .argument(
        '[topic]',
        'a code, a word, a packet (hex, a .hex file, run.trace#12, capture.pcapng#12), or a whole trace or capture: what is wrong in it',
      )
      .addOption(new Option('--as <form>', 'how to read octets without a frame').choices(FORMS))
      .option('--second-reader', 'also what another package makes of the same octets')
      .addOption(jsonFlag());
  },
  async (session, [topic], flags) => {
    const { output } = session;
    const json = flags['json'] === true;
    if (topic === undefined) {
      if (json) output.json({ format_version: 1, verdict: 'pass', ...explainable() });
      else output.lines(explainableLines(output.columns));
      return EXIT.passed;
    }
    if (isPacket(topic)) {
      const packet = explainPacket(topic, flags['as'] as Form | undefined);
      const second = flags['secondReader'] === true ? await readAgain(packet) : undefined;
      if (json) output.json({ format_version: 1, verdict: 'pass', ...packet, second_reader: second ?? null });
      else showPacket(session, packet, second);
      return EXIT.passed;
    }
    if (isTrace(topic)) {
      const found = explainTrace(topic);
      if (json) output.json({ format_version: 1, verdict: 'pass', ...found });
      else output.lines(traceLines(found, output.columns));
      return EXIT.passed;
    }
    const entry = explainTopic(topic);
    if (json) output.json({ format_version: 1, verdict: 'pass', ...entry });
    else output.lines(entryLines(entry, output.columns));
    return EXIT.passed;
  },
);

interface Second {
  readonly package: string;
  readonly result: Reading;
}

const READERS = { DHCP: 'dhcp', DNS: 'dns-packet', TFTP: 'tftp' } as const;

async function readAgain({ protocol, payload }: PacketExplanation): Promise<Second> {
  if (protocol !== 'DHCP' && protocol !== 'DNS' && protocol !== 'TFTP')
    return { package: 'none', result: { trouble: `no package here reads ${protocol}` } };
  const name = READERS[protocol];
  return { package: name, result: await secondReading({ do: name, hex: payload }, 3_000) };
}

function showPacket({ output }: Session, packet: PacketExplanation, second: Second | undefined): void {
  const { protocol, kind, context, fields, states, fate, detail, rule, concept } = packet;
  const width = Math.max(10, ...Object.keys(fields).map((name) => name.length)) + 2;
  output.lines([
    [span(` ${protocol} ${kind}`.trimEnd(), 'strong')],
    ...context.map((text): Line => [span(`   ${text}`, 'dim')]),
    ...Object.entries(fields).map(([name, value]): Line => [
      span(`   ${name.padEnd(width)}`, 'dim'),
      span(value),
    ]),
    ...states.map((text): Line => [span('   before it   ', 'dim'), span(text)]),
    ...(fate === '' ? [] : [[span(` ${fate}`, 'bad')]]),
    ...(detail === '' ? [] : [[span('   detail      ', 'dim'), span(detail)]]),
    ...(second === undefined ? [] : secondLines(second)),
  ]);
  for (const entry of [rule, concept])
    if (entry !== undefined) output.lines([[], ...entryLines(entry, output.columns)]);
}

function secondLines({ package: name, result }: Second): readonly Line[] {
  if ('trouble' in result)
    return [[span(` ${name} `, 'strong'), span(`cannot read it: ${safeText(result.trouble)}`, 'warn')]];
  const { reading } = result;
  const rows =
    typeof reading === 'object' && reading !== null ? Object.entries(reading) : [['', reading] as const];
  return [
    [span(` ${name} reads`, 'strong')],
    ...rows.map(([key, value]): Line => [
      span(`   ${safeText(key).padEnd(14)}`, 'dim'),
      span(safeText(JSON.stringify(value))),
    ]),
  ];
}
