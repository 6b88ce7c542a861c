/** One sample: `headend_x_total{host="dns",port="53"} 3`. */
export interface Sample {
  readonly family: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;

/**
 * Reads the text format of Prometheus 0.0.4 strictly: every sample belongs to a family that was introduced by HELP and TYPE
 * just before, no series comes twice, buckets add up. Throws with the line.
 */
export function parsePrometheus(text: string): Sample[] {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const samples: Sample[] = [];
  const families = new Map<string, string>();
  const seen = new Set<string>();
  let current = { name: '', type: '' };
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const [, word, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (word === 'HELP') {
      if (families.has(name) || !NAME.test(name)) throw new Error(`a family twice, or no name: ${line}`);
      families.set(name, '');
      current = { name, type: '' };
    } else if (word === 'TYPE') {
      if (name !== current.name || !/^(counter|gauge|histogram|summary)$/.test(rest)) throw new Error(line);
      current = { name, type: rest };
      if (rest === 'counter' && !name.endsWith('_total'))
        throw new Error(`a counter ends in _total: ${line}`);
    } else samples.push(sampleOf(line, current, seen));
  }
  checkHistograms(samples, seen);
  return samples;
}

function sampleOf(line: string, family: { name: string; type: string }, seen: Set<string>): Sample {
  const [, name = '', inner = '', number = ''] = SAMPLE.exec(line) ?? [];
  const suffix = name.slice(family.name.length);
  const suffixes = family.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
  if (!name.startsWith(family.name) || !suffixes.includes(suffix))
    throw new Error(`not of ${family.name}: ${line}`);
  const labels: Record<string, string> = {};
  for (LABEL.lastIndex = 0; LABEL.lastIndex < inner.length;) {
    const [, key = '', text = ''] = LABEL.exec(inner) ?? [];
    if (key === '' || key in labels) throw new Error(`labels: ${line}`);
    labels[key] = text;
  }
  const value = number === '+Inf' ? Infinity : number === 'Nan' ? NaN : Number(number);
  if (number === '' || (Number.isNaN(value) && number !== 'Nan')) throw new Error(`no number: ${line}`);
  const series = seriesOf(name, labels);
  if (seen.has(series)) throw new Error(`twice: ${line}`);
  seen.add(series);
  return { family: family.name, name, labels, value };
}

function seriesOf(name: string, labels: Readonly<Record<string, string>>): string {
  return [name, ...Object.entries(labels).map(([key, value]) => `${key}=${value}`)].toSorted().join(' ');
}

function checkHistograms(samples: readonly Sample[], seen: ReadonlySet<string>): void {
  const last = new Map<string, number>();
  for (const { name, labels, value } of samples) {
    if (!name.endsWith('_bucket')) continue;
    const { le, ...rest } = labels;
    const series = seriesOf(name.replace(/_bucket$/, '_count'), rest);
    if (!seen.has(series)) throw new Error(`no count for ${series}`);
    if (value < (last.get(series) ?? 0)) throw new Error(`${name} ${le}: buckets add up`);
    last.set(series, value);
  }
}

/** The value of one series; undefined when it is not there. */
export function valueOf(
  samples: readonly Sample[],
  name: string,
  labels: Readonly<Record<string, string>> = {},
): number | undefined {
  const found = samples.filter(
    (sample) =>
      sample.name === name && Object.entries(labels).every(([key, value]) => sample.labels[key] === value),
  );
  if (found.length > 1) throw new Error(`${found.length} series of ${name}`);
  return found[0]?.value;
}
