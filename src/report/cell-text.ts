import type { ExpectationResult } from '../scenario/result.ts';
import type { ParamValue } from '../scenario/unit.ts';

/** `spread=5s loss=2%`; empty for the one cell of a file without a matrix. */
export function cellText(params: Readonly<Record<string, ParamValue>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}

/** An expectation under its kind, which many a text says itself: `always: leases.unique`, `eventually all cm operational`. */
export function expectationText({ kind, text }: Pick<ExpectationResult, 'kind' | 'text'>): string {
  return text.startsWith(`${kind} `) ? text : `${kind}: ${text}`;
}
