import { z } from 'zod';
import * as v from './values.ts';

const goal = {
  state: z.string().optional().describe('its own state, such as operational or bound'),
  'cmts-state': z.string().optional().describe('what its CMTS shows, such as reject(m)'),
  sees: v.line('an address or other data').optional().describe('a resolver got this answer'),
  answers: v.line('an address or other data').optional().describe('a server gave this answer'),
  measure: v
    .line('a measure and a bound, such as cache.hits >= 3')
    .optional()
    .describe('something that it measures was within this bound'),
  rule: v
    .line('the id of a rule, such as HE-FW-002')
    .optional()
    .describe('it decided by this rule; words after the id stand in what it said of it'),
};

const between = z.tuple([v.duration, v.duration]).optional().describe('default: the whole run');

const sequence = v
  .strict({
    each: z.string().optional().describe('every member of this group by itself'),
    within: v.duration.optional().describe('from the first step seen, or from "from", to the last'),
    from: v.duration.optional().describe('steps count from this moment'),
    steps: z.array(z.string()).min(1).max(200).describe('what is seen, in this order'),
  })
  .describe('steps in this order, such as "DHCP OFFER dhcp>cmts yiaddr=$ip"');

const never = v
  .strict({ any: z.string().describe('a group or member'), ...goal, between })
  .describe('no member gets there');

const eventually = v
  .strict({
    all: z.string().optional().describe('every member of this group'),
    any: z.string().optional().describe('one member of this group'),
    who: z.string().optional().describe('one device or service'),
    ...goal,
    from: v.duration.optional().describe('default 0s'),
    within: v.duration.optional().describe('from "from"; default: to the end of the run'),
  })
  .describe('all members, or any, get there');

const sometimes = z
  .union([
    v.line('a measure such as dhcp.queue.full, a claim, a step, or RULE and its id'),
    v.strict({
      any: z.string().optional().describe('a group or member'),
      who: z.string().optional().describe('one device or service'),
      ...goal,
      'cache-hit': z.string().optional().describe('a resolver that had the answer to a question'),
      age: v
        .line('a bound such as "> 30s"')
        .optional()
        .describe('for cache-hit: how long it had had that answer'),
      between,
    }),
  ])
  .describe('seen at least once, or the run shows nothing; in a sweep, in one of the runs');

export const expectation = v.strict({
  sequence: sequence.optional(),
  always: v.line('a claim').optional().describe('a claim, such as leases.unique or dhcp.queue.depth <= 400'),
  never: never.optional(),
  eventually: eventually.optional(),
  sometimes: sometimes.optional(),
  metric: v
    .line('a metric and its bound, such as "boot.p95 < 90s"')
    .optional()
    .describe('a number at the end of the run: "boot.p95 < 90s", "dhcp.retransmits of cm[2] < 10"'),
  why: z.string().max(2_000).optional().describe('why it matters'),
  pass: z.string().max(2_000).optional().describe('what to say when it holds'),
  fail: z.string().max(2_000).optional().describe('what to say when it does not'),
  when: z
    .record(v.word, v.oneOrMany(v.single, 1_000))
    .optional()
    .describe('only in cells, or under settings, where these params have these values'),
  level: z.literal(['fail', 'warn']).optional().describe('warn: a failure is only a warning'),
  tolerance: v.tolerance
    .optional()
    .describe('how late a live run may be: 50ms, 10%, or both; default "50ms + 10%"'),
});

export type ExpectationFile = z.output<typeof expectation>;
export type GoalFile = Pick<
  NonNullable<ExpectationFile['never']>,
  'state' | 'cmts-state' | 'sees' | 'answers' | 'rule' | 'measure'
>;
