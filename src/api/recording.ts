import { type Endpoint, parseIp } from '../core/address.ts';
import { fromHex } from '../core/bytes.ts';
import { DecodeError } from '../core/errors.ts';
import { utf8Text } from '../core/text.ts';
import { datagramsOf, type RecordedDatagram } from '../codec/datagrams.ts';
import { decodeCapture } from '../codec/pcap-reader.ts';
import { type Mistake, quote, ScenarioError } from '../config/mistakes.ts';
import type { FileReference } from '../config/place.ts';
import type { Scenario } from '../config/scenario.ts';
import { parseTraceEnd, parseTraceHeader, parseTraceLine, TraceError } from '../report/trace-file.ts';

const OPENING_BRACE = 0x7b;
const LOST: ReadonlySet<string> = new Set(['lost', 'faulted', 'unheard', 'overflow', 'limited']);

/** The datagrams of a capture, or of a trace that `run --trace` has written. */
export function readRecording(
  octets: Uint8Array,
  file: FileReference,
  { fileName }: Scenario,
): readonly RecordedDatagram[] {
  try {
    return octets[0] === OPENING_BRACE
      ? ofTrace(utf8Text(octets))
      : datagramsOf(decodeCapture(octets)).datagrams;
  } catch (error) {
    if (!(error instanceof DecodeError || error instanceof TraceError)) throw error;
    const at = error instanceof TraceError ? `line ${error.line}: ` : '';
    const mistake: Mistake = {
      ...file.place,
      path: file.at,
      message: `${quote(file.path)} is no recording: ${at}${error.message}`,
      hint: 'name a capture (pcapng or pcap), or a trace of headend run --trace',
    };
    throw new ScenarioError(fileName, [mistake]);
  }
}

/** Each datagram once, from when it was sent until its last crossing. */
function ofTrace(text: string): readonly RecordedDatagram[] {
  const [header = '', ...lines] = text.trimEnd().split('\n');
  parseTraceHeader(header);
  const datagrams = new Map<number, RecordedDatagram>();
  for (const [index, line] of lines.entries()) {
    if (parseTraceEnd(line) !== undefined) break;
    const record = parseTraceLine(line, index + 2);
    if (record.kind !== 'frame' || record.body !== 'udp') continue;
    const known = datagrams.get(record.packet);
    const isLost = LOST.has(record.fate) || known?.isLost === true;
    const [from, to] = [parseEnd(record.from), parseEnd(record.to)];
    const octets = typeof record.octets === 'string' ? fromHex(record.octets) : undefined;
    if (from === undefined || to === undefined || octets === undefined)
      throw new TraceError(index + 2, 'this datagram has no ends or no octets');
    const firstUs = known?.firstUs ?? record.sent_at;
    datagrams.set(record.packet, { firstUs, lastUs: record.at, from, to, octets, isLost });
  }
  return [...datagrams.values()];
}

/** `10.0.0.1:67` or `[fd00::1]:67`. */
function parseEnd(text: unknown): Endpoint | undefined {
  const parts = typeof text === 'string' ? /^\[?([^\]]+)\]?:(\d{1,5})$/.exec(text) : null;
  const address = parseIp(parts?.[1] ?? '');
  return address === undefined ? undefined : { address, port: Number(parts?.[2]) };
}
