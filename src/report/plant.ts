import type { TracedHost } from '../analysis/cause/trace-source.ts';
import { SERVER_PORT } from '../codec/dhcp/codes.ts';
import { formatIp, formatMac, macAt } from '../core/address.ts';
import type { FrameEvent, Topology } from '../core/driver.ts';

/** What a report has to know of a host to place its packets: what the trace says of it. */
export type PlantHost = TracedHost;

export function plantOf(topology: Topology): readonly PlantHost[] {
  return topology.hosts.map(({ name, kind, group, forwards, interfaces }) => ({
    name,
    kind,
    group,
    forwards,
    interfaces: interfaces.map(({ segment, mac, addresses }) => ({
      segment,
      mac: formatMac(mac),
      addresses: addresses.map(({ address }) => formatIp(address)),
    })),
  }));
}

/** The hosts that a name means: `cm[1]`, or all of group `cm`. */
export function membersOf(plant: readonly PlantHost[], name: string): readonly PlantHost[] {
  const host = plant.find((one) => one.name === name);
  return host === undefined ? plant.filter((one) => one.group === name) : [host];
}

/** What decides whose packet one is. */
export interface Ends {
  /** Who made it, whom it is for, and both ends of this crossing. */
  readonly hosts: readonly (string | undefined)[];
  /** The hardware address of the client in a DHCP message. */
  readonly client: string | undefined;
}

/**
 * Tells which of some hosts a packet is about: a DHCP message by the hardware address in it, since a relay sends it on
 * in its own name; any other by its ends, the first that fits.
 */
export class Relevance {
  readonly #names: ReadonlySet<string>;
  readonly #byMac: ReadonlyMap<string, string>;

  constructor(chosen: readonly PlantHost[]) {
    this.#names = new Set(chosen.map(({ name }) => name));
    this.#byMac = new Map(chosen.flatMap(({ name, interfaces }) => interfaces.map(({ mac }) => [mac, name])));
  }

  ownerOf({ hosts, client }: Ends): string | undefined {
    const byMac = client === undefined ? undefined : this.#byMac.get(client);
    return byMac ?? hosts.find((name) => name !== undefined && this.#names.has(name));
  }

  /** Whose hardware address it is. */
  subject(mac: string): string | undefined {
    return this.#byMac.get(mac);
  }
}

/** RFC 2131 §2, figure 1: chaddr stands at octet 28 of what goes to or from port 67. */
export function clientOf({ body }: FrameEvent): string | undefined {
  if (body.kind !== 'udp' || (body.from.port !== SERVER_PORT && body.to.port !== SERVER_PORT))
    return undefined;
  if (body.octets.length < 34 || body.octets[2] !== 6) return undefined;
  return formatMac(macAt(body.octets, 28));
}
