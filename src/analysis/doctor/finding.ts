/** One thing looked at. Where nothing is wrong, `why` and `cure` are empty. */
export interface Finding {
  /** What was looked at, in a word or two; the same word for every finding about it. */
  readonly name: string;
  /** `note`: good to know, nothing to mend. `fail`: what is wanted cannot work until it is mended. */
  readonly verdict: 'pass' | 'note' | 'warn' | 'fail';
  /** What is so. */
  readonly says: string;
  /** What comes of it. */
  readonly why: string;
  /** What to do. */
  readonly cure: string;
}

/** What is to be mended: why it matters, and how. */
export type Trouble = Pick<Finding, 'says' | 'why' | 'cure'>;

export function pass(name: string, says: string): Finding {
  return { name, verdict: 'pass', says, why: '', cure: '' };
}

/** Something that could not be looked at, or that is worth knowing and not wrong. */
export function note(name: string, says: string, why = '', cure = ''): Finding {
  return { name, verdict: 'note', says, why, cure };
}

export function warn(name: string, trouble: Trouble): Finding {
  return { name, verdict: 'warn', ...trouble };
}

export function fail(name: string, trouble: Trouble): Finding {
  return { name, verdict: 'fail', ...trouble };
}
