import { Name, parseName } from '../codec/dns/name.ts';
import { Type, typeName, typeNumber } from '../codec/dns/registry.ts';
import { DEPTH_MAX, type PolicyGroup } from '../policy/dns/group.ts';
import type { BuiltGroup, RoutingSurroundings } from './build-routing.ts';
import type { Findings } from './findings.ts';

interface ZoneAround {
  readonly apex: Name;
  readonly records: RoutingSurroundings['records'];
}

/** Judges the groups of one zone by each other and by its records. */
export function checkForest(groups: readonly BuiltGroup[], around: ZoneAround, findings: Findings): void {
  const records = (around.records ?? []).flatMap(({ owner, type }) => {
    const name = owner === '@' ? around.apex : parseName(owner, around.apex);
    const number = typeNumber(type);
    return name instanceof Name && number !== undefined ? [{ name, type: number }] : [];
  });
  for (const [index, one] of groups.entries()) {
    checkNeighbours(one, groups.slice(0, index), findings);
    const { owner, type } = one.group;
    const beside = records.find(({ name, type: other }) => name.equals(owner) && clash(type, other));
    if (beside !== undefined)
      findings.add(
        one.path,
        `${owner.toString()} has ${typeName(beside.type)} under records: too`,
        beside.type === type
          ? 'write records or a policy, not both'
          : 'nothing stands beside a CNAME (RFC 1034 §3.6.2)',
      );
    if (type === Type.CNAME && owner.equals(around.apex))
      findings.add(
        one.path,
        'no CNAME stands at the top of a zone',
        'write a policy for A and one for AAAA with alias:',
      );
    checkAliases(
      one,
      groups,
      { isRecord: hasRecord(records), isComplete: around.records !== undefined },
      findings,
    );
  }
}

function clash(type: number, other: number): boolean {
  return type === other || type === Type.CNAME || other === Type.CNAME;
}

function hasRecord(records: readonly { readonly name: Name; readonly type: number }[]) {
  return (owner: Name, type: number): boolean =>
    records.some((record) => record.type === type && record.name.equals(owner));
}

function checkNeighbours(
  { group, path }: BuiltGroup,
  before: readonly BuiltGroup[],
  findings: Findings,
): void {
  const other = before.find(
    ({ group: { owner, type } }) => owner.equals(group.owner) && clash(type, group.type),
  );
  if (other === undefined) return;
  const name = `${group.owner.toString()} ${typeName(group.type)}`;
  if (other.group.type !== group.type)
    findings.add(
      path,
      `${name}: ${typeName(other.group.type)} stands there already`,
      'nothing stands beside a CNAME',
    );
  else if (other.group.policy === group.policy)
    findings.add(path, `${name} has two groups`, 'write all targets into one');
  else
    findings.add(
      path,
      `${name} mixes the policies ${other.group.policy} and ${group.policy}`,
      'give one of them a name of its own, and let a target of the other be an alias of it',
    );
}

interface Reach {
  readonly isRecord: (owner: Name, type: number) => boolean;
  /** Whether all records of the zone are known here. */
  readonly isComplete: boolean;
}

function checkAliases(
  one: BuiltGroup,
  groups: readonly BuiltGroup[],
  reach: Reach,
  findings: Findings,
): void {
  const { group, path } = one;
  for (const { id, content } of group.targets) {
    if (content.kind !== 'alias') continue;
    const at = [...path, 'targets', id, 'alias'];
    const below = find(groups, content.name, group.type);
    if (below === undefined) {
      if (reach.isComplete && !reach.isRecord(content.name, group.type))
        findings.add(
          at,
          `${content.name.toString()} has neither a policy nor records of type ${typeName(group.type)}`,
          'an alias leads to a name of this zone with the same type',
        );
      continue;
    }
    const depth = depthOf(below, groups, [group]);
    if (depth === 'cycle') findings.add(at, 'the alias leads back to where it is', 'break the circle');
    else if (depth + 1 > DEPTH_MAX)
      findings.add(at, `aliases are ${depth + 1} deep`, `let them be ${DEPTH_MAX} deep at most`);
  }
}

function find(groups: readonly BuiltGroup[], owner: Name, type: number): PolicyGroup | undefined {
  return groups.find(({ group }) => group.type === type && group.owner.equals(owner))?.group;
}

/** How many groups are inside of each other from here; the work ends with the depth that is allowed. */
function depthOf(
  group: PolicyGroup,
  groups: readonly BuiltGroup[],
  above: readonly PolicyGroup[],
): number | 'cycle' {
  if (above.includes(group)) return 'cycle';
  if (above.length > DEPTH_MAX) return 1;
  let deepest = 0;
  for (const { content } of group.targets) {
    const below = content.kind === 'alias' ? find(groups, content.name, group.type) : undefined;
    if (below === undefined) continue;
    const depth = depthOf(below, groups, [...above, group]);
    if (depth === 'cycle') return 'cycle';
    deepest = Math.max(deepest, depth);
  }
  return deepest + 1;
}
