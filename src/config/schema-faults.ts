import { z } from 'zod';
import { subnetLease, subnetOptions, subnetRouter, subnetTftp, tftpFiles } from './schema-services.ts';
import * as v from './values.ts';

const mustFire = z
  .number()
  .int()
  .min(1)
  .optional()
  .describe('a run where it acts less often proves nothing: its verdict is inconclusive');

interface When {
  readonly at: z.ZodType<number>;
  readonly who: z.ZodType<string>;
}

const name = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/);

/** What every fault has. */
const declared = {
  id: name
    .optional()
    .describe('its name in the results; left out: what it does and its place in the list, such as impair-3'),
  'must-fire': mustFire,
};

const lasting = {
  ...declared,
  for: v.duration.optional().describe('how long it lasts; left out: to the end of the run'),
};

const hosts = (whose: string) =>
  v.oneOrMany(z.string(), 100).optional().describe(`only what ${whose}: groups, members or services`);

const among = {
  from: hosts('these put on the segment'),
  to: hosts('is for these on the segment'),
};

const place = z.string().describe('a segment or link');

/** The packet that it means. */
const packet = v
  .line('a packet such as "DHCP OFFER dhcp>cm[1]"')
  .describe(
    'as in the steps of a sequence, such as "DHCP OFFER dhcp>cm[1] yiaddr=10.9.16.1"; without from>to: anybody\'s',
  );

const picked = {
  packet,
  at: v.duration.optional().describe('packets count from this moment; left out: from the start'),
  where: place.optional().describe('on this segment or link only; left out: where it is seen first'),
  nth: z.number().int().min(1).max(1_000_000).optional().describe('only the packet of this number, from 1'),
  first: z.number().int().min(1).max(1_000_000).optional().describe('only so many, from the first'),
  every: z.number().int().min(1).max(1_000_000).optional().describe('each packet whose number it divides'),
  ...lasting,
};

export const networkFaults = ({ at }: When) =>
  [
    v
      .strict({
        do: z.literal('impair'),
        at,
        where: place,
        loss: v.ratio.optional().describe('of frames'),
        delay: v.duration.optional().describe('of each frame'),
        jitter: v.duration.optional().describe('added to the delay, any amount up to this'),
        reorder: v.ratio.optional().describe('of frames are held back, and later ones overtake them'),
        'reorder-by': v.duration.optional().describe('how long they are held back; default 20ms'),
        duplicate: v.ratio.optional().describe('of frames arrive a second time'),
        corrupt: v.ratio.optional().describe('of UDP datagrams arrive with some bits turned over'),
        bandwidth: v.bandwidth.optional().describe('the most that each sender has here'),
        ...among,
        only: packet.optional(),
        ...lasting,
      })
      .describe('a segment or link becomes worse'),
    v
      .strict({
        do: z.literal('partition'),
        at,
        where: place.optional().describe('left out: every segment where both sides stand'),
        ...among,
        'one-way': z
          .boolean()
          .optional()
          .describe('only what "from" sends to "to" is lost; default: both ways'),
        ...lasting,
      })
      .describe('two sides do not hear each other'),
    v
      .strict({
        do: z.literal('flap'),
        at,
        where: place,
        every: v.duration.describe('from one time that it goes down to the next'),
        'down-for': v.duration.describe('how long it is down each time'),
        ...lasting,
      })
      .describe('a segment or link goes down and up again and again'),
    v.strict({ do: z.literal('drop'), ...picked }).describe('chosen packets are lost'),
    v
      .strict({ do: z.literal('hold'), by: v.duration.describe('how much later they arrive'), ...picked })
      .describe('chosen packets come late, and others overtake them'),
    v.strict({ do: z.literal('duplicate'), ...picked }).describe('chosen packets arrive twice'),
    v.strict({ do: z.literal('corrupt'), ...picked }).describe('chosen packets arrive damaged'),
  ] as const;

export const hostFaults = ({ at, who }: When) =>
  [
    v
      .strict({
        do: z.literal('crash'),
        at,
        who,
        memory: z
          .literal(['keep', 'lose'])
          .optional()
          .describe('keep: it stands still, and a restart lets it go on; default lose'),
        disk: z.literal(['keep', 'lose']).optional().describe('lose: its leases and zones are gone too'),
        ...declared,
      })
      .describe('a host goes down'),
    v.strict({ do: z.literal('restart'), at, who }).describe('a host that went down is up again'),
    v
      .strict({
        do: z.literal('disk'),
        at,
        who,
        is: z.literal(['full', 'slow']).describe('full: it keeps nothing; slow: a flush takes long'),
        flush: v.duration.optional().describe('how long a flush takes, for a slow one'),
        ...lasting,
      })
      .describe('the disk of a server is full or slow'),
    v
      .strict({
        do: z.literal('clock'),
        at,
        who,
        step: v.signedDuration.optional().describe('its dates are ahead by this, or behind: 1h, -1d'),
        skew: v.skew.optional().describe('its clock runs so much faster, or slower: 200ppm, -50000ppm'),
        ...lasting,
      })
      .describe('the clock of a host is wrong'),
  ] as const;

export const serverFaults = ({ at, who }: When) =>
  [
    v
      .strict({
        do: z.literal('slow'),
        at,
        who,
        by: v.duration.optional().describe('how much later it reads each datagram'),
        rate: v.rate.optional().describe('how many it reads, such as 20/s'),
        ...lasting,
      })
      .describe('a server answers late'),
    v
      .strict({
        do: z.literal('rogue'),
        at,
        on: z.string().describe('the segment where it is plugged in'),
        ip: v.addressWithLength.describe(
          'its address, such as 192.168.1.1/24: the network that it gives out',
        ),
        range: v.oneOrMany(v.range, 16).describe('addresses that it gives out'),
        router: v.oneOrMany(v.ipv4, 4).optional().describe('option 3; left out, itself'),
        dns: v.oneOrMany(v.ipv4, 4).optional().describe('option 6; left out, itself'),
        lease: subnetLease,
        nak: z.boolean().optional().describe('whether it says NAK to clients of others; default false'),
        ...lasting,
      })
      .describe('a DHCP server appears that nobody asked for; its host has the id for a name'),
    v
      .strict({
        do: z.literal('fill-pool'),
        at,
        who,
        subnet: v.subnet.optional().describe('left out: all of them'),
        leave: z.number().int().min(0).max(65_536).optional().describe('addresses that stay free; default 0'),
        ...lasting,
      })
      .describe('the free addresses of a DHCP server are taken'),
    v
      .strict({
        do: z.literal('change'),
        at,
        who,
        files: tftpFiles.optional().describe('of a TFTP server: these from now on, beside its others'),
        remove: v.oneOrMany(z.string(), 100).optional().describe('of a TFTP server: files that are gone'),
        secret: z.string().max(1_000).optional().describe('of a CMTS: the shared secret'),
        'secret-file': v.path.optional().describe('of a CMTS: the shared secret'),
        subnet: v.subnet.optional().describe('of a DHCP server: which subnet, where there are several'),
        lease: subnetLease,
        router: subnetRouter,
        tftp: subnetTftp,
        options: subnetOptions.describe('of a DHCP server: these from now on, beside the others'),
        ...declared,
      })
      .describe('settings change while the run goes on, as by a reload'),
  ] as const;

export type NetworkFaultFile = z.output<ReturnType<typeof networkFaults>[number]>;
export type HostFaultFile = z.output<ReturnType<typeof hostFaults | typeof serverFaults>[number]>;
