import { formatIp } from '../../core/address.ts';
import { CAUSE } from '../../core/rules/cause.ts';
import { packet } from '../cause/cause.ts';
import type { Peer } from '../cause/peer.ts';
import type { Observed } from '../cause/observed.ts';
import type { Detector } from './detector.ts';

const DROPPED_MIN = 10;
const LATE_MIN = 10;

/** Incident 3: answers come so late that their clients have asked again. */
export const staleQueue: Detector = {
  find: (seen) => {
    const peer = servers(seen).find(({ late, answered }) => late >= LATE_MIN && late * 2 >= answered);
    if (peer === undefined) return undefined;
    const address = formatIp(peer.address);
    return {
      rule: CAUSE.staleQueue,
      sure: 'certain',
      what: `${peer.late} of ${peer.answered} answers of ${address} left more than two seconds after the client had asked last: it works on requests that nobody waits for any more`,
      evidence: [
        packet(peer.firstAsked, `request to ${address}`),
        packet(peer.firstLate, 'an answer that came too late'),
        packet(peer.firstOverflow, `request to ${address}`),
      ],
      check: `how long is the queue of ${address} against what it answers in a second? More than two seconds of work in it is work for nothing`,
      affected: peer.late,
    };
  },
};

/** Incident 4: what does not fit is lost before the server sees it. */
export const queueFull: Detector = {
  find: (seen) => {
    const peer = servers(seen).find(
      ({ overflowed, late, answered }) =>
        overflowed >= DROPPED_MIN && (late < LATE_MIN || late * 2 < answered),
    );
    if (peer === undefined) return undefined;
    const address = formatIp(peer.address);
    return {
      rule: CAUSE.queueFull,
      sure: 'certain',
      what: `${peer.overflowed} of ${peer.asked} requests to ${address} were lost in front of it: its queue was full`,
      evidence: [
        packet(peer.firstOverflow, `request to ${address}`),
        packet(peer.firstAsked, `request to ${address}`),
      ],
      check: `compare the receive errors of the socket of ${address} with the requests that the server itself counts; then its rate, and how many clients start at once`,
      affected: peer.overflowed,
    };
  },
};

function servers(seen: Observed): readonly Peer[] {
  return [...seen.peers.values()].filter(({ service }) => service === 'dhcp');
}
