/** Members of a group that stand side by side: `cm[0]`, `cm[1]`, ... */
interface Run {
  readonly first: number;
  count: number;
}

/**
 * Which number the host of a name has. The members of a group are found by their index, since an entry for each of a million
 * modems would be more than a modem's own state.
 */
export class HostNames {
  readonly #runs = new Map<string, Run>();
  readonly #others = new Map<string, number>();

  /** False when another host has the name. */
  add(name: string, group: string, number: number): boolean {
    if (this.find(name) !== undefined) return false;
    if (!this.#extends(name, group, number)) this.#others.set(name, number);
    return true;
  }

  find(name: string): number | undefined {
    const bracket = name.indexOf('[');
    const run = bracket > 0 ? this.#runs.get(name.slice(0, bracket)) : undefined;
    if (run !== undefined) {
      const index = memberIndex(name, bracket);
      if (index >= 0 && index < run.count) return run.first + index;
    }
    return this.#others.get(name);
  }

  /** Whether the host is the next member of its group, and takes its place there. */
  #extends(name: string, group: string, number: number): boolean {
    if (!name.startsWith(group)) return false;
    const index = memberIndex(name, group.length);
    const run = this.#runs.get(group);
    if (run === undefined && index === 0) {
      this.#runs.set(group, { first: number, count: 1 });
      return true;
    }
    if (run === undefined || index !== run.count || number !== run.first + run.count) return false;
    run.count++;
    return true;
  }
}

const ZERO = 0x30;

/** The number in `[12]`, which the name ends in at `bracket`; -1 when it is written otherwise. */
function memberIndex(name: string, bracket: number): number {
  const end = name.length - 1;
  const digits = end - bracket - 1;
  if (name[bracket] !== '[' || name[end] !== ']' || digits < 1 || digits > 9) return -1;
  if (digits > 1 && name[bracket + 1] === '0') return -1;
  let index = 0;
  for (let at = bracket + 1; at < end; at++) {
    const digit = name.charCodeAt(at) - ZERO;
    if (digit < 0 || digit > 9) return -1;
    index = index * 10 + digit;
  }
  return index;
}
