import {
  formatIpv4,
  isIpv4,
  maskIp,
  prefixContains,
  type Ip,
  type Ipv4,
  type Prefix,
} from '../core/address.ts';
import type { InterfaceAddress } from '../core/service.ts';
import { interfaceAddress, type AddressBook } from './addresses.ts';
import { buildClient } from './build-client.ts';
import { buildTarget } from './build-checks.ts';
import { buildEchoes } from './build-echoes.ts';
import { buildAttacker, buildPopulation, serverAddress } from './build-resolver.ts';
import { buildSecret } from './build-files.ts';
import { buildLiveDevice } from './build-place.ts';
import { claimRouter, RouterBuilder } from './build-router.ts';
import { didYouMean, type Findings, type Path } from './findings.ts';
import { quote } from './mistakes.ts';
import { readQuestion } from './question.ts';
import type { ClientDeviceConfig } from './router.ts';
import type {
  CableModemDeviceConfig,
  CmtsDeviceConfig,
  DeviceConfig,
  DhcpSubnetConfig,
  HostDeviceConfig,
  Question,
  ServiceConfig,
} from './scenario.ts';
import type { ProberFile, WebFile } from './schema-checks.ts';
import type { ClientFile } from './schema-router.ts';
import type { DeviceFile as AnyDeviceFile } from './schema.ts';

/** Resolvers are built as services. */
type DeviceFile = Exclude<AnyDeviceFile, { kind: 'resolver' }>;
type CmtsFile = Extract<DeviceFile, { kind: 'cmts' }>;
type ModemFile = Extract<DeviceFile, { kind: 'cable-modem' }>;
type HostFile = Extract<DeviceFile, { kind: 'host' | 'stub' }>;
/** A host whose place is known; `on` is empty after a mistake. */
type StandingHost = Omit<HostFile, 'on' | 'behind'> & Pick<HostDeviceConfig, 'on' | 'behind'>;

/** What a simulated host does, and a real one decides itself. */
const OWN_OF_HOST = ['class', 'resolver', 'ask', 'every', 'trust-anchors', 'answers'] as const;

/** The devices, checked against segments and services. CMTSs come first, since modems are checked against their cables. */
export class DeviceBuilder {
  readonly #findings: Findings;
  readonly #book: AddressBook;
  readonly #services: readonly ServiceConfig[];
  /** Cable segment -> the CMTS on it. */
  readonly cables = new Map<string, string>();

  constructor(services: readonly ServiceConfig[], book: AddressBook, findings: Findings) {
    this.#services = services;
    this.#book = book;
    this.#findings = findings;
  }

  build(devices: Readonly<Record<string, DeviceFile>>): DeviceConfig[] {
    const entries = Object.entries(devices);
    for (const [name, device] of entries) if (device.kind === 'cmts') this.#claimCable(name, device);
    // What the file says comes before what is chosen for it.
    for (const [name, device] of entries) this.#claimAddresses(name, device, ['devices', name]);
    return entries.map(([name, device]) => {
      const path = ['devices', name];
      if (device.kind === 'cmts') return this.#cmts(name, device, path);
      if (device.kind === 'cable-modem') return this.#modem(name, device, path);
      if (device.kind === 'router') return new RouterBuilder(device, this.#findings, path).build(name);
      if (device.kind === 'client') return this.#client(name, device, path);
      if (device.kind === 'web' || device.kind === 'prober') return this.#target(name, device, path);
      if (device.kind === 'population')
        return buildPopulation(name, device, this.#services, this.#findings, path);
      if (device.kind === 'attacker')
        return buildAttacker(name, device, this.#services, this.#findings, path);
      return this.#host(name, this.#standing(device, devices, path), path);
    });
  }

  /** Where a host stands: on a segment, or behind a modem and so on the modem's cable. */
  #standing(file: HostFile, devices: Readonly<Record<string, DeviceFile>>, path: Path): StandingHost {
    const { on, behind } = file;
    if (on !== undefined && behind !== undefined)
      this.#findings.addAtKey(path, 'behind', 'it is on a segment already', 'write on: or behind:, not both');
    if (behind === undefined) {
      if (on === undefined)
        this.#findings.add(
          path,
          'nothing says where it is',
          'write on: with a segment, or behind: with a modem',
        );
      return { ...file, on: on ?? '', behind: undefined };
    }
    const at = [...path, 'behind'];
    const selector = this.#findings.selector(behind, at);
    const modem = selector && devices[selector.group];
    if (selector !== undefined && modem?.kind !== 'cable-modem') {
      const modems = Object.keys(devices).filter((name) => devices[name]?.kind === 'cable-modem');
      const hint = didYouMean(behind, modems, 'the modems are');
      this.#findings.add(at, `${quote(behind)} is no cable modem`, hint);
    } else if (this.#findings.names.get(selector?.group ?? '')?.isLive === true)
      this.#findings.add(
        at,
        `${quote(behind)} is real (place: live), and so is what stands behind it`,
        'let the modem be virtual, or take the host away',
      );
    return { ...file, on: on ?? (modem?.kind === 'cable-modem' ? modem.on : ''), behind: selector };
  }

  #claimCable(name: string, device: CmtsFile): void {
    const path = ['devices', name];
    this.#findings.segment(device.cable, [...path, 'cable']);
    this.#findings.segment(device.uplink, [...path, 'uplink']);
    const other = this.cables.get(device.cable);
    if (other !== undefined)
      this.#findings.add(
        [...path, 'cable'],
        `${device.cable} is already the cable of ${other}`,
        'give each CMTS a segment of its own',
      );
    else if (device.cable === device.uplink)
      this.#findings.add(
        [...path, 'uplink'],
        'the uplink is the cable itself',
        'write the segment of the servers',
      );
    else this.cables.set(device.cable, name);
  }

  #claimAddresses(name: string, device: DeviceFile, path: Path): void {
    if (device.kind === 'cmts') {
      this.#book.claim(device.giaddr.address, 1, name, [...path, 'giaddr']);
      const uplink = device['uplink-ip'];
      if (uplink !== undefined) this.#book.claim(uplink.address, 1, name, [...path, 'uplink-ip']);
      return;
    }
    if (device.kind === 'router') return claimRouter(name, device, this.#book, path);
    if (device.kind === 'population' || device.kind === 'attacker')
      return this.#book.claim(device.ip.address, 1, name, [...path, 'ip']);
    const count = device.count ?? 1;
    if (device.kind === 'client' || device.kind === 'web' || device.kind === 'prober')
      return this.#book.claim(device.ip.address, count, name, [...path, 'ip']);
    if (device.mac !== undefined) this.#book.claimMacs(device.mac, count, name, [...path, 'mac']);
    if (device.kind !== 'cable-modem' && device.ip !== undefined)
      this.#book.claim(device.ip.address, count, name, [...path, 'ip']);
  }

  #cmts(name: string, file: CmtsFile, path: Path): CmtsDeviceConfig {
    const giaddr = this.#giaddr(file, path);
    const common = {
      name,
      kind: 'cmts' as const,
      count: undefined,
      cable: file.cable,
      uplink: file.uplink,
      giaddr,
      relaySource: file['relay-source'] ?? ('cable' as const),
      helpers: file.helper,
      secret: buildSecret(file, this.#findings, path),
      ranging: file.ranging ?? ('contention' as const),
    };
    return {
      ...common,
      secondaries: this.#secondaries(giaddr),
      uplinkAddress: this.#uplink(name, file, path),
    };
  }

  #dhcpSubnets(): DhcpSubnetConfig[] {
    return this.#services.flatMap((service) => (service.kind === 'dhcp' ? service.subnets : []));
  }

  /** The relay's address, with the length that the DHCP server's subnet has where the file gives none. */
  #giaddr(file: CmtsFile, path: Path): InterfaceAddress {
    const at = [...path, 'giaddr'];
    const { address, prefixLength } = file.giaddr;
    if (!isIpv4(address)) {
      this.#findings.add(at, 'a giaddr is an IPv4 address', 'write one such as 10.9.0.1');
      return { address, prefixLength: prefixLength ?? 64 };
    }
    const subnets = this.#dhcpSubnets();
    const served = this.#services.some(
      (service) =>
        service.kind === 'dhcp' && service.addresses.some((one) => file.helper.includes(one.address)),
    );
    const known = subnets.some((each) =>
      each.relays.length > 0 ? each.relays.includes(address) : prefixContains(each.subnet, address),
    );
    if (served && !known)
      this.#findings.add(
        at,
        `no DHCP subnet serves the relay ${formatIpv4(address)}`,
        'write this address as relay: of a subnet, or correct it',
      );
    const length =
      prefixLength ?? subnets.find((each) => prefixContains(each.subnet, address))?.subnet.length;
    if (length === undefined)
      this.#findings.add(
        at,
        `the length of the network of ${formatIpv4(address)} is not known`,
        `write it, such as ${formatIpv4(address)}/24`,
      );
    return { address, prefixLength: length ?? 24 };
  }

  /** In each further subnet reached through `giaddr` the CMTS is the router. */
  #secondaries(giaddr: InterfaceAddress): InterfaceAddress[] {
    const own: Prefix = {
      address: maskIp(giaddr.address, giaddr.prefixLength),
      length: giaddr.prefixLength,
    };
    const found: InterfaceAddress[] = [];
    for (const { relays, routers, subnet } of this.#dhcpSubnets()) {
      const [router] = routers;
      if (router === undefined || prefixContains(own, router)) continue;
      if (!relays.some((relay) => relay === giaddr.address)) continue;
      if (!found.some((one) => one.address === router))
        found.push({ address: router, prefixLength: subnet.length });
    }
    return found;
  }

  #uplink(name: string, file: CmtsFile, path: Path): InterfaceAddress {
    const given = file['uplink-ip'];
    if (given !== undefined) {
      if (file['relay-source'] === 'uplink' && !isIpv4(given.address))
        this.#findings.add(
          [...path, 'uplink-ip'],
          'servers answer a relay at an IPv4 address',
          'write one, or take relay-source: uplink away',
        );
      return interfaceAddress(given, undefined);
    }
    const there = this.#services.find(
      (service) => service.on === file.uplink && service.addresses.some((one) => isIpv4(one.address)),
    );
    const model = there?.addresses.find((one) => isIpv4(one.address));
    const network = model && (maskIp(model.address, model.prefixLength) as Ipv4);
    const free = model && network !== undefined && this.#book.firstFree(network, model.prefixLength);
    if (model === undefined || free === undefined || free === false) {
      const message =
        model === undefined
          ? `nothing on ${quote(file.uplink)} shows which network it is`
          : 'its network has no address left';
      this.#findings.add(path, message, 'write uplink-ip: with the address of the CMTS there');
      return { address: file.giaddr.address, prefixLength: 24 };
    }
    this.#book.claim(free, 1, name, path);
    return { address: free, prefixLength: model.prefixLength };
  }

  #modem(name: string, file: ModemFile, path: Path): CableModemDeviceConfig {
    this.#findings.segment(file.on, [...path, 'on']);
    if (this.#findings.places.get(file.on) === 'segment' && !this.cables.has(file.on)) {
      const hint = didYouMean(file.on, this.cables.keys(), 'the cables are');
      this.#findings.add([...path, 'on'], `no CMTS has its cable on ${file.on}`, hint);
    }
    return {
      name,
      kind: 'cable-modem',
      count: file.count,
      on: file.on,
      mac: file.mac,
      class: file.class ?? 'docsis3.1:',
      reinitUs: file['reinit-after'],
      rangingBackOff: file['ranging-back-off'] ?? 'widens',
      live: buildLiveDevice(file, ['class', 'reinit-after', 'ranging-back-off'], this.#findings, path),
    };
  }

  #host(name: string, file: StandingHost, path: Path): HostDeviceConfig {
    if (file.behind === undefined && this.#findings.has([...path, 'on']))
      this.#findings.segment(file.on, [...path, 'on']);
    const address = this.#addressOf(name, file, path);
    if (address === undefined && file.router !== undefined)
      this.#findings.addAtKey(path, 'router', 'DHCP gives the router', 'write ip: too, or take this away');
    if (address !== undefined && file.count !== undefined) this.#membersFit(address, file.count, path);
    return {
      name,
      kind: file.kind,
      count: file.count,
      on: file.on,
      behind: file.behind,
      mac: file.mac,
      address,
      class: file.class,
      resolvers: (file.resolver ?? []).flatMap((one, index) => {
        const at = this.#findings.has([...path, 'resolver', index])
          ? [...path, 'resolver', index]
          : [...path, 'resolver'];
        return this.#resolver(one, at);
      }),
      ask: this.#question(file, path),
      trustAnchors: this.#trustAnchors(file, path),
      echoes: buildEchoes(file.answers, this.#findings, [...path, 'answers']),
      live: file.kind === 'stub' ? undefined : buildLiveDevice(file, OWN_OF_HOST, this.#findings, path),
    };
  }

  /** A stub that no DHCP server reaches has the next free addresses beside who has one on its segment. */
  #addressOf(name: string, file: StandingHost, path: Path): InterfaceAddress | undefined {
    if (file.ip !== undefined) return interfaceAddress(file.ip, file.router);
    const hasDhcp =
      this.cables.has(file.on) || this.#services.some(({ kind, on }) => kind === 'dhcp' && on === file.on);
    if (file.kind !== 'stub' || hasDhcp) return undefined;
    const there = this.#services.find(
      ({ on, addresses }) => on === file.on && addresses.some(({ address }) => isIpv4(address)),
    );
    const model = there?.addresses.find(({ address }) => isIpv4(address));
    if (model === undefined) return undefined;
    const { address, prefixLength } = model;
    const count = file.count ?? 1;
    const free = this.#book.freeBlock(maskIp(address, prefixLength) as Ipv4, prefixLength, count);
    if (free === undefined) {
      const message = `the network of ${there?.name ?? file.on} has no ${count} addresses left`;
      this.#findings.add(
        path,
        message,
        'write ip: with an address and the length of its network, such as 10.8.0.10/22',
      );
      return undefined;
    }
    this.#book.claim(free, count, name, path);
    return { address: free, prefixLength };
  }

  #trustAnchors(file: StandingHost, path: Path): readonly string[] {
    const anchors = file['trust-anchors'] ?? [];
    const signed = signedZones(this.#services);
    for (const anchor of anchors)
      if (!signed.includes(anchor))
        this.#findings.add(
          [...path, 'trust-anchors'],
          `${quote(anchor)} is not signed in this file`,
          didYouMean(anchor, signed, 'signed here are'),
        );
    return anchors;
  }

  #client(name: string, file: ClientFile, path: Path): ClientDeviceConfig {
    const client = buildClient(name, file, this.#services, this.#findings, path);
    if (file.count !== undefined) this.#membersFit(client.address, file.count, path);
    return client;
  }

  #target(name: string, file: WebFile | ProberFile, path: Path): DeviceConfig {
    const target = buildTarget(name, file, this.#findings, path);
    if (file.count !== undefined) this.#membersFit(target.address, file.count, path);
    return target;
  }

  #membersFit(address: InterfaceAddress, count: number, path: Path): void {
    if (!isIpv4(address.address)) {
      this.#findings.add([...path, 'ip'], 'a group counts on from an IPv4 address', 'write one, or no ip:');
      return;
    }
    const last = (address.address >>> 0) + count - 1;
    const end = (maskIp(address.address, address.prefixLength) as number) >>> 0;
    if (last >= end + 2 ** (32 - address.prefixLength) - 1)
      this.#findings.add(
        [...path, 'ip'],
        `${count} addresses from ${formatIpv4(address.address)} on leave its network`,
        `write a shorter length than /${address.prefixLength}, or a smaller count`,
      );
  }

  #resolver(text: string, path: Path): readonly Ip[] {
    const known = new Map<string, Ip>();
    for (const { name, kind, addresses } of this.#services)
      if ((kind === 'dns' || kind === 'resolver') && addresses[0] !== undefined)
        known.set(name, addresses[0].address);
    return serverAddress(text, known, this.#findings, path);
  }

  #question(file: StandingHost, path: Path): Question | undefined {
    if (file.ask === undefined) {
      if (file.every !== undefined)
        this.#findings.addAtKey(path, 'every', 'there is no question to repeat', 'write ask: too');
      return undefined;
    }
    const { name, type } = readQuestion(file.ask, this.#findings, [...path, 'ask']);
    return { name, type, everyUs: file.every ?? 0 };
  }
}

/** As written. */
function signedZones(services: readonly ServiceConfig[]): readonly string[] {
  return services.flatMap((service) =>
    service.kind === 'dns'
      ? service.zones.flatMap(({ apex, dnssec }) => (dnssec === undefined ? [] : [apex]))
      : [],
  );
}
