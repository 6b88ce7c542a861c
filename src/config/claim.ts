import { nearest } from '../core/text.ts';
import { metricNamed } from './metric-names.ts';
import { parseDurationUs } from './units.ts';

/** What an `always` expectation says. */
export type Claim =
  /** Two live leases never share an address. */
  | { readonly kind: 'leases-unique' }
  /** No modem asks for a file before its lease. */
  | { readonly kind: 'lease-before-tftp' }
  /** A measure stays within a bound. */
  | MeasureClaim;

export interface MeasureClaim {
  readonly kind: 'measure';
  readonly measure: string;
  readonly operator: Operator;
  /** In the measure's own unit. */
  readonly bound: number;
}

export type Operator = '<' | '<=' | '>' | '>=' | '==';

export interface ClaimMistake {
  readonly message: string;
  readonly hint: string;
}

const NAMED: Readonly<Record<string, Claim>> = {
  'leases.unique': { kind: 'leases-unique' },
  'modem.tftp.has-lease': { kind: 'lease-before-tftp' },
};

const SHAPE = `${Object.keys(NAMED).join(', ')}, or a measure and a bound such as "dhcp.queue.depth <= 400"`;

export function parseClaim(text: string): Claim | ClaimMistake {
  const named = Object.hasOwn(NAMED, text) ? NAMED[text] : undefined;
  if (named !== undefined) return named;
  const parts = /^([a-z][a-z0-9.-]*)\s*(<=|>=|==|<|>)\s*(\S+)$/.exec(text);
  if (parts === null) {
    const near = nearest(text, Object.keys(NAMED));
    const hint = near === undefined ? `write ${SHAPE}` : `did you mean "${near}"?`;
    return { message: `"${text}" is no claim that headend can watch`, hint };
  }
  const [, measure = '', operator = '', limit = ''] = parts;
  const durationUs = parseDurationUs(limit);
  const bound = durationUs ?? (/^\d{1,15}(\.\d{1,6})?$/.test(limit) ? Number(limit) : undefined);
  if (bound === undefined)
    return { message: `"${limit}" is no bound`, hint: 'write a number, or a duration for a measure in us' };
  return { kind: 'measure', measure: measureOf(measure), operator: operator as Operator, bound };
}

/** Services know nothing of the names that people use: `leases.in-use` is `dhcp.leases.active`. */
export function measureOf(name: string): string {
  const metric = metricNamed(name);
  return metric?.source.kind === 'measure' ? metric.source.measure : name;
}
