import { formatIp } from '../../core/address.ts';
import type { Ipv4 } from '../../core/address.ts';
import type { Fate } from '../../core/driver.ts';
import { CAUSE } from '../../core/rules/cause.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import type { Boot } from '../cause/boot.ts';
import { hostLogged, namesOf, packet } from '../cause/cause.ts';
import type { Observed } from '../cause/observed.ts';
import { stuckAt } from '../cause/stage.ts';
import type { Detector } from './detector.ts';

/** Two may have been lost on a bad plant. */
const TRIES_MIN = 3;

/** Incident 8: offers leave the server and never come to the relay. */
export const noWayBack: Detector = {
  find: (seen) => {
    const boots = stuckAt(seen, 'offer-lost', 'unanswered').filter((boot) => isLostOnTheWay(seen, boot));
    const [first] = boots;
    const [giaddr] = first?.relays ?? [];
    if (first === undefined || giaddr === undefined) return undefined;
    const offer = first.leg('offer-back');
    const server = offer?.first.sender ?? first.leg('discover-relayed')?.end.receiver ?? 'the server';
    const where = offer === undefined ? `leaves ${server}` : `is seen last on ${offer.end.segment}`;
    const handed = offer?.end.receiver;
    return {
      rule: CAUSE.noWayBack,
      sure: 'certain',
      what: `${server} offers addresses to ${namesOf(boots)}, and no OFFER comes to the relay ${formatIp(giaddr)}: it ${where}${handed === undefined ? '' : `, handed to ${handed}`}`,
      evidence: [
        packet(first.leg('discover-relayed')?.first, `DISCOVER of ${first.name}`),
        packet(offer?.first, `OFFER for ${first.name} to ${formatIp(giaddr)}`),
        packet(offer?.end, `OFFER for ${first.name} to ${formatIp(giaddr)}, seen last`),
        packet(seen.neighbours.get(formatIp(giaddr))?.first, `who has ${formatIp(giaddr)}`),
        hostLogged(seen.logOf(NET_RULES.noRoute)),
        hostLogged(seen.logOf(NET_RULES.noNeighbour)),
      ],
      check: `on ${handed ?? server}: which way does it know to ${formatIp(giaddr)}? Then the same from each hop on; look for lists that drop UDP port 67 towards it`,
      affected: boots.length,
    };
  },
};

/** What vanishes so was on its way. */
const PLAIN_LOSS: ReadonlySet<Fate> = new Set(['lost', 'faulted']);

function isLostOnTheWay(seen: Observed, boot: Boot): boolean {
  const offer = boot.leg('offer-back');
  if (offer !== undefined)
    return offer.sent >= TRIES_MIN && offer.arrived === 0 && !PLAIN_LOSS.has(offer.end.fate);
  const [giaddr] = boot.relays;
  return (
    boot.arrived('discover-relayed') >= TRIES_MIN && giaddr !== undefined && isLostBehindServer(seen, giaddr)
  );
}

/** Whether a server looks for the relay on its own link and finds nobody, or knows no way to it. */
export function isLostBehindServer(seen: Observed, giaddr: Ipv4): boolean {
  const searched = seen.neighbours.get(formatIp(giaddr));
  if (searched !== undefined && searched.answered === 0 && seen.isServerHost(searched.by)) return true;
  const noRoute = seen.logOf(NET_RULES.noRoute);
  return noRoute !== undefined && seen.isServerHost(noRoute.first.host);
}
