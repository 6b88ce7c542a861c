import { readFileSync } from 'node:fs';

/** headend's own. */
export function headendVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
