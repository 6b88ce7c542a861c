import { formatIp } from '../core/address.ts';
import { SECOND } from '../core/time.ts';
import { BURST_MAX } from '../policy/limit/amount.ts';
import type { Findings, Path } from './findings.ts';
import type { LimiterConfig, ServiceCommon, ServiceConfig } from './scenario.ts';
import type { ServiceFile } from './schema-services.ts';
import { DURATION_US_MAX, formatDurationUs } from './units.ts';

/** What stands before a service: its queue and its limiter. */
export function buildDoor(
  file: ServiceFile,
  service: { readonly kind: string; readonly addresses: ServiceCommon['addresses'] },
  {
    before,
    findings,
    path,
  }: { readonly before: readonly ServiceConfig[]; readonly findings: Findings; readonly path: Path },
): Pick<ServiceCommon, 'capacity' | 'limiter'> {
  for (const key of ['capacity', 'limiter'] as const) {
    const other =
      file[key] && before.find((each) => each[key] !== undefined && isAt(each, service.addresses));
    const [first] = other?.addresses ?? [];
    // They are one host, and what comes to a host comes through one door.
    if (other !== undefined && first !== undefined)
      findings.add(
        [...path, key],
        `${other.name} is at ${formatIp(first.address)} too, and has a ${key} already`,
        `keep one of them, or give this service an address of its own`,
      );
  }
  const { capacity } = file;
  return {
    capacity: capacity && {
      rate: capacity.rate,
      queue: capacity.queue,
      whenFull: capacity['when-full'] ?? 'drop-newest',
    },
    limiter: file.limiter && buildLimiter(file.limiter, service.kind, findings, [...path, 'limiter']),
  };
}

function isAt(service: ServiceConfig, addresses: ServiceCommon['addresses']): boolean {
  return service.addresses.some(({ address }) => addresses.some((each) => each.address === address));
}

function buildLimiter(
  file: NonNullable<ServiceFile['limiter']>,
  service: string,
  findings: Findings,
  path: Path,
): LimiterConfig | undefined {
  const { kind, rate } = file;
  const by = file.by ?? 'source';
  if (by === 'relay' && service !== 'dhcp')
    findings.add([...path, 'by'], `nothing is relayed to a ${service} service`, 'write source, or all');
  if ((file.burst === undefined) === (file.window === undefined)) {
    const has = file.burst === undefined ? 'neither' : 'both';
    findings.add(
      path,
      `a limiter says how much may come at once by burst or by window, and this has ${has}`,
      'write one of them, such as burst: 50',
    );
    return undefined;
  }
  const burst = file.burst ?? Math.floor((rate * (file.window ?? 0)) / SECOND);
  const windowUs = file.window ?? Math.round((burst * SECOND) / rate);
  const at = [...path, file.window === undefined ? 'burst' : 'window'];
  if (burst < 1 || burst > BURST_MAX)
    findings.add(
      at,
      `${formatDurationUs(windowUs)} at ${rate}/s is room for ${burst} datagrams`,
      `write a window in which 1 to ${BURST_MAX} come`,
    );
  else if (windowUs < 1 || windowUs > DURATION_US_MAX)
    findings.add(at, `${rate}/s does not make ${burst} in any time that a run has`, 'write a smaller burst');
  else return { kind, rate, burst, windowUs, by };
  return undefined;
}
