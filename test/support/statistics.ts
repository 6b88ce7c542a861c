/** Σ (O - E)² / E over cells that expect at least five each, or the statistic says nothing. */
export function chiSquare(observed: readonly number[], expected: readonly number[]): number {
  if (expected.some((count) => count < 5)) throw new Error('a cell expects less than five');
  return observed.reduce((sum, count, cell) => sum + (count - expected[cell]!) ** 2 / expected[cell]!, 0);
}

/** Critical values of chi-square for p = 1e-6 by degrees of freedom. */
export const CRITICAL_1E6: Readonly<Record<number, number>> = {
  1: 23.93,
  2: 27.63,
  3: 30.66,
  4: 33.38,
  5: 35.89,
  7: 40.52,
  9: 44.81,
  11: 48.87,
};

export function countOf(draws: readonly number[], cells: number): number[] {
  const counts = new Array<number>(cells).fill(0);
  for (const draw of draws) counts[draw] = counts[draw]! + 1;
  return counts;
}

/** How far draws are from their weights: chi-square with one degree of freedom less than there are weights above 0. */
export function weightedFit(draws: readonly number[], weights: readonly number[]): number {
  const sum = weights.reduce((total, weight) => total + weight, 0);
  const counts = countOf(draws, weights.length);
  // What has no weight may not be drawn at all.
  if (counts.some((count, cell) => weights[cell] === 0 && count > 0)) return Infinity;
  const cells = weights.flatMap((weight, cell) => (weight > 0 ? [cell] : []));
  return chiSquare(
    cells.map((cell) => counts[cell]!),
    cells.map((cell) => (draws.length * weights[cell]!) / sum),
  );
}

/** Pairs of one draw and the next, against what they were if they knew nothing of each other: (k - 1)² degrees of freedom. */
export function lagOne(draws: readonly number[], cells: number): number {
  const pairs = new Array<number>(cells * cells).fill(0);
  for (let index = 1; index < draws.length; index++) pairs[draws[index - 1]! * cells + draws[index]!]! += 1;
  const total = draws.length - 1;
  const first = countOf(draws.slice(0, -1), cells);
  const second = countOf(draws.slice(1), cells);
  const expected = pairs.map((_, cell) => (first[Math.floor(cell / cells)]! * second[cell % cells]!) / total);
  return chiSquare(pairs, expected);
}

/** Samples of k out of n without repetition, by how often each was in: n - 1 degrees of freedom. */
export function sampleFit(samples: readonly (readonly number[])[], n: number, k: number): number {
  const counts = countOf(samples.flat(), n);
  const share = k / n;
  const spread = samples.length * share * (1 - share);
  return (
    (((n - 1) / n) * counts.reduce((sum, count) => sum + (count - samples.length * share) ** 2, 0)) / spread
  );
}
