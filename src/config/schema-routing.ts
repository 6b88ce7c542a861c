import { z } from 'zod';
import { ALL_DOWN, POLICIES, TARGETS_MAX, WEIGHT_MAX } from '../policy/dns/group.ts';
import * as v from './values.ts';

const identifier = z.string().regex(/^[A-Za-z][A-Za-z0-9_.-]{0,62}$/);
/** Each is read again where its mistakes can be told in its own words. */
const words = (expected: string) => v.oneOrMany(v.line(expected), 1_000);

const point = z
  .tuple([z.number().min(-90).max(90), z.number().min(-180).max(180)])
  .describe('latitude and longitude in degrees, north and east above 0, such as [52.5, 13.4]');

const target = v.strict({
  data: v.oneOrMany(v.line('data as in a zone file'), 100).optional().describe('as in a zone file'),
  alias: v
    .line('a name of this zone')
    .optional()
    .describe('another name of this zone: its records of this type'),
  evaluate: z.boolean().optional().describe('whether an alias is down when all behind it is; default true'),
  check: v
    .line('the name of a check')
    .optional()
    .describe('a check of this server; left out: always healthy'),
  weight: z.number().int().min(0).max(WEIGHT_MAX).optional().describe('weighted: 0 to 255, default 1'),
  region: v.line('the name of a region').optional().describe('latency, geoproximity: where it stands'),
  place: words('a place such as EU-DE')
    .optional()
    .describe('geolocation: EU, EU-DE, NA-US-CA, or "*" for who is left'),
  networks: words('a network such as 10.1.0.0/16')
    .optional()
    .describe('ip, geolocation: networks of clients, or "*"'),
  at: point.optional(),
  bias: z
    .number()
    .int()
    .min(-99)
    .max(99)
    .optional()
    .describe('geoproximity: -99 to 99, above 0 draws clients; default 0'),
  ttl: v.duration.optional().describe('better one ttl for the whole group: the least of all is used'),
});

const group = v.strict({
  type: v.line('a record type such as A').describe('A, AAAA, CNAME, MX, ...'),
  policy: z.literal(POLICIES).describe('how one of the targets is chosen'),
  ttl: v.duration.optional().describe('default 60s'),
  'when-all-down': z
    .literal(ALL_DOWN)
    .optional()
    .describe('what is said when nothing is healthy; default open: all are taken as healthy'),
  sticky: z
    .boolean()
    .optional()
    .describe('weighted: a client’s network keeps its target while that is healthy'),
  multi: z.boolean().optional().describe('weighted: each healthy target by its own chance, as gdnsd does'),
  'up-threshold': v.ratio
    .optional()
    .describe('weighted: with less of the weight healthy the group is down, as in gdnsd; default 0%'),
  'ttl-min': v.duration
    .optional()
    .describe('lets the TTL be as short as a check may last as it is, but not shorter than this'),
  targets: z
    .record(identifier, target)
    .refine((all) => Object.keys(all).length >= 1 && Object.keys(all).length <= TARGETS_MAX, {
      params: { hint: `write 1 to ${TARGETS_MAX} targets` },
      message: 'this is no number of targets',
    })
    .describe('by identifier; the order matters to failover'),
});

export const routing = z
  .record(z.string().regex(/^(@|[A-Za-z0-9_*.-]{1,253})$/), v.oneOrMany(group, 20))
  .describe('names whose records are chosen by a policy, one for each type');

/** Where a server's clients are, and how far that is. */
export const geographyFields = {
  regions: z
    .record(identifier, v.strict({ at: point.optional() }))
    .optional()
    .describe('where targets stand, for latency and geoproximity'),
  locations: z
    .record(
      identifier,
      v.strict({
        networks: v
          .oneOrMany(v.network, 1_000)
          .describe('of clients there; the longest that holds a client counts'),
        place: v.line('a place such as EU-DE').optional().describe('where it lies'),
        at: point.optional(),
        latency: z
          .record(identifier, v.duration)
          .optional()
          .describe('to regions, such as { eu: 22ms }; left out: from the coordinates of both'),
      }),
    )
    .optional()
    .describe('where clients are, by their networks: before what the database says'),
  'latency-default': z
    .record(identifier, v.duration)
    .optional()
    .describe('to regions, of clients that are nowhere known'),
  geoip: v.path.optional().describe('a database in the format of MaxMind (mmdb)'),
};

export type RoutingFile = z.output<typeof routing>;
export type GroupFile = RoutingFile[string][number];
export type TargetFile = GroupFile['targets'][string];
