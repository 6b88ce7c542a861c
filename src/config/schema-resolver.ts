import { z } from 'zod';
import * as v from './values.ts';

const whole = (least: number, most: number, what: string) =>
  z.number().int().min(least).max(most).optional().describe(`${what}, ${least} to ${most}`);

const server = z.string().describe('the name of a service, or an address');

/** What a recursive resolver is told beside where it stands. */
export const resolverFields = {
  roots: v.oneOrMany(server, 13).describe('the name servers of the root, where every search begins'),
  'allow-query': v.oneOrMany(v.accessEntry, 1_000).optional().describe('who may ask; default everybody'),
  'cache-size': whole(1, 10_000_000, 'names with a type that it remembers; default 100000'),
  'min-ttl': v.duration.optional().describe('how long an answer is kept at least; default 0s'),
  'max-ttl': v.duration.optional().describe('how long an answer is kept at most; default 1d'),
  'max-negative-ttl': v.duration.optional().describe('the same for "there is none"; default 1h'),
  'serve-stale': v.duration
    .optional()
    .describe('how long after its end an answer may help when no fresh one is to be had; left out, never'),
  'stale-after': v.duration.optional().describe('how long a client waits before that; default 1.8s'),
  prefetch: z
    .boolean()
    .optional()
    .describe('fetches anew what is asked for in the last tenth of its time; default false'),
  'qname-minimisation': z
    .literal(['off', 'relaxed', 'strict'])
    .optional()
    .describe('tells servers no more of the name than they need (RFC 9156); default relaxed'),
  'source-port': z
    .union([z.literal('random'), z.number().int().min(1_024).max(65_535)])
    .optional()
    .describe('a number makes all questions leave from one port, as before 2008; default random'),
  cookies: z.boolean().optional().describe('DNS cookies towards name servers (RFC 7873); default true'),
  'trust-anchors': v
    .oneOrMany(v.line('a zone'), 8)
    .optional()
    .describe('zones signed in this file whose keys it knows: it validates what it is told (DNSSEC)'),
  'client-subnet': v
    .strict({
      ipv4: whole(1, 32, 'of an IPv4 address; default 24'),
      ipv6: whole(1, 128, 'of an IPv6 address; default 56'),
    })
    .optional()
    .describe('how many bits of a client’s address servers are told (RFC 7871); left out, none'),
};

/** A resolver that asks one server for everything: a short way to write a service of kind `resolver`. */
export const resolverDevice = v
  .strict({
    kind: z.literal('resolver'),
    on: z.string().describe('the segment it is on'),
    ip: v.addressWithLength.describe('its address'),
    router: v.ip.optional().describe('its default router'),
    upstream: v.oneOrMany(server, 13).describe('the servers that it asks for every name'),
    cache: v
      .strict({
        size: resolverFields['cache-size'],
        'min-ttl': resolverFields['min-ttl'],
        'max-ttl': resolverFields['max-ttl'],
        'max-negative-ttl': resolverFields['max-negative-ttl'],
      })
      .optional()
      .describe('what it remembers, and for how long'),
  })
  .describe(
    'a caching resolver before the servers that it is told; services: has those that search from the root',
  );

/** Many clients of resolvers, as one host. */
export const population = v
  .strict({
    kind: z.literal('population'),
    on: z.string().describe('the segment it is on'),
    ip: v.addressWithLength.describe('its address'),
    router: v.ip.optional().describe('its default router'),
    stubs: z.number().int().min(1).max(1_000_000).describe('how many clients they are'),
    rate: v.rate.describe('questions of all together, at random moments'),
    resolvers: z
      .union([server, z.record(z.string(), v.ratio)])
      .describe('which resolver they ask, or what share of them asks which, 100% in all'),
    ask: v
      .oneOrMany(v.line('a name and a type, such as www.lab.example A'), 100)
      .describe('what they ask for'),
    report: v.duration.optional().describe('how often shares and failures are measured; default 1m'),
  })
  .describe('many clients behind resolvers: what share of them is sent where');

/** A host that forges answers. */
export const attacker = v
  .strict({
    kind: z.literal('attacker'),
    on: z.string().describe('the segment it is on'),
    ip: v.addressWithLength.describe('its address, where it also answers who believes it'),
    router: v.ip.optional().describe('its default router'),
    resolver: server.describe('whom it tries to deceive'),
    server: server.describe('whose answers it forges'),
    zone: v.line('a zone such as bank.example').describe('the zone it wants'),
    port: z
      .number()
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe('the port it knows that the resolver asks from; left out: it guesses'),
    packets: z.number().int().min(1).max(10_000).describe('forged answers a round'),
    every: v.duration.describe('from one round to the next'),
    rounds: z.number().int().min(1).max(1_000_000).describe('after so many it gives up'),
  })
  .describe('a host that forges answers to a resolver');

export type PopulationFile = z.output<typeof population>;
export type ResolverDeviceFile = z.output<typeof resolverDevice>;
export type AttackerFile = z.output<typeof attacker>;
