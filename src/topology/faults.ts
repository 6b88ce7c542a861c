import { type ChangeFault, type Fault, isFault, type RogueFault } from '../config/fault.ts';
import { macOfName } from '../config/template.ts';
import type { HostSpec } from '../core/driver.ts';
import { bug } from '../core/errors.ts';
import type { Service } from '../core/service.ts';
import type { Instant } from '../core/time.ts';
import { ChangingService } from '../service/changing.ts';
import { ClockedService } from '../service/clocked.ts';
import { RogueService } from '../service/rogue.ts';
import { SlowService } from '../service/slow.ts';
import { cmtsMaker } from './cmts.ts';
import { hostWith } from './host-with.ts';
import type { Network } from './network.ts';
import { buildServer } from './servers.ts';
import type { World } from './world.ts';

/** The moment 0 of the scenario on the driver's clock. */
type Zero = { readonly at: Instant };

/**
 * Hosts with what the timeline does to them from within: a wrong clock, slowness, a change, and the servers that come for a
 * time. Only those that it names are wrapped. Outside of a run no timeline runs, and nothing is done.
 */
export function withFaults(hosts: HostSpec[], network: Network, world: World): HostSpec[] {
  const { zero, scenario } = world;
  const faults = zero === undefined ? [] : scenario.timeline.filter((action) => isFault(action));
  if (zero === undefined || faults.length === 0) return hosts;
  const wrapped = hosts.map((host) => {
    const own = faults.filter((fault) => 'who' in fault && isOf(fault.who.text, host));
    return own.length === 0
      ? host
      : hostWith(host, { create: wrapping(host, own, { network, world, zero }) });
  });
  for (const fault of faults)
    if (fault.do === 'rogue')
      wrapped.push({ ...rogueHost(fault, { network, world, zero }), number: wrapped.length });
  return wrapped;
}

interface Site {
  readonly network: Network;
  readonly world: World;
  readonly zero: Zero;
}

function isOf(name: string, host: HostSpec): boolean {
  return host.name === name || host.group === name || host.services?.includes(name) === true;
}

/** A change is inside of the clock of its own host; slowness is outside of all. */
function wrapping(host: HostSpec, faults: readonly Fault[], site: Site): () => Service {
  const { world, zero } = site;
  const clocks = faults
    .filter((fault) => fault.do === 'clock')
    .map(({ at, ...fault }) => ({ from: at, ...fault }));
  const slow = faults
    .filter((fault) => fault.do === 'slow')
    .map(({ at, ...fault }) => ({ from: at, ...fault }));
  const { epoch } = world;
  const clocked = (create: () => Service): (() => Service) =>
    clocks.length === 0 ? create : () => new ClockedService(create(), clocks, { epoch, zero });
  const changes = changesOf(host, faults, site).map((change) => ({
    ...change,
    create: clocked(change.create),
  }));
  const first = clocked(() => host.create());
  const changing = changes.length === 0 ? first : () => new ChangingService(first(), changes, zero);
  return slow.length === 0 ? changing : () => new SlowService(changing(), slow, zero);
}

/** What the host becomes, change by change; a host may have several services that change. */
function changesOf(host: HostSpec, faults: readonly Fault[], site: Site) {
  const changed = new Map<string, ChangeFault['to']>();
  return faults
    .filter((fault) => fault.do === 'change')
    .sort((a, b) => a.at - b.at)
    .map(({ id, at, to }) => {
      changed.set(to.name, to);
      return { id, at, create: makerOf(host, new Map(changed), site) };
    });
}

function makerOf(
  host: HostSpec,
  changed: ReadonlyMap<string, ChangeFault['to']>,
  { network, world }: Site,
): () => Service {
  const device = changed.get(host.name);
  if (device?.kind === 'cmts') return cmtsMaker(device, host.interfaces, world);
  const group = network.servers.find(({ name }) => name === host.name) ?? bug(`${host.name} is no server`);
  const services = group.services.map((service) => {
    const now = changed.get(service.name);
    return now === undefined || now.kind === 'cmts' ? service : now;
  });
  return buildServer({ ...group, services }, world).create;
}

function rogueHost({ id, at, until, server }: RogueFault, { network, world, zero }: Site): HostSpec {
  const interfaces = [{ segment: server.on, mac: macOfName(id), addresses: server.addresses }];
  const { create, ...ports } = buildServer({ name: id, services: [server], interfaces }, world);
  return {
    name: id,
    kind: 'dhcp',
    group: id,
    services: [id],
    interfaces,
    routes: network.routes.routesOf({ interfaces, forwards: false }),
    forwards: false,
    ...ports,
    create: () => new RogueService(create(), { id, from: at, until }, zero),
  };
}
