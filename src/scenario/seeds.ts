/** Both ends belong to it. */
export interface SeedRange {
  readonly first: number;
  readonly last: number;
}

const SEED_MAX = 2 ** 32 - 1;

/** `1..100`, `7`, or several with commas between them, in order and apart; undefined: it is none. */
export function parseSeeds(text: string): readonly SeedRange[] | undefined {
  const ranges: SeedRange[] = [];
  for (const word of text.split(',')) {
    const match = /^(\d{1,10})(?:\.\.(\d{1,10}))?$/.exec(word.trim());
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = match[2] === undefined ? first : Number(match[2]);
    if (first > last || last > SEED_MAX) return undefined;
    ranges.push({ first, last });
  }
  const joined = joinSeeds(ranges);
  // A seed named twice would be one run that counts as two.
  return countSeeds(joined) === countSeeds(ranges) ? joined : undefined;
}

/** In order; ranges that touch or overlap become one. */
export function joinSeeds(ranges: readonly SeedRange[]): readonly SeedRange[] {
  const joined: SeedRange[] = [];
  for (const range of [...ranges].sort((a, b) => a.first - b.first)) {
    const before = joined.at(-1);
    if (before !== undefined && range.first <= before.last + 1)
      joined[joined.length - 1] = { first: before.first, last: Math.max(before.last, range.last) };
    else joined.push(range);
  }
  return joined;
}

export function formatSeeds(ranges: readonly SeedRange[]): string {
  return ranges.map(({ first, last }) => (first === last ? String(first) : `${first}..${last}`)).join(',');
}

export function countSeeds(ranges: readonly SeedRange[]): number {
  return ranges.reduce((count, { first, last }) => count + last - first + 1, 0);
}

/** The seed at a place, from 0. */
export function seedAt(ranges: readonly SeedRange[], index: number): number | undefined {
  let left = index;
  for (const { first, last } of ranges) {
    const count = last - first + 1;
    if (left < count) return first + left;
    left -= count;
  }
  return undefined;
}
