import { CAUSE } from '../../core/rules/cause.ts';
import { CMTS } from '../../core/rules/cmts.ts';
import { hostLogged, namesOf, packet } from '../cause/cause.ts';
import { stuckAt } from '../cause/stage.ts';
import type { Detector } from './detector.ts';

/** Incident 24: the file is right and signed, and its time stamp is not of now. Packets alone look like incident 17. */
export const clockSkew: Detector = {
  find: (seen) => {
    const boots = stuckAt(seen, 'refused').filter(({ cmtsState }) => cmtsState === 'reject(ts)');
    const [first] = boots;
    if (first === undefined) return undefined;
    const says = seen.logOf(CMTS.rejectStamp);
    const file = first.fetch?.file ?? '';
    return {
      rule: CAUSE.clockSkew,
      sure: 'certain',
      what: `the CMTS finds that the time stamp in "${file}" is not of this download: ${namesOf(boots)} ${boots.length === 1 ? 'is' : 'are'} sent away, with a file that is whole and rightly signed`,
      evidence: [
        packet(first.completed, `last ACK of "${file}": the file is whole`),
        packet(first.leg('register')?.first, `REG-REQ of ${first.name}`),
        packet(
          first.leg('register-answer')?.first,
          `REG-RSP with code ${first.registration ?? ''}: the file's time is refused`,
        ),
        hostLogged(says),
      ],
      check:
        'ask the CMTS and the host that makes the files for the time, at one moment: do they differ by more than 30 s? If not, when was the file made: one that carries a time stamp is good for that download alone',
      affected: boots.length,
    };
  },
};
