import { readdirSync } from 'node:fs';
import type { InterfaceFacts, OtherServers, RouteFacts, Wanted } from '../../analysis/doctor/facts.ts';
import type { Ip } from '../../core/address.ts';
import { addToIp, BROADCAST, isIpv4, parseIp } from '../../core/address.ts';
import { EnvironmentError } from '../../core/errors.ts';
import { otherDhcpServers } from '../../driver/real/dhcp-probe.ts';
import { machineInterfaces } from '../../driver/real/system.ts';
import { findRoute } from './binds.ts';
import { numberIn, textOf } from './machine.ts';

/** if(7): the flag of an interface that is switched on, and the type of loopback (ARPHRD_LOOPBACK). */
const IFF_UP = 1;
const TYPE_LOOPBACK = 772;

/** All interfaces, those that are down too where the system shows them; Node itself lists what is up. */
export function collectInterfaces(): readonly InterfaceFacts[] {
  const known = machineInterfaces();
  const names = new Set([...namesIn('/sys/class/net'), ...known.map(({ name }) => name)]);
  return [...names].map((name) => {
    const folder = `/sys/class/net/${name}`;
    const flags = textOf(`${folder}/flags`);
    const addresses = known.find((own) => own.name === name)?.addresses ?? [];
    return {
      name,
      isUp: flags === '' ? true : (Number(flags) & IFF_UP) !== 0,
      hasCarrier: CARRIER[textOf(`${folder}/carrier`)],
      isLoopback: numberIn(`${folder}/type`) === TYPE_LOOPBACK || name === 'lo0',
      addresses,
      reversePathFilter: reversePathFilter(name),
    };
  });
}

const CARRIER: Readonly<Record<string, boolean>> = { '0': false, '1': true };

/** The kernel takes the larger of the two (ip-sysctl.rst). */
function reversePathFilter(name: string): number | undefined {
  const own = numberIn(`/proc/sys/net/ipv4/conf/${name}/rp_filter`);
  const all = numberIn('/proc/sys/net/ipv4/conf/all/rp_filter');
  return own === undefined || all === undefined ? undefined : Math.max(own, all);
}

/** Interfaces as the person named them, by an address too, under their names. */
export function nameInterfaces(
  wanted: readonly string[],
  interfaces: readonly InterfaceFacts[],
): readonly string[] {
  return wanted.map((text) => {
    const address = parseIp(text);
    if (address === undefined) return text;
    return interfaces.find((own) => own.addresses.some((one) => one.address === address))?.name ?? text;
  });
}

/** The ways to all that the file has outside of this machine's own networks, and to all on the interface. */
export async function collectRoutes(
  wanted: Wanted,
  interfaces: readonly InterfaceFacts[],
): Promise<readonly RouteFacts[]> {
  if (!wanted.isReachable) return [];
  const facts: RouteFacts[] = [];
  for (const { at, subnet, relays } of wanted.subnets) {
    for (const relay of relays) facts.push({ ...(await findRoute(relay)), purpose: 'relay', at });
    facts.push({ ...(await findRoute(addToIp(subnet.address, 1))), purpose: 'clients', at });
  }
  for (const name of wanted.interfaces) {
    const own = firstIpv4(interfaces.find((one) => one.name === name));
    if (own === undefined) continue;
    facts.push({ ...(await findRoute(BROADCAST, own)), purpose: 'broadcast', at: name });
  }
  return facts;
}

/** Asks for offers where the first interface named is one that could be served. */
export async function collectOtherServers(
  wanted: Wanted,
  interfaces: readonly InterfaceFacts[],
): Promise<OtherServers | undefined> {
  const own = interfaces.find(({ name }) => name === wanted.interfaces[0]);
  if (own === undefined || !own.isUp || own.hasCarrier === false || firstIpv4(own) === undefined)
    return undefined;
  try {
    return { kind: 'heard', on: own.name, servers: await otherDhcpServers(own.name) };
  } catch (error) {
    if (!(error instanceof EnvironmentError)) throw error;
    return { kind: 'not-asked', on: own.name, reason: error.what, cure: error.remedy };
  }
}

function firstIpv4(own: InterfaceFacts | undefined): Ip | undefined {
  return own?.addresses.find(({ address }) => isIpv4(address))?.address;
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
