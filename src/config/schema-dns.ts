import { z } from 'zod';
import { dnssec } from './schema-dnssec.ts';
import { geographyFields, routing } from './schema-routing.ts';
import { checksFields, initial } from './schema-checks.ts';
import * as v from './values.ts';

const recordData = v.strict({
  type: v.line('a record type such as A').describe('A, AAAA, MX, TXT, ...'),
  ttl: v.duration.optional().describe('default 5m'),
  data: v.oneOrMany(v.line('data as in a zone file'), 100).describe('as in a zone file'),
});

const few = z.number().int().min(1).max(100);

/** The short form of `routing:` and `checks:` for targets that are alike. */
const policyRecord = v
  .strict({
    type: z.literal(['A', 'AAAA']).describe('of which family the targets are'),
    ttl: v.duration.optional().describe('default 60s'),
    policy: z
      .literal(['failover', 'weighted', 'multivalue', 'simple'])
      .describe('how one of the targets is chosen: failover takes the first that is healthy'),
    targets: v.oneOrMany(v.ip, 100).describe('addresses, in the order that matters to failover'),
    check: v
      .strict({
        probe: v
          .line('a protocol and a port such as udp/7, tcp/80 or http/80')
          .describe('udp/7, tcp/80, http/80'),
        every: v.duration.optional().describe('from probe to probe; default 10s'),
        timeout: v.duration.optional().describe('how long a probe waits; default 2s'),
        'fail-after': few.optional().describe('failures in a row until a target is down; default 3'),
        'recover-after': few.optional().describe('successes in a row until it is up again; default 3'),
        'hold-down': v.duration
          .optional()
          .describe('how long a target that went down stays down at least; default 0s'),
        initial: initial.optional(),
      })
      .optional()
      .describe('each target is probed like this; left out, all are healthy'),
  })
  .describe('records that a policy chooses from by the health of their addresses');

const access = v.oneOrMany(v.accessEntry, 1_000);

const whole = (least: number, most: number, what: string) =>
  z.number().int().min(least).max(most).optional().describe(`${what}, ${least} to ${most}`);

const rateLimit = v
  .strict({
    'per-second': whole(1, 1_000_000, 'the same response to one network; default 20,'),
    window: v.duration.optional().describe('how long a flood is held against its network; default 15s'),
    slip: whole(0, 10, "every how many'th goes out empty with TC, 0 none; default 2,"),
    'ipv4-prefix': whole(8, 32, 'what of an address is a network; default 24,'),
    'ipv6-prefix': whole(16, 128, 'the same for IPv6; default 56,'),
    flows: whole(64, 16_777_216, 'remembered at one time, rounded up to a power of two; default 65536,'),
  })
  .describe('limits how often the same is said over UDP to who has no cookie; left out: it does not');

const tls = v
  .strict({
    'certificate-file': v.path.describe('the certificate with its chain, PEM'),
    'key-file': v.path.describe('its private key, PEM'),
    port: whole(1, 65_535, 'default 853,'),
  })
  .describe('DNS over TLS (RFC 7858), on real sockets');

const peers = v.oneOrMany(v.peer, 100);
const peerEntries = v.oneOrMany(v.peerEntry, 1_000);

const key = v.strict({
  algorithm: z
    .literal([
      'hmac-sha256',
      'hmac-sha256-128',
      'hmac-sha384',
      'hmac-sha384-192',
      'hmac-sha512',
      'hmac-sha512-256',
      'hmac-sha224',
      'hmac-sha1',
      'hmac-md5',
    ])
    .optional()
    .describe('default hmac-sha256'),
  'secret-file': v.path.describe('the secret in base 64, or what tsig-keygen prints'),
});

const zone = v.strict({
  primaries: peers
    .optional()
    .describe(
      'the zone is a copy of what these servers have, asked in this order; in place of file and records',
    ),
  notify: v
    .oneOrMany(z.union([z.literal('servers'), v.peer]), 100)
    .optional()
    .describe('who is told of a new version; servers: those of its NS records whose addresses it has'),
  'allow-transfer': peerEntries.optional().describe('who may have the whole zone; default nobody'),
  'allow-update': peerEntries.optional().describe('who may change it by UPDATE (RFC 2136); default nobody'),
  'allow-notify': peerEntries.optional().describe('who may say that it has changed, beside its primaries'),
  file: v.path.optional().describe('a zone file (RFC 1035 §5)'),
  check: z
    .literal(['strict', 'lenient'])
    .optional()
    .describe('strict, the default, refuses a zone with an error; lenient leaves the record out and says so'),
  'allow-query': access.optional().describe('who may ask about it; default as for the server'),
  'negative-ttl': v.duration.optional().describe('how long "there is none" is kept; default 1m'),
  records: z
    .record(
      z.string().regex(/^(@|[A-Za-z0-9_*.-]{1,253})$/),
      v.oneOrMany(z.union([recordData, policyRecord]), 100),
    )
    .optional()
    .describe('records by name, "@" for the zone itself; SOA and NS are made when they are not there'),
  routing: routing.optional(),
  dnssec: dnssec.optional(),
});

/** What a name server is told beside where it stands. */
export const dnsFields = {
  'allow-query': access.optional().describe('who may ask at all; default everybody'),
  nsid: v.line('a short text').optional().describe('what it calls itself to who asks for NSID (RFC 5001)'),
  'udp-size': z
    .number()
    .int()
    .min(512)
    .max(4_096)
    .optional()
    .describe('the longest answer over UDP in octets, 512 to 4096; default 1232'),
  cookies: z
    .literal(['off', 'offered', 'required'])
    .optional()
    .describe('DNS cookies (RFC 9018); required: over UDP nobody is answered without; default offered'),
  'cookie-secret-file': v.path
    .optional()
    .describe('lines of 32 hex digits, the newest first, alike on all servers of an anycast address'),
  'rate-limit': rateLimit.optional(),
  tls: tls.optional(),
  ...geographyFields,
  keys: z
    .record(z.string().regex(/^[A-Za-z0-9_-]{1,63}([.][A-Za-z0-9_-]{1,63})*[.]?$/), key)
    .optional()
    .describe('TSIG keys (RFC 8945), by the name that both sides give them'),
  ...checksFields,
  zones: z
    .record(z.string().regex(/^([A-Za-z0-9_-]{1,63}([.][A-Za-z0-9_-]{1,63})*[.]?|[.])$/), zone)
    .describe('what it is the authority for'),
};

export type RecordFile = z.output<typeof recordData>;
export type PolicyRecordFile = z.output<typeof policyRecord>;
