import { z } from 'zod';
import { limits } from './schema-limits.ts';
import { checkActions, prober, web } from './schema-checks.ts';
import { hostFaults, networkFaults, serverFaults } from './schema-faults.ts';
import { making } from './schema-params.ts';
import { expectation } from './schema-expect.ts';
import { attacker, population, resolverDevice } from './schema-resolver.ts';
import { client, router } from './schema-router.ts';
import { services } from './schema-services.ts';
import * as v from './values.ts';

const name = v.word;

const quality = {
  delay: v.duration.optional().describe('of one crossing; default 0s'),
  jitter: v.duration.optional().describe('added to the delay, any amount up to this; default 0s'),
  loss: v.ratio.optional().describe('of frames; default 0%'),
  bandwidth: v.bandwidth.optional().describe('default: not limited'),
};

const net = z
  .record(
    name,
    z.discriminatedUnion('kind', [
      v.strict({ kind: z.literal('segment'), ...quality }).describe('where all hear broadcasts'),
      v
        .strict({
          kind: z.literal('link'),
          between: z.tuple([z.string(), z.string()]).describe('the two segments'),
          ...quality,
        })
        .describe('a way between two segments'),
    ]),
  )
  .describe('segments and the links between them');

/** A million modems: more than one run can hold. */
const count = z.number().int().min(1).max(1_000_000).describe('makes a group of so many; n counts from 0');

/** Where a device is, of kinds that may be real. */
const plug = v
  .line('the name of an interface, such as veth0')
  .optional()
  .describe('for place: live, where it is plugged in; left out, headend run --interface says it');
const LIVE =
  'virtual (the default): simulated; live: a real one on an interface of this machine, in headend run --mode live';
const place = {
  place: z.literal(['virtual', 'live']).optional().describe(LIVE),
  interface: plug,
};
const placeOfModem = {
  place: z
    .literal(['virtual', 'live', 'headend'])
    .optional()
    .describe(`${LIVE}; headend: one that another headend runs (serve --only), reached over an interface`),
  interface: plug,
};

const host = {
  on: z.string().optional().describe('the segment it is on'),
  behind: z
    .string()
    .optional()
    .describe(
      'in place of on: the cable modem that it is connected to; member n of a group to member n, in turn',
    ),
  count: count.optional(),
  mac: v.macTemplate.optional().describe('default: one made from its name'),
  ip: v.addressWithLength.optional().describe('its address; left out: by DHCP'),
  router: v.ip.optional().describe('its default router'),
  class: v.line('text for option 60').optional().describe('option 60 of its DHCP'),
  answers: v
    .oneOrMany(v.line('a port such as udp/7'), 16)
    .optional()
    .describe('ports where it sends back what it is sent, such as udp/7 (RFC 862), for checks to look at'),
};

const asks = {
  resolver: v.oneOrMany(z.string(), 3).describe('DNS servers: names of services, or addresses'),
  ask: v.line('a name and a type, such as portal.lab.example A').describe('the question: a name and a type'),
  every: v.duration.describe('how often it asks; left out: once'),
  'trust-anchors': v
    .oneOrMany(v.line('a zone'), 8)
    .describe('zones signed in this file whose keys it knows: what it is told it then validates (DNSSEC)'),
};

const devices = z
  .record(
    name,
    z.discriminatedUnion('kind', [
      v
        .strict({
          kind: z.literal('cmts'),
          cable: z.string().describe('the segment of its modems'),
          uplink: z.string().describe('the segment of the servers'),
          giaddr: v.addressWithLength.describe("its address on the cable, and the relay's"),
          helper: v.oneOrMany(v.ip, 8).describe('DHCP servers it relays to'),
          'uplink-ip': v.addressWithLength.optional().describe('default: the first free address there'),
          'relay-source': z
            .literal(['cable', 'uplink'])
            .optional()
            .describe('where servers answer its relay: giaddr (default), or its uplink with link selection'),
          'secret-file': v.path.optional().describe("the plant's shared secret"),
          secret: z.string().max(1_000).optional().describe("the plant's shared secret itself"),
          ranging: z.literal(['ideal', 'contention']).optional().describe('default contention'),
        })
        .describe('a CMTS: ranging, relay, registration'),
      v
        .strict({
          kind: z.literal('cable-modem'),
          on: z.string().describe('the cable segment it is on'),
          count: count.optional(),
          mac: v.macTemplate.describe('"00:10:18:00:00:{n:02x}" for a group'),
          class: v.line('text such as "docsis3.1:"').optional().describe('option 60; default docsis3.1:'),
          'reinit-after': v.duration.optional().describe('its rest after a failed download'),
          'ranging-back-off': z
            .literal(['widens', 'fixed'])
            .optional()
            .describe(
              'fixed: firmware that draws from the same few opportunities however often it is not heard; default widens',
            ),
          ...placeOfModem,
        })
        .describe('a cable modem: the whole boot'),
      v
        .strict({
          kind: z.literal('host'),
          ...host,
          ...place,
          resolver: asks.resolver.optional(),
          ask: asks.ask.optional(),
          every: asks.every.optional(),
          'trust-anchors': asks['trust-anchors'].optional(),
        })
        .describe('a plain host, by DHCP unless it has an address'),
      v
        .strict({
          kind: z.literal('stub'),
          ...host,
          ...asks,
          every: asks.every.optional(),
          'trust-anchors': asks['trust-anchors'].optional(),
        })
        .describe('a host that looks a name up'),
      router,
      client({ count: count.optional() }),
      web({ count: count.optional() }),
      prober({ count: count.optional() }),
      population,
      attacker,
      resolverDevice,
    ]),
  )
  .describe('the devices');

const when = { at: v.duration.describe('from the start of the run') };
const who = z.string().describe('a group, a member such as cm[2], or a service');

const timeline = z
  .array(
    z.discriminatedUnion('do', [
      v.strict({
        do: z
          .literal(['power-on', 'power-off', 'release', 'renew'])
          .describe('release and renew are for hosts with DHCP'),
        ...when,
        who,
        spread: v
          .strict({
            over: v.duration.describe('from the first to the last'),
            by: z.literal(['even', 'uniform']).optional().describe('in even steps (default) or by chance'),
          })
          .optional()
          .describe('not all at once: the members one after another'),
      }),
      ...networkFaults({ ...when, who }),
      ...hostFaults({ ...when, who }),
      ...serverFaults({ ...when, who }),
      ...checkActions({ ...when, who }),
      v.strict({
        do: z.literal('update').describe('a name server changes a zone of its own, as by an UPDATE'),
        ...when,
        who,
        zone: v.line('the name of a zone').describe('the zone that changes'),
        add: v.oneOrMany(v.line('a record as in a zone file'), 100).optional().describe('records that come'),
        remove: v.oneOrMany(v.line('a record as in a zone file'), 100).optional().describe('records that go'),
      }),
      v.strict({ do: z.literal('show').describe('a router shows its tables'), ...when, who }),
    ]),
  )
  .max(10_000)
  .describe('what happens when');

export const scenarioFile = v
  .strict({
    $schema: z.string().optional().describe('for editors'),
    headend: z.literal(1).describe('the version of this format'),
    name: z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,63}$/)
      .describe('what results and messages call it'),
    about: z.string().max(10_000).optional().describe('a paragraph for people'),
    seed: z.number().int().min(0).max(0xffff_ffff).optional().describe('of all chance in the run; default 1'),
    duration: v.duration.optional().describe('the run ends here at the latest; default 10m'),
    epoch: v.epoch.optional().describe('the date of moment 0; default 2026-01-01T00:00:00Z'),
    ...making,
    net,
    services: services.optional(),
    devices: devices.optional(),
    timeline: timeline.optional(),
    expect: z.array(expectation).max(1_000).optional().describe('what must be so'),
    limits: limits.optional(),
  })
  .describe('A headend scenario: a plant, what happens in it, and what is expected of it.');

export type ScenarioFile = z.output<typeof scenarioFile>;
export type DeviceFile = NonNullable<ScenarioFile['devices']>[string];
export type ActionFile = NonNullable<ScenarioFile['timeline']>[number];
