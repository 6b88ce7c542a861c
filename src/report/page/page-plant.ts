import { formatIp } from '../../core/address.ts';
import type { HostSpec, Topology } from '../../core/driver.ts';
import { escapeText } from '../../core/text.ts';
import type { PlantHost } from '../plant.ts';
import type { PageGroup, PagePlace } from './page-data.ts';

/** The hosts of a run in groups, numbered on from group to group. */
export class PagePlant {
  readonly hosts: readonly PlantHost[];
  readonly groups: readonly PageGroup[];
  readonly #numbers = new Map<string, number>();
  readonly #byMac = new Map<string, number>();
  readonly #alone: ReadonlySet<string>;

  constructor(hosts: readonly PlantHost[]) {
    this.hosts = hosts;
    const byGroup = new Map<string, PlantHost[]>();
    for (const host of hosts) {
      const members = byGroup.get(host.group);
      if (members === undefined) byGroup.set(host.group, [host]);
      else members.push(host);
    }
    const alone = [...byGroup.values()].filter(({ length }) => length === 1);
    this.#alone = new Set(alone.flat().map(({ name }) => name));
    let first = 0;
    this.groups = [...byGroup].map(([name, members]) => {
      for (const [index, { name: member, interfaces }] of members.entries()) {
        this.#numbers.set(member, first + index);
        for (const { mac } of interfaces) this.#byMac.set(mac, first + index);
      }
      const group = groupOf(name, members, first);
      first += members.length;
      return group;
    });
  }

  get count(): number {
    return this.hosts.length;
  }

  /** Whether it is the only member of its group. */
  isAlone(name: string): boolean {
    return this.#alone.has(name);
  }

  numberOf(name: string): number | undefined {
    return this.#numbers.get(name);
  }

  numberOfMac(mac: string): number | undefined {
    return this.#byMac.get(mac);
  }

  /** The groups with the fixed addresses of those that have one member. */
  withAddresses(topology: Topology): readonly PageGroup[] {
    const byName = new Map(topology.hosts.map((host) => [host.name, host]));
    return this.groups.map((group) => {
      const only = group.count === 1 ? byName.get(group.names?.[0] ?? group.name) : undefined;
      return { ...group, ip: only === undefined ? null : addressOf(only) };
    });
  }
}

function groupOf(name: string, members: readonly PlantHost[], first: number): PageGroup {
  const isRegular = members.every((member, index) => member.name === `${name}[${index}]`);
  const segments = new Set(members.flatMap(({ interfaces }) => interfaces.map(({ segment }) => segment)));
  return {
    name,
    kind: members[0]?.kind ?? '',
    first,
    count: members.length,
    names: isRegular ? null : members.map((member) => member.name),
    segments: [...segments],
    ip: null,
    forwards: members[0]?.forwards ?? false,
  };
}

function addressOf({ interfaces }: HostSpec): string | null {
  const addresses = interfaces.flatMap((one) => one.addresses);
  return addresses[0] === undefined ? null : formatIp(addresses[0].address);
}

export function placesOf({ segments, links }: Topology): readonly PagePlace[] {
  return [
    ...segments.map(({ name, kind }) => ({ name: escapeText(name), kind, between: [] })),
    ...links.map(({ name, between }) => ({ name: escapeText(name), kind: 'link' as const, between })),
  ];
}

/** The segments that hosts stand on: all that a trace says of them. */
export function placesOfHosts(hosts: readonly PlantHost[]): readonly PagePlace[] {
  const names = new Set(hosts.flatMap(({ interfaces }) => interfaces.map(({ segment }) => segment)));
  return [...names].map((name) => ({ name, kind: 'ethernet', between: [] }));
}
