import type { Ip, Prefix } from '../core/address.ts';
import { isIpv4 } from '../core/address.ts';
import { type Limits, LIMITS_DEFAULT } from '../core/limits.ts';
import { SECOND } from '../core/time.ts';
import type { Findings } from './findings.ts';
import type { DeviceConfig, ServiceConfig } from './scenario.ts';
import type { LimitsFile } from './schema-limits.ts';

const IDLE_US_MAX = 86_400 * SECOND;

/** The limits of the file over the defaults. Its relays are never counted: each speaks for thousands. */
export function buildLimits(
  file: LimitsFile | undefined,
  plant: { readonly services: readonly ServiceConfig[]; readonly devices: readonly DeviceConfig[] },
  findings: Findings,
): Limits {
  const { datagrams, connections } = LIMITS_DEFAULT;
  const rate = file?.datagrams?.rate ?? datagrams.rate;
  const total = file?.connections?.total ?? connections.total;
  const idleUs = file?.connections?.idle ?? connections.idleUs;
  if (idleUs < SECOND || idleUs > IDLE_US_MAX)
    findings.add(['limits', 'connections', 'idle'], 'the time is out of bounds', 'write 1s to 1d');
  const perSource = file?.connections?.['per-source'];
  if (perSource !== undefined && perSource > total)
    findings.add(
      ['limits', 'connections', 'per-source'],
      `one source may have ${perSource} connections, and all together ${total}`,
      'let "per-source" be at most "total"',
    );
  const relays = relaysOf(plant).map((address): Prefix => {
    return { address, length: isIpv4(address) ? 32 : 128 };
  });
  return {
    datagrams: {
      rate,
      burst: file?.datagrams?.burst ?? Math.max(1, Math.round(rate * 2)),
      sources: file?.datagrams?.sources ?? datagrams.sources,
      exempt: [...(file?.datagrams?.exempt ?? datagrams.exempt), ...relays],
    },
    connections: {
      total,
      perSource: Math.min(perSource ?? connections.perSource, total),
      idleUs,
      unsentOctets: file?.connections?.['unsent-octets'] ?? connections.unsentOctets,
      unsentOctetsTotal: file?.connections?.['unsent-octets-total'] ?? connections.unsentOctetsTotal,
    },
  };
}

/** What relays may send from: the addresses that subnets name, and those of each CMTS. */
function relaysOf({
  services,
  devices,
}: {
  readonly services: readonly ServiceConfig[];
  readonly devices: readonly DeviceConfig[];
}): readonly Ip[] {
  const named = services.flatMap((service) =>
    service.kind === 'dhcp' ? service.subnets.flatMap(({ relays }) => relays) : [],
  );
  const own = devices.flatMap((device) =>
    device.kind === 'cmts'
      ? [device.giaddr, device.uplinkAddress, ...device.secondaries].map(({ address }) => address)
      : [],
  );
  return [...new Set<Ip>([...named, ...own])];
}
