import { ROUTE } from '../core/rules/route.ts';
import type { Rule } from '../core/rules.ts';
import type { BuiltGroup, RoutingSurroundings } from './build-routing.ts';
import type { Findings } from './findings.ts';

/** What a failover can wait for, in the judgement of Route 53. */
const TTL_SECONDS_ADVISED = 60;

/** What is allowed and yet worth a word. */
export function lintGroup(
  { group, file, path }: BuiltGroup,
  around: RoutingSurroundings,
  findings: Findings,
): void {
  const warn = (rule: Rule, at: readonly (string | number)[], found: string): void =>
    findings.warn(at, rule, found);
  const name = group.owner.toString();
  const [primary] = group.targets;
  if (group.policy === 'failover' && primary !== undefined && !canFail(primary))
    warn(ROUTE.lintPrimary, [...path, 'targets', primary.id], `${name}: ${primary.id} can never fail over`);
  const isByPlace = group.policy === 'geolocation' || group.policy === 'ip';
  if (isByPlace && !group.targets.some(({ isDefault }) => isDefault))
    warn(ROUTE.lintDefault, [...path, 'targets'], `${name}: clients elsewhere get no data`);
  const hasCheck = group.targets.some(({ check }) => check !== undefined);
  if (hasCheck && group.ttlSeconds > TTL_SECONDS_ADVISED && group.ttlSecondsMin === undefined)
    warn(ROUTE.lintTtl, 'ttl' in file ? [...path, 'ttl'] : path, `${name}: a ttl of ${group.ttlSeconds} s`);
  const ttls = new Set(Object.values(file.targets).map(({ ttl }) => ttl ?? file.ttl));
  if (ttls.size > 1)
    warn(ROUTE.lintUnequalTtls, [...path, 'targets'], `${name}: ${group.ttlSeconds} s is used for all`);
  if (around.isTransferred)
    warn(ROUTE.lintTransfer, path, `${name}: a secondary gives all of its records to everybody`);
}

function canFail({ check, content }: BuiltGroup['group']['targets'][number]): boolean {
  return check !== undefined || (content.kind === 'alias' && content.evaluates);
}
