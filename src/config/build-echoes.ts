import type { Findings, Path } from './findings.ts';
import { quote } from './mistakes.ts';

/** The UDP ports of `answers: [udp/7]`. */
export function buildEchoes(
  texts: readonly string[] | undefined,
  findings: Findings,
  path: Path,
): readonly number[] {
  return (texts ?? []).flatMap((text, index) => {
    const port = Number(/^udp\/(\d{1,5})$/.exec(text)?.[1]);
    if (port >= 1 && port <= 65_535) return [port];
    const at = findings.has([...path, index]) ? [...path, index] : path;
    const hint = 'write udp/ and a port, such as udp/7; kind: web answers connections';
    findings.add(at, `${quote(text)} is no port where a host sends back what it is sent`, hint);
    return [];
  });
}
