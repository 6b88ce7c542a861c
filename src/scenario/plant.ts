import type { HostSpec, Topology } from '../core/driver.ts';
import { formatIp, type Mac } from '../core/address.ts';
import { bug } from '../core/errors.ts';
import { HostNames } from '../core/host-names.ts';
import { MacRuns } from '../core/mac-runs.ts';
import type { Scenario, Selector } from '../config/scenario.ts';

/** The hosts of a run by number, name, group and hardware address: what expectations and results are kept by. */
export class PlantIndex {
  readonly hosts: readonly HostSpec[];
  /** Of hosts that do not know their own. */
  readonly #numbers = new Map<HostSpec, number>();
  readonly #groups = new Map<string, HostSpec[]>();
  readonly #names = new HostNames();
  readonly #macs = new MacRuns();

  constructor(scenario: Scenario, topology: Topology) {
    this.hosts = topology.hosts;
    for (const [number, host] of topology.hosts.entries()) {
      if (host.number !== number) this.#numbers.set(host, number);
      this.#add(host.group, host);
      this.#names.add(host.name, host.group, number);
      for (const { mac } of host.interfaces) this.#macs.set(mac, number);
    }
    // A service that shares a host with an earlier one is found by its address.
    for (const service of scenario.services) {
      if (this.named(service.name).length > 0) continue;
      const address = service.addresses[0]?.address;
      const host = topology.hosts.find(({ interfaces }) =>
        interfaces.some((one) => one.addresses.some((each) => each.address === address)),
      );
      if (host !== undefined) this.#add(service.name, host);
    }
  }

  /** By the order of the topology; undefined for what a driver adds by itself, such as the two ends of a link. */
  numberOf(host: HostSpec): number | undefined {
    const { number } = host;
    return number !== undefined && this.hosts[number] === host ? number : this.#numbers.get(host);
  }

  numberOfMac(mac: Mac): number | undefined {
    const number = this.#macs.get(mac);
    return number < 0 ? undefined : number;
  }

  at(number: number): HostSpec {
    return this.hosts[number] ?? bug(`there is no host ${number}`);
  }

  /** The hosts of a name: a group's members in order, one member, or the host of a service. */
  named(name: string): readonly HostSpec[] {
    const group = this.#groups.get(name);
    if (group !== undefined) return group;
    const number = this.#names.find(name);
    return number === undefined ? [] : [this.at(number)];
  }

  members(selector: Selector): readonly HostSpec[] {
    return this.named(selector.text);
  }

  #add(name: string, host: HostSpec): void {
    const list = this.#groups.get(name);
    if (list === undefined) this.#groups.set(name, [host]);
    else list.push(host);
  }
}

/** A moment as reports show it: seconds with three digits. */
export function formatMoment(us: number): string {
  return `${(us / 1_000_000).toFixed(3)} s`;
}

/** `1,234`, without asking the machine for its language. */
export function formatCount(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ',');
}

/** `once`, or `1,204 times`. */
export function timesText(count: number): string {
  return count === 1 ? 'once' : `${formatCount(count)} times`;
}

/** The first address that the file gives a host. */
export function fixedAddress(host: HostSpec): string | undefined {
  const address = host.interfaces.flatMap(({ addresses }) => addresses)[0];
  return address && formatIp(address.address);
}
