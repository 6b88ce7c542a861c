import type { Rule } from '../core/rules.ts';
import { CATALOGUE, ruleById } from '../core/rules/catalogue.ts';
import { nearest } from '../core/text.ts';
import type { Operator } from './claim.ts';
import { METRICS, metricNamed, type MetricSpec } from './metric-names.ts';
import { quote } from './mistakes.ts';
import { parseStep, type PacketStep } from './step.ts';
import { formatDurationUs, parseDurationUs } from './units.ts';

/** What a metric is made of its values: `p95` is the nearest-rank percentile. */
export type Aggregate = 'count' | 'rate' | 'sum' | 'mean' | 'min' | 'max' | 'last' | `p${number}`;

/** `boot.p95 of cm < 90s`: a number that a run has at its end, and its bound. */
export interface MetricClaim {
  readonly metric: MetricSpec;
  readonly aggregate: Aggregate;
  /** Of a metric that counts packets. */
  readonly step: PacketStep | undefined;
  readonly of: { readonly name: string; readonly offset: number } | undefined;
  readonly operator: Operator;
  /** In the metric's own unit. */
  readonly bound: number;
}

export interface MetricMistake {
  /** From 0, in the text. */
  readonly offset: number;
  readonly message: string;
  readonly hint: string;
}

const SHAPE =
  '"boot.p95 < 90s", "dhcp.retransmits of cm < 3000", "HE-DHCP-006 == 0" or "packets DHCP NAK *>* < 10"';

const AGGREGATES: Readonly<Record<MetricSpec['kind'], readonly string[]>> = {
  samples: ['count', 'rate', 'mean', 'min', 'max', 'p50', 'p95', 'p99'],
  level: ['min', 'mean', 'max', 'last'],
  share: ['min', 'mean', 'max', 'last'],
  counter: ['count', 'rate'],
};

/** Reads what `metric:` says; the first mistake, when it has one. */
export function parseMetric(text: string): MetricClaim | MetricMistake {
  const parts = /^(.+?)\s*(<=|>=|==|<|>)\s*([^\s<>=]+)\s*$/.exec(text);
  if (parts === null)
    return { offset: 0, message: `${quote(text)} says no bound`, hint: `write such as ${SHAPE}` };
  const [, what = '', operator = '', limit = ''] = parts;
  const subject = parseSubject(what);
  if ('message' in subject) return subject;
  const bound = parseBound(limit, subject);
  if (typeof bound !== 'number') return { ...bound, offset: text.lastIndexOf(limit) };
  return { ...subject, operator: operator as Operator, bound };
}

type Subject = Omit<MetricClaim, 'operator' | 'bound'>;

function parseSubject(text: string): Subject | MetricMistake {
  if (/^packets(\s|$)/.test(text)) return parsePackets(text);
  const [, name = '', gap = '', of] = /^(\S+)(?:(\s+of\s+)(\S+))?$/.exec(text) ?? [];
  if (name === '')
    return { offset: 0, message: `${quote(text)} is no metric`, hint: `write such as ${SHAPE}` };
  const who = of === undefined ? undefined : { name: of, offset: name.length + gap.length };
  const found = name.startsWith('HE-') ? ruleMetric(name) : namedMetric(name);
  return 'message' in found ? found : { ...found, step: undefined, of: who };
}

function parsePackets(text: string): Subject | MetricMistake {
  const start = /^packets\s*/.exec(text)?.[0].length ?? 0;
  const step = parseStep(text.slice(start));
  if ('message' in step) return { ...step, offset: step.offset + start };
  if (step.kind !== 'packet')
    return {
      offset: start,
      message: 'this step is no packet',
      hint: 'write such as packets DHCP NAK *>* < 10',
    };
  const metric: MetricSpec = {
    name: text,
    kind: 'counter',
    unit: '',
    says: '',
    source: { kind: 'packets', step: step.text },
  };
  return { metric, aggregate: 'count', step, of: undefined };
}

function ruleMetric(
  id: string,
): { readonly metric: MetricSpec; readonly aggregate: Aggregate } | MetricMistake {
  const rule = ruleById(id);
  if (rule === undefined) {
    const near = nearest(
      id,
      CATALOGUE.map((each) => each.id),
    );
    const hint = near === undefined ? 'headend explain lists them all' : `did you mean "${near}"?`;
    return { offset: 0, message: `${quote(id)} is no rule`, hint };
  }
  const among = CATALOGUE.filter((each) => protocolOf(each) === protocolOf(rule));
  return {
    metric: {
      name: id,
      kind: 'counter',
      unit: '',
      says: rule.says,
      source: { kind: 'rules', rules: [rule], among },
    },
    aggregate: 'count',
  };
}

function protocolOf({ index }: Rule): number {
  return Math.floor(index / 256);
}

function namedMetric(
  text: string,
): { readonly metric: MetricSpec; readonly aggregate: Aggregate } | MetricMistake {
  const [, name = text, word] =
    /^(.+)\.(count|rate|sum|mean|min|max|last|p\d{1,2}(?:\.\d)?)$/.exec(text) ?? [];
  const whole = metricNamed(text);
  if (whole !== undefined) {
    if (whole.kind === 'counter') return { metric: whole, aggregate: 'count' };
    const choices = AGGREGATES[whole.kind].map((each) => `${text}.${each}`).join(', ');
    return { offset: 0, message: `${quote(text)} has many values`, hint: `write one of ${choices}` };
  }
  const metric = metricNamed(name);
  if (metric === undefined) {
    const names = METRICS.map((each) => each.name);
    const near = nearest(name, names);
    const hint = near === undefined ? `there are ${names.join(', ')}, and queues` : `did you mean "${near}"?`;
    return { offset: 0, message: `${quote(name)} is no metric`, hint };
  }
  const known = AGGREGATES[metric.kind];
  if (word !== undefined && (known.includes(word) || (metric.kind === 'samples' && /^(sum|p)/.test(word))))
    return { metric, aggregate: word as Aggregate };
  return {
    offset: name.length + 1,
    message: `${name} has no ${quote(word ?? '')}`,
    hint: `write one of ${known.join(', ')}`,
  };
}

function parseBound(text: string, { metric, aggregate }: Subject): number | Omit<MetricMistake, 'offset'> {
  const durationUs = parseDurationUs(text);
  const isTime = metric.unit === 'us' && aggregate !== 'count' && aggregate !== 'rate';
  if (isTime) {
    if (durationUs !== undefined) return durationUs;
    return { message: `${quote(text)} is no duration`, hint: 'write it with its unit, such as 90s or 250ms' };
  }
  const digits = /^(\d{1,15}(?:\.\d{1,6})?)(%|\/s)?$/.exec(text);
  const unit = metric.unit === '%' ? '%' : aggregate === 'rate' ? '/s' : undefined;
  if (digits !== null && (digits[2] === undefined || digits[2] === unit)) return Number(digits[1]);
  const shape = unit === undefined ? 'a number, such as 3000' : `a number, such as 20${unit}`;
  return { message: `${quote(text)} is no bound of ${metric.name}`, hint: `write ${shape}` };
}

/** A value in its metric's unit, as people read it. */
export function formatMetric(
  value: number,
  { metric, aggregate }: Pick<MetricClaim, 'metric' | 'aggregate'>,
): string {
  if (value === Infinity) return 'for ever';
  const count = String(Math.round(value * 100) / 100).replace(/\B(?<![.]\d*)(?=(\d{3})+(?!\d))/g, ',');
  if (aggregate === 'count') return count;
  if (aggregate === 'rate') return `${count}/s`;
  if (metric.unit === 'us')
    return value < 10_000
      ? formatDurationUs(Math.round(value))
      : `${(value / 1e6).toFixed(value < 1e6 ? 3 : 1)} s`;
  return metric.unit === '%' ? `${count}%` : metric.unit === 'octets' ? `${count} octets` : count;
}
