import { formatName } from '../codec/dns/name.ts';
import { formatIp } from '../core/address.ts';
import type { Trace } from '../core/driver.ts';
import { SECOND } from '../core/time.ts';
import { POLICIES, type PolicyGroup, type PolicyName } from '../policy/dns/group.ts';
import { type Line, span } from '../report/line.ts';
import { type Curve, type Plot, barPlot, curvePlot, sparkline, svgColumn } from '../report/plot.ts';
import { UsageError } from './failure.ts';
import { type LoadedScenario, prepareVirtual } from './scenario.ts';
import { type UserLatency, Ways } from './user-latency.ts';
import { type Reports, Visits } from './visits.ts';

/** One policy under the workload and the failures of a scenario. */
export interface PolicyResult {
  readonly policy: PolicyName;
  /** Percent of the visitors over the whole run, by target. */
  readonly shares: Readonly<Record<string, number>>;
  /** Seconds that a visitor was, in the mean, sent to what was down. */
  readonly outageSeconds: number;
  /** How long a look-up of a visitor took: the nearest rank. */
  readonly lookupMs: { readonly p50: number; readonly p95: number };
  /** Milliseconds, and percent of the look-ups that took no longer: a point for each percent at most. */
  readonly lookups: readonly (readonly [number, number])[];
  /** How far it was from the visitors to where they were sent. */
  readonly userLatency: UserLatency;
  readonly authorityQueries: number;
  /** Seconds, and the queries that reached the authority in the time before, a second. */
  readonly queries: readonly (readonly [number, number])[];
  /** Seconds, and percent of the visitors that are sent to what is down. */
  readonly outage: readonly (readonly [number, number])[];
}

const DNS_PORT = 53;

/** Runs the scenario once for each policy, put in the place of the policy of the group `name`; all else stays as it is. */
export async function comparePolicies(
  loaded: LoadedScenario,
  name: string,
  policies: readonly string[],
): Promise<readonly PolicyResult[]> {
  const { devices } = loaded.scenario;
  if (!devices.some(({ kind }) => kind === 'population'))
    throw new UsageError('there is nobody to compare by: the file needs a device of kind population');
  const ways = new Ways(loaded.scenario, loaded.contents);
  const results: PolicyResult[] = [];
  for (const policy of policies) results.push(await runWith(loaded, name, policyNamed(policy), ways));
  return results;
}

function policyNamed(text: string): PolicyName {
  const policy = POLICIES.find((each) => each === text);
  if (policy !== undefined) return policy;
  throw new UsageError(`"${text.slice(0, 30)}" is not a policy: the policies are ${POLICIES.join(', ')}`);
}

async function runWith(
  loaded: LoadedScenario,
  name: string,
  policy: PolicyName,
  ways: Ways,
): Promise<PolicyResult> {
  const scenario = withPolicy(loaded.scenario, name, policy);
  const lookups: number[] = [];
  const visits = new Visits(scenario);
  const queriedAt: number[] = [];
  const trace: Trace = {
    measure: (at, host, measure, value) => {
      if (measure === 'dns.lookup.us') lookups.push(value);
      visits.measure(at, host, measure, value);
    },
    frame: ({ at, body, receiver, fate }) => {
      const isQuery = body.kind === 'udp' && body.to.port === DNS_PORT && fate === 'delivered';
      if (isQuery && receiver?.kind.split('+').includes('dns') === true) queriedAt.push(at);
    },
  };
  await prepareVirtual({ ...loaded, scenario }).execute([trace]);
  const reports = visits.reports();
  const outage = outageOf(scenario, reports);
  lookups.sort((a, b) => a - b);
  return {
    policy,
    shares: meanShares(reports),
    outageSeconds: areaOf(outage),
    lookupMs: { p50: rank(lookups, 50) / 1_000, p95: rank(lookups, 95) / 1_000 },
    lookups: distributionOf(lookups),
    userLatency: ways.latencyOf(visits),
    authorityQueries: queriedAt.length,
    queries: ratesOf(queriedAt, scenario.durationUs),
    outage,
  };
}

function withPolicy(
  scenario: LoadedScenario['scenario'],
  name: string,
  policy: PolicyName,
): LoadedScenario['scenario'] {
  let isFound = false;
  const owner = name.endsWith('.') ? name.toLowerCase() : `${name.toLowerCase()}.`;
  const services = scenario.services.map((service) => {
    if (service.kind !== 'dns') return service;
    const zones = service.zones.map((zone) => ({
      ...zone,
      routing: zone.routing.map((group) => {
        if (formatName(group.owner).toLowerCase() !== owner) return group;
        isFound = true;
        return groupAs(group, policy);
      }),
    }));
    return { ...service, zones };
  });
  if (!isFound) throw new UsageError(`no routing of the file has the name ${name.slice(0, 80)}`);
  return { ...scenario, services };
}

/** What each policy needs of every target. */
function groupAs(group: PolicyGroup, policy: PolicyName): PolicyGroup {
  const { targets } = group;
  const missing = targets.find(
    ({ region, places, networks, at, isDefault, content }) =>
      (policy === 'latency' && region === undefined) ||
      (policy === 'geoproximity' && at === undefined) ||
      (policy === 'geolocation' && places.length + networks.length === 0 && !isDefault) ||
      (policy === 'ip' && networks.length === 0 && !isDefault) ||
      (policy === 'multivalue' && (content.kind === 'alias' || content.rdatas.length > 1)),
  );
  if (missing !== undefined)
    throw new UsageError(
      `${missing.id} cannot be a target of ${policy}: it has not what that policy goes by (docs/routing.md)`,
    );
  if (policy === 'simple' && targets.length > 1)
    throw new UsageError('simple has one target: name another policy to compare');
  return { ...group, policy, isSticky: false, givesMany: false, upThreshold: 0 };
}

function meanShares(reports: Reports): Record<string, number> {
  const sums = new Map<string, number>();
  for (const report of reports.values())
    for (const [target, share] of report) sums.set(target, (sums.get(target) ?? 0) + share);
  return Object.fromEntries([...sums].map(([target, sum]) => [target, sum / reports.size]));
}

/** At each report: percent of the visitors whose target is failing by the timeline just then. */
function outageOf(scenario: LoadedScenario['scenario'], reports: Reports): [number, number][] {
  return [...reports].map(([at, report]) => {
    const down = failingAt(scenario, at);
    let share = 0;
    for (const [target, percent] of report) if (down.has(target)) share += percent;
    return [at / SECOND, share];
  });
}

/** Addresses of web servers that fail at a moment. */
function failingAt({ devices, timeline }: LoadedScenario['scenario'], at: number): ReadonlySet<string> {
  const down = new Set<string>();
  const order = timeline.toSorted((a, b) => a.at - b.at);
  for (const action of order) {
    if (action.at > at || (action.do !== 'fail' && action.do !== 'mend')) continue;
    const device = devices.find((each) => each.name === action.who.group);
    if (device?.kind !== 'web') continue;
    const address = formatIp(device.address.address);
    if (action.do === 'fail') down.add(address);
    else down.delete(address);
  }
  return down;
}

/** Percent over seconds as seconds of one visitor: each report stands for the time since the one before. */
function areaOf(outage: readonly (readonly [number, number])[]): number {
  let area = 0;
  let before = 0;
  for (const [at, share] of outage) {
    area += ((at - before) * share) / 100;
    before = at;
  }
  return area;
}

/** The values in order at each percent; steps that are level are left out. */
function distributionOf(sorted: readonly number[]): [number, number][] {
  const points: [number, number][] = [];
  for (let percent = 1; percent <= 100 && sorted.length > 0; percent++) {
    const ms = rank(sorted, percent) / 1_000;
    const last = points.at(-1);
    const before = points.at(-2);
    if (last !== undefined && before !== undefined && last[0] === ms && before[0] === ms) last[1] = percent;
    else points.push([ms, percent]);
  }
  return points;
}

const RATE_STEPS = 60;

function ratesOf(moments: readonly number[], durationUs: number): [number, number][] {
  const stepUs = durationUs / RATE_STEPS;
  const counts = Array.from({ length: RATE_STEPS }, () => 0);
  for (const moment of moments) {
    const step = Math.min(Math.floor(moment / stepUs), RATE_STEPS - 1);
    counts[step] = (counts[step] ?? 0) + 1;
  }
  return counts.map((count, step) => [((step + 1) * stepUs) / SECOND, (count * SECOND) / stepUs]);
}

function rank(sorted: readonly number[], percent: number): number {
  return sorted[Math.max(0, Math.ceil((sorted.length * percent) / 100) - 1)] ?? 0;
}

const PLOT_COLUMNS = 60;

/** A table, and under it for each policy a line over time of who was sent to what is down. */
export function comparisonLines(results: readonly PolicyResult[], columns?: number): readonly Line[] {
  const targets = [...new Set(results.flatMap(({ shares }) => Object.keys(shares)))].sort();
  const knowsWays = results.some(({ userLatency }) => userLatency.ms !== undefined);
  const shares: Table = [
    ['policy', ...targets, 'outage', 'look-up p50', 'p95'],
    ...results.map((one) => [
      one.policy,
      ...targets.map((target) => `${(one.shares[target] ?? 0).toFixed(1)} %`),
      `${one.outageSeconds.toFixed(1)} s`,
      milliseconds(one.lookupMs.p50),
      milliseconds(one.lookupMs.p95),
    ]),
  ];
  const latencies: Table = knowsWays
    ? [['user latency p50', 'p95', 'max'], ...results.map(({ userLatency }) => userCells(userLatency))]
    : [[], ...results.map(() => [])];
  const queries: Table = [['queries'], ...results.map((one) => [String(one.authorityQueries)])];
  const whole = tableLines(beside(shares, latencies, queries));
  const policies: Table = shares.map(([policy = '']) => [policy]);
  const isWide = knowsWays && (whole[0]?.length ?? 0) > (columns ?? Infinity);
  const tables = isWide
    ? [tableLines(beside(shares, queries)), tableLines(beside(policies, latencies))]
    : [whole];
  const width = Math.max(...policies.map(([policy = '']) => policy.length));
  return [
    ...tables.flatMap((lines) => lines.map((text, index) => [span(text, index === 0 ? 'dim' : 'plain')])),
    ...unknownWays(results),
    [],
    [span('sent to what is down, over time (full height: 100 %)', 'dim')],
    ...results.map(({ policy, outage }) => [
      span(`${policy.padEnd(width)}  `),
      span(
        `|${sparkline(
          outage.map(([, share]) => share),
          100,
          PLOT_COLUMNS,
        )}|`,
        'bad',
      ),
    ]),
  ];
}

/** Rows of cells, the heads first. */
type Table = readonly (readonly string[])[];

function beside(...tables: readonly Table[]): Table {
  return (tables[0] ?? []).map((_, row) => tables.flatMap((table) => table[row] ?? []));
}

/** The first column begins at the left, the others end at the right. */
function tableLines(rows: Table): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  '),
  );
}

function milliseconds(ms: number): string {
  return `${ms.toFixed(1)} ms`;
}

function userCells({ ms }: UserLatency): readonly string[] {
  return ms === undefined ? ['-', '-', '-'] : [ms.p50, ms.p95, ms.max].map(milliseconds);
}

/** What the latencies of users leave out, and what to write so that they do not. */
function unknownWays(results: readonly PolicyResult[]): readonly Line[] {
  const unknown = [...new Set(results.flatMap(({ userLatency }) => userLatency.unknown))];
  const [first] = unknown;
  if (first === undefined) {
    if (results.some(({ userLatency }) => userLatency.ms !== undefined)) return [];
    return [[span('user latency: not known, no population was answered and reported before the end', 'dim')]];
  }
  const known = results.map(({ userLatency }) => userLatency.knownPercent);
  const [least, most] = [Math.min(...known).toFixed(1), Math.max(...known).toFixed(1)];
  const part = least === most ? `${least} %` : `${least} to ${most} %`;
  const what = most === '0.0' ? 'not known' : `known of ${part} of the answers; not`;
  const more = unknown.length > 1 ? ` and ${unknown.length - 1} more` : '';
  return [
    [],
    [span(`user latency: ${what} from ${first}${more}`, 'dim')],
    [span('  give the targets a region: or at:, and their clients locations: (docs/routing.md)', 'dim')],
  ];
}

/** Pictures one below the other: shares, outage, look-ups, latency of users where it is known, queries. */
export function comparisonSvg(name: string, results: readonly PolicyResult[]): string {
  const curves = (pick: (result: PolicyResult) => Curve['points']): Curve[] =>
    results.map((result) => ({ name: result.policy, points: pick(result) }));
  const queriesMax = Math.max(...results.flatMap(({ queries }) => queries.map(([, rate]) => rate)), 1);
  return svgColumn([
    barPlot(
      results.map(({ policy, shares }) => ({ name: policy, values: shares })),
      { title: `${name}: share of the visitors by target`, y: '%', most: 100 },
    ),
    curvePlot(
      curves(({ outage }) => outage),
      {
        title: 'visitors sent to what is down',
        x: 's',
        y: '%',
        most: 100,
      },
    ),
    curvePlot(
      curves(({ lookups }) => lookups),
      {
        title: 'look-ups that took no longer',
        x: 'ms',
        y: '%',
        most: 100,
      },
    ),
    ...userPlots(results),
    curvePlot(
      curves(({ queries }) => queries),
      {
        title: 'queries a second at the authority',
        x: 's',
        y: '1/s',
        most: Math.ceil(queriesMax),
      },
    ),
  ]);
}

function userPlots(results: readonly PolicyResult[]): readonly Plot[] {
  const known = results.filter(({ userLatency }) => userLatency.ms !== undefined);
  if (known.length === 0) return [];
  // Those of whom nothing is known stay in the legend, so that each has one colour in all plots.
  const curves = results.map(({ policy, userLatency }) => ({ name: policy, points: userLatency.curve }));
  return [
    curvePlot(curves, {
      title: 'visitors whose way to their target was no longer',
      x: 'ms',
      y: '%',
      most: 100,
    }),
  ];
}
