import { formatIp } from '../../core/address.ts';
import { CAUSE } from '../../core/rules/cause.ts';
import type { Boot } from '../cause/boot.ts';
import { namesOf, packet } from '../cause/cause.ts';
import type { Detector } from './detector.ts';

/** Incident 26: a NAK from a server that did not give the address. */
export const foreignNak: Detector = {
  find: (seen) => {
    const boots: Boot[] = [];
    for (const boot of seen.boots()) if (boot.foreignNak !== undefined) boots.push(boot);
    const [first] = boots;
    if (first?.foreignNak === undefined) return undefined;
    const { from, lender, mark } = first.foreignNak;
    return {
      rule: CAUSE.foreignNak,
      sure: 'certain',
      what: `${formatIp(from)} says NAK to ${namesOf(boots)}, whose ${boots.length === 1 ? 'address is' : 'addresses are'} of ${formatIp(lender)}`,
      evidence: [
        packet(first.leg('request-up')?.last, `REQUEST of ${first.name}`),
        packet(mark, `NAK of ${formatIp(from)}`),
      ],
      check: `whose is ${formatIp(from)}? Ask ARP and the switch for its port`,
      affected: boots.length,
    };
  },
};
