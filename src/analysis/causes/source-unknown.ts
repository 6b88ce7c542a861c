import { formatIp } from '../../core/address.ts';
import { CAUSE } from '../../core/rules/cause.ts';
import { CMTS } from '../../core/rules/cmts.ts';
import type { Boot } from '../cause/boot.ts';
import { firstLogged, namesOf, packet } from '../cause/cause.ts';
import type { Detector } from './detector.ts';

/** What was on its way while a CMTS restarted proves nothing. */
const DROPPED_MIN = 3;

/**
 * Incident 25, as who has a lease sees it: source verification drops what he sends. Packets alone do not tell it from a next hop
 * that is gone: the CMTS must say so.
 */
export const sourceUnknown: Detector = {
  find: (seen) => {
    const boots: Boot[] = [];
    for (const boot of seen.boots())
      if ((boot.log.get(CMTS.notForwarded)?.count ?? 0) >= DROPPED_MIN) boots.push(boot);
    const [first] = boots;
    if (first?.told === undefined) return undefined;
    const { told } = first;
    const cmts = first.log.get(CMTS.notForwarded)?.mark.host ?? 'the CMTS';
    return {
      rule: CAUSE.sourceUnknown,
      sure: 'certain',
      what: `${cmts} passes on nothing of ${namesOf(boots)}, who ${boots.length === 1 ? 'has' : 'have'} good leases: it does not know of them`,
      evidence: [
        packet(
          first.leg('ack-down')?.first,
          `ACK for ${first.name}: ${formatIp(told.yiaddr)} is its address`,
        ),
        packet(first.leg('renewal')?.first, `renewal of ${first.name}`),
        packet(first.leg('renewal')?.last, `renewal of ${first.name} again`),
        firstLogged(boots, CMTS.notForwarded),
      ],
      check: `on ${cmts}: is ${formatIp(told.yiaddr)} in its table of sources? When did it restart, and may it ask the DHCP server for leases (leasequery)?`,
      affected: boots.length,
    };
  },
};
