import { configureGlobal, readConfigureGlobal } from 'fast-check';

/** Chosen once. */
const USUAL_SEED = 20_261_122;

// `npm test` judges a commit by the same cases each time. A soak (FUZZ_RUNS) draws others, and a failure tells its seed: FUZZ_SEED repeats it.
const { FUZZ_RUNS: runs, FUZZ_SEED: wanted } = process.env;
const seed = wanted ?? (runs === undefined ? USUAL_SEED : undefined);
if (seed !== undefined) configureGlobal({ ...readConfigureGlobal(), seed: Number(seed) });
