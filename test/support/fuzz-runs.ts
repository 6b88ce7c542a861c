/** What `FUZZ_RUNS` is when nobody says: the cases of most properties. */
const USUAL_RUNS = 300;
const wanted = Number(process.env['FUZZ_RUNS'] ?? USUAL_RUNS);

/** How many cases a property gets: `usual`, and in a soak (FUZZ_RUNS above 300) as many times more. */
export function fuzzRuns(usual: number = USUAL_RUNS): number {
  return Math.max(1, Math.round((usual * wanted) / USUAL_RUNS));
}
