/** Work that can be left between its steps, so that something else gets its turn. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Does it all at once. */
export function runSteps<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}

/** Sorted or merged in one step: about a millisecond's work. */
const STEP_ITEMS = 1_024;

/** A sorted copy, equal ones in the order they came. */
export function* sortSteps<Item>(
  items: readonly Item[],
  compare: (a: Item, b: Item) => number,
): Steps<readonly Item[]> {
  let from: Item[] = [];
  for (let start = 0; start < items.length; start += STEP_ITEMS) {
    for (const item of items.slice(start, start + STEP_ITEMS).sort(compare)) from.push(item);
    yield;
  }
  for (let width = STEP_ITEMS; width < from.length; width *= 2) {
    const into: Item[] = [];
    for (let start = 0; start < from.length; start += 2 * width)
      yield* mergeSteps(from, { start, middle: start + width, end: start + 2 * width }, compare, into);
    from = into;
  }
  return from;
}

interface Halves {
  readonly start: number;
  readonly middle: number;
  readonly end: number;
}

/** Appends two sorted pieces that lie side by side as one. */
function* mergeSteps<Item>(
  from: readonly Item[],
  { start, middle, end }: Halves,
  compare: (a: Item, b: Item) => number,
  into: Item[],
): Steps<void> {
  const stop = Math.min(end, from.length);
  const half = Math.min(middle, stop);
  let [left, right] = [start, half];
  while (left < half || right < stop) {
    const [a, b] = [from[left], from[right]];
    const isLeft = right >= stop || (left < half && compare(a as Item, b as Item) <= 0);
    into.push((isLeft ? a : b) as Item);
    if (isLeft) left++;
    else right++;
    if (into.length % STEP_ITEMS === 0) yield;
  }
}
