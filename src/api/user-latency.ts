import { Type } from '../codec/dns/registry.ts';
import type { Scenario } from '../config/scenario.ts';
import { type Ip, formatIp, ipv4At, ipv6At } from '../core/address.ts';
import { Atlas, Client } from '../policy/dns/client.ts';
import type { PolicyGroup, Target } from '../policy/dns/group.ts';
import { type Point, distanceKm, latencyOf, writeVector } from '../policy/dns/point.ts';
import type { Contents } from '../topology/contents.ts';
import type { Visits } from './visits.ts';

/** How far visitors were from where they were sent, by what the file says of both. */
export interface UserLatency {
  /** Of all answers whose way is known, the nearest rank; undefined: of none. */
  readonly ms: { readonly p50: number; readonly p95: number; readonly max: number } | undefined;
  /** Milliseconds, and percent of the answers that led no farther: the corners of its steps. */
  readonly curve: readonly (readonly [number, number])[];
  /** Percent of the answers whose way is known; 0 where there were none. */
  readonly knownPercent: number;
  /** The ways that are not, such as `homes to 192.0.2.1`. */
  readonly unknown: readonly string[];
}

/** Where a target stands: by the name of its region, or on the map. */
interface Stand {
  readonly region: string | undefined;
  readonly at: Point | undefined;
}

/** What one name server knows of the places of clients and targets. */
interface Knowledge {
  readonly atlas: Atlas;
  readonly client: Client;
  readonly stands: ReadonlyMap<string, readonly Stand[]>;
}

/** The ways from the populations of a scenario to the targets of its policies. */
export class Ways {
  readonly #knowledge: readonly Knowledge[];
  readonly #populations = new Map<string, Ip>();

  constructor({ services, devices }: Scenario, contents: Contents) {
    this.#knowledge = services.flatMap((service) => {
      if (service.kind !== 'dns') return [];
      const { geography, zones } = service;
      const database = geography.geoip && contents.places?.(geography.geoip);
      const atlas = new Atlas({ ...geography, database });
      return [{ atlas, client: new Client(atlas), stands: standsOf(zones) }];
    });
    for (const device of devices)
      if (device.kind === 'population') this.#populations.set(device.name, device.address.address);
  }

  /** Of one run: each answer counts, also one that led to what was down. */
  latencyOf(visits: Visits): UserLatency {
    const ways: { ms: number; answers: number }[] = [];
    const unknown: string[] = [];
    let all = 0;
    for (const [population, target, answers] of visits.sent()) {
      const ms = this.#ms(population, target);
      all += answers;
      if (ms === Infinity) unknown.push(`${population} to ${target}`);
      else ways.push({ ms, answers });
    }
    ways.sort((a, b) => a.ms - b.ms);
    const known = ways.reduce((sum, { answers }) => sum + answers, 0);
    return {
      ms:
        known === 0
          ? undefined
          : { p50: rank(ways, known * 0.5), p95: rank(ways, known * 0.95), max: rank(ways, known) },
      curve: curveOf(ways, known),
      knownPercent: all === 0 ? 0 : (known / all) * 100,
      unknown,
    };
  }

  /** By the first name server that knows; Infinity: none does. An address in several places is reached in the nearest. */
  #ms(population: string, target: string): number {
    const address = this.#populations.get(population);
    if (address === undefined) return Infinity;
    for (const { atlas, client, stands } of this.#knowledge) {
      client.begin(address, undefined);
      client.locate();
      const ms = Math.min(...(stands.get(target) ?? []).map((stand) => msTo(stand, client, atlas)));
      if (ms !== Infinity) return ms;
    }
    return Infinity;
  }
}

function msTo({ region, at }: Stand, client: Client, atlas: Atlas): number {
  if (region !== undefined) return atlas.latencyMs(client, atlas.region(region));
  if (at === undefined || !client.hasPoint) return Infinity;
  const vector = new Float64Array(3);
  writeVector(at, vector, 0);
  return latencyOf(distanceKm(client.vector, 0, vector, 0));
}

/** Where each address stands, by the targets of all policies: what an alias leads to stands where the alias does, if it says no place itself. */
function standsOf(
  zones: readonly { readonly routing: readonly PolicyGroup[] }[],
): ReadonlyMap<string, readonly Stand[]> {
  const stands = new Map<string, Stand[]>();
  for (const { routing } of zones)
    for (const group of routing)
      for (const target of group.targets) {
        const { region, at } = target;
        if (!isPlaced(target)) continue;
        for (const address of addressesOf(target, group.type, routing, new Set([group]))) {
          const known = stands.get(address);
          if (known === undefined) stands.set(address, [{ region, at }]);
          else known.push({ region, at });
        }
      }
  return stands;
}

function isPlaced({ region, at }: Target): boolean {
  return region !== undefined || at !== undefined;
}

/** Of a target, and of what its alias leads to; `seen` are the groups that were on the way, each once. */
function addressesOf(
  { content }: Target,
  type: number,
  routing: readonly PolicyGroup[],
  seen: Set<PolicyGroup>,
): readonly string[] {
  if (content.kind === 'data') return content.rdatas.flatMap((rdata) => addressIn(rdata, type));
  const below = routing.find((group) => group.type === type && group.owner.equals(content.name));
  if (below === undefined || seen.has(below)) return [];
  seen.add(below);
  return below.targets.flatMap((target) =>
    isPlaced(target) ? [] : addressesOf(target, type, routing, seen),
  );
}

function addressIn(rdata: Uint8Array, type: number): readonly string[] {
  if (type === Type.A) return [formatIp(ipv4At(rdata, 0))];
  return type === Type.AAAA ? [formatIp(ipv6At(rdata, 0))] : [];
}

type SortedWays = readonly { readonly ms: number; readonly answers: number }[];

/** The least latency that so many answers do not exceed. */
function rank(ways: SortedWays, answers: number): number {
  let sum = 0;
  for (const way of ways) {
    sum += way.answers;
    if (sum >= answers) return way.ms;
  }
  return ways.at(-1)?.ms ?? 0;
}

function curveOf(ways: SortedWays, known: number): [number, number][] {
  const corners: [number, number][] = known === 0 ? [] : [[0, 0]];
  let sum = 0;
  for (const { ms, answers } of ways) {
    const before = (sum / known) * 100;
    sum += answers;
    const last = corners.at(-1);
    if (last?.[0] === ms && before > 0) last[1] = (sum / known) * 100;
    else corners.push([ms, before], [ms, (sum / known) * 100]);
  }
  return corners;
}
