import { CAUSE } from '../../core/rules/cause.ts';
import { MODEM } from '../../core/rules/modem.ts';
import type { Boot } from '../cause/boot.ts';
import { firstLogged, namesOf, packet } from '../cause/cause.ts';
import type { Detector } from './detector.ts';

/** Incident 20: registered, and nothing may pass. */
export const accessDenied: Detector = {
  find: (seen) => {
    const boots: Boot[] = [];
    for (const boot of seen.boots())
      if (boot.cmtsState === 'online(d)' || boot.state === 'forwardingDenied') boots.push(boot);
    const [first] = boots;
    if (first === undefined) return undefined;
    return {
      rule: CAUSE.accessDenied,
      sure: 'certain',
      what: `${namesOf(boots)} ${boots.length === 1 ? 'is' : 'are'} registered with "${first.fetch?.file ?? 'a file'}", which forbids forwarding: the CMTS shows online(d)`,
      evidence: [
        packet(first.completed, `last ACK of "${first.fetch?.file ?? ''}"`),
        packet(first.leg('register-answer')?.first, 'REG-RSP: the registration is in order'),
        firstLogged(boots, MODEM.forwardingDenied),
      ],
      check: 'decode the file (`headend docsis decode`): is network access (TLV 3) 0, and should it be?',
      affected: boots.length,
    };
  },
};
