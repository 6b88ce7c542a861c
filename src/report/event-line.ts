import type { FrameRecord, TraceRecord } from '../scenario/record.ts';
import { fateText } from './fate.ts';
import { span, type Line } from './line.ts';

/** Fields of a packet that are shown in one line. */
const FIELDS_MAX = 4;

/** Who sent to whom, and beyond the routers between where that says more. */
function wayOf({ sender, receiver, origin, target, segment }: FrameRecord): string {
  const hop = `${sender} > ${receiver ?? 'all'} on ${segment}`;
  const whole = `${origin} > ${target ?? 'all'}`;
  return origin === sender && (target ?? receiver) === receiver ? hop : `${hop} (${whole})`;
}

/** What happened, without when. */
function eventText(record: TraceRecord): string {
  switch (record.kind) {
    case 'frame': {
      const { protocol, message, fields } = record;
      const shown = Object.entries(fields).slice(0, FIELDS_MAX);
      const facts = shown.map(([name, value]) => `${name}=${value}`).join(' ');
      return [`${protocol} ${message}`.trim(), wayOf(record), facts].filter((part) => part !== '').join('  ');
    }
    case 'state':
      return record.subject === null
        ? `${record.host} → ${record.state}`
        : `${record.host} sees ${record.subject} as ${record.state}`;
    case 'measure':
      return `${record.host}: ${record.name} ${record.value}`;
    case 'because':
      return `${record.host}: ${record.rule}${record.detail === null ? '' : ` ${record.detail}`}`;
  }
}

/** One event of a trace in one line: when, what, how it ended. */
export function eventLine(record: TraceRecord): Line {
  const fate = record.kind === 'frame' ? fateText(record) : '';
  return [
    span((record.at / 1_000_000).toFixed(6).padStart(12), 'dim'),
    span('  '),
    span(eventText(record)),
    ...(fate === '' ? [] : [span(`  ${fate}`, 'bad')]),
  ];
}
