import type { ReportHash } from '../codec/health-report.ts';
import { REPORT_KEY_OCTETS } from '../codec/health-report.ts';
import type { ProberDeviceConfig } from '../config/checks.ts';
import { ScenarioError } from '../config/mistakes.ts';
import type { DnsServiceConfig } from '../config/scenario.ts';
import { memberName } from '../config/template.ts';
import { addToIp, type Ip } from '../core/address.ts';
import { fromHex } from '../core/bytes.ts';
import { Random, streamKey } from '../core/random.ts';
import type { Service } from '../core/service.ts';
import { utf8Text } from '../core/text.ts';
import type { HealthSource } from '../policy/dns/health-view.ts';
import { HealthService } from '../service/health.ts';
import { type Assignment, ProberService } from '../service/prober.ts';
import type { World } from './world.ts';

/** The maker of what looks after the checks of a name server; `source` is where its policies look. */
export function healthMaker(config: DnsServiceConfig, source: HealthSource, world: World): () => Service {
  const hash = reportHash(config, world);
  const probers = new Map<string, readonly Ip[]>();
  for (const device of world.scenario.devices)
    if (device.kind === 'prober')
      for (let index = 0; index < (device.count ?? 1); index++)
        probers.set(memberName(device.name, device.count, index), [addToIp(device.address.address, index)]);
  return () =>
    new HealthService({
      checks: config.checks,
      random: (check) => new Random(streamKey(world.seed, `${config.name} check ${check}`)),
      source,
      probers,
      hash,
      epoch: world.epoch,
    });
}

/** Whether probers report to it. */
export function hearsReports({ checks }: DnsServiceConfig): boolean {
  return checks.some(({ source }) => source.kind === 'probed' && source.vantages.length > 0);
}

/** The maker of one prober: of every name server the checks that name it. */
export function proberMaker(device: ProberDeviceConfig, index: number, world: World): () => Service {
  const name = memberName(device.name, device.count, index);
  const found = world.scenario.services.flatMap((service) => {
    const server = service.addresses[0]?.address;
    if (service.kind !== 'dns' || server === undefined || !hearsReports(service)) return [];
    const hash = reportHash(service, world);
    return service.checks.flatMap(({ name: check, startsHealthy, source }) =>
      source.kind === 'probed' && source.vantages.includes(name)
        ? [
            {
              check,
              startsHealthy,
              probing: source.probing,
              key: `${name} ${service.name} check ${check}`,
              server,
              hash,
            },
          ]
        : [],
    );
  });
  const assignments = (): Assignment[] =>
    found.map(({ check, startsHealthy, probing, key, server, hash }) => ({
      watched: { name: check, startsHealthy, probing, random: new Random(streamKey(world.seed, key)) },
      server,
      hash,
    }));
  return () => new ProberService({ name, assignments: assignments(), epoch: world.epoch });
}

function reportHash({ checksSecret }: DnsServiceConfig, { contents, crypto }: World): ReportHash | undefined {
  if (checksSecret === undefined) return undefined;
  const key = fromHex(utf8Text(contents.octets(checksSecret)).trim());
  // What stands there is a secret, and is not shown.
  if (key?.length !== REPORT_KEY_OCTETS)
    throw new ScenarioError(checksSecret.path, [
      {
        line: 1,
        column: 1,
        path: checksSecret.at,
        message: 'this is no secret for reports',
        hint: 'write 32 hex digits, such as openssl rand -hex 16 prints',
      },
    ]);
  return (octets) => crypto.sipHash24(key, octets);
}
