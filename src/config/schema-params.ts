import { z } from 'zod';
import * as v from './values.ts';

/** What a scenario is made from before anything else of it is read. */
export const making = {
  extends: v.path
    .optional()
    .describe(
      'another scenario that this one is made from: maps merge, timeline and expect append, null removes',
    ),
  params: z
    .record(v.word, v.single)
    .optional()
    .describe('values with names: ${name} stands for one anywhere below, and --set name=value changes it'),
  matrix: z
    .object({
      exclude: z
        .array(z.record(v.word, v.single))
        .max(1_000)
        .optional()
        .describe('cells that are left out: those with all of these values'),
    })
    .catchall(z.array(v.single).min(1).max(1_000))
    .optional()
    .describe('one run for each combination of these values of params'),
};

/** Only what is needed to make the scenario; the rest is judged when it is whole. */
export const makingOnly = z.looseObject(making);
