import { CAUSE } from '../../core/rules/cause.ts';
import { CMTS } from '../../core/rules/cmts.ts';
import type { Boot } from '../cause/boot.ts';
import { firstLogged, namesOf, packet } from '../cause/cause.ts';
import type { Detector } from './detector.ts';

/** Incident 21: the modem has learned another, and has room for no more. Packets show a silence; who counts must say so. */
export const tooManyCpes: Detector = {
  find: (seen) => {
    const boots: Boot[] = [];
    for (const boot of seen.boots()) if (!boot.served && boot.log.has(CMTS.cpeTooMany)) boots.push(boot);
    const [first] = boots;
    if (first === undefined) return undefined;
    const cmts = first.log.get(CMTS.cpeTooMany)?.mark.host ?? 'the CMTS';
    const asked = first.leg('discover-up');
    return {
      rule: CAUSE.tooManyCpes,
      sure: 'certain',
      what: `${namesOf(boots)} ${boots.length === 1 ? 'is' : 'are'} not heard: the modem before ${boots.length === 1 ? 'it' : 'them'} has learned as many computers as its file allows`,
      evidence: [
        packet(asked?.first, `DISCOVER of ${first.name}`),
        packet(asked?.last, `DISCOVER of ${first.name} again`),
        firstLogged(boots, CMTS.cpeTooMany),
      ],
      check: `on ${cmts}: which hardware addresses has that modem learned, and is one of them a computer or router that is gone? What does max-cpe (TLV 18) say in its file?`,
      affected: boots.length,
    };
  },
};
