import { z } from 'zod';
import { BURST_MAX } from '../policy/limit/amount.ts';
import { LIMITER_KINDS } from '../policy/limit/limiter.ts';
import { SOURCE_KINDS } from '../policy/limit/source.ts';
import { dnsFields } from './schema-dns.ts';
import { resolverFields } from './schema-resolver.ts';
import * as v from './values.ts';

const count = (most: number, what: string) =>
  z.number().int().min(1).max(most).describe(`${what}, 1 to ${most}`);

const capacity = v
  .strict({
    rate: v.rate.describe('datagrams a second'),
    queue: z.number().int().min(0).max(1_000_000).describe('datagrams waiting at most'),
    'when-full': z
      .literal(['drop-newest', 'drop-oldest', 'per-source'])
      .optional()
      .describe(
        'default drop-newest; per-source serves clients in turn and drops the newest of the one with most waiting',
      ),
  })
  .describe('virtual mode only: how fast the service takes datagrams');

const limiter = v
  .strict({
    kind: z
      .literal([...LIMITER_KINDS])
      .describe(
        'a token bucket lets a burst through, a leaky bucket holds it and lets it out at the rate, windows count: fixed ones from their beginning, a sliding one back from each datagram',
      ),
    rate: v.rate.describe('datagrams a second in the long run'),
    burst: z
      .number()
      .int()
      .min(1)
      .max(BURST_MAX)
      .optional()
      .describe('how many at once: what a bucket holds, or a window has room for'),
    window: v.duration.optional().describe('instead of burst: the time in which the rate makes it'),
    by: z
      .literal([...SOURCE_KINDS])
      .optional()
      .describe('whose datagrams are counted together: of each client (the default), of each relay, or all'),
  })
  .describe('virtual mode only: which datagrams come in at all, before the queue');

const common = {
  on: z.string().describe('the segment it is on'),
  ip: v
    .oneOrMany(v.addressWithLength, 8)
    .describe('its address or addresses; the length of the network is /24 or /64 when left out'),
  router: v.ip.optional().describe('its default router'),
  capacity: capacity.optional(),
  limiter: limiter.optional(),
  place: z
    .literal(['virtual', 'live', 'replay'])
    .optional()
    .describe(
      'virtual (the default): this service itself; live: a real server, in headend run --mode live; replay: what a recording of it said',
    ),
  outside: v.endpoint
    .optional()
    .describe(
      'for place: live, where the real server is, such as 192.0.2.7 or 192.0.2.7:6969; left out, at its ip',
    ),
  trace: v.path
    .optional()
    .describe(
      'for place: replay, the recording: a capture (pcapng or pcap) or a trace of headend run --trace',
    ),
  'recorded-as': v.ip.optional().describe("the server's address in the recording; left out, its own"),
  unrecorded: z
    .literal(['inconclusive', 'silent'])
    .optional()
    .describe('what a run is when something is asked that was not recorded; default inconclusive'),
};

const provisionKeys = {
  server: v.ipv4.optional().describe('the TFTP server that clients are sent to'),
  file: v
    .line('the name of a file, such as gold.cfg')
    .optional()
    .describe("the file they ask for; {mac} in it is the client's hardware address, twelve hex digits"),
  siaddr: z
    .union([z.literal('none'), v.ipv4])
    .optional()
    .describe('what stands in siaddr: the server; "none" leaves it 0.0.0.0 and keeps option 66'),
};

const provision = v
  .strict(provisionKeys)
  .describe('where a client boots from: fills siaddr, file and options 66, 67, 150, 125.2');

const pattern = v.line('a pattern such as "docsis*"');

const provisionForSome = v.strict({
  ...provisionKeys,
  class: pattern.optional().describe('only for clients with such an option 60; * is any text'),
  'user-class': pattern.optional().describe('only for clients with such an option 77, such as iPXE'),
});

const lease = z
  .union([
    v.duration,
    v.strict({
      default: v.duration.describe('for clients that ask for no length'),
      min: v.duration.optional().describe('the shortest that a client may ask for'),
      max: v.duration.optional().describe('the longest that a client may ask for'),
      renew: v.duration.optional().describe('T1, when a client asks its server for more; left out, half'),
      rebind: v.duration.optional().describe('T2, when it asks any server; left out, seven eighths'),
    }),
  ])
  .describe('how long a lease lasts; default 1h');

const optionValues = z
  .record(z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/), z.json())
  .describe('options by name, such as time-servers: [10.0.0.37]');

/** What is asked of a client: what it sent in an option or sub-option, its address, what it is. All must be so. */
const client = z
  .record(
    z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
    z.union([
      v.line('a pattern such as "docsis*"; * is any text, ? any one character'),
      v.strict({ hex: v.hex.describe('these octets') }),
      v.strict({ 'hex-start': v.hex.describe('octets that it begins with') }),
    ]),
  )
  .describe(
    'by option name, circuit-id, remote-id, subscriber-id (option 82), mac or member; all of these hold',
  );

const who = {
  when: v.oneOrMany(client, 1_024).optional().describe('for clients of which one of these is true'),
  unless: v.oneOrMany(client, 1_024).optional().describe('but not for those of which one of these is true'),
};

const clientClass = v.strict({
  name: v.line('a name').optional().describe('for explanations'),
  ...who,
  tftp: provision.optional(),
  options: optionValues.optional(),
});

const reservation = v.strict({
  mac: v.mac.optional().describe('the client by its hardware address'),
  'client-id': v.hex.optional().describe('the client by option 61'),
  'remote-id': v.hex.optional().describe('the client by option 82.2, the address of its modem'),
  ip: v.ipv4.describe('the address it gets'),
  hostname: v.line('a host name').optional().describe('option 12'),
  tftp: provision.optional(),
  options: optionValues.optional(),
});

const dhcpSubnet = v.strict({
  subnet: v.subnet.describe('the network of its addresses'),
  relay: v.oneOrMany(v.ipv4, 64).optional().describe('the relays it serves, by giaddr'),
  range: v.oneOrMany(v.range, 64).optional().describe('addresses to give out, both ends too'),
  'shared-network': v
    .line('a name')
    .optional()
    .describe('subnets of one name are on one link; so are those with a relay or addresses in common'),
  lease: lease.optional(),
  class: pattern.optional().describe('which option 60 it serves; * is any text'),
  member: z.literal(['modem', 'cpe']).optional().describe('modems themselves, or what stands behind them'),
  ...who,
  router: v.oneOrMany(v.ipv4, 16).optional().describe('option 3; left out, the relays inside the subnet'),
  tftp: v
    .oneOrMany(provisionForSome, 32)
    .optional()
    .describe(
      'where clients boot from: siaddr, file, options 66, 67, 150, 125.2; of a list, the first that fits',
    ),
  options: optionValues.optional(),
  classes: z
    .array(clientClass)
    .max(100)
    .optional()
    .describe('what some of its clients are told instead; the earlier goes before the later'),
  reservations: z
    .array(reservation)
    .max(100_000)
    .optional()
    .describe('addresses that are for one client each'),
});

const dhcp = {
  ...common,
  authoritative: z.boolean().optional().describe('whether it says NAK to clients it does not know'),
  'ignore-client-id': z.boolean().optional().describe('clients are told apart by hardware address alone'),
  'ack-without-data': z
    .boolean()
    .optional()
    .describe('answers a REQUEST that names no address out of what it knows'),
  'accept-without-server-id': z
    .boolean()
    .optional()
    .describe('takes a DECLINE or RELEASE that names no server'),
  'offer-hold': v.duration
    .optional()
    .describe('how long an offered address waits for its REQUEST; default 2m'),
  'decline-hold': v.duration.optional().describe('how long a declined address is not offered; default 24h'),
  subnets: z.array(dhcpSubnet).min(1).max(1_000).describe('the networks that it gives addresses of'),
};

/** What of a subnet may change while its server runs. */
export const {
  lease: subnetLease,
  router: subnetRouter,
  tftp: subnetTftp,
  options: subnetOptions,
} = dhcpSubnet.shape;

const tftpFile = v.strict({
  file: v.path.optional().describe('serves this file as it is'),
  text: z.string().max(1_000_000).optional().describe('serves this text'),
  docsis: z
    .union([z.string(), z.record(z.string(), z.json()), z.array(z.record(z.string(), z.json()))])
    .optional()
    .describe('makes a DOCSIS configuration of this file, or of what stands here, and signs it'),
  'secret-file': v.path.optional().describe("the plant's shared secret"),
  secret: z.string().max(1_000).optional().describe("the plant's shared secret itself"),
});

export const tftpFiles = z
  .record(v.line('the name of a file').pipe(z.string()), z.union([z.string(), tftpFile]))
  .describe(
    "what it serves, by the name that clients ask for, letter for letter; a name with {mac} stands for a file of each modem's own, made when it is asked for",
  );

const tftp = {
  ...common,
  files: tftpFiles.optional(),
  folder: v.path.optional().describe('serves all files under this folder by their path from there'),
  'single-port': z.boolean().optional().describe('answers all from port 69, for NAT and firewalls'),
  limits: v
    .strict({
      blksize: z.number().int().min(8).max(65_464).optional().describe('octets: RFC 2348'),
      windowsize: count(65_535, 'blocks').optional(),
      sessions: count(1_000_000, 'transfers at one time').optional(),
      'per-source': count(1_000_000, 'of them for one address, or one /56 of IPv6').optional(),
    })
    .optional()
    .describe('what is agreed to at most'),
};

const dns = { ...common, ...dnsFields };

const tod = { ...common };

const resolver = { ...common, ...resolverFields };

const ftp = {
  ...common,
  files: tftp.files.describe('what it serves, by name, letter for letter'),
  folder: tftp.folder,
  'passive-ports': v
    .line('two ports such as 50000-50015')
    .optional()
    .describe('where it waits for data connections in passive mode; default 50000-50015'),
};

/** By name: `dhcp`, `tftp`, `tod`, `dns`, `ftp`, `resolver` are what they are called; any other name says its `kind`. */
export const services = v
  .strict({
    dhcp: v
      .strict({ kind: z.literal('dhcp').optional(), ...dhcp })
      .optional()
      .describe('a DHCP server'),
    tftp: v
      .strict({ kind: z.literal('tftp').optional(), ...tftp })
      .optional()
      .describe('a TFTP server'),
    tod: v
      .strict({ kind: z.literal('tod').optional(), ...tod })
      .optional()
      .describe('a Time of Day server'),
    dns: v
      .strict({ kind: z.literal('dns').optional(), ...dns })
      .optional()
      .describe('an authoritative name server'),
    ftp: v
      .strict({ kind: z.literal('ftp').optional(), ...ftp })
      .optional()
      .describe('an FTP server'),
    resolver: v
      .strict({ kind: z.literal('resolver').optional(), ...resolver })
      .optional()
      .describe('a recursive resolver'),
  })
  .catchall(
    z.discriminatedUnion('kind', [
      v.strict({ kind: z.literal('dhcp'), ...dhcp }),
      v.strict({ kind: z.literal('tftp'), ...tftp }),
      v.strict({ kind: z.literal('tod'), ...tod }),
      v.strict({ kind: z.literal('dns'), ...dns }),
      v.strict({ kind: z.literal('ftp'), ...ftp }),
      v.strict({ kind: z.literal('resolver'), ...resolver }),
    ]),
  )
  .describe('the servers');

export type ServicesFile = z.output<typeof services>;
export type ServiceFile = NonNullable<ServicesFile[string]>;
export type DhcpFile = NonNullable<ServicesFile['dhcp']>;
export type DhcpSubnetFile = z.output<typeof dhcpSubnet>;
export type TftpFile = NonNullable<ServicesFile['tftp']>;
export type TftpContentFile = z.output<typeof tftpFile>;
export type ResolverFile = NonNullable<ServicesFile['resolver']>;
export type FtpFile = NonNullable<ServicesFile['ftp']>;
export type DnsFile = NonNullable<ServicesFile['dns']>;
export type ProvisionFile = z.output<typeof provision>;
export type ClientFile = z.output<typeof client>;
export type ClientClassFile = z.output<typeof clientClass>;
export type ReservationFile = z.output<typeof reservation>;
