import type { Plain } from '../core/service.ts';
import { ConfigError, EnvironmentError } from '../core/errors.ts';
import { escapeText, nearest } from '../core/text.ts';
import { askControl } from './control.ts';
import type { ReloadOutcome } from './reload.ts';

/** How the addresses of one subnet are used. */
export interface PoolHealth {
  readonly server: string;
  readonly subnet: string;
  readonly addresses: number;
  readonly bound: number;
  readonly offered: number;
  readonly declined: number;
  readonly free: number;
}

/** One health check of a name server. */
export interface CheckHealth {
  readonly server: string;
  readonly name: string;
  /** `tcp`, `http`, `calculated`, ... */
  readonly kind: string;
  readonly target: string | null;
  readonly healthy: boolean;
  /** What an operator says of it. */
  readonly set: 'up' | 'down' | 'auto';
  readonly reason: string;
  /** Seconds since 1970. */
  readonly changed_at: number | null;
  readonly probed_at: number | null;
  readonly successes: number;
  readonly failures: number;
  readonly seconds_to_change: number | null;
  readonly vantages: readonly {
    readonly name: string;
    readonly healthy: boolean | null;
    readonly reason: string;
    readonly probed_at: number | null;
  }[];
}

/** A name server that does not answer yet, and the checks that it waits for. */
export interface SilentServer {
  readonly server: string;
  readonly awaited: readonly string[];
}

/** What a running `serve` says of itself, texts safe to show. */
export interface Health {
  /** `fail`: clients are not served as they should be; `warn`: they are, and somebody should look. */
  readonly verdict: 'pass' | 'warn' | 'fail';
  /** Why the verdict is no pass. */
  readonly findings: readonly string[];
  readonly pid: number;
  readonly upSeconds: number;
  readonly file: string | null;
  /** Seconds since 1970. */
  readonly loadedAt: number;
  readonly reloads: number;
  readonly hosts: readonly { readonly name: string; readonly kind: string }[];
  readonly endpoints: readonly {
    readonly host: string;
    readonly protocol: string;
    /** As the file has it. */
    readonly endpoint: string;
    readonly bound: string;
  }[];
  readonly pools: readonly PoolHealth[];
  readonly checks: readonly CheckHealth[];
  readonly silent: readonly SilentServer[];
  readonly counts: Readonly<Record<string, number>>;
  readonly rssOctets: number;
  readonly disk: string;
}

/** A pool with fewer free addresses than this share of it is named. */
const FREE_RATIO_LOW = 0.05;

/** Asks the `serve` of a state folder; throws `EnvironmentError` when none runs there. */
export async function askHealth(stateFolder: string): Promise<Health> {
  return judge((await askServe(stateFolder, 'health')) as unknown as Raw);
}

/** Asks the `serve` of a state folder to read its file again. */
export async function askReload(stateFolder: string): Promise<ReloadOutcome> {
  return (await askServe(stateFolder, 'reload')) as unknown as ReloadOutcome;
}

/** Says what a check is, `auto` for what its probes say; gives what it is then, of every name server that has one of the name. */
export async function setCheck(
  stateFolder: string,
  name: string,
  to: CheckHealth['set'],
): Promise<readonly CheckHealth[]> {
  const answers = (await askServe(stateFolder, 'check', { name, to })) as unknown as readonly {
    readonly host: string;
    readonly check: CheckHealth | { readonly error: string } | null;
  }[];
  const set = answers.flatMap(({ host, check }) =>
    check === null || 'error' in check ? [] : [{ ...check, server: escapeText(host) }],
  );
  if (set.length > 0) return set;
  const { checks } = await askHealth(stateFolder);
  const known = checks.map((check) => check.name);
  const hint = nearest(name, known);
  throw new ConfigError(
    'check',
    escapeText(name),
    known.length === 0
      ? 'a check of the file, which has none'
      : hint === undefined
        ? `one of ${known.slice(0, 12).join(', ')}`
        : `did you mean ${hint}?`,
  );
}

async function askServe(
  stateFolder: string,
  verb: string,
  args: Readonly<Record<string, Plain>> = {},
): Promise<Plain> {
  const answer = await askControl(stateFolder, verb, args);
  if (answer !== undefined) return answer;
  throw new EnvironmentError(
    `no serve runs on ${escapeText(stateFolder)}`,
    'name the folder that `headend serve --state` was given, or start it',
  );
}

interface Raw {
  readonly pid: number;
  readonly up_us: number;
  readonly file: string | null;
  readonly loaded_at: number;
  readonly reloads: number;
  readonly reload_error: { readonly at: number; readonly messages: readonly string[] } | null;
  readonly hosts: Health['hosts'];
  readonly endpoints: Health['endpoints'];
  readonly counts: Health['counts'];
  readonly rss_octets: number;
  readonly disk: string;
  readonly other_dhcp_servers: readonly string[];
  readonly pools: readonly { readonly host: string; readonly pools: readonly PoolHealth[] | null }[];
  readonly checks: readonly { readonly host: string; readonly checks: readonly CheckHealth[] | null }[];
  readonly awaited: Plain;
}

/** The answer to `awaited`, without the servers that answer. */
export function silentServers(answer: Plain): readonly SilentServer[] {
  const answers = answer as unknown as readonly { host: string; awaited: readonly string[] | null }[];
  return answers.flatMap(({ host, awaited }) =>
    awaited === null || awaited.length === 0
      ? []
      : [{ server: escapeText(host), awaited: awaited.map(escapeText) }],
  );
}

/** What such a server waits for, in words. */
export function silenceText({ server, awaited }: SilentServer): string {
  const [first = '', ...more] = awaited;
  const checks = more.length === 0 ? `check ${first}` : `checks ${first} and ${more.length} more`;
  return `${server} is silent until ${checks} ${more.length === 0 ? 'was' : 'were'} looked at once`;
}

function judge(raw: Raw): Health {
  const pools = raw.pools.flatMap(({ host, pools: list }) =>
    (list ?? []).map((pool) => ({ ...pool, server: escapeText(host) })),
  );
  const checks = raw.checks.flatMap(({ host, checks: list }) =>
    (list ?? []).map((check) => ({ ...check, server: escapeText(host) })),
  );
  const silent = silentServers(raw.awaited);
  const bad = [
    ...(raw.disk === 'good' ? [] : [`the disk refuses leases: ${escapeText(raw.disk)}`]),
    ...silent.map(silenceText),
  ];
  const doubtful = [
    ...besideFindings(raw),
    ...reloadFindings(raw),
    ...pools.flatMap(poolFindings),
    ...checks.flatMap(checkFindings),
  ];
  return {
    verdict: bad.length > 0 ? 'fail' : doubtful.length > 0 ? 'warn' : 'pass',
    findings: [...bad, ...doubtful],
    pid: raw.pid,
    upSeconds: Math.floor(raw.up_us / 1_000_000),
    file: raw.file === null ? null : escapeText(raw.file),
    loadedAt: raw.loaded_at,
    reloads: raw.reloads,
    hosts: raw.hosts,
    endpoints: raw.endpoints,
    pools,
    checks,
    silent,
    counts: raw.counts,
    rssOctets: raw.rss_octets,
    disk: escapeText(raw.disk),
  };
}

function reloadFindings({ reload_error: error }: Raw): string[] {
  if (error === null) return [];
  const at = new Date(error.at * 1_000).toISOString().slice(0, 19);
  return [
    `the reload of ${at}Z failed, what was loaded before goes on: ${escapeText(error.messages.join('; '))}`,
  ];
}

function poolFindings({ server, subnet, addresses, free }: PoolHealth): string[] {
  if (addresses === 0 || free >= addresses * FREE_RATIO_LOW) return [];
  return [`${server} has ${free} of ${addresses} addresses left in ${subnet}`];
}

function checkFindings({ name, server, healthy, reason, set }: CheckHealth): string[] {
  if (!healthy) return [`${name} of ${server} is unhealthy: ${reason}`];
  return set === 'up' ? [`${name} of ${server} is forced up, whatever its probes say`] : [];
}

function besideFindings({ other_dhcp_servers: others }: Raw): string[] {
  if (others.length === 0) return [];
  return [`before this one answered, others did on its interface: ${others.map(escapeText).join(', ')}`];
}
