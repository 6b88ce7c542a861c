import { docsis } from './docsis.ts';
import { doctor } from './doctor.ts';
import { explain } from './explain.ts';
import { probe } from './probe.ts';
import type { Verb } from './program.ts';
import { schema } from './schema.ts';

/** In the order of the help. */
export const VERBS: readonly Verb[] = [schema, probe, docsis, explain, doctor];
