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
      (one) => droppedOf(seen, one) >= DROPPED_MIN && (one.late < LATE_MIN || one.late * 2 < one.answered),
    );
    if (peer === undefined) return undefined;
    const dropped = droppedOf(seen, peer);
    const address = formatIp(peer.address);
    return {
      rule: CAUSE.queueFull,
      sure: 'certain',
      what: `${dropped} of ${peer.asked} requests to ${address} were lost in front of it: its queue was full`,
      evidence: [
        packet(peer.firstOverflow, `request to ${address}`),
        packet(peer.firstAsked, `request to ${address}`),
      ],
      check: `compare the receive errors of the socket of ${address} with the requests that the server itself counts; then its rate, and how many clients start at once`,
      affected: dropped,
    };
  },
};

/** Incident 5: what is lost are renewals, and most clients sent theirs within one minute. */
export const renewalWave: Detector = {
  find: (seen) => {
    const peer = servers(seen).find((one) => isWave(seen, one));
    if (peer === undefined) return undefined;
    const address = formatIp(peer.address);
    return {
      rule: CAUSE.renewalWave,
      sure: 'certain',
      what: `${peer.renewalsMinuteMax} renewals came to ${address} within one minute, ${peer.renewals} in all, and ${peer.renewalsOverflowed} were lost in front of it: its queue was full`,
      evidence: [
        packet(peer.firstRenewalOverflow, `renewal to ${address}`),
        packet(peer.lastRenewalOverflow, `renewal to ${address}`),
      ],
      check: `count the REQUESTs with an address in ciaddr that ${address} gets in each minute of one lease time: do they come in one peak, and how long before it were these leases given?`,
      affected: peer.renewalsOverflowed,
    };
  },
};

/** Of a few clients any peak is chance; and renewals that come all day are no wave, but a server that is too slow. */
const RENEWALS_MIN = 50;
const WAVE_SHARE_MIN = 0.5;

function isWave(seen: Observed, { renewals, renewalsOverflowed, renewalsMinuteMax }: Peer): boolean {
  if (renewalsOverflowed < DROPPED_MIN || renewals < RENEWALS_MIN) return false;
  let clients = 0;
  for (const boot of seen.boots()) if (boot.sent('renewal') > 0) clients++;
  return renewalsMinuteMax >= clients * WAVE_SHARE_MIN;
}

/** What the queue had no room for, without what a wave of renewals explains. */
function droppedOf(seen: Observed, peer: Peer): number {
  return peer.overflowed - (isWave(seen, peer) ? peer.renewalsOverflowed : 0);
}

function servers(seen: Observed): readonly Peer[] {
  return [...seen.peers.values()].filter(({ service }) => service === 'dhcp');
}
