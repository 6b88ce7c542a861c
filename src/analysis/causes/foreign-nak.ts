import { formatIp } from '../../core/address.ts';
import { CAUSE } from '../../core/rules/cause.ts';
import type { Boot } from '../cause/boot.ts';
import { namesOf, packet } from '../cause/cause.ts';
import type { Detector } from './detector.ts';

/** Incident 26: a NAK from a server that did not give the address. */
export const foreignNak: Detector = {
  find: (seen) => {
    const boots: Boot[] = [];
    for (const boot of seen.boots())
      if (boot.nakFrom !== undefined && boot.lender !== undefined && boot.nakFrom !== boot.lender)
        boots.push(boot);
    const [first] = boots;
    if (first?.nakFrom === undefined || first.lender === undefined) return undefined;
    const nak = first.leg('nak-down') ?? first.leg('nak-back');
    return {
      rule: CAUSE.foreignNak,
      sure: 'certain',
      what: `${formatIp(first.nakFrom)} says NAK to ${namesOf(boots)}, whose ${boots.length === 1 ? 'address is' : 'addresses are'} of ${formatIp(first.lender)}`,
      evidence: [
        packet(first.leg('request-up')?.last, `REQUEST of ${first.name}`),
        packet(nak?.first, `NAK of ${formatIp(first.nakFrom)}`),
      ],
      check: `whose is ${formatIp(first.nakFrom)}? Ask ARP and the switch for its port`,
      affected: boots.length,
    };
  },
};
