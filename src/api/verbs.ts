import { formatEndpoint } from '../core/address.ts';
import type { HostSpec } from '../core/driver.ts';
import type { Plain } from '../core/service.ts';
import { NET_RULES } from '../core/rules/net.ts';
import type { RealDriver } from '../driver/real/driver.ts';
import type { LeaseDb } from '../driver/real/lease-db.ts';
import type { ControlVerb } from './control.ts';
import type { Reloader } from './reload.ts';

/** What the control socket speaks about. */
export interface Served {
  readonly driver: RealDriver;
  /** Those that run now: a reload changes them. */
  readonly hosts: () => readonly HostSpec[];
  readonly store: LeaseDb | undefined;
  /** Undefined when there is no file to read again. */
  readonly reloader: Reloader | undefined;
  /** What the servers run from. */
  readonly file: string | undefined;
  /** Other DHCP servers that answered on the interface before we did. */
  readonly beside: readonly string[];
}

/** The commands that a running `serve` answers. */
export function controlVerbs(served: Served): ReadonlyMap<string, ControlVerb> {
  const { driver, hosts, reloader } = served;
  const startedAt = driver.now;
  /** One command to all hosts of a kind; their answers by host. */
  const asking =
    (kind: string, verb: string): ControlVerb =>
    (args) =>
      Promise.all(
        hosts()
          .filter((host) => host.kind.split('+').includes(kind))
          .map(async ({ name }) => ({ host: name, [verb]: await driver.ask(name, verb, args) })),
      );
  const pools = asking('dhcp', 'pools');
  const checks = asking('dns', 'checks');
  const awaited = asking('dns', 'awaited');
  return new Map<string, ControlVerb>([
    ['leases', asking('dhcp', 'leases')],
    ['modems', asking('cmts', 'modems')],
    ['pools', pools],
    ['checks', checks],
    ['awaited', awaited],
    // What an operator says of a check of this name, wherever there is one.
    ['check', asking('dns', 'check')],
    [
      'health',
      async () => ({
        ...healthOf(served, startedAt),
        pools: await pools({}),
        checks: await checks({}),
        awaited: await awaited({}),
      }),
    ],
    [
      'reload',
      () =>
        reloader === undefined
          ? Promise.reject(new Error('these servers were not made from a file'))
          : reloader.reload(),
    ],
  ]);
}

function healthOf(
  { driver, hosts, store, reloader, file, beside }: Served,
  startedAt: number,
): Record<string, Plain> {
  const last = reloader?.last;
  return {
    pid: process.pid,
    started_at: unixSecondsAgo(driver.now - startedAt),
    up_us: driver.now - startedAt,
    file: file ?? null,
    loaded_at: reloader?.loadedAt ?? unixSecondsAgo(driver.now - startedAt),
    reloads: reloader?.count ?? 0,
    reload_error: last?.reloaded === false ? { at: last.at, messages: last.messages } : null,
    hosts: hosts().map(({ name, kind }) => ({ name, kind })),
    endpoints: driver.mapping().map((row) => ({
      host: row.host,
      protocol: row.protocol,
      endpoint: formatEndpoint(row.scenario),
      bound: formatEndpoint(row.real),
    })),
    counts: { ...driver.counts, datagramsLimited: driver.datagramsLimited },
    rss_octets: process.memoryUsage.rss(),
    other_dhcp_servers: beside,
    disk: store?.failure ?? 'good',
    disk_failures: driver.ruleCounts[NET_RULES.diskFailed.index] ?? 0,
  };
}

/** By the machine's clock as it is now; the driver's own time is no date. */
function unixSecondsAgo(us: number): number {
  return Math.floor((Date.now() - us / 1_000) / 1_000);
}
