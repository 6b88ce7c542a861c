import { escapeText } from '../core/text.ts';
import type {
  DeviceResult,
  ExpectationResult,
  FailureResult,
  RunResult,
  Verdict,
} from '../scenario/result.ts';
import { formatCount, formatDuration, span, wrapItems, wrapText } from './line.ts';
import type { Line, Style } from './line.ts';

/** What a summary says beside the result. */
export interface SummaryContext {
  /** How long the run took on this machine's clock. */
  readonly tookMs: number;
  /** The command that repeats it. */
  readonly reproduce: string;
  /** Rules that say something is to be mended, by how often they were given: what to learn from. */
  readonly lessons: readonly Lesson[];
  readonly exitCode: number;
  /** The terminal's width; undefined: 100. */
  readonly columns?: number | undefined;
}

export interface Lesson {
  readonly id: string;
  readonly says: string;
  readonly count: number;
}

const MARKS: Readonly<Record<Verdict, string>> = {
  pass: '✓',
  warn: '⚠',
  inconclusive: '?',
  fail: '✗',
  error: '✗',
};
const STYLES: Readonly<Record<Verdict, Style>> = {
  pass: 'good',
  warn: 'warn',
  inconclusive: 'warn',
  fail: 'bad',
  error: 'bad',
};
/** In the order shown: what matters most comes last. */
const TOLD: readonly Verdict[] = ['warn', 'inconclusive', 'fail', 'error'];
const LABEL = 20;

/** The run in lines: what it was, what held, what did not and why, the count. */
export function renderSummary(result: RunResult, context: SummaryContext): readonly Line[] {
  const columns = context.columns ?? 100;
  const told = TOLD.flatMap((verdict) => result.expectations.filter((one) => one.verdict === verdict));
  return [
    ...headLines(result, context.tookMs, columns),
    ...deviceLines(result.devices, columns),
    ...heldLines(result, columns),
    ...told.flatMap((one) => toldLines(one, columns)),
    ...(told.length === 0 ? [] : [...causeLines(result, columns), ...adviceLines(context, result, columns)]),
    countLine(result, context.exitCode),
  ];
}

function headLines(result: RunResult, tookMs: number, columns: number): readonly Line[] {
  const took = formatDuration(tookMs * 1_000);
  const time =
    result.mode === 'live' ? `live, ${took}` : `${formatDuration(result.simulated_us)} simulated in ${took}`;
  const facts = [
    `seed ${result.seed}`,
    `${formatCount(result.devices.length)} ${result.devices.length === 1 ? 'device' : 'devices'}`,
    `${formatCount(result.packets)} packets`,
    time,
    ...(result.digest === null ? [] : [`digest ${result.digest}`]),
  ];
  const name = ` ${escapeText(result.scenario)}`;
  const lines = wrapItems(facts, columns - 3, ' · ');
  const [only = ''] = lines;
  return lines.length === 1 && name.length + 2 + only.length <= columns
    ? [[span(name, 'strong'), span(`  ${only}`)]]
    : [[span(name, 'strong')], ...lines.map((text): Line => [span(`   ${text}`)])];
}

/** How many of a kind ended in a state: `3 cable-modem operational, online, in 4.8 to 6.1 s`. */
function deviceLines(devices: readonly DeviceResult[], columns: number): readonly Line[] {
  const groups = new Map<string, DeviceResult[]>();
  for (const device of devices) {
    // What a person asks is whether those who boot are up; servers and the CMTS are there from the start.
    if (
      device.kind === 'cmts' ||
      device.kind === 'router' ||
      (device.state === 'off' && device.cmts_state === undefined)
    )
      continue;
    const seen = device.cmts_state === undefined ? '' : ` (cmts: ${device.cmts_state})`;
    const key = `${device.kind} ${device.state}${seen}`;
    const members = groups.get(key);
    if (members === undefined) groups.set(key, [device]);
    else members.push(device);
  }
  const texts = [...groups].map(
    ([key, members]) => `${formatCount(members.length)} ${key}${bootRange(members)}`,
  );
  return wrapItems(texts, columns - 3).map((text) => [span(`   ${text}`, 'dim')]);
}

function bootRange(members: readonly DeviceResult[]): string {
  let least = Infinity;
  let most = 0;
  for (const { boot_us: boot } of members) {
    if (typeof boot !== 'number') continue;
    least = Math.min(least, boot);
    most = Math.max(most, boot);
  }
  if (least === Infinity) return '';
  return least === most
    ? ` in ${formatDuration(most)}`
    : ` in ${formatDuration(least)} to ${formatDuration(most)}`;
}

function heldLines(result: RunResult, columns: number): readonly Line[] {
  const held = result.expectations
    .filter(({ verdict }) => verdict === 'pass')
    .map(({ text, figure }) => (figure === undefined ? `✓ ${text}` : `✓ ${text} (${figure})`));
  const fired = result.faults.map(({ id, fired: count }) => `${id} fired ${formatCount(count)}×`);
  return [
    ...wrapItems(held, columns - 3).map((text): Line => [span(` ${text}`, 'good')]),
    ...wrapItems(fired, columns - 3).map((text): Line => [span(`   ${text}`, 'dim')]),
  ];
}

function toldLines(expectation: ExpectationResult, columns: number): readonly Line[] {
  const { verdict, text, detail, says, why, failure } = expectation;
  const style = STYLES[verdict];
  return [
    ...wrapText(text, columns - 5).map((words, index): Line => [
      span(index === 0 ? ` ${MARKS[verdict]} ` : '     ', style),
      span(words, 'strong'),
    ]),
    ...labelled('what happened', detail, columns),
    ...labelled('', says ?? '', columns),
    ...labelled('why it matters', why ?? '', columns),
    ...(failure === undefined ? [] : failureLines(expectation, failure, columns)),
  ];
}

/** What a second run showed: the step that was waited for, and the packets about it. */
function failureLines({ kind }: ExpectationResult, failure: FailureResult, columns: number): readonly Line[] {
  const { expected, came, packets } = failure;
  return [
    ...(kind === 'sequence' ? labelled('expected', expected, columns) : []),
    ...(kind === 'sequence' ? labelled('what came', came, columns) : []),
    ...packets.flatMap(({ number, at_us: at, text }, index) =>
      labelled(index === 0 ? 'packets' : '', `#${number}  ${(at / 1e6).toFixed(3)} s  ${text}`, columns),
    ),
  ];
}

/** The first cause, with what proves it. */
function causeLines({ causes = [] }: RunResult, columns: number): readonly Line[] {
  const [first] = causes;
  if (first === undefined) return [];
  const { id, title, sure, what, evidence, check } = first;
  return [
    ...labelled(sure === 'certain' ? 'cause' : 'likely cause', title, columns),
    ...labelled('', what, columns),
    ...evidence
      .slice(0, EVIDENCE_MAX)
      .flatMap(({ number, at, text }, index) =>
        labelled(index === 0 ? 'proof' : '', `#${number} ${(at / 1_000_000).toFixed(3)} s ${text}`, columns),
      ),
    ...labelled('check next', check, columns),
    [span(''.padEnd(LABEL)), span(`headend explain ${id}`, 'command')],
  ];
}

const EVIDENCE_MAX = 3;

function adviceLines(
  { reproduce, lessons }: SummaryContext,
  { expectations }: RunResult,
  columns: number,
): readonly Line[] {
  const taught = expectations.find(({ failure }) => failure?.cause === null)?.failure?.learn;
  const told = lessons.slice(0, LESSONS_MAX).map(({ id, says, count }) => ({
    command: `headend explain ${id}`,
    says: `${says} (${formatCount(count)}×)`,
  }));
  const isNew =
    taught !== undefined && taught !== 'headend explain' && told.every(({ command }) => command !== taught);
  const learn = isNew ? [{ command: taught, says: '' }, ...told.slice(0, LESSONS_MAX - 1)] : told;
  return [
    [span('     reproduce'.padEnd(LABEL), 'dim'), span(reproduce, 'command')],
    ...learn.flatMap(({ command, says }, index): Line[] => [
      [span((index === 0 ? '     learn' : '').padEnd(LABEL), 'dim'), span(command, 'command')],
      ...labelled('', says, columns),
    ]),
    ...(learn.length === 0
      ? [[span('     learn'.padEnd(LABEL), 'dim'), span('headend explain', 'command')]]
      : []),
  ];
}

const LESSONS_MAX = 3;

function labelled(label: string, text: string, columns: number): readonly Line[] {
  return wrapText(text, Math.max(columns - LABEL, 20)).map((words, index) => [
    span((index === 0 && label !== '' ? `     ${label}` : '').padEnd(LABEL), 'dim'),
    span(words),
  ]);
}

function countLine(result: RunResult, exitCode: number): Line {
  const count = (verdict: Verdict) => result.expectations.filter((one) => one.verdict === verdict).length;
  const failed = count('fail') + count('error');
  const parts: Line = [
    span(` ${failed} failed`, failed > 0 ? 'bad' : 'plain'),
    span(`, ${count('warn')} warned`, count('warn') > 0 ? 'warn' : 'plain'),
    ...(count('inconclusive') > 0 ? [span(`, ${count('inconclusive')} inconclusive`, 'warn')] : []),
    span(`, ${count('pass')} passed`, failed === 0 ? 'good' : 'plain'),
  ];
  return exitCode === 0 ? parts : [...parts, span(`   exit ${exitCode}`, 'dim')];
}
