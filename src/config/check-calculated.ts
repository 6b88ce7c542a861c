import type { CheckSpec } from '../policy/dns/check.ts';
import type { Findings, Path } from './findings.ts';

/** A calculated check that is made of itself, by whatever way, has no state. */
export function checkCalculated(checks: readonly CheckSpec[], findings: Findings, path: Path): void {
  const done = new Set<number>();
  for (const [index, { name }] of checks.entries()) {
    const circle = circleFrom(index, checks, done);
    if (circle === undefined) continue;
    const names = circle.map((one) => checks[one]?.name ?? '');
    findings.add(
      [...path, name, 'of'],
      `it is made of itself: ${names.join(', which is made of ')}`,
      'leave one of them out',
    );
  }
}

/** Names along a circle through checks that are not done, first and last the same; each check is walked once. */
function circleFrom(start: number, checks: readonly CheckSpec[], done: Set<number>): number[] | undefined {
  const way: number[] = [];
  const walk = (index: number): number[] | undefined => {
    const at = way.indexOf(index);
    if (at >= 0) return [...way.slice(at), index];
    if (done.has(index)) return undefined;
    way.push(index);
    const source = checks[index]?.source;
    for (const child of source?.kind === 'calculated' ? source.of : []) {
      const circle = walk(child);
      if (circle !== undefined) return circle;
    }
    way.pop();
    done.add(index);
    return undefined;
  };
  const circle = walk(start);
  for (const index of way) done.add(index);
  return circle;
}
