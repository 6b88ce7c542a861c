import type { Rule } from '../../core/rules.ts';
import { CMTS } from '../../core/rules/cmts.ts';
import type { Boot } from './boot.ts';
import type { Observed } from './observed.ts';

/** How far a client without service ever came: each stage has proof in packets for all before it. */
export type Stage =
  /** It speaks to the CMTS and gets no answer to its ranging. */
  | 'ranging'
  /** Its DISCOVERs reach no DHCP server. */
  | 'unheard'
  /** They reach one, and it offers nothing. */
  | 'unanswered'
  /** Offers are sent and do not come to its relay or link. */
  | 'offer-lost'
  /** Offers come and it takes none. */
  | 'offer-refused'
  /** It asks for an address and gets no ACK. */
  | 'no-ack'
  /** It has an address and nothing more is seen of it. */
  | 'leased'
  /** It asks for its file and nothing comes. */
  | 'file-silent'
  | 'file-error'
  /** Some of its file comes, never all. */
  | 'file-broken'
  /** It has all of its file and does not register. */
  | 'file-refused'
  | 'unregistered'
  | 'refused';

/** Each stage in words, as what the client lacks. */
export const STAGE_TEXTS: Readonly<Record<Stage, string>> = {
  ranging: 'ranges, and is not answered',
  unheard: 'its DISCOVERs are heard by no server',
  unanswered: 'its DISCOVERs are heard and not answered',
  'offer-lost': 'offers are sent to it and do not come',
  'offer-refused': 'it gets offers and takes none',
  'no-ack': 'its REQUEST is not confirmed',
  leased: 'it has an address, and asks for no file',
  'file-silent': 'its read request is not answered',
  'file-error': 'its file is refused',
  'file-broken': 'it does not get all of its file',
  'file-refused': 'it has its file and does not register',
  unregistered: 'its registration is not confirmed',
  refused: 'its registration is refused',
};

/** By these a CMTS says that a modem does not let a computer through. */
export const SHUT_OUT: readonly Rule[] = [CMTS.cpeCutOff, CMTS.cpeDenied, CMTS.cpeTooMany];

/** Undefined: it is served, is kept from asking by its modem, or has asked too little for anybody to judge. */
export function stageOf(boot: Boot): Stage | undefined {
  if (boot.served || boot.isOff || isShutOut(boot)) return undefined;
  if (boot.arrived('register-answer') > 0 && boot.registration !== undefined && boot.registration !== 0)
    return 'refused';
  if (boot.sent('register') > 0) return 'unregistered';
  if (boot.completed !== undefined) return 'file-refused';
  if (boot.fileError !== undefined) return 'file-error';
  if (boot.sent('read-request') > 0) return boot.arrived('data') === 0 ? 'file-silent' : 'file-broken';
  if (boot.arrived('ack-down') > 0) return 'leased';
  if (boot.sent('request-up') > 0) return 'no-ack';
  if (boot.sent('discover-up') === 0) return boot.sent('ranging') > 0 ? 'ranging' : undefined;
  if (boot.arrived('offer-down') > 0) return 'offer-refused';
  if (boot.sent('offer-back') > 0 || boot.sent('offer-down') > 0) return 'offer-lost';
  return boot.arrived('discover-relayed') > 0 ? 'unanswered' : 'unheard';
}

/** Whether nothing of it has passed its modem. */
function isShutOut(boot: Boot): boolean {
  return boot.sent('discover-relayed') === 0 && SHUT_OUT.some((rule) => boot.log.has(rule));
}

/** All clients that are stuck at one of these stages, in the order seen. */
export function stuckAt(seen: Observed, ...stages: readonly Stage[]): Boot[] {
  const stuck: Boot[] = [];
  for (const boot of seen.boots()) {
    const stage = stageOf(boot);
    if (stage !== undefined && stages.includes(stage)) stuck.push(boot);
  }
  return stuck;
}
