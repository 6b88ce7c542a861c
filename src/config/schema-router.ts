import { z } from 'zod';
import * as v from './values.ts';

const name = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,63}$/);

const routerInterface = v.strict({
  on: z.string().describe('the segment it is on'),
  ip: v.oneOrMany(v.addressWithLength, 8).describe('its address there, with the length of the network'),
  in: z.string().optional().describe('the list for what comes in here'),
  out: z.string().optional().describe('the list for what leaves here'),
});

const timeouts = v.strict({
  udp: v.duration.optional().describe('default 5m; RFC 4787 asks for 2m at least'),
  icmp: v.duration.optional().describe('default 1m'),
  established: v.duration.optional().describe('TCP that is open; default 2h4m'),
  transitory: v.duration.optional().describe('TCP that is being opened or closed; default 4m'),
});

const nat = v.strict({
  outside: z.string().describe('the interface towards the outside, by its name here'),
  addresses: v
    .oneOrMany(v.ipv4, 256)
    .optional()
    .describe('the outer addresses; default: that of the interface'),
  ports: v.line('two ports such as 40000-40099').optional().describe('the outer ports; default 1024-65535'),
  filter: z
    .literal(['endpoint-independent', 'address', 'address-and-port'])
    .optional()
    .describe('who may answer; default address'),
  hairpin: z
    .boolean()
    .optional()
    .describe('whether inner hosts reach each other by outer addresses; default true'),
  forward: z
    .array(v.line('such as "tcp 203.0.113.1:21 to 10.8.0.21:21"'))
    .max(1_000)
    .optional()
    .describe('outer ports that always lead to an inner host'),
});

/** A router with access lists, a state table, NAT. */
export const router = v
  .strict({
    kind: z.literal('router'),
    interfaces: z.record(name, routerInterface).describe('by names of its own, such as lan and wan'),
    routes: z
      .array(
        v.strict({
          to: v.prefix.describe('a network; 0.0.0.0/0 for all others'),
          via: v.ip.describe('the next router'),
        }),
      )
      .max(1_000)
      .optional()
      .describe('beside what the file shows by itself'),
    lists: z
      .record(name, z.array(v.line('such as "permit udp any any eq tftp"')).min(1).max(1_000))
      .optional()
      .describe(
        'access lists by name or number; the first line that matches decides, and at the end all is denied',
      ),
    state: z
      .union([
        z.boolean(),
        v.strict({ entries: z.number().int().min(1).max(1_000_000).optional().describe('default 4096') }),
      ])
      .optional()
      .describe('whether answers pass because somebody asked; default false'),
    timeouts: timeouts.optional().describe('how long sessions without packets are remembered'),
    nat: nat.optional().describe('translates addresses and ports'),
    alg: z
      .array(z.literal(['ftp', 'tftp']))
      .max(2)
      .optional()
      .describe('helpers that read along and open the door for what comes next; default none'),
  })
  .describe('a router, firewall, NAT');

/** A host that fetches one file. */
export const client = (host: { readonly count: z.ZodOptional<z.ZodType<number, number>> }) =>
  v
    .strict({
      kind: z.literal('client'),
      on: z.string().describe('the segment it is on'),
      count: host.count,
      ip: v.addressWithLength.describe('its address'),
      router: v.ip.optional().describe('its default router'),
      from: z.string().describe('the service it fetches from, of kind tftp or ftp'),
      at: v.ip.optional().describe('the address it asks; default: that of the service'),
      fetch: v
        .line('the name of a file')
        .optional()
        .describe('the file; left out: the list of files, by FTP'),
      mode: z
        .literal(['active', 'passive', 'extended-active', 'extended-passive'])
        .optional()
        .describe('how FTP makes its second connection: PORT, PASV, EPRT, EPSV; default passive'),
      patience: v.duration.optional().describe('how long it waits for anything of FTP; default 30s'),
    })
    .describe('a host that fetches a file by TFTP or FTP');

export type RouterFile = z.output<typeof router>;
export type ClientFile = z.output<ReturnType<typeof client>>;
