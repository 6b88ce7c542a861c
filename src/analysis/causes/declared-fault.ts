import { CAUSE } from '../../core/rules/cause.ts';
import type { Boot } from '../cause/boot.ts';
import { namesOf, packet } from '../cause/cause.ts';
import { stageOf } from '../cause/stage.ts';
import type { Detector } from './detector.ts';

const TAKEN_MIN = 3;

/** What the timeline does itself: it explains clients without service when nothing else does. */
export const declaredFault: Detector = {
  find: (seen) => {
    const [worst] = [...seen.faults.values()].toSorted((a, b) => b.count - a.count);
    if (worst === undefined || worst.count < TAKEN_MIN) return undefined;
    const boots: Boot[] = [];
    for (const boot of seen.boots()) if (stageOf(boot) !== undefined) boots.push(boot);
    if (boots.length === 0) return undefined;
    return {
      rule: CAUSE.declaredFault,
      sure: 'likely',
      what: `the fault ${worst.id} took ${worst.count} packets; ${namesOf(boots)} ${boots.length === 1 ? 'has' : 'have'} no service`,
      evidence: [packet(worst.first, 'the first that it took'), packet(worst.last, 'the last that it took')],
      check: `take ${worst.id} out of the timeline and run again: does the plant come up?`,
      affected: boots.length,
    };
  },
};
