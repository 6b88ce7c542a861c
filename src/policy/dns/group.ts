import type { Name } from '../../codec/dns/name.ts';
import type { Prefix } from '../../core/address.ts';
import type { Place as FilePlace } from '../../codec/dns/zone-text.ts';
import type { Place } from './place.ts';
import type { Point } from './point.ts';

/** How a group chooses among its targets: the policies of Route 53, with the modes of gdnsd in `weighted`. */
export const POLICIES = [
  'simple',
  'weighted',
  'failover',
  'latency',
  'geolocation',
  'geoproximity',
  'multivalue',
  'ip',
] as const;
export type PolicyName = (typeof POLICIES)[number];

/** What is said when no target is healthy. */
export const ALL_DOWN = ['open', 'nodata', 'servfail'] as const;
export type AllDown = (typeof ALL_DOWN)[number];

/** As Route 53 has it. */
export const TARGETS_MAX = 100;
export const WEIGHT_MAX = 255;
/** Groups inside of each other. */
export const DEPTH_MAX = 16;
/** Values that a multivalue group gives at one time. */
export const VALUES_MAX = 8;

/** One of the answers that a group has: data of its own, or those of another name of the zone. */
export interface Target {
  /** Tells it from the others of its group: the set identifier of Route 53. */
  readonly id: string;
  readonly content:
    | { readonly kind: 'data'; readonly rdatas: readonly Uint8Array[] }
    /** A name of the same type in the same zone; with `evaluates`, healthy only where that has something healthy. */
    | { readonly kind: 'alias'; readonly name: Name; readonly evaluates: boolean };
  /** The position of its check among those of the server; undefined: it is always healthy. */
  readonly check: number | undefined;
  /** Weighted: 0 to 255. */
  readonly weight: number;
  /** Latency: the name of its region. */
  readonly region: string | undefined;
  /** Geolocation: where its clients are; with networks too, both must be so. */
  readonly places: readonly Place[];
  /** By network, the longest first. */
  readonly networks: readonly Prefix[];
  /** Takes who is left: `*`. */
  readonly isDefault: boolean;
  /** Geoproximity: where it stands. */
  readonly at: Point | undefined;
  /** Geoproximity: -99 to 99; above 0 it draws clients nearer. */
  readonly bias: number;
}

/** Targets of one name and type, and the policy among them. */
export interface PolicyGroup {
  readonly owner: Name;
  readonly type: number;
  readonly policy: PolicyName;
  readonly ttlSeconds: number;
  readonly targets: readonly Target[];
  readonly whenAllDown: AllDown;
  /** Weighted: a client's network is given the same target as long as that is healthy. */
  readonly isSticky: boolean;
  /** Weighted, as gdnsd: each healthy target by its own chance, those of the greatest weight always. */
  readonly givesMany: boolean;
  /** Weighted, as gdnsd: with less than this share of the weight healthy, the group is down. 0: with none. */
  readonly upThreshold: number;
  /** As gdnsd: the TTL is no longer than a check may last as it is, and no shorter than this; undefined: `ttlSeconds`. */
  readonly ttlSecondsMin: number | undefined;
  /** Where it was written. */
  readonly place: FilePlace;
}

/** A place where servers stand. */
export interface Region {
  readonly name: string;
  readonly at: Point | undefined;
}

/** A place where clients are, found by their networks: it goes before what a database says. */
export interface ClientLocation {
  readonly name: string;
  readonly networks: readonly Prefix[];
  readonly place: Place | undefined;
  readonly at: Point | undefined;
  /** To regions, in milliseconds; what is left out is made from coordinates, or is that of `Geography.latencyDefault`. */
  readonly latencyMs: ReadonlyMap<string, number>;
}

/** What a server knows of where its clients are and how far that is. */
export interface Geography {
  readonly regions: readonly Region[];
  readonly locations: readonly ClientLocation[];
  /** Of clients that are nowhere known. */
  readonly latencyDefault: ReadonlyMap<string, number>;
  readonly database: GeoLookup | undefined;
}

/** A database of places by address, which somebody else opens. */
export interface GeoLookup {
  /** `octets` are 4 or 16. */
  find(octets: Uint8Array): GeoFinding;
}

export interface GeoFinding {
  readonly place: Place | undefined;
  readonly at: Point | undefined;
  /** How many bits of the address led there. */
  readonly prefixLength: number;
}
