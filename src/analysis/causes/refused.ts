import { CAUSE } from '../../core/rules/cause.ts';
import { CMTS } from '../../core/rules/cmts.ts';
import { RegistrationCode } from '../../codec/docsis/mac-message.ts';
import type { Boot } from '../cause/boot.ts';
import { hostLogged, namesOf, packet } from '../cause/cause.ts';
import type { Finding } from '../cause/cause.ts';
import type { Observed } from '../cause/observed.ts';
import { stuckAt } from '../cause/stage.ts';
import type { Detector } from './detector.ts';

/** Incident 17: every file is refused for its signature. */
export const otherSecret: Detector = {
  find: (seen) => {
    const boots = unauthentic(seen);
    if (boots.length === 0 || onlyFile(seen, boots) !== undefined) return undefined;
    const says = seen.logOf(CMTS.rejectMic);
    return finding(boots, {
      rule: CAUSE.otherSecret,
      sure: says === undefined ? 'likely' : 'certain',
      what: `the CMTS refuses the signature of every file: ${namesOf(boots)} ${boots.length === 1 ? 'is' : 'are'} sent away with code ${boots[0]?.registration ?? ''}, with a file that the modem itself found whole`,
      says: hostLogged(says),
      check:
        'compare the shared secret of the CMTS with the one that signs the files, octet for octet: `headend docsis verify FILE.cm --secret-file KEY`, and look for a line end in the key file',
    });
  },
};

/** Incident 18: one file only, others register. */
export const oneWrongFile: Detector = {
  find: (seen) => {
    const boots = unauthentic(seen);
    const file = onlyFile(seen, boots);
    if (file === undefined) return undefined;
    return finding(boots, {
      rule: CAUSE.oneWrongFile,
      sure: 'likely',
      what: `the CMTS refuses the signature of "${file}", with which ${namesOf(boots)} come, and takes that of other files`,
      says: hostLogged(seen.logOf(CMTS.rejectMic)),
      check: `sign "${file}" again with another tool and compare octet for octet`,
    });
  },
};

/** Incident 19. */
export const classRefused: Detector = {
  find: (seen) => {
    const boots = stuckAt(seen, 'refused').filter(({ cmtsState, registration }) =>
      cmtsState === ''
        ? registration !== undefined && CLASS_CODES.has(registration)
        : cmtsState === 'reject(c)',
    );
    const says = seen.logOf(CMTS.rejectClass);
    if (boots.length === 0) return undefined;
    return finding(boots, {
      rule: CAUSE.classRefused,
      sure: says === undefined ? 'likely' : 'certain',
      what: `the CMTS refuses the class of service of "${boots[0]?.fetch?.file ?? ''}": ${namesOf(boots)} ${boots.length === 1 ? 'is' : 'are'} sent away with code ${boots[0]?.registration ?? ''}`,
      says: hostLogged(says),
      check:
        'decode the file (`headend docsis decode`) and look at its class of service and service flows, and at what the CMTS says of them',
    });
  },
};

const CLASS_CODES: ReadonlySet<number> = new Set([
  RegistrationCode.unrecognizedSetting,
  RegistrationCode.temporary,
  RegistrationCode.permanent,
  205,
]);

/** Modems refused because of the CMTS MIC: `reject(m)`, or the code where the CMTS tells nobody its state. */
function unauthentic(seen: Observed): readonly Boot[] {
  const { other, authenticationFailure } = RegistrationCode;
  return stuckAt(seen, 'refused').filter(
    ({ registration, cmtsState }) =>
      (registration === other || registration === authenticationFailure) &&
      (!cmtsState.startsWith('reject') || cmtsState === 'reject(m)'),
  );
}

/** The one file that all who are refused have, when others registered with other files meanwhile. */
function onlyFile(seen: Observed, boots: readonly Boot[]): string | undefined {
  const [file, ...more] = new Set(boots.map(({ fetch }) => fetch?.file));
  if (file === undefined || more.length > 0) return undefined;
  const since = boots[0]?.leg('register-answer')?.first.at ?? 0;
  for (const { served, fetch, completed } of seen.boots())
    if (served && fetch !== undefined && fetch.file !== file && (completed?.at ?? 0) >= since) return file;
  return undefined;
}

function finding(
  boots: readonly Boot[],
  found: Pick<Finding, 'rule' | 'sure' | 'what' | 'check'> & { readonly says: ReturnType<typeof hostLogged> },
): Finding {
  const [first] = boots;
  const { rule, sure, what, says, check } = found;
  return {
    rule,
    sure,
    what,
    evidence: [
      packet(first?.completed, `last ACK of "${first?.fetch?.file ?? ''}": the file is whole`),
      packet(first?.leg('register')?.first, `REG-REQ of ${first?.name ?? ''}`),
      packet(first?.leg('register-answer')?.first, `REG-RSP with code ${first?.registration ?? ''}`),
      says,
    ],
    check,
    affected: boots.length,
  };
}
