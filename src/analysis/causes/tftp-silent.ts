import { ANY, formatIp } from '../../core/address.ts';
import { CAUSE } from '../../core/rules/cause.ts';
import { MODEM } from '../../core/rules/modem.ts';
import { TFTP_RULES } from '../../core/rules/tftp.ts';
import type { Rule } from '../../core/rules.ts';
import type { Boot } from '../cause/boot.ts';
import { firstLogged, hostLogged, namesOf, packet } from '../cause/cause.ts';
import type { Finding } from '../cause/cause.ts';
import type { Observed } from '../cause/observed.ts';
import { stuckAt } from '../cause/stage.ts';
import type { Detector } from './detector.ts';

const TRIES_MIN = 3;

/** Incident 11: silence at the address of option 125.2, where siaddr names another one. */
export const old125: Detector = {
  find: (seen) => {
    const boots = silentBoots(seen).filter(({ fetch, told }) => {
      if (fetch === undefined || told?.tftp125 === undefined) return false;
      return fetch.server === told.tftp125 && told.siaddr !== told.tftp125 && told.siaddr !== ANY;
    });
    const [first] = boots;
    if (first?.fetch === undefined || first.told === undefined) return undefined;
    const { server } = first.fetch;
    return finding(boots, {
      rule: CAUSE.old125,
      sure: 'certain',
      what: `${namesOf(boots)} ask for their files at ${formatIp(server)}, which option 125.2 names; nobody answers there, and siaddr names ${formatIp(first.told.siaddr)}`,
      evidence: [
        packet(
          first.leg('ack-down')?.first,
          `ACK for ${first.name} with siaddr ${formatIp(first.told.siaddr)}`,
        ),
      ],
      check: `compare option 125.2 with siaddr in this ACK: is ${formatIp(server)} still a TFTP server?`,
    });
  },
};

/** Nobody answers anybody at the address of the TFTP server. */
export const tftpDown: Detector = {
  find: (seen) => {
    const boots = silentBoots(seen).filter(({ fetch, told }) => {
      if (fetch === undefined || (seen.peerAt('tftp', fetch.server)?.answered ?? 0) > 0) return false;
      return told?.tftp125 !== fetch.server || told.siaddr === ANY || told.siaddr === fetch.server;
    });
    const [first] = boots;
    if (first?.fetch === undefined) return undefined;
    const { server } = first.fetch;
    const peer = seen.peerAt('tftp', server);
    return finding(boots, {
      rule: CAUSE.tftpDown,
      sure: peer?.firstRefused !== undefined || peer?.heard === 0 ? 'certain' : 'likely',
      what: `${namesOf(boots)} ask for their files at ${formatIp(server)}, and nobody there answers anybody`,
      evidence: [packet(peer?.firstRefused, `${formatIp(server)} has no TFTP server, says ICMP`)],
      check: `is ${formatIp(server)} the TFTP server, is it up, and does it listen on port 69?`,
    });
  },
};

/** Incident 15: others are served, these are not. */
export const tftpBusy: Detector = {
  find: (seen) => {
    const busy = seen.logOf(TFTP_RULES.busy) ?? seen.logOf(TFTP_RULES.busyForSource);
    const boots = silentBoots(seen).filter(({ fetch }) => {
      const peer = fetch && seen.peerAt('tftp', fetch.server);
      return peer !== undefined && peer.answered > 0 && peer.heard > 0;
    });
    const [first] = boots;
    if (first?.fetch === undefined) return undefined;
    const { server } = first.fetch;
    return finding(boots, {
      rule: CAUSE.tftpBusy,
      sure: busy === undefined ? 'likely' : 'certain',
      what: `${formatIp(server)} serves others and leaves ${namesOf(boots)} unanswered`,
      evidence: [hostLogged(busy)],
      check: `how many transfers does ${formatIp(server)} allow at one time, and how many ran when these asked?`,
    });
  },
};

/** Clients that asked again and again and got nothing, not even on the way. */
function silentBoots(seen: Observed): readonly Boot[] {
  return stuckAt(seen, 'file-silent').filter((boot) => {
    const asked = boot.leg('read-request');
    if (asked === undefined || asked.sent < TRIES_MIN || asked.end.fate === 'faulted') return false;
    return boot.sent('data') === 0 && boot.sent('tftp-error') === 0;
  });
}

function finding(
  boots: readonly Boot[],
  found: Pick<Finding, 'sure' | 'what' | 'evidence' | 'check'> & { readonly rule: Rule },
): Finding {
  const asked = boots[0]?.leg('read-request');
  const name = boots[0]?.name ?? '';
  return {
    ...found,
    evidence: [
      packet(asked?.first, `RRQ of ${name}`),
      packet(asked?.last, `RRQ of ${name} again`),
      ...found.evidence,
      firstLogged(boots, MODEM.downloadSilent),
    ],
    affected: boots.length,
  };
}
