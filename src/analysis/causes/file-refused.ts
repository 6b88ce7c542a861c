import { CAUSE } from '../../core/rules/cause.ts';
import { MODEM } from '../../core/rules/modem.ts';
import { firstLogged, namesOf, packet } from '../cause/cause.ts';
import type { Boot } from '../cause/boot.ts';
import type { Finding } from '../cause/cause.ts';
import { stuckAt } from '../cause/stage.ts';
import type { Detector } from './detector.ts';

/** Incident 16: modems have the whole file and do not register with it. */
export const fileDamaged: Detector = {
  find: (seen) => {
    const boots = stuckAt(seen, 'file-refused').filter(
      (boot) => boot.isModem && !boot.log.has(MODEM.fileIncomplete) && hasTried(boot),
    );
    const says = firstLogged(boots, MODEM.fileDamaged);
    return finding(boots, {
      rule: CAUSE.fileDamaged,
      sure: says === undefined ? 'likely' : 'certain',
      says,
      reason: 'to its last octet',
      check:
        'verify the file as it was sent: `headend docsis verify FILE.cm` on the one that the TFTP server has; compare its length and digest with the one that was made',
    });
  },
};

/** Looks like it; but the file is as it was made. */
export const fileIncomplete: Detector = {
  find: (seen) => {
    const boots = stuckAt(seen, 'file-refused').filter(({ log }) => log.has(MODEM.fileIncomplete));
    return finding(boots, {
      rule: CAUSE.fileIncomplete,
      sure: 'certain',
      says: firstLogged(boots, MODEM.fileIncomplete),
      reason: 'in which a setting is missing',
      check: 'decode the file (`headend docsis decode`) and look for the setting that the modem names',
    });
  },
};

/** One whole file may be the moment before a REG-REQ. */
function hasTried(boot: Boot): boolean {
  return boot.log.has(MODEM.fileDamaged) || boot.sent('read-request') > 1;
}

function finding(
  boots: readonly Boot[],
  found: Pick<Finding, 'rule' | 'sure' | 'check'> & {
    readonly says: ReturnType<typeof firstLogged>;
    readonly reason: string;
  },
): Finding | undefined {
  const [first] = boots;
  if (first === undefined) return undefined;
  const { rule, sure, says, reason, check } = found;
  const file = first.fetch?.file ?? '';
  return {
    rule,
    sure,
    what: `${namesOf(boots)} ${boots.length === 1 ? 'has' : 'have'} all of "${file}", ${reason}, and no REG-REQ follows`,
    evidence: [
      packet(first.leg('read-request')?.first, `RRQ "${file}"`),
      packet(first.completed, `last ACK of "${file}"`),
      says,
      first.sent('read-request') > 1
        ? packet(first.leg('read-request')?.last, `RRQ "${file}" again`)
        : undefined,
    ],
    check,
    affected: boots.length,
  };
}
