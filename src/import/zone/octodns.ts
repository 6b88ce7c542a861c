import type { Plain } from '../../core/service.ts';
import { formatPlace, parsePlace } from '../../policy/dns/place.ts';
import type { Notes } from '../notes.ts';
import { absoluteData, addTo, type DraftTarget, emptyDraft, OWNER, type ZoneDraft } from './draft.ts';
import type { Item, ZoneFiles } from './item.ts';
import { isKnownType, octodnsData } from './octodns-data.ts';

/** octoDNS's own, where its provider says no other. */
const TTL_DEFAULT = 3_600;

/** Whether the files are zones of octoDNS: names with one record or a list of them, each of a type. */
export function isOctodns(files: readonly Item[]): boolean {
  return files.some((file) =>
    file.entries.some(([, records]) =>
      records.oneOrMany.some((record) => record.get('type').text !== undefined),
    ),
  );
}

/**
 * Zones in octoDNS's YAML as records and policies: one file a zone, or a file for each name. The zone is what the first file is
 * called. A pool becomes a weighted group of its own, a rule a failover through its pools, the name a choice by place between
 * the rules.
 */
export function importOctodns({ files, apex: given }: ZoneFiles, notes: Notes): ZoneDraft {
  const [first] = files;
  const apex = given ?? apexOf(first?.fileName ?? '');
  if (given === undefined && first !== undefined)
    notes.say(
      first.origin,
      `the zone was taken to be ${apex}, as the file is called`,
      'give its name with --origin',
    );
  const draft = emptyDraft(apex);
  const reader = new OctodnsReader(draft, notes);
  for (const file of files)
    for (const [name, records] of file.entries)
      for (const record of records.oneOrMany) reader.read(name, record);
  return draft;
}

/** `zones/shop.example.yaml` is of shop.example, and so is `zones/shop.example./www.yaml`. */
function apexOf(fileName: string): string {
  const folder = /([^/\\]+)\.[/\\][^/\\]+$/.exec(fileName)?.[1];
  if (folder !== undefined) return folder;
  return fileName
    .replace(/^.*[/\\]/, '')
    .replace(/^\$/, '')
    .replace(/\.ya?ml$/i, '')
    .replace(/\.$/, '');
}

class OctodnsReader {
  readonly #draft: ZoneDraft;
  readonly #notes: Notes;

  constructor(draft: ZoneDraft, notes: Notes) {
    this.#draft = draft;
    this.#notes = notes;
  }

  read(name: string, record: Item): void {
    const type = record.get('type').text;
    if (type === undefined)
      return this.#notes.warn(
        record.origin,
        'this is no record: it was left out',
        'it has a type: and a value: or values:',
      );
    const owner = name === '' ? '@' : name;
    if (!OWNER.test(owner)) {
      const shown = JSON.stringify(name);
      return this.#notes.warn(
        record.origin,
        `${shown} has characters that a scenario does not take: it was left out`,
      );
    }
    if (record.get('octodns').get('ignored').isTrue)
      return this.#notes.say(record.origin, 'a record that octoDNS ignores was left out');
    if (type === 'ALIAS') return this.#alias(owner, record);
    if (!isKnownType(type))
      return this.#notes.warn(record.origin, `records of type ${type} have no place here: left out`);
    if (record.get('geo').isThere)
      this.#notes.warn(
        record.get('geo').origin,
        'geo: is how octoDNS said it before dynamic: its values were left out',
        'write it as dynamic: with pools and rules',
      );
    if (record.get('dynamic').isThere) return this.#dynamic(owner, type, record);
    const data = this.#data(type, record);
    if (data.length > 0)
      addTo(this.#draft.records, owner, { type: storedType(type), ttl: ttlOf(record), data });
  }

  /** The values of a record, in a master file's words. */
  #data(type: string, record: Item): string[] {
    const values = record.get('values').isThere ? record.get('values') : record.get('value');
    if (!values.isThere)
      this.#notes.warn(record.origin, `a record of type ${type} without a value was left out`);
    return values.oneOrMany.flatMap((value) => this.#value(type, value) ?? []);
  }

  #value(type: string, value: Item): string | undefined {
    const data = octodnsData(type, value);
    if (data === undefined)
      this.#notes.warn(value.origin, `a value of type ${type} lacks something: it was left out`);
    return data === undefined ? undefined : absoluteData(type, data);
  }

  /** Another name's addresses, at the apex, as `policy: simple` gives them. */
  #alias(owner: string, record: Item): void {
    const target = (record.get('value').text ?? record.get('values').list[0]?.text ?? '').replace(/\.$/, '');
    const { apex } = this.#draft;
    const inside =
      target === apex ? '@' : target.endsWith(`.${apex}`) ? target.slice(0, -apex.length - 1) : undefined;
    if (inside === undefined)
      return this.#notes.warn(
        record.origin,
        `an ALIAS to ${target || 'nothing'}, which is not in ${apex}, was left out`,
        'write its addresses, or a CNAME below the apex',
      );
    this.#notes.say(
      record.origin,
      'an ALIAS became a policy of type A',
      'write one of type AAAA beside it if it has such',
    );
    const targets = [{ id: 'target', keys: { alias: inside } }];
    addTo(this.#draft.routing, owner, { type: 'A', policy: 'simple', ttl: undefined, targets });
  }

  #dynamic(owner: string, type: string, record: Item): void {
    const pools = new Pools({ owner, type, record, draft: this.#draft, notes: this.#notes });
    const rules = record.get('dynamic').get('rules').list;
    const backup = this.#data(type, record);
    const hasPlaces = rules.some((rule) => rule.get('geos').isThere || rule.get('subnets').isThere);
    if (!hasPlaces) {
      const [only] = rules;
      const targets = only === undefined ? [] : pools.chain(only.get('pool'), backup);
      if (targets.length > 0)
        addTo(this.#draft.routing, owner, { type, policy: 'failover', ttl: undefined, targets });
      return;
    }
    const targets = rules.flatMap((rule, index): DraftTarget[] => {
      const places = this.#places(rule);
      if (places === undefined) return [];
      const pool = rule.get('pool').text ?? '';
      const chain = below(`rule-${index + 1}`, owner);
      const members = pools.chain(rule.get('pool'), backup);
      if (members.length === 0) return [];
      addTo(this.#draft.routing, chain, { type, policy: 'failover', ttl: undefined, targets: members });
      return [{ id: `rule-${index + 1}-${pool}`, keys: { ...places, alias: chain } }];
    });
    if (targets.length > 0)
      addTo(this.#draft.routing, owner, { type, policy: 'geolocation', ttl: undefined, targets });
  }

  /** Whom a rule is for; undefined: for nobody that is known here. */
  #places(rule: Item): Record<string, Plain> | undefined {
    const geos = rule.get('geos').list;
    const networks = rule.get('subnets').list.flatMap(({ text }) => text ?? []);
    if (geos.length === 0 && networks.length === 0) return { place: '*' };
    const place = geos.flatMap((geo) => {
      const known = parsePlace(geo.text ?? '');
      if (!('fault' in known)) return formatPlace(known);
      this.#notes.warn(
        geo.origin,
        `nothing is known of the place ${JSON.stringify(geo.value)}: it was left out`,
      );
      return [];
    });
    if (place.length === 0 && networks.length === 0) return undefined;
    return { ...(place.length === 0 ? {} : { place }), ...(networks.length === 0 ? {} : { networks }) };
  }
}

/** The pools of one record: each that a rule leads to is a group below the record's name. */
class Pools {
  readonly #owner: string;
  readonly #type: string;
  readonly #record: Item;
  readonly #draft: ZoneDraft;
  readonly #notes: Notes;
  /** By the pool's name; undefined: nothing of it serves. */
  readonly #groups = new Map<string, string | undefined>();

  constructor(of: {
    readonly owner: string;
    readonly type: string;
    readonly record: Item;
    readonly draft: ZoneDraft;
    readonly notes: Notes;
  }) {
    this.#owner = of.owner;
    this.#type = of.type;
    this.#record = of.record;
    this.#draft = of.draft;
    this.#notes = of.notes;
  }

  /** A pool, what it falls back to, and in the end the record's own values, which nobody checks. */
  chain(start: Item, backup: readonly string[]): DraftTarget[] {
    const targets: DraftTarget[] = [];
    const seen = new Set<string>();
    let asker = start;
    for (let name = start.text; name !== undefined && !seen.has(name);) {
      seen.add(name);
      const pool = this.#record.get('dynamic').get('pools').get(name);
      if (!pool.isThere) {
        this.#notes.warn(asker.origin, `there is no pool ${JSON.stringify(name)}: it was left out`);
        break;
      }
      const alias = this.#group(name, pool);
      if (alias !== undefined) targets.push({ id: `pool-${name}`, keys: { alias } });
      asker = pool.get('fallback');
      name = asker.text;
    }
    if (targets.length > 0 && backup.length > 0)
      targets.push({ id: 'values', keys: { data: this.#type === 'CNAME' ? backup.slice(0, 1) : backup } });
    return targets;
  }

  #group(name: string, pool: Item): string | undefined {
    if (this.#groups.has(name)) return this.#groups.get(name);
    const targets = pool.get('values').list.flatMap((value, index) => this.#target(value, index) ?? []);
    const alias = targets.length === 0 ? undefined : below(`pool-${name}`, this.#owner);
    this.#groups.set(name, alias);
    if (alias === undefined)
      this.#notes.warn(pool.origin, `the pool ${name} has nothing that serves: it was left out`);
    else
      addTo(this.#draft.routing, alias, {
        type: this.#type,
        policy: 'weighted',
        ttl: ttlOf(this.#record),
        targets,
      });
    return alias;
  }

  #target(value: Item, index: number): DraftTarget | undefined {
    const text = value.get('value').text;
    if (text === undefined) {
      this.#notes.warn(value.origin, 'a value of a pool without value: was left out');
      return undefined;
    }
    const status = value.get('status').text ?? 'obey';
    if (status === 'down') {
      this.#notes.say(value.get('status').origin, `${text} never serves: it was left out`);
      return undefined;
    }
    const check = status === 'up' ? undefined : this.#check(text);
    const weight = value.get('weight').number;
    return {
      id: `value-${index + 1}`,
      keys: {
        data: absoluteData(this.#type, text),
        ...(weight === undefined ? {} : { weight }),
        ...(check === undefined ? {} : { check }),
      },
    };
  }

  /** octoDNS has each address asked for its page `/_dns` by HTTPS unless the record says otherwise. */
  #check(address: string): string | undefined {
    const settings = this.#record.get('octodns').get('healthcheck');
    if (this.#type === 'CNAME') {
      this.#notes.say(
        this.#record.origin,
        'names are not probed here: those of a CNAME are taken as healthy',
      );
      return undefined;
    }
    const kind = (settings.get('protocol').text ?? 'HTTPS').toLowerCase();
    const port = settings.get('port').number ?? (kind === 'http' ? 80 : 443);
    const to = address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
    const host = settings.get('host').text;
    const path = settings.get('path').text ?? '/_dns';
    const page: Record<string, Plain> =
      kind === 'tcp'
        ? {}
        : { path: path.startsWith('/') ? path : `/${path}`, ...(host === undefined ? {} : { host }) };
    const keys = { kind, to, ...page };
    const known = [...this.#draft.checks].find(([, other]) => JSON.stringify(other) === JSON.stringify(keys));
    if (known !== undefined) return known[0];
    const name = `check-${this.#draft.checks.size + 1}`;
    this.#draft.checks.set(name, keys);
    return name;
  }
}

/** A name of our own below the record's: nobody asks for it. */
function below(label: string, owner: string): string {
  const plain = label.replace(/[^A-Za-z0-9_-]+/g, '-').slice(0, 62);
  return owner === '@' ? `_${plain}` : `_${plain}.${owner}`;
}

/** SPF as a type of its own is no more (RFC 7208 §3.1). */
function storedType(type: string): string {
  return type === 'SPF' ? 'TXT' : type;
}

function ttlOf(record: Item): number {
  return record.get('ttl').number ?? TTL_DEFAULT;
}
