import { z } from 'zod';
import * as v from './values.ts';

const moment = v.duration.optional();

const madeKey = v.strict({
  make: z
    .literal(['csk', 'ksk', 'zsk'])
    .describe('a key made of the seed, not for `serve`: csk signs all, ksk the keys, zsk the rest'),
  algorithm: z.literal([13, 15]).optional().describe('13, the default, is ECDSA P-256, 15 is Ed25519'),
  publish: moment.describe('when it comes into the zone, from the start of the run; default: it is there'),
  activate: moment.describe('when it begins to sign; default with publish'),
  inactive: moment.describe('when it signs no more; default never'),
  delete: moment.describe('when it leaves the zone; default never'),
  'sync-publish': moment.describe('when the parent is asked for its DS (CDS); default with activate'),
  'sync-delete': moment.describe('when the parent is asked to forget it; default with inactive'),
});

/** How a zone is signed by its own server. */
export const dnssec = v
  .strict({
    keys: v
      .oneOrMany(z.union([v.path, madeKey]), 32)
      .describe('names of key files (K*, as `zone keygen` writes them), or keys made for the run'),
    denial: z
      .literal(['compact', 'nsec'])
      .optional()
      .describe('how what is not there is proved: compact (RFC 9824), the default, or by the chain of names'),
    validity: v.duration.optional().describe('how long a signature holds; default 14d'),
    renew: v.duration.optional().describe('it is made anew when so much of it is left; default 5d'),
    jitter: v.duration.optional().describe('signatures are made up to so much apart; default 12h'),
    'transferred-policies': z
      .literal('all-records')
      .optional()
      .describe(
        'what secondaries get of a name with a policy: all of its records, of aliases the first; default: such a zone is not transferred',
      ),
    children: z
      .record(z.string(), z.literal(['follow', 'frozen']))
      .optional()
      .describe(
        'zones of this file below this one, whose DS it has: follow does what their CDS ask, frozen stays as at the start',
      ),
  })
  .describe('signs the zone when it is asked (DNSSEC)');

export type DnssecFile = z.output<typeof dnssec>;
