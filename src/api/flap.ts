import { parseDurationUs } from '../config/units.ts';
import { ConfigError } from '../core/errors.ts';
import { SECOND } from '../core/time.ts';
import { type FlapReport, parseHistory, reportFlapping } from '../engine/health/flap.ts';
import type { ThresholdSpec } from '../policy/dns/check.ts';

export interface FlapOptions {
  /** `+` and `-`: probes of a target that is well, passed and lost; `!` and `x`: of one that is down. */
  readonly history: string;
  /** With its unit, such as `10s`. */
  readonly every: string;
  /** How many in a row, `3`. */
  readonly route53: string;
  /** `UP,OK,DOWN`. */
  readonly gdnsd: string;
}

/** What one model makes of a history. */
export interface FlapModel extends FlapReport {
  readonly model: 'route53' | 'gdnsd';
  readonly threshold: string;
}

/** One history of probes through both models of thresholds; throws `ConfigError`. */
export function compareFlapping({ history, every, route53, gdnsd }: FlapOptions): readonly FlapModel[] {
  const probes = parseHistory(history);
  if (probes === undefined)
    throw new ConfigError('history', history.slice(0, 60), 'signs + - ! x, such as +++-+xxx++');
  const intervalUs = parseDurationUs(every);
  if (intervalUs === undefined || intervalUs === 0)
    throw new ConfigError('--every', every, 'a duration with its unit, such as 10s');
  const [count] = numbersOf('--route53', route53, ['COUNT']);
  const [up, ok, down] = numbersOf('--gdnsd', gdnsd, ['UP', 'OK', 'DOWN']);
  const models: readonly [FlapModel['model'], string, ThresholdSpec][] = [
    ['route53', route53, { kind: 'route53', count }],
    ['gdnsd', gdnsd, { kind: 'gdnsd', up, ok, down }],
  ];
  return models.map(([model, threshold, spec]) => ({
    model,
    threshold,
    ...reportFlapping(probes, spec, intervalUs / SECOND),
  }));
}

type Numbers<Names extends readonly string[]> = { readonly [Key in keyof Names]: number };

function numbersOf<const Names extends readonly string[]>(
  flag: string,
  text: string,
  names: Names,
): Numbers<Names> {
  const numbers = text.split(',').map(Number);
  const fits = numbers.every((one) => Number.isInteger(one) && one >= 1 && one <= 65_535);
  if (numbers.length !== names.length || !fits)
    throw new ConfigError(flag, text, `${names.join(',')}, each from 1 to 65535`);
  return numbers as unknown as Numbers<Names>;
}
