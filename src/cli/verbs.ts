import { docsis } from './docsis.ts';
import { doctor } from './doctor.ts';
import { explain } from './explain.ts';
import { ladder } from './ladder.ts';
import { leases } from './leases.ts';
import { plan } from './plan.ts';
import { probe } from './probe.ts';
import type { Verb } from './program.ts';
import { run } from './run.ts';
import { schema } from './schema.ts';
import { serve } from './serve.ts';
import { validate } from './validate.ts';

/** In the order of the help. */
export const VERBS: readonly Verb[] = [
  run,
  plan,
  validate,
  schema,
  serve,
  leases,
  probe,
  ladder,
  explain,
  docsis,
  doctor,
];
