import { formatIpv4 } from '../core/address.ts';
import type { Quality } from '../core/driver.ts';
import { AddressBook } from './addresses.ts';
import { DeviceBuilder } from './build-devices.ts';
import { ExpectationBuilder } from './build-expect.ts';
import { faultId } from './build-faults.ts';
import { buildLimits } from './build-limits.ts';
import { buildServices } from './build-services.ts';
import { buildTimeline } from './build-timeline.ts';
import { isWhen } from './cells.ts';
import { checkReach } from './check-reach.ts';
import { checkSize } from './check-size.ts';
import type { Findings } from './findings.ts';
import { quote } from './mistakes.ts';
import type { Params } from './params.ts';
import type { LinkConfig, Scenario, SegmentConfig, ServiceConfig } from './scenario.ts';
import type { ScenarioFile } from './schema.ts';
import { resolverOf } from './shorthand.ts';
import { parseEpochUs } from './values.ts';

const EPOCH = '2026-01-01T00:00:00Z';
const DURATION_US = 600_000_000;

export interface Whole {
  readonly fileName: string;
  /** What decides which expectations belong to this run. */
  readonly params: Params;
}

/** A file whose form is right, checked against itself; what is wrong goes to `findings`. */
export function buildScenario(file: ScenarioFile, { fileName, params }: Whole, findings: Findings): Scenario {
  const durationUs = file.duration ?? DURATION_US;
  if (durationUs === 0) findings.add(['duration'], 'the run has no length', 'write 1s or more');
  nameAll(file, findings);
  checkSize(file, findings);
  const book = new AddressBook(findings);
  const order = [...(findings.root.children.get('services')?.keys.keys() ?? [])];
  const { resolvers, others } = splitDevices(file.devices ?? {});
  const services = buildServices(
    { ...file.services, ...resolvers },
    order,
    book,
    findings,
    Object.keys(resolvers),
  );
  const builder = new DeviceBuilder(services, book, findings);
  const devices = builder.build(others);
  checkRanges(services, book, findings);
  const expectations = new ExpectationBuilder(devices, services, durationUs, findings);
  const net = buildNet(file, builder.cables, findings);
  // A segment that is misspelt joins nothing, and is said already.
  if (findings.mistakes.length === 0) checkReach({ ...net, services, devices }, findings);
  return {
    name: file.name,
    about: file.about ?? '',
    fileName,
    seed: file.seed ?? 1,
    durationUs,
    epochUs: file.epoch ?? parseEpochUs(EPOCH) ?? 0,
    limits: buildLimits(file.limits, { services, devices }, findings),
    ...net,
    services,
    devices,
    timeline: buildTimeline(file.timeline ?? [], { durationUs, devices, services }, findings),
    expectations: (file.expect ?? []).flatMap((each, index) => {
      const built = expectations.build(each, ['expect', index]);
      return built !== undefined && isWhen(each.when, params) ? built : [];
    }),
    files: findings.files,
    warnings: findings.warnings.sort((a, b) => a.line - b.line || a.column - b.column),
  };
}

/** All names first: what comes early in the file may speak of what comes late. */
function nameAll(file: ScenarioFile, findings: Findings): void {
  for (const [name, { kind }] of Object.entries(file.net)) findings.places.set(name, kind);
  for (const [name, service] of Object.entries(file.services ?? {}))
    if (service !== undefined)
      findings.names.set(name, {
        kind: service.kind ?? name,
        count: undefined,
        isService: true,
        isLive: service.place === 'live',
      });
  for (const [name, device] of Object.entries(file.devices ?? {})) {
    if (findings.names.has(name))
      findings.addAtKey(['devices'], name, 'a service has this name', 'give the device another one');
    const count = 'count' in device ? device.count : undefined;
    const place = 'place' in device ? device.place : undefined;
    const isHeadends = place === 'headend';
    findings.names.set(name, {
      kind: device.kind,
      count,
      isService: false,
      isLive: place === 'live' || isHeadends,
      isHeadends,
    });
  }
  for (const [index, action] of (file.timeline ?? []).entries())
    if (action.do === 'rogue') nameRogue(faultId(action, index), index, findings);
}

/** A server that comes later has a name as well. */
function nameRogue(name: string, index: number, findings: Findings): void {
  if (findings.names.has(name))
    findings.add(['timeline', index], `${name} is the name of a host`, 'give it another id');
  else findings.names.set(name, { kind: 'dhcp', count: undefined, isService: true, isLive: false });
}

type DeviceFiles = NonNullable<ScenarioFile['devices']>;

/** Resolvers among the devices are services that are written shorter. */
function splitDevices(devices: DeviceFiles) {
  const resolvers: Record<string, ReturnType<typeof resolverOf>> = {};
  const others: Record<string, Exclude<DeviceFiles[string], { kind: 'resolver' }>> = {};
  for (const [name, device] of Object.entries(devices))
    if (device.kind === 'resolver') resolvers[name] = resolverOf(device);
    else others[name] = device;
  return { resolvers, others };
}

function buildNet(
  file: ScenarioFile,
  cables: ReadonlyMap<string, string>,
  findings: Findings,
): { readonly segments: readonly SegmentConfig[]; readonly links: readonly LinkConfig[] } {
  const segments: SegmentConfig[] = [];
  const links: LinkConfig[] = [];
  for (const [name, entry] of Object.entries(file.net)) {
    const quality: Quality = {
      delayUs: entry.delay ?? 0,
      jitterUs: entry.jitter ?? 0,
      lossRatio: entry.loss ?? 0,
      bitsPerSecond: entry.bandwidth ?? 0,
    };
    if (entry.kind === 'segment') {
      segments.push({ name, kind: cables.has(name) ? 'cable' : 'ethernet', quality });
      continue;
    }
    const [a, b] = entry.between;
    findings.segment(a, ['net', name, 'between', 0]);
    findings.segment(b, ['net', name, 'between', 1]);
    if (a === b)
      findings.add(['net', name, 'between'], `the link joins ${quote(a)} to itself`, 'write two segments');
    links.push({ name, between: [a, b], quality });
  }
  return { segments, links };
}

/** An address that somebody has already is no address to give out. */
function checkRanges(services: readonly ServiceConfig[], book: AddressBook, findings: Findings): void {
  for (const service of services) {
    if (service.kind !== 'dhcp') continue;
    for (const [index, subnet] of service.subnets.entries())
      for (const { first, last } of subnet.ranges) {
        const taken = book.inside(first, last);
        if (taken === undefined) continue;
        findings.add(
          ['services', service.name, 'subnets', index, 'range'],
          `the range has ${formatIpv4(taken.address)} in it, which is the address of ${taken.owner}`,
          'let the range begin after it, or end before it',
        );
      }
  }
}
