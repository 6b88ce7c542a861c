import { formatIp } from '../../core/address.ts';
import { CAUSE } from '../../core/rules/cause.ts';
import type { Boot } from '../cause/boot.ts';
import { namesOf, packet } from '../cause/cause.ts';
import type { Detector } from './detector.ts';

/** Incident 22: one hardware address behind two relays. */
export const clonedMac: Detector = {
  find: (seen) => {
    const boots: Boot[] = [];
    for (const boot of seen.boots())
      if (new Set([...boot.relays].map((giaddr) => seen.ownerOf(giaddr))).size > 1) boots.push(boot);
    const [first] = boots;
    if (first === undefined) return undefined;
    const relays = [...first.relays].map(
      (giaddr) => `${formatIp(giaddr)} (${seen.ownerOf(giaddr) ?? 'unknown'})`,
    );
    const leg = first.leg('discover-relayed');
    return {
      rule: CAUSE.clonedMac,
      sure: 'certain',
      what: `the hardware address of ${namesOf(boots)} asks through ${relays.join(' and ')}`,
      evidence: [packet(leg?.first, 'DISCOVER relayed'), packet(leg?.last, 'DISCOVER relayed')],
      check: 'look at option 82 of both DISCOVERs and at the sites: which of the two is the customer’s own?',
      affected: boots.length,
    };
  },
};
