import { formatIp, type Ip } from '../core/address.ts';
import type { Findings, Path } from './findings.ts';
import type { DeviceConfig, LinkConfig, ServiceConfig } from './scenario.ts';

interface Plant {
  readonly links: readonly LinkConfig[];
  readonly services: readonly ServiceConfig[];
  readonly devices: readonly DeviceConfig[];
}

/**
 * A device that asks somebody of this file must have a way there: links, CMTSs and routers join segments. What a firewall
 * lets through is not looked at, nor an address that nobody here has.
 */
export function checkReach(plant: Plant, findings: Findings): void {
  const parts = new Parts();
  const owners = new Map<Ip, Owner>();
  for (const { between } of plant.links) parts.join(between);
  for (const { name, on, addresses } of plant.services)
    for (const { address } of addresses) owners.set(address, { name, on });
  for (const device of plant.devices) {
    if (device.kind === 'cmts') parts.join([device.cable, device.uplink]);
    else if (device.kind === 'router') parts.join(device.interfaces.map(({ on }) => on));
    else if ('address' in device && device.address !== undefined)
      owners.set(device.address.address, { name: device.name, on: device.on });
  }
  for (const device of plant.devices)
    for (const { from, to, path } of asksOf(device)) {
      const owner = owners.get(to);
      if (owner === undefined || parts.areOne(from, owner.on)) continue;
      findings.add(
        path,
        `no way leads from ${from} to ${owner.name} (${formatIp(to)}) on ${owner.on}`,
        'join the segments with a link or a router, or name a server that is near',
      );
    }
}

interface Owner {
  readonly name: string;
  readonly on: string;
}

interface Ask {
  readonly from: string;
  readonly to: Ip;
  readonly path: Path;
}

/** Whom a device asks, and what key of it says so. */
function asksOf(device: DeviceConfig): readonly Ask[] {
  const path = ['devices', device.name];
  switch (device.kind) {
    case 'cmts':
      return device.helpers.map((to) => ({ from: device.uplink, to, path: [...path, 'helper'] }));
    case 'host':
    case 'stub':
      return device.resolvers.map((to) => ({ from: device.on, to, path: [...path, 'resolver'] }));
    case 'client':
      return [{ from: device.on, to: device.server, path: [...path, 'server'] }];
    case 'population':
      return device.shares.map(({ resolver: to }) => ({ from: device.on, to, path: [...path, 'resolver'] }));
    default:
      return [];
  }
}

/** Segments that something joins. */
class Parts {
  readonly #next = new Map<string, string>();

  join(segments: readonly string[]): void {
    const [first, ...others] = segments;
    if (first === undefined) return;
    for (const other of others) {
      const [a, b] = [this.#end(first), this.#end(other)];
      if (a !== b) this.#next.set(b, a);
    }
  }

  areOne(a: string, b: string): boolean {
    return this.#end(a) === this.#end(b);
  }

  #end(segment: string): string {
    let at = segment;
    for (let next = this.#next.get(at); next !== undefined; next = this.#next.get(at)) at = next;
    return at;
  }
}
