import type { Plain } from '../../core/service.ts';
import { formatPlace, placeOfCountry } from '../../policy/dns/place.ts';
import type { Notes } from '../notes.ts';
import { AWS_REGIONS } from './aws-regions.ts';
import {
  absoluteData,
  addTo,
  type DraftTarget,
  emptyDraft,
  identifierOf,
  OWNER,
  ownerOf,
  type ZoneDraft,
} from './draft.ts';
import type { Item, ZoneFiles } from './item.ts';
import { Route53Checks } from './route53-checks.ts';

/** One policy's records of a name and type, and where the first of them stands. */
interface Sets {
  readonly owner: string;
  readonly type: string;
  readonly list: Item[];
}

/**
 * Record sets of Route 53 as records and policies. The files hold change batches, lists of records, of health checks and of networks;
 * the zone is that of the SOA, else the shortest name.
 */
export function importRoute53({ files, apex: given }: ZoneFiles, notes: Notes): ZoneDraft {
  const sets = files.flatMap((file) => recordSets(file, notes));
  const draft = emptyDraft(given ?? apexOf(sets, notes));
  const checks = new Route53Checks(
    files.flatMap((file) => file.get('HealthChecks').list),
    draft,
    notes,
  );
  const reader = new Route53Reader(draft, checks, networksOf(files), notes);
  for (const group of grouped(sets, draft.apex, notes)) reader.read(group);
  return draft;
}

/** `Changes` of a change batch, or `ResourceRecordSets` of a list. */
function recordSets(file: Item, notes: Notes): Item[] {
  const batch = file.get('ChangeBatch').isThere ? file.get('ChangeBatch') : file;
  const changes = batch.get('Changes').list.flatMap((change) => {
    if (change.get('Action').text !== 'DELETE') return change.get('ResourceRecordSet');
    notes.say(change.origin, 'a DELETE takes away what was there before, which is not in this file');
    return [];
  });
  return [...changes, ...file.get('ResourceRecordSets').list].filter((set) => {
    const isSet = (set.get('Name').text ?? '') !== '' && set.get('Type').text !== undefined;
    if (!isSet) notes.warn(set.origin, 'this is no record set: it was left out', 'it has a Name and a Type');
    return isSet;
  });
}

/** Without the dot at its end. */
function nameOf(set: Item | undefined): string {
  return unescapeName(set?.get('Name').text ?? '').replace(/\.$/, '');
}

function apexOf(sets: readonly Item[], notes: Notes): string {
  const soa = sets.find((set) => set.get('Type').text === 'SOA');
  if (soa !== undefined) return nameOf(soa);
  const [first] = sets.toSorted((a, b) => nameOf(a).length - nameOf(b).length);
  if (first !== undefined)
    notes.say(first.origin, `the zone was taken to be ${nameOf(first)}`, 'give its name with --origin');
  return nameOf(first);
}

/** Route 53 shows other characters than letters, digits and dashes as three octal digits: `\052` is a star. */
function unescapeName(name: string): string {
  return name.replace(/\\([0-3][0-7]{2})/g, (_, digits: string) =>
    String.fromCharCode(Number.parseInt(digits, 8)),
  );
}

function grouped(sets: readonly Item[], apex: string, notes: Notes): Iterable<Sets> {
  const groups = new Map<string, Sets>();
  for (const set of sets) {
    const name = unescapeName(set.get('Name').text ?? '');
    const type = set.get('Type').text ?? '';
    const owner = ownerOf(name, apex);
    if (owner === undefined || !OWNER.test(owner)) {
      const why = owner === undefined ? `is not in ${apex}` : 'has characters that a scenario does not take';
      notes.warn(set.origin, `${JSON.stringify(name)} ${why}: it was left out`);
      continue;
    }
    const key = `${owner} ${type}`;
    const known = groups.get(key);
    if (known === undefined) groups.set(key, { owner, type, list: [set] });
    else known.list.push(set);
  }
  return groups.values();
}

type Networks = ReadonlyMap<string, readonly string[]>;

/** Networks of a CIDR collection by location, as list-cidr-blocks tells them. */
function networksOf(files: readonly Item[]): Networks {
  const networks = new Map<string, string[]>();
  for (const block of files.flatMap((file) => file.get('CidrBlocks').list)) {
    const cidr = block.get('CidrBlock').text;
    if (cidr !== undefined) addTo(networks, block.get('LocationName').text ?? '', cidr);
  }
  return networks;
}

/** Which member of a record set says which policy. */
const POLICIES = [
  ['Weight', 'weighted'],
  ['Failover', 'failover'],
  ['Region', 'latency'],
  ['GeoLocation', 'geolocation'],
  ['GeoProximityLocation', 'geoproximity'],
  ['MultiValueAnswer', 'multivalue'],
  ['CidrRoutingConfig', 'ip'],
] as const;
type Policy = (typeof POLICIES)[number][1];

class Route53Reader {
  readonly #draft: ZoneDraft;
  readonly #checks: Route53Checks;
  readonly #networks: Networks;
  readonly #notes: Notes;

  constructor(draft: ZoneDraft, checks: Route53Checks, networks: Networks, notes: Notes) {
    this.#draft = draft;
    this.#checks = checks;
    this.#networks = networks;
    this.#notes = notes;
  }

  read({ owner, type, list }: Sets): void {
    const [first] = list;
    if (first === undefined) return;
    const policy = POLICIES.find(([member]) => first.get(member).isThere)?.[1];
    const ttl = Math.min(...list.map((set) => set.get('TTL').number ?? Infinity));
    const ttlSeconds = ttl === Infinity ? undefined : ttl;
    if (policy === undefined) return this.#simple(owner, type, first, ttlSeconds);
    const taken = new Set<string>();
    const inOrder = policy === 'failover' ? list.toSorted((a, b) => rank(a) - rank(b)) : list;
    const targets = inOrder.flatMap((set) => this.#target(set, type, policy, taken) ?? []);
    if (targets.length === 0) return;
    addTo(this.#draft.routing, owner, { type, policy, ttl: ttlSeconds, targets });
  }

  /** Records as they are; an alias, or a single record with a check, is a policy of one target. */
  #simple(owner: string, type: string, set: Item, ttl: number | undefined): void {
    if (set.get('AliasTarget').isThere || set.get('HealthCheckId').isThere) {
      const target = this.#target(set, type, 'simple', new Set());
      if (target !== undefined)
        addTo(this.#draft.routing, owner, { type, policy: 'simple', ttl, targets: [target] });
      return;
    }
    if (owner === '@' && type === 'NS')
      this.#notes.say(
        set.origin,
        'the NS are those of Route 53',
        'write the servers that will have the zone',
      );
    addTo(this.#draft.records, owner, { type, ttl, data: dataOf(set, type) });
  }

  #target(set: Item, type: string, policy: Policy | 'simple', taken: Set<string>): DraftTarget | undefined {
    const content = this.#content(set, type);
    if (content === undefined) return undefined;
    const id = set.get('HealthCheckId').text;
    const clients = this.#clients(set, policy);
    if (clients === undefined) return undefined;
    return {
      id: identifierOf(set.get('SetIdentifier').text ?? 'target', taken),
      keys: { ...content, ...clients, ...(id === undefined ? {} : { check: this.#checks.name(id, set) }) },
    };
  }

  #content(set: Item, type: string): Record<string, Plain> | undefined {
    const alias = set.get('AliasTarget');
    if (!alias.isThere) return { data: dataOf(set, type) };
    const name = unescapeName(alias.get('DNSName').text ?? '');
    const owner = ownerOf(name, this.#draft.apex);
    if (owner === undefined) {
      this.#notes.warn(
        alias.origin,
        `an alias to ${name}, a service of AWS or another zone, was left out`,
        'write its addresses, or a CNAME below the apex',
      );
      return undefined;
    }
    return { alias: owner, evaluate: alias.get('EvaluateTargetHealth').isTrue };
  }

  /** Which clients a target is for; undefined: that cannot be said here. */
  #clients(set: Item, policy: Policy | 'simple'): Record<string, Plain> | undefined {
    switch (policy) {
      case 'weighted':
        return { weight: set.get('Weight').number ?? 1 };
      case 'latency':
        return this.#region(set.get('Region'));
      case 'geolocation':
        return this.#place(set.get('GeoLocation'));
      case 'geoproximity':
        return this.#proximity(set.get('GeoProximityLocation'));
      case 'ip':
        return this.#cidr(set.get('CidrRoutingConfig'));
      case 'failover':
      case 'multivalue':
      case 'simple':
        return {};
    }
  }

  #region(item: Item): Record<string, Plain> | undefined {
    const region = item.text ?? '';
    const at = AWS_REGIONS[region];
    if (at === undefined) {
      this.#notes.warn(item.origin, `nothing is known of the region ${region}: its records were left out`);
      return undefined;
    }
    if (!this.#draft.regions.has(region))
      this.#notes.say(
        item.origin,
        `latency to ${region} is taken from where it is`,
        'write latency: of your locations where it was measured',
      );
    this.#draft.regions.set(region, at);
    return { region };
  }

  #place(item: Item): Record<string, Plain> | undefined {
    const country = item.get('CountryCode').text;
    const continent = item.get('ContinentCode').text;
    if (country === '*') return { place: '*' };
    if (country === undefined) return continent === undefined ? undefined : { place: continent };
    const place = placeOfCountry(country, item.get('SubdivisionCode').text);
    if (place !== undefined) return { place: formatPlace(place) };
    this.#notes.warn(item.origin, `${country} is no country that is known here: its records were left out`);
    return undefined;
  }

  #proximity(item: Item): Record<string, Plain> | undefined {
    const bias = item.get('Bias').number;
    const biased: Record<string, Plain> = bias === undefined || bias === 0 ? {} : { bias };
    const latitude = item.get('Coordinates').get('Latitude').number;
    const longitude = item.get('Coordinates').get('Longitude').number;
    if (latitude !== undefined && longitude !== undefined) return { at: [latitude, longitude], ...biased };
    const region = this.#region(item.get('AWSRegion'));
    return region === undefined ? undefined : { ...region, ...biased };
  }

  #cidr(item: Item): Record<string, Plain> | undefined {
    const location = item.get('LocationName').text ?? '';
    if (location === '*') return { networks: '*' };
    const networks = this.#networks.get(location);
    if (networks !== undefined) return { networks };
    this.#notes.warn(
      item.origin,
      `the networks of ${JSON.stringify(location)} are not in the files: its records were left out`,
      'give the output of aws route53 list-cidr-blocks beside it',
    );
    return undefined;
  }
}

function rank(set: Item): number {
  return set.get('Failover').text === 'PRIMARY' ? 0 : 1;
}

function dataOf(set: Item, type: string): string[] {
  return set.get('ResourceRecords').list.map((record) => absoluteData(type, record.get('Value').text ?? ''));
}
