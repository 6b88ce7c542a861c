import { Name, parseName } from '../codec/dns/name.ts';
import { Type, typeNumber } from '../codec/dns/registry.ts';
import { parseRdataText } from '../codec/dns/zone-text.ts';
import { ConfigError } from '../core/errors.ts';
import { escapeText } from '../core/text.ts';
import { SECOND } from '../core/time.ts';
import type { PolicyGroup, Target } from '../policy/dns/group.ts';
import type { Place } from '../policy/dns/place.ts';
import { buildPlace, buildPoint } from './build-geography.ts';
import { checkForest } from './check-forest.ts';
import { checkGroup } from './check-group.ts';
import { didYouMean, type Findings, type Path } from './findings.ts';
import { lintGroup } from './lint-routing.ts';
import { quote } from './mistakes.ts';
import type { GeographyConfig } from './dns-settings.ts';
import type { GroupFile, RoutingFile, TargetFile } from './schema-routing.ts';
import { placeOf } from './source.ts';
import { parseNetwork } from './values.ts';

const TTL_SECONDS = 60;

/** What routing of one zone is checked against. */
export interface RoutingSurroundings {
  readonly apex: string;
  /** Names of the server's checks, in the order of the file. */
  readonly checks: readonly string[];
  readonly geography: GeographyConfig;
  /** Name and type of records that stand in this file; undefined: they are in a file of their own. */
  readonly records: readonly { readonly owner: string; readonly type: string }[] | undefined;
  /** Whether the zone goes to secondaries, which have no policies. */
  readonly isTransferred: boolean;
  /** Whether they would give validated answers that this server never gives, and nobody has said that they may. */
  readonly isRefusedSigned: boolean;
}

/** One group as the file has it, for those who judge it. */
export interface BuiltGroup {
  readonly group: PolicyGroup;
  readonly file: GroupFile;
  readonly path: Path;
}

/** The policies of a zone; whatever is wrong or worth a word is told at its place. */
export function buildRouting(
  file: RoutingFile | undefined,
  around: RoutingSurroundings,
  findings: Findings,
  path: Path,
): readonly PolicyGroup[] {
  const apex = parseName(around.apex);
  if (file === undefined || !(apex instanceof Name)) return [];
  const built: BuiltGroup[] = [];
  for (const [owner, groups] of Object.entries(file))
    for (const [index, group] of groups.entries()) {
      const list = [...path, owner];
      const at = findings.has([...list, index]) ? [...list, index] : list;
      const one = buildGroup(owner, group, { apex, around, findings, path: at });
      if (one !== undefined) built.push({ group: one, file: group, path: at });
    }
  for (const one of built) {
    checkGroup(one, around, findings);
    lintGroup(one, around, findings);
  }
  checkForest(built, { apex, records: around.records }, findings);
  return built.map(({ group }) => group);
}

interface GroupSite {
  readonly apex: Name;
  readonly around: RoutingSurroundings;
  readonly findings: Findings;
  readonly path: Path;
}

function buildGroup(owner: string, file: GroupFile, site: GroupSite): PolicyGroup | undefined {
  const { apex, findings, path } = site;
  const type = typeNumber(file.type);
  if (type === undefined)
    findings.add(
      [...path, 'type'],
      `${quote(file.type)} is no type`,
      'write a type such as A, AAAA or CNAME',
    );
  const name = nameOf(owner, site, path);
  if (type === undefined || name === undefined) return undefined;
  const ttls = Object.values(file.targets).flatMap(({ ttl }) => ttl ?? []);
  const ttl = Math.min(file.ttl ?? Infinity, ...ttls);
  const ttlMin = file['ttl-min'];
  return {
    owner: name,
    type,
    policy: file.policy,
    ttlSeconds: ttl === Infinity ? TTL_SECONDS : Math.round(ttl / SECOND),
    targets: Object.entries(file.targets).map(([id, target]) =>
      buildTarget(id, target, { ...site, apex, path: [...path, 'targets', id] }, type),
    ),
    whenAllDown: file['when-all-down'] ?? 'open',
    isSticky: file.sticky ?? false,
    givesMany: file.multi ?? false,
    upThreshold: file['up-threshold'] ?? 0,
    ttlSecondsMin: ttlMin === undefined ? undefined : Math.round(ttlMin / SECOND),
    place: { file: '', ...placeOf(findings.root, path) },
  };
}

function nameOf(text: string, { apex, findings }: GroupSite, path: Path): Name | undefined {
  const name = text === '@' ? apex : parseName(text, apex);
  if (!(name instanceof Name)) findings.add(path, `${quote(text)} is no name`, `it takes ${name.fault}`);
  else if (name.isSubdomainOf(apex)) return name;
  else
    findings.add(
      path,
      `${quote(text)} is not in this zone`,
      'write a name of the zone, without a dot at its end',
    );
  return undefined;
}

function buildTarget(id: string, file: TargetFile, site: GroupSite, type: number): Target {
  const { around, findings, path } = site;
  const places: Place[] = [];
  for (const [index, text] of (file.place ?? []).entries()) {
    const place =
      text === '*' ? undefined : buildPlace(text, findings, itemPath(findings, [...path, 'place'], index));
    if (place !== undefined) places.push(place);
  }
  const networks = (file.networks ?? []).flatMap((text, index) => {
    const network = text === '*' ? undefined : parseNetwork(text);
    if (network === undefined && text !== '*')
      findings.add(
        itemPath(findings, [...path, 'networks'], index),
        `${quote(text)} will not do`,
        'write a network such as 10.9.0.0/18, one address, or "*"',
      );
    return network ?? [];
  });
  const region = around.geography.regions.find(({ name }) => name === file.region);
  return {
    id,
    content: contentOf(file, site, type),
    check: checkOf(file, site),
    weight: file.weight ?? 1,
    region: file.region,
    places,
    networks,
    isDefault: file.place?.includes('*') === true || file.networks?.includes('*') === true,
    at: buildPoint(file.at) ?? region?.at,
    bias: file.bias ?? 0,
  };
}

function itemPath(findings: Findings, list: Path, index: number): Path {
  return findings.has([...list, index]) ? [...list, index] : list;
}

function contentOf(file: TargetFile, site: GroupSite, type: number): Target['content'] {
  const { findings, path } = site;
  if ((file.data === undefined) === (file.alias === undefined))
    findings.add(path, 'a target has data or an alias, one of the two', 'write data: or alias:');
  if (file.alias !== undefined) {
    const name = nameOf(file.alias, site, [...path, 'alias']);
    if (name === undefined) return { kind: 'data', rdatas: [] };
    return { kind: 'alias', name, evaluates: file.evaluate ?? true };
  }
  if (file.evaluate !== undefined)
    findings.addAtKey(path, 'evaluate', 'there is no alias to evaluate', 'take it away, or write alias:');
  const rdatas = (file.data ?? []).flatMap((text, index) => {
    try {
      return [parseRdataText(type, text, site.apex)];
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      const at = itemPath(findings, [...path, 'data'], index);
      const [, , column] = /:(\d+):(\d+)$/.exec(error.path) ?? [];
      const message = `${escapeText(error.found)} will not do`;
      findings.addInside(at, Math.max(0, Number(column ?? 1) - 1), message, `write ${error.expected}`);
      return [];
    }
  });
  if (type === Type.CNAME && rdatas.length > 1)
    findings.add(
      [...path, 'data'],
      'an alias leads to one name (RFC 2181 §10.1)',
      'write one name for each target',
    );
  return { kind: 'data', rdatas };
}

function checkOf({ check }: TargetFile, { around, findings, path }: GroupSite): number | undefined {
  if (check === undefined) return undefined;
  const index = around.checks.indexOf(check);
  if (index >= 0) return index;
  findings.add(
    [...path, 'check'],
    `${quote(check)} is no check of this server`,
    didYouMean(check, around.checks, 'the checks are'),
  );
  return undefined;
}
