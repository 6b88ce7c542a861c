import type { Endpoint } from '../../core/address.ts';
import { inertStation, type Packet, type Station } from './plant.ts';
import { wayTo } from './routing.ts';
import { OUTSIDE } from './tap.ts';
import type { World } from './world.ts';

const TTL = 64;

/** Who sent what came in by a socket: it is told nothing. */
const OUTSIDE_STATION = inertStation(OUTSIDE, [], true);

/** Shows a datagram that came by a socket for a modem to the router before it, which lets it go on or not. Octets are kept. */
export function enterCable(
  { crossing }: World,
  modem: Station,
  octets: Uint8Array,
  { from, to }: { readonly from: Endpoint; readonly to: Endpoint },
): void {
  const towards = wayTo(modem, from.address);
  const router = towards && towards.out.segment.withAddress(towards.nextHop);
  if (router === undefined || !router.station.isUp) return;
  const packet: Packet = {
    number: crossing.nextPacket(),
    from,
    to,
    ttl: TTL,
    octets,
    origin: OUTSIDE_STATION,
    rule: undefined,
    detail: undefined,
  };
  const uplink = router.station.interfaces.find((own) => own.segment !== router.segment) ?? router;
  router.station.transit(packet, uplink, undefined);
}
