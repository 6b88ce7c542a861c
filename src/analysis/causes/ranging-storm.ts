import { CAUSE } from '../../core/rules/cause.ts';
import { CMTS } from '../../core/rules/cmts.ts';
import { MODEM } from '../../core/rules/modem.ts';
import type { Boot } from '../cause/boot.ts';
import { firstLogged, hostLogged, namesOf, packet } from '../cause/cause.ts';
import type { Detector } from './detector.ts';

/** A street, of which a quarter collided: a few collisions are how contention works. */
const MODEMS_MIN = 100;
const SHARE_MIN = 0.25;

/** Incident 1: ranging takes minutes since all range at once. */
export const rangingStorm: Detector = {
  find: (seen) => {
    const says = seen.logOf(CMTS.collided);
    const again: Boot[] = [];
    let modems = 0;
    for (const boot of seen.boots()) {
      if (!boot.isModem) continue;
      modems++;
      if (boot.log.has(MODEM.t3)) again.push(boot);
    }
    const [first] = again;
    if (first === undefined || says === undefined) return undefined;
    if (modems < MODEMS_MIN || again.length < modems * SHARE_MIN) return undefined;
    return {
      rule: CAUSE.rangingStorm,
      sure: 'likely',
      what: `${again.length} of ${modems} modems (${namesOf(again)}) heard nothing and had to range again: they chose the same opportunities, ${says.count} times`,
      evidence: [
        packet(first.leg('ranging')?.first, `RNG-REQ of ${first.name}`),
        hostLogged(says),
        firstLogged(again, MODEM.t3),
      ],
      check: 'when did they get power? Count the RNG-REQs of each second: they should fall off by themselves',
      affected: again.length,
    };
  },
};
