import { formatIp } from '../../core/address.ts';
import { CAUSE } from '../../core/rules/cause.ts';
import { MODEM } from '../../core/rules/modem.ts';
import type { Boot } from '../cause/boot.ts';
import { firstLogged, namesOf, packet } from '../cause/cause.ts';
import type { Detector } from './detector.ts';

const TRIES_MIN = 3;

/** Incident 12: nobody ever answers for the time. */
export const noTime: Detector = {
  find: (seen) => {
    const peer = [...seen.peers.values()].find(
      ({ service, asked, answered }) => service === 'tod' && asked >= TRIES_MIN && answered === 0,
    );
    if (peer === undefined) return undefined;
    const boots: Boot[] = [];
    for (const boot of seen.boots())
      if (boot.sent('time-request') > 0 && boot.arrived('time') === 0) boots.push(boot);
    const address = formatIp(peer.address);
    return {
      rule: CAUSE.noTime,
      sure: 'certain',
      what: `${namesOf(boots)} ${boots.length === 1 ? 'asks' : 'ask'} ${address} for the time, and it never answers anybody`,
      evidence: [
        packet(peer.firstAsked, `question for the time to ${address}`),
        packet(peer.lastAsked, `question for the time to ${address} again`),
        packet(peer.firstRefused, `${address} has no time server, says ICMP`),
        firstLogged(boots, MODEM.noTime),
      ],
      check: `does a time server run at ${address}, UDP port 37, and is that what option 4 should say?`,
      affected: boots.length,
    };
  },
};
