import type { Plain } from '../core/service.ts';
import { parseClaim } from './claim.ts';
import { metricNamed } from './metric-names.ts';
import { PROTOCOL_NAMES } from './vocabulary.ts';
import { fromYaml } from './yaml-text.ts';

/**
 * What `--expect` says, as an item of `expect:`. `boot.p95 < 90s` is a metric, `leases.unique` always, `dhcp.queue.depth <= 400`
 * always, `DHCP NAK *>*` and `dhcp.queue.full` sometimes; anything else is written as in a file: `never: { any: cm, state: off }`.
 * Whether it is right is said by who reads the item. Throws `ScenarioError` for what is no YAML.
 */
export function parseExpectation(text: string): Plain {
  const line = text.trim();
  const [first = ''] = line.split(/\s/);
  if (first === 'RULE' || PROTOCOL_NAMES.includes(first)) return { sometimes: line };
  if (/^[a-z]+\s*:/.test(line)) return fromYaml(line, '--expect').value;
  const claim = parseClaim(line);
  if ('kind' in claim && claim.kind !== 'measure') return { always: line };
  if ('kind' in claim && isLevel(/^[^\s<=>]+/.exec(line)?.[0] ?? '')) return { always: line };
  if (metricNamed(line)?.source.kind === 'measure') return { sometimes: line };
  return { metric: line };
}

/** `dhcp.queue.depth <= 400` speaks of each moment; `dhcp.queue.depth.max` of one number at the end. */
function isLevel(name: string): boolean {
  const kind = metricNamed(name)?.kind;
  return kind === 'level' || kind === 'share';
}
