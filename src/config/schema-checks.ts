import { z } from 'zod';
import * as v from './values.ts';

const whole = (least: number, most: number, what: string) =>
  z.number().int().min(least).max(most).describe(`${what}, ${least} to ${most}`);

const status = whole(200, 599, 'the status of its answers').optional();

const threshold = z
  .union([
    whole(1, 10, 'so many probes in a row change the state, as Route 53 counts'),
    v.strict({
      up: whole(1, 65_535, 'successes in a row from down to up').optional(),
      ok: whole(1, 65_535, 'successes in a row that make it forget failures').optional(),
      down: whole(1, 65_535, 'failures from up to down').optional(),
    }),
  ])
  .describe(
    'how many probes change the state: a number as Route 53 has it, up, ok and down as gdnsd; default 3',
  );

const common = {
  invert: z.boolean().optional().describe('turns the state over, at the very end'),
  disabled: z.boolean().optional().describe('healthy, whatever its probes say'),
};

/** What a probed check is before its first probe has ended. */
export const initial = z
  .literal(['wait', 'healthy', 'unhealthy'])
  .describe(
    'until its first probe: the server does not answer yet, or takes it as healthy or unhealthy; default wait, with from: healthy',
  );

/** What no server probes by itself. */
const told = {
  ...common,
  initial: z
    .literal(['healthy', 'unhealthy'])
    .optional()
    .describe('until something says otherwise; default healthy'),
};

const probed = {
  ...common,
  initial: initial.optional(),
  every: v.duration.optional().describe('from probe to probe; default 30s, with the threshold of gdnsd 10s'),
  threshold: threshold.optional(),
  'hold-down': v.duration
    .optional()
    .describe('how long it stays down at least: successes before do not count; default 0s'),
  from: v
    .oneOrMany(z.string(), 64)
    .optional()
    .describe('the probers that probe it; left out: the server itself'),
  quorum: v.ratio
    .optional()
    .describe('healthy while more than this share of the probers says so; default 18%'),
};

const target = v.line('an address and a port, such as 10.0.0.80:80 or "[fd00::80]:80"');
const within = (what: string) => v.duration.optional().describe(what);

const http = {
  ...probed,
  to: target.describe('where it is, such as 10.0.0.80; the port is that of the scheme unless it is written'),
  host: v.line('a host name').optional().describe('what the Host field says; default: the address'),
  path: v.line('a path such as /health').optional().describe('default /'),
  contains: v
    .line('a text')
    .optional()
    .describe('what must stand in the first 5,120 octets of the page, letter for letter'),
  'connect-within': within('default 4s'),
  'answer-within': within('from the connection to the status; default 2s'),
  'text-within': within('from the status to the text; default 2s'),
};

const check = z.discriminatedUnion('kind', [
  v.strict({
    kind: z.literal('tcp'),
    ...probed,
    to: target.describe('where a connection must be possible, such as 10.0.0.80:80'),
    'connect-within': within('default 10s'),
  }),
  v.strict({
    kind: z.literal('udp'),
    ...probed,
    to: target.describe('where the datagram goes, such as 10.0.0.37:37'),
    send: z.string().max(512).optional().describe('its text; default none'),
    expect: v.line('a text').optional().describe('what must stand in the answer; left out: any answer'),
    'answer-within': within('default 2s'),
  }),
  v.strict({ kind: z.literal('http'), ...http }),
  v.strict({ kind: z.literal('https'), ...http }).describe('as http, over TLS; certificates are not judged'),
  v.strict({
    kind: z.literal('dns'),
    ...probed,
    to: target.describe('the name server, such as 10.0.0.53; port 53 unless it is written'),
    ask: v.line('a name and a type, such as www.lab.example A').describe('the question: a name and a type'),
    expect: v.line('data as in a zone file').optional().describe('left out: any data of the type'),
    'answer-within': within('default 2s'),
  }),
  v
    .strict({
      kind: z.literal('calculated'),
      ...told,
      of: v.oneOrMany(z.string(), 255).describe('other checks of this server'),
      'at-least': whole(0, 256, 'how many of them must be healthy'),
    })
    .describe('made of others: 0 is always healthy, more than there are never'),
  v.strict({ kind: z.literal('admin'), ...told }).describe('only an operator changes it'),
]);

const checkName = z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/);

/** What a name server is told of the health of its targets. */
export const checksFields = {
  checks: z.record(checkName, check).optional().describe('health checks, by names that routing: speaks of'),
  'checks-secret-file': v.path
    .optional()
    .describe('32 hex digits that server and probers share; left out, probers are known by their addresses'),
};

const place = {
  on: z.string().describe('the segment it is on'),
  ip: v.addressWithLength.describe('its address'),
  router: v.ip.optional().describe('its default router'),
};

interface Counted {
  readonly count: z.ZodOptional<z.ZodType<number, number>>;
}

/** A web server for checks to look at. */
export const web = ({ count }: Counted) =>
  v
    .strict({
      kind: z.literal('web'),
      ...place,
      count,
      port: v
        .oneOrMany(whole(1, 65_535, 'a TCP port'), 16)
        .optional()
        .describe('default 80'),
      status: status.describe('default 200'),
      body: z.string().max(100_000).optional().describe('the page; default "ok"'),
      delay: v.duration.optional().describe('how long it thinks; default 0s'),
    })
    .describe('a web server that gives one answer to all');

/** A vantage point. */
export const prober = ({ count }: Counted) =>
  v.strict({ kind: z.literal('prober'), ...place, count }).describe('probes targets for name servers');

/** What the timeline does to targets and checks. */
export const checkActions = (when: {
  readonly at: z.ZodType<number, string>;
  readonly who: z.ZodType<string, string>;
}) =>
  [
    v
      .strict({
        do: z.literal('fail'),
        ...when,
        how: z
          .literal(['answer', 'silent', 'refuse'])
          .optional()
          .describe('another answer (default), none, or every connection ends at once'),
        status: status.describe('default 503'),
        body: z.string().max(100_000).optional().describe('the page that it shows then'),
        delay: v.duration.optional().describe('how long it thinks then'),
      })
      .describe('a web server begins to fail'),
    v.strict({ do: z.literal('mend'), ...when }).describe('a web server answers as before'),
    v
      .strict({
        do: z.literal('health'),
        ...when,
        checks: z.record(checkName, z.literal(['up', 'down', 'auto'])).describe('checks of this name server'),
      })
      .describe('an operator says what checks are; auto: as their probes say'),
  ] as const;

export type CheckFile = z.output<typeof check>;
export type WebFile = z.output<ReturnType<typeof web>>;
export type ProberFile = z.output<ReturnType<typeof prober>>;
export type CheckActionFile = z.output<ReturnType<typeof checkActions>[number]>;
