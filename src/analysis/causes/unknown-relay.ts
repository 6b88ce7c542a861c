import { formatIp } from '../../core/address.ts';
import { CAUSE } from '../../core/rules/cause.ts';
import { DHCP } from '../../core/rules/dhcp.ts';
import { hostLogged, namesOf, packet } from '../cause/cause.ts';
import type { Observed } from '../cause/observed.ts';
import type { Boot } from '../cause/boot.ts';
import { stuckAt } from '../cause/stage.ts';
import type { Detector } from './detector.ts';
import { isLostBehindServer } from './no-way-back.ts';

/** Requests that a server took: the answers to two may have been lost. */
const HEARD_MIN = 3;

/** Clients whose requests a server takes and does not answer. */
export function ignoredBoots(seen: Observed): readonly Boot[] {
  return stuckAt(seen, 'unanswered').filter((boot) => boot.arrived('discover-relayed') >= HEARD_MIN);
}

/** Incident 7: the server hears, and knows no network for this giaddr. */
export const unknownRelay: Detector = {
  find: (seen) => {
    const boots = ignoredBoots(seen);
    const [first] = boots;
    const [giaddr] = first?.relays ?? [];
    if (first === undefined || giaddr === undefined || isLostBehindServer(seen, giaddr)) return undefined;
    const told = seen.logOf(DHCP.unknownLink);
    const otherReason =
      seen.logOf(DHCP.poolEmpty) ?? seen.logOf(DHCP.noSubnetForClass) ?? seen.logOf(DHCP.notDurable);
    if (told === undefined && (otherReason !== undefined || seen.isOffered(giaddr) || seen.isRefused('dhcp')))
      return undefined;
    const relayed = first.leg('discover-relayed');
    const server = relayed?.end.receiver ?? 'the server';
    return {
      rule: CAUSE.unknownRelay,
      sure: told === undefined ? 'likely' : 'certain',
      what: `${server} hears ${namesOf(boots)} through the relay ${formatIp(giaddr)} and offers nothing to anybody behind it`,
      evidence: [
        packet(relayed?.first, `DISCOVER of ${first.name} with giaddr ${formatIp(giaddr)}`),
        packet(relayed?.end, `DISCOVER of ${first.name} with giaddr ${formatIp(giaddr)}`),
        hostLogged(told),
      ],
      check: `on ${server}: which subnet holds, or names as relay, ${formatIp(giaddr)}?`,
      affected: boots.length,
    };
  },
};
