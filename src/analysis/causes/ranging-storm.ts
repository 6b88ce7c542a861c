import { CAUSE } from '../../core/rules/cause.ts';
import { CMTS } from '../../core/rules/cmts.ts';
import { MODEM } from '../../core/rules/modem.ts';
import type { Boot } from '../cause/boot.ts';
import { firstLogged, hostLogged, namesOf, packet } from '../cause/cause.ts';
import type { Detector } from './detector.ts';

/** A street, of which a quarter collided: a few collisions are how contention works. */
const MODEMS_MIN = 100;
const SHARE_MIN = 0.25;
/** Waits that should have grown: three of one modem may be chance, those of twenty modems are not. */
const LATE_MIN = 3;
const STUBBORN_MIN = 20;
const QUICK_SHARE_MIN = 0.5;

/** Incident 1: ranging takes minutes since all range at once. */
export const rangingStorm: Detector = {
  find: (seen) => {
    const says = seen.logOf(CMTS.collided);
    const again: Boot[] = [];
    let modems = 0;
    let stubborn = 0;
    for (const boot of seen.boots()) {
      if (!boot.isModem) continue;
      modems++;
      if (isStubborn(boot)) stubborn++;
      else if (boot.log.has(MODEM.t3)) again.push(boot);
    }
    const [first] = again;
    if (first === undefined || says === undefined) return undefined;
    // With that many who do not back off the others only suffer from them.
    if (stubborn >= STUBBORN_MIN && stubborn >= again.length) return undefined;
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

/** Incident 2: what collided sends again as soon as before, and collides again. */
export const noBackOff: Detector = {
  find: (seen) => {
    const says = seen.logOf(CMTS.collided);
    const stubborn: Boot[] = [];
    let isAnybodyHeard = false;
    for (const boot of seen.boots()) {
      if (isStubborn(boot)) stubborn.push(boot);
      isAnybodyHeard ||= boot.arrived('ranging-answer') > 0;
    }
    const [first] = stubborn;
    // A CMTS that hears nobody at all is another trouble.
    if (first === undefined || stubborn.length < STUBBORN_MIN || (says === undefined && !isAnybodyHeard))
      return undefined;
    const ranging = first.leg('ranging');
    const classes = new Set(stubborn.map((boot) => boot.class).filter((text) => text !== ''));
    return {
      rule: CAUSE.noBackOff,
      sure: says === undefined ? 'likely' : 'certain',
      what: `${namesOf(stubborn)} ${classes.size === 0 ? '' : `(${[...classes].slice(0, 2).join(', ')}) `}range again after the same short wait, however often nobody hears them: they meet in the same opportunities again`,
      evidence: [
        packet(ranging?.first, `RNG-REQ of ${first.name}`),
        packet(ranging?.last, `RNG-REQ of ${first.name}, number ${ranging?.sent ?? 0}`),
        hostLogged(says),
      ],
      check:
        'measure the waits between the RNG-REQs of one modem: do they grow? Then look which firmware these modems have in common',
      affected: stubborn.length,
    };
  },
};

function isStubborn({ ranging: { late, quick } }: Boot): boolean {
  return late >= LATE_MIN && quick >= late * QUICK_SHARE_MIN;
}
