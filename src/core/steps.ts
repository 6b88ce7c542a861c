/** Work that can be left between its steps, so that something else gets its turn. */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** Does it all at once. */
export function runSteps<Result>(steps: Steps<Result>): Result {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
