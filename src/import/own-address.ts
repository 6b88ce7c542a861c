import { broadcastOf, formatIpv4, prefixContains, type Ipv4 } from '../core/address.ts';
import type { Plain } from '../core/service.ts';
import type { DraftSubnet, OwnDefaults, Told, ToldOption } from './draft.ts';

const ROUTERS = 3;
const NAME_SERVERS = 6;
const BROADCAST = 28;
const NOBODY = '0.0.0.0';

/** A subnet of a server that tells its clients of itself: its address for 0.0.0.0, and as router and resolver by default. */
export function withOwnAddress(subnet: DraftSubnet, address: Ipv4, { dns }: OwnDefaults): DraftSubnet {
  const { origin } = subnet;
  const told = resolved(subnet.told, address);
  const options = new Map(told.options);
  const byDefault = (code: number, value: Plain): void => {
    if (!options.has(code)) options.set(code, { value, origin });
  };
  const text = formatIpv4(address);
  if (prefixContains(subnet.subnet, address)) byDefault(ROUTERS, [text]);
  if (dns) byDefault(NAME_SERVERS, [text]);
  byDefault(BROADCAST, formatIpv4(broadcastOf(subnet.subnet)));
  return {
    ...subnet,
    // siaddr is its own, too, unless the file says another's.
    told: { ...told, options, server: told.server ?? address },
    classes: subnet.classes.map((each) => ({ ...each, told: resolved(each.told, address) })),
    reservations: subnet.reservations.map((each) => ({ ...each, told: resolved(each.told, address) })),
  };
}

function resolved(told: Told, address: Ipv4): Told {
  const options = new Map<number, ToldOption>();
  for (const [code, option] of told.options)
    options.set(code, { ...option, value: own(option.value, address) });
  return { ...told, options, server: told.server === 0 ? address : told.server };
}

function own(value: Plain, address: Ipv4): Plain {
  if (value === NOBODY) return formatIpv4(address);
  return Array.isArray(value) ? value.map((each: Plain) => own(each, address)) : value;
}
