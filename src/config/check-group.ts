import { formatPrefix } from '../core/address.ts';
import { Type, typeName } from '../codec/dns/registry.ts';
import type { PolicyName } from '../policy/dns/group.ts';
import { formatPlace } from '../policy/dns/place.ts';
import type { BuiltGroup, RoutingSurroundings } from './build-routing.ts';
import { didYouMean, type Findings, type Path } from './findings.ts';
import type { TargetFile } from './schema-routing.ts';

/** What is the zone's own, or means something else than data. */
const UNROUTABLE: ReadonlySet<number> = new Set([
  Type.SOA,
  Type.NS,
  Type.DNAME,
  Type.DS,
  Type.CDS,
  Type.CDNSKEY,
  Type.RRSIG,
  Type.NSEC,
  Type.DNSKEY,
  Type.NSEC3,
  Type.NSEC3PARAM,
  Type.OPT,
]);
/** RFC 6895 §3.1: types of messages, not of data. */
const isMeta = (type: number): boolean => type === 0 || (type >= 128 && type <= 255);

/** Which policies a key of a target is for. */
const FIELDS: Readonly<Record<string, readonly PolicyName[]>> = {
  weight: ['weighted'],
  region: ['latency', 'geoproximity'],
  place: ['geolocation'],
  networks: ['geolocation', 'ip'],
  at: ['geoproximity'],
  bias: ['geoproximity'],
};

/** Judges one group by itself. */
export function checkGroup(built: BuiltGroup, around: RoutingSurroundings, findings: Findings): void {
  const { group, file, path } = built;
  if (UNROUTABLE.has(group.type) || isMeta(group.type))
    findings.add(
      [...path, 'type'],
      `no policy chooses ${typeName(group.type)}`,
      'write a type of data, such as A, AAAA or CNAME',
    );
  for (const key of ['sticky', 'multi', 'up-threshold'] as const)
    if (file[key] !== undefined && group.policy !== 'weighted')
      findings.addAtKey(
        path,
        key,
        `it is for the policy weighted, and this is ${group.policy}`,
        'take it away',
      );
  if (group.givesMany && group.isSticky)
    findings.addAtKey(path, 'multi', 'a sticky client has one target', 'keep one of sticky and multi');
  if (group.ttlSecondsMin !== undefined && group.ttlSecondsMin > group.ttlSeconds)
    findings.addAtKey(path, 'ttl-min', 'it is more than the ttl', 'write less, or take it away');
  if (around.isRefusedSigned)
    findings.add(
      path,
      `${group.owner.toString()} ${typeName(group.type)} has a policy, and a signed copy of the zone has none`,
      'let secondaries give all of its records, signed, by transferred-policies: all-records under dnssec, or take allow-transfer away',
    );
  for (const [id, target] of Object.entries(file.targets))
    checkTarget(built, target, { around, findings, path: [...path, 'targets', id] });
  checkTwins(built, findings);
  if (group.policy === 'simple' && group.targets.length > 1)
    findings.add(
      [...path, 'targets'],
      'a simple policy has one target',
      'write all data there, or another policy',
    );
  if (group.type === Type.CNAME && (group.policy === 'multivalue' || group.givesMany))
    findings.add([...path, 'policy'], 'an alias has one record (RFC 2181 §10.1)', 'write weighted');
  if (group.policy === 'latency') checkLatency(built, around, findings);
}

interface TargetSite {
  readonly around: RoutingSurroundings;
  readonly findings: Findings;
  readonly path: Path;
}

function checkTarget(
  { group: { policy, givesMany, upThreshold }, file }: BuiltGroup,
  target: TargetFile,
  site: TargetSite,
) {
  const { around, findings, path } = site;
  for (const [key, policies] of Object.entries(FIELDS))
    if (target[key as keyof TargetFile] !== undefined && !policies.includes(policy))
      findings.addAtKey(
        path,
        key,
        `it is for ${policies.join(' and ')}, and this is ${policy}`,
        'take it away',
      );
  const regions = around.geography.regions;
  const region = regions.find(({ name }) => name === target.region);
  if (target.region !== undefined && region === undefined)
    findings.add(
      [...path, 'region'],
      'there is no such region',
      didYouMean(
        target.region,
        regions.map(({ name }) => name),
        'the regions are',
      ),
    );
  const missing: Readonly<Partial<Record<PolicyName, readonly [boolean, string]>>> = {
    latency: [target.region === undefined, 'write region:'],
    geolocation: [target.place === undefined && target.networks === undefined, 'write place: or networks:'],
    ip: [target.networks === undefined, 'write networks:'],
    geoproximity: [
      target.at === undefined && region?.at === undefined,
      'write at: with latitude and longitude, or the region of one',
    ],
  };
  const [isMissing, hint] = missing[policy] ?? [false, ''];
  if (isMissing) findings.add(path, `nothing says which clients are for it`, hint);
  if (policy === 'multivalue' && target.alias !== undefined)
    findings.addAtKey(path, 'alias', 'a multivalue policy has values, no aliases', 'write data:');
  if (policy === 'multivalue' && (target.data?.length ?? 0) > 1)
    findings.add(
      [...path, 'data'],
      'a target of a multivalue policy has one value',
      'write a target for each',
    );
  const mode = givesMany ? 'multi' : 'up-threshold';
  if ((givesMany || upThreshold > 0) && target.alias !== undefined)
    findings.addAtKey(path, 'alias', `with ${mode} targets have data`, `write data:, or take ${mode} away`);
  if (givesMany && target.weight === 0)
    findings.add([...path, 'weight'], 'with multi a weight of 0 is never given', 'write 1 to 255');
  if (
    target.alias !== undefined &&
    (target.ttl !== undefined || (file.ttl !== undefined && policy === 'simple'))
  )
    findings.add(path, 'an alias has the TTL of what it leads to', 'take ttl: away');
}

/** Two targets for the same clients: one would never be given. */
function checkTwins({ group, path }: BuiltGroup, findings: Findings): void {
  const seen = new Map<string, string>();
  for (const { id, places, networks, isDefault, region } of group.targets) {
    const words = keysOf({
      places: places.map(formatPlace),
      networks: networks.map(formatPrefix),
      isDefault,
    });
    if (group.policy === 'latency' && region !== undefined) words.push(region);
    for (const word of words) {
      const other = seen.get(word);
      if (other !== undefined)
        findings.add(
          [...path, 'targets', id],
          `${other} is for ${word} too`,
          'let each have clients of its own',
        );
      seen.set(word, id);
    }
  }
}

function keysOf({
  places,
  networks,
  isDefault,
}: {
  places: string[];
  networks: string[];
  isDefault: boolean;
}): string[] {
  const both = networks.flatMap((network) => places.map((place) => `${network} in ${place}`));
  const alone = networks.length > 0 && places.length > 0 ? both : [...places, ...networks];
  return isDefault ? [...alone, '*'] : alone;
}

/** A client that is nowhere known has no latency but by the table's last row. */
function checkLatency(
  { group, path }: BuiltGroup,
  { geography }: RoutingSurroundings,
  findings: Findings,
): void {
  for (const { id, region } of group.targets) {
    if (region === undefined || geography.latencyDefault.has(region)) continue;
    findings.add(
      [...path, 'targets', id],
      `nobody says how far ${region} is from clients that are nowhere known`,
      `write latency-default: { ${region}: 100ms } beside regions:`,
    );
  }
}
