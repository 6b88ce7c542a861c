import type { ParamValue } from '../scenario/unit.ts';

/** `spread=5s loss=2%`; empty for the one cell of a file without a matrix. */
export function cellText(params: Readonly<Record<string, ParamValue>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}=${String(value)}`)
    .join(' ');
}
