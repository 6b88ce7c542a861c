import { formatIp } from '../../core/address.ts';
import { CAUSE } from '../../core/rules/cause.ts';
import { DHCP } from '../../core/rules/dhcp.ts';
import type { Boot } from '../cause/boot.ts';
import { namesOf, packet } from '../cause/cause.ts';
import { stuckAt } from '../cause/stage.ts';
import type { Detector } from './detector.ts';
import { relayOf, serversAsked, unheardBoots } from './helper-wrong.ts';

/** A renewal that nobody takes is sent again for hours: three are silence. */
const TRIES_MIN = 3;

/** Looks like incident 6; but the address is the right one, and the server behind it is gone. */
export const serverDown: Detector = {
  find: (seen) => {
    const [first] = unheardBoots(seen);
    const behind = first === undefined ? [] : serversAsked(seen, relayOf(seen, first));
    const [server] = behind;
    if (first !== undefined && server !== undefined) {
      if (server.last?.fate === 'faulted' || server.last?.fate === 'overflow') return undefined;
      const boots = unheardBoots(seen);
      const address = formatIp(server.address);
      return {
        rule: CAUSE.serverDown,
        sure: 'certain',
        what: `requests of ${namesOf(boots)} go to the DHCP server at ${address}, and nobody takes them there`,
        evidence: [
          packet(first.leg('discover-up')?.first, `DISCOVER of ${first.name}`),
          packet(server.first, `sent on to ${address}`),
          packet(server.last, `sent on to ${address}`),
        ],
        check: `is the host at ${address} up, and does its DHCP server run?`,
        affected: boots.length,
      };
    }
    return directly(seen);
  },
};

/** Boots on the server's own link that nobody answers. A link whose other clients are relayed has no server, and is well. */
export function unheardOnLink(seen: Parameters<Detector['find']>[0]): readonly Boot[] {
  const unheard = stuckAt(seen, 'unheard').filter(
    (boot) =>
      !boot.isModem && boot.sent('discover-relayed') === 0 && boot.arrived('discover-up') >= TRIES_MIN,
  );
  if (unheard.length === 0) return unheard;
  const relayed = new Set<string>();
  for (const boot of seen.boots()) if (boot.sent('discover-relayed') > 0) relayed.add(linkOf(boot));
  return unheard.filter((boot) => !relayed.has(linkOf(boot)));
}

function linkOf(boot: Boot): string {
  return boot.leg('discover-up')?.first.segment ?? '';
}

/** Without a relay: broadcasts, or renewals to a server that answered before. */
function directly(seen: Parameters<Detector['find']>[0]): ReturnType<Detector['find']> {
  const boots = unheardOnLink(seen);
  const [first] = boots;
  // A server that says why it is silent is there.
  if (first === undefined || seen.logOf(DHCP.poolEmpty) !== undefined) return undefined;
  const up = first.leg('discover-up');
  return {
    rule: CAUSE.serverDown,
    sure: 'likely',
    what: `${namesOf(boots)} ask on ${up?.first.segment ?? 'their link'}, and no DHCP server answers there`,
    evidence: [
      packet(up?.first, `DISCOVER of ${first.name}`),
      packet(up?.last, `DISCOVER of ${first.name} again`),
    ],
    check: 'is there a DHCP server on this link, and does it run?',
    affected: boots.length,
  };
}
