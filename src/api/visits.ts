import type { Instant } from '../core/time.ts';
import type { Scenario } from '../config/scenario.ts';

/** What one population measured between two of its reports. */
interface VisitWindow {
  readonly until: Instant;
  readonly answers: number;
  /** Percent of the answers, by target. */
  readonly shares: Map<string, number>;
}

interface Visitors {
  readonly reportUs: number;
  readonly windows: VisitWindow[];
  /** Answers since the last report. */
  answers: number;
}

/** At each report, percent of the visitors by target. */
export type Reports = ReadonlyMap<Instant, ReadonlyMap<string, number>>;

const SHARE = 'share.';

/** Who was sent where, from what the populations of a scenario measure. */
export class Visits {
  readonly #populations = new Map<string, Visitors>();

  constructor({ devices }: Scenario) {
    for (const device of devices)
      if (device.kind === 'population')
        this.#populations.set(device.name, { reportUs: device.reportUs, windows: [], answers: 0 });
  }

  /** What a trace is told: answers and shares of populations are kept, all else is let pass. */
  measure(at: Instant, { name }: { readonly name: string }, measure: string, value: number): void {
    const visitors = this.#populations.get(name);
    if (visitors === undefined) return;
    if (measure === 'dns.lookup.us') visitors.answers++;
    if (!measure.startsWith(SHARE)) return;
    const last = visitors.windows.at(-1);
    const target = measure.slice(SHARE.length);
    if (last?.until === at) last.shares.set(target, value);
    else {
      const { answers } = visitors;
      visitors.windows.push({ until: at, answers, shares: new Map([[target, value]]) });
      visitors.answers = 0;
    }
  }

  /** How many answers each population was sent, by target: up to the last report. */
  *sent(): Generator<readonly [population: string, target: string, answers: number]> {
    for (const [population, { windows }] of this.#populations) {
      const counts = new Map<string, number>();
      for (const { answers, shares } of windows)
        for (const [target, share] of shares)
          counts.set(target, (counts.get(target) ?? 0) + Math.round((answers * share) / 100));
      for (const [target, count] of counts) if (count > 0) yield [population, target, count];
    }
  }

  /** Of all populations together, each with the weight of its answers a second. */
  reports(): Reports {
    const cursors = [...this.#populations.values()].map((visitors) => ({ visitors, next: 0 }));
    const moments = new Set(cursors.flatMap(({ visitors }) => visitors.windows.map(({ until }) => until)));
    const reports = new Map<Instant, ReadonlyMap<string, number>>();
    for (const moment of [...moments].sort((a, b) => a - b)) {
      for (const cursor of cursors)
        while ((cursor.visitors.windows[cursor.next]?.until ?? Infinity) < moment) cursor.next++;
      reports.set(moment, sharesAt(cursors, moment));
    }
    return reports;
  }
}

/** Where a walk through the windows of a population is. */
interface Cursor {
  readonly visitors: Visitors;
  readonly next: number;
}

function sharesAt(cursors: readonly Cursor[], moment: Instant): ReadonlyMap<string, number> {
  const present = cursors.flatMap(({ visitors: { windows, reportUs }, next }) => {
    const window = windows[next];
    // Before its first report, and while it was off, a population counts for nothing.
    if (window === undefined || window.until - reportUs >= moment) return [];
    return [{ rate: window.answers / reportUs, shares: window.shares }];
  });
  const whole = present.reduce((sum, { rate }) => sum + rate, 0);
  const shares = new Map<string, number>();
  for (const { rate, shares: own } of present) {
    const weight = whole === 0 ? 0 : rate / whole;
    for (const [target, share] of own) shares.set(target, (shares.get(target) ?? 0) + share * weight);
  }
  return shares;
}
