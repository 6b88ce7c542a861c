import { z } from 'zod';
import * as v from './values.ts';

const whole = (least: number, most: number, what: string) =>
  z.number().int().min(least).max(most).optional().describe(what);

const MIB = 1024 * 1024;

/** What servers on real sockets grant: `serve` only. */
export const limits = v
  .strict({
    datagrams: v
      .strict({
        rate: v.rate.optional().describe('a second from one source, in the long run; default 10000/s'),
        burst: whole(1, 10_000_000, 'at once, after a rest; default twice the rate of a second'),
        sources: whole(1_024, 1_048_576, 'how many are remembered; default 65536'),
        exempt: z
          .array(v.network)
          .max(1_000)
          .optional()
          .describe(
            'who is not counted, beside the relays of this file; default this machine: 127.0.0.0/8, ::1',
          ),
      })
      .optional()
      .describe("to the servers' own ports; a source is an IPv4 address or the /56 of an IPv6 one"),
    connections: v
      .strict({
        total: whole(1, 65_536, 'TCP peers of one host; default 1024'),
        'per-source': whole(1, 65_536, 'of one source; default 64'),
        idle: v.duration.optional().describe('without an octet; 1s to 1d, default 60s'),
        'unsent-octets': whole(65_536, 1024 * MIB, 'waiting for one peer; default 33554432'),
        'unsent-octets-total': whole(65_536, 8192 * MIB, 'waiting for all of them; default 268435456'),
      })
      .optional()
      .describe('by TCP; who is over a limit loses the connection that was idle longest'),
  })
  .describe('serve only: what one source may take');

export type LimitsFile = z.output<typeof limits>;
