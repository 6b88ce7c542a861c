import { formatIpv4, formatPrefix, type Ipv4, isIpv4, maskIp, prefixContains } from '../core/address.ts';
import { changeSubnet, leaseOf } from './build-dhcp.ts';
import { buildSecret, buildTftpFiles } from './build-files.ts';
import type { Fault, FaultCommon } from './fault.ts';
import { didYouMean, type Findings, type Path } from './findings.ts';
import type {
  CmtsDeviceConfig,
  DeviceConfig,
  DhcpServiceConfig,
  Selector,
  ServiceConfig,
  TftpServiceConfig,
} from './scenario.ts';
import type { HostFaultFile } from './schema-faults.ts';

type Of<Kind extends HostFaultFile['do']> = Extract<HostFaultFile, { do: Kind }>;
type Changeable = TftpServiceConfig | DhcpServiceConfig | CmtsDeviceConfig;
type ChangeKey = keyof Of<'change'>;

/** What of each kind may change. */
const CHANGES: Readonly<Record<Changeable['kind'], readonly ChangeKey[]>> = {
  tftp: ['files', 'remove'],
  dhcp: ['subnet', 'lease', 'router', 'tftp', 'options'],
  cmts: ['secret', 'secret-file'],
};
const CHANGE_KEYS = Object.values(CHANGES).flat();
/** What a home router gives out: addresses of a network of 254. */
const ROGUE_PREFIX_LENGTH = 24;

/** What happens to hosts, checked against the file. */
export class HostFaultBuilder {
  readonly #findings: Findings;
  readonly #services: ReadonlyMap<string, ServiceConfig>;
  /** What may change, as it is by then, and when it changed last. */
  readonly #changing = new Map<string, { readonly config: Changeable; readonly at: number }>();
  readonly #cables: ReadonlySet<string>;

  constructor(devices: readonly DeviceConfig[], services: readonly ServiceConfig[], findings: Findings) {
    this.#findings = findings;
    this.#services = new Map(services.map((service) => [service.name, service]));
    for (const config of [...services, ...devices])
      if (config.kind === 'tftp' || config.kind === 'dhcp' || config.kind === 'cmts')
        this.#changing.set(config.name, { config, at: 0 });
    this.#cables = new Set(devices.flatMap((device) => (device.kind === 'cmts' ? [device.cable] : [])));
  }

  build(file: Exclude<HostFaultFile, { do: 'restart' }>, common: FaultCommon, path: Path): Fault | undefined {
    if (file.do === 'rogue') return this.#rogue(file, common, path);
    const who = this.#findings.selector(file.who, [...path, 'who']);
    if (who === undefined) return undefined;
    switch (file.do) {
      case 'crash':
        return { ...common, do: 'crash', who, memory: file.memory ?? 'lose', disk: file.disk ?? 'keep' };
      case 'disk':
        return this.#disk(file, who, common, path);
      case 'clock':
        if ((file.step ?? 0) === 0 && (file.skew ?? 0) === 0)
          this.#findings.add(path, 'the clock is right', 'write step: or skew: other than 0');
        return { ...common, do: 'clock', who, stepUs: file.step ?? 0, skewPpm: file.skew ?? 0 };
      case 'slow':
        return this.#slow(file, who, common, path);
      case 'fill-pool':
        return this.#fill(file, who, common, path);
      case 'change':
        return this.#change(file, who, common, path);
    }
  }

  #disk(file: Of<'disk'>, who: Selector, common: FaultCommon, path: Path): Fault {
    const kind = this.#services.get(who.group)?.kind;
    if (kind !== 'dhcp' && kind !== 'dns')
      this.#findings.add(
        [...path, 'who'],
        `${who.text} keeps nothing on a disk`,
        'name a dhcp or dns service',
      );
    if (file.is === 'full' && file.flush !== undefined)
      this.#findings.addAtKey(path, 'flush', 'a full disk has no flush', 'write is: slow, or take this away');
    if (file.is === 'slow' && (file.flush ?? 0) === 0)
      this.#findings.add(path, 'it does not say how slow', 'write flush: and how long one takes, such as 2s');
    return { ...common, do: 'disk', who, flushUs: file.is === 'full' ? 'full' : (file.flush ?? 0) };
  }

  #slow(file: Of<'slow'>, who: Selector, common: FaultCommon, path: Path): Fault {
    const { by: byUs = 0, rate = 0 } = file;
    if (byUs === 0 && rate === 0)
      this.#findings.add(
        path,
        'it does not say how slow',
        'write by: and how much later, such as 2s, or rate: 20/s',
      );
    const kind = this.#findings.names.get(who.group)?.kind;
    if (kind === 'ftp' || !this.#services.has(who.group))
      this.#findings.add(
        [...path, 'who'],
        `${who.text} is no server that datagrams come to`,
        'name a service',
      );
    return { ...common, do: 'slow', who, byUs, rate };
  }

  #fill(file: Of<'fill-pool'>, who: Selector, common: FaultCommon, path: Path): Fault | undefined {
    const service = this.#services.get(who.group);
    if (service?.kind !== 'dhcp') {
      this.#findings.add([...path, 'who'], `${who.text} has no pool`, 'name a dhcp service');
      return undefined;
    }
    const subnet = file.subnet && formatPrefix(file.subnet);
    const known = service.subnets.map((each) => formatPrefix(each.subnet));
    if (subnet !== undefined && !known.includes(subnet))
      this.#findings.add(
        [...path, 'subnet'],
        `${who.text} has no subnet ${subnet}`,
        didYouMean(subnet, known, 'its subnets are'),
      );
    return { ...common, do: 'fill-pool', who, subnet, leave: file.leave ?? 0 };
  }

  #rogue(file: Of<'rogue'>, common: FaultCommon, path: Path): Fault | undefined {
    this.#findings.segment(file.on, [...path, 'on']);
    if (this.#cables.has(file.on))
      this.#findings.add(
        [...path, 'on'],
        `on the cable ${file.on} modems hear their CMTS alone, so it never acts`,
        'plug it in where hosts ask by broadcast',
      );
    const { address, prefixLength = ROGUE_PREFIX_LENGTH } = file.ip;
    if (!isIpv4(address)) {
      this.#findings.add(
        [...path, 'ip'],
        'DHCP gives out IPv4',
        'write an IPv4 address such as 192.168.1.1/24',
      );
      return undefined;
    }
    const subnet = { address: maskIp(address, prefixLength) as Ipv4, length: prefixLength };
    for (const end of file.range.flatMap(({ first, last }) => [first, last]))
      if (!prefixContains(subnet, end))
        this.#findings.add(
          [...path, 'range'],
          `${formatIpv4(end)} is outside of its network ${formatPrefix(subnet)}`,
          'write addresses of that network, or another length behind ip:',
        );
    const at = common.path;
    const dns = (file.dns ?? [address]).map((one) => formatIpv4(one));
    return {
      ...common,
      do: 'rogue',
      server: {
        kind: 'dhcp',
        name: common.id,
        on: file.on,
        addresses: [{ address, prefixLength }],
        capacity: undefined,
        limiter: undefined,
        place: { kind: 'virtual' },
        authoritative: file.nak ?? false,
        switches: NO_SWITCHES,
        subnets: [
          {
            ...NOTHING_MORE,
            subnet,
            ranges: file.range,
            lease: leaseOf(file.lease, this.#findings, [...path, 'lease']),
            routers: file.router ?? [address],
            options: [{ name: 'domain-name-servers', value: dns, at }],
            at,
          },
        ],
      },
    };
  }

  #change(file: Of<'change'>, who: Selector, common: FaultCommon, path: Path): Fault | undefined {
    const before = this.#changing.get(who.group);
    if (before === undefined) {
      this.#findings.add(
        [...path, 'who'],
        `${who.text} cannot change`,
        'name a tftp or dhcp service, or a CMTS',
      );
      return undefined;
    }
    if (common.at === 0)
      this.#findings.add(
        [...path, 'at'],
        'this is how it begins',
        'write it where it stands, or a later moment',
      );
    if (common.at < before.at)
      this.#findings.add(
        [...path, 'at'],
        `${who.text} changes later in a line above`,
        'write changes in their order',
      );
    const keys = CHANGES[before.config.kind];
    const wrong = CHANGE_KEYS.filter((key) => file[key] !== undefined && !keys.includes(key));
    for (const key of wrong)
      this.#findings.addAtKey(
        path,
        key,
        `${who.text} has no ${key} to change`,
        `its keys are ${keys.join(', ')}`,
      );
    if (keys.every((key) => key === 'subnet' || file[key] === undefined) && wrong.length === 0)
      this.#findings.add(path, 'nothing changes', `write one of ${keys.join(', ')}`);
    const to = this.#changed(before.config, file, path);
    this.#changing.set(who.group, { config: to, at: common.at });
    return { ...common, do: 'change', who, to };
  }

  #changed(before: Changeable, file: Of<'change'>, path: Path): Changeable {
    switch (before.kind) {
      case 'cmts':
        return { ...before, secret: buildSecret(file, this.#findings, path) };
      case 'tftp': {
        const { remove = [] } = file;
        const files = buildTftpFiles(file.files ?? {}, this.#findings, [...path, 'files']);
        const gone = new Set([...remove, ...files.map(({ name }) => name)]);
        const known = before.files.map(({ name }) => name);
        for (const name of remove)
          if (!known.includes(name))
            this.#findings.add(
              [...path, 'remove'],
              `${before.name} has no file ${name} of its own`,
              didYouMean(name, known, 'its files are'),
            );
        return { ...before, files: [...before.files.filter(({ name }) => !gone.has(name)), ...files] };
      }
      case 'dhcp':
        return this.#changedDhcp(before, file, path);
    }
  }

  #changedDhcp(before: DhcpServiceConfig, file: Of<'change'>, path: Path): DhcpServiceConfig {
    const named = file.subnet && formatPrefix(file.subnet);
    const known = before.subnets.map(({ subnet }) => formatPrefix(subnet));
    if (named === undefined && known.length > 1)
      this.#findings.add(
        path,
        `${before.name} has ${known.length} subnets`,
        `write subnet: and one of ${known.join(', ')}`,
      );
    if (named !== undefined && !known.includes(named))
      this.#findings.add(
        [...path, 'subnet'],
        `${before.name} has no subnet ${named}`,
        didYouMean(named, known, 'its subnets are'),
      );
    const index = named === undefined ? 0 : known.indexOf(named);
    return {
      ...before,
      subnets: before.subnets.map((subnet, place) =>
        place === index ? changeSubnet(subnet, file, this.#findings, path) : subnet,
      ),
    };
  }
}

const NO_SWITCHES: DhcpServiceConfig['switches'] = {
  ignoresClientId: undefined,
  acksWithoutRequestData: undefined,
  acceptsWithoutServerId: undefined,
  offerHoldSeconds: undefined,
  declineHoldSeconds: undefined,
};

const NOTHING_MORE = {
  relays: [],
  class: undefined,
  member: undefined,
  test: undefined,
  sharedNetwork: undefined,
  tftp: [],
  classes: [],
  reservations: [],
} as const;
