import { ANY, formatIp } from '../../core/address.ts';
import { CAUSE } from '../../core/rules/cause.ts';
import { DHCP } from '../../core/rules/dhcp.ts';
import type { Boot } from '../cause/boot.ts';
import { hostLogged, namesOf, packet } from '../cause/cause.ts';
import { stuckAt } from '../cause/stage.ts';
import type { Detector } from './detector.ts';
import { unheardOnLink } from './server-down.ts';
import { ignoredBoots } from './unknown-relay.ts';

/** Incident 9: no address left for this kind of client, or it is taken for another kind. */
export const poolOrClass: Detector = {
  find: (seen) => {
    const strangers = stuckAt(seen, 'offer-refused', 'leased').filter(isTakenForAnother);
    const says = seen.logOf(DHCP.poolEmpty) ?? seen.logOf(DHCP.noSubnetForClass);
    const ignored = ignoredBoots(seen).filter(
      ({ relays }) => says !== undefined || [...relays].some((giaddr) => seen.isOffered(giaddr)),
    );
    const onLink = says === undefined ? [] : unheardOnLink(seen);
    const boots = [strangers, ignored, onLink].find((list) => list.length > 0) ?? [];
    const [first] = boots;
    if (first === undefined || seen.logOf(DHCP.unknownLink) !== undefined) return undefined;
    const leg = first.leg('offer-down') ?? first.leg('discover-relayed') ?? first.leg('discover-up');
    const yiaddr = first.told?.yiaddr;
    return {
      rule: CAUSE.poolOrClass,
      sure: says === undefined ? 'likely' : 'certain',
      what:
        strangers.length > 0
          ? `${namesOf(boots)}, of class "${first.class}", ${boots.length === 1 ? 'is' : 'are'} offered ${yiaddr === undefined ? 'an address' : formatIp(yiaddr)} without TFTP server and file, as for customers`
          : `the server hears ${namesOf(boots)}${ofClass(first)}, ${boots === onLink ? 'is on the same link' : 'serves others behind the same relay'}, and has nothing for ${boots.length === 1 ? 'this one' : 'these'}`,
      evidence: [
        packet(
          (first.leg('discover-relayed') ?? first.leg('discover-up'))?.first,
          `DISCOVER of ${first.name}${ofClass(first)}`,
        ),
        packet(
          leg?.end,
          strangers.length > 0 ? `OFFER for ${first.name}` : `DISCOVER of ${first.name} again`,
        ),
        hostLogged(says),
      ],
      check:
        first.class === ''
          ? 'count the leases of each range: is it larger than what asks?'
          : `count the leases of each range, and compare the class tests of the subnets with "${first.class}", to the colon`,
      affected: boots.length,
    };
  },
};

function isTakenForAnother({ told, class: vendorClass }: Boot): boolean {
  return (
    told !== undefined &&
    told.siaddr === ANY &&
    !told.hasFile &&
    !told.has66 &&
    vendorClass.startsWith('docsis')
  );
}

/** Option 60, of a client that sends one. */
function ofClass({ class: vendorClass }: Boot): string {
  return vendorClass === '' ? '' : `, of class "${vendorClass}"`;
}
