import { ScenarioError } from '../../config/mistakes.ts';
import { mistakesIn } from '../mistakes.ts';
import { fromYaml, toYaml } from '../../config/yaml-text.ts';
import type { Plain } from '../../core/service.ts';
import { Notes, type Note } from '../notes.ts';
import type { ZoneDraft } from './draft.ts';
import { Item } from './item.ts';
import { importOctodns, isOctodns } from './octodns.ts';
import { importRoute53 } from './route53.ts';

export interface ZoneImportRequest {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** The zone's name; left out, by what the files say. */
  readonly origin?: string | undefined;
  /** The name server's own address. */
  readonly address: string;
}

export interface ImportedZone {
  /** A scenario file with the zone. */
  readonly scenario: string;
  readonly notes: readonly Note[];
  /** What of it cannot be served as it stands. */
  readonly mistakes: readonly string[];
}

/** A scenario file whose name server has a zone that another service's files describe. Throws `ScenarioError` for what cannot be read. */
export function importZone({ files, origin, address }: ZoneImportRequest): ImportedZone {
  const notes = new Notes();
  const items = files.map(({ name, text }) => {
    const file = fromYaml(text, name);
    return new Item(file, name, file.value);
  });
  const input = { files: items, apex: origin?.replace(/\.$/, '') };
  const draft = isOctodns(items) ? importOctodns(input, notes) : importRoute53(input, notes);
  const [first] = files;
  if (draft.records.size + draft.routing.size === 0)
    throw new ScenarioError(first?.name ?? '', [
      {
        line: 1,
        column: 1,
        path: '',
        message: 'there is no record in it that headend can serve',
        hint: "it takes Route 53's change batches and what list-resource-record-sets prints, and octoDNS's zones in YAML",
      },
    ]);
  const scenario = `# Brought in by headend zone import from ${files.map(({ name }) => name.replace(/[^\x20-\x7e]/g, '?')).join(', ')}.\n${toYaml(scenarioOf(draft, address))}`;
  return { scenario, notes: notes.inOrder(), mistakes: mistakesIn(scenario) };
}

function scenarioOf(draft: ZoneDraft, address: string): Plain {
  const records: Record<string, Plain> = {};
  for (const [owner, sets] of draft.records)
    records[owner] = sets.map(({ type, ttl, data }) => ({ type, ...ttlOf(ttl), data }));
  const routing: Record<string, Plain> = {};
  for (const [owner, groups] of draft.routing)
    routing[owner] = groups.map(({ type, policy, ttl, targets }) => ({
      type,
      policy,
      // An alias has the TTL of what it leads to.
      ...(policy === 'simple' && targets[0]?.keys['alias'] !== undefined ? {} : ttlOf(ttl)),
      targets: Object.fromEntries(targets.map(({ id, keys }) => [id, keys])),
    }));
  const regions = Object.fromEntries([...draft.regions].map(([name, at]) => [name, { at }]));
  return {
    headend: 1,
    name: draft.apex
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .slice(0, 64),
    net: { lan: { kind: 'segment' } },
    services: {
      dns: {
        on: 'lan',
        ip: address,
        ...(draft.regions.size === 0 ? {} : { regions }),
        ...latencyDefault(draft),
        ...(draft.checks.size === 0 ? {} : { checks: Object.fromEntries(draft.checks) }),
        zones: {
          [draft.apex]: {
            ...(draft.records.size === 0 ? {} : { records }),
            ...(draft.routing.size === 0 ? {} : { routing }),
          },
        },
      },
    },
  };
}

/** Of clients that are nowhere known: as far from all regions, so that names decide. */
const LATENCY_DEFAULT = '100ms';

function latencyDefault({ routing }: ZoneDraft): Record<string, Plain> {
  const groups = [...routing.values()].flat().filter(({ policy }) => policy === 'latency');
  const regions = groups.flatMap(({ targets }) =>
    targets.flatMap(({ keys: { region } }) => (typeof region === 'string' ? region : [])),
  );
  if (regions.length === 0) return {};
  return { 'latency-default': Object.fromEntries(regions.map((region) => [region, LATENCY_DEFAULT])) };
}

function ttlOf(seconds: number | undefined): Record<string, Plain> {
  return seconds === undefined ? {} : { ttl: `${seconds}s` };
}
