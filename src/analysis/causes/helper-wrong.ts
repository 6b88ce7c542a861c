import { formatIp } from '../../core/address.ts';
import type { Ip } from '../../core/address.ts';
import { CAUSE } from '../../core/rules/cause.ts';
import type { Boot } from '../cause/boot.ts';
import { namesOf, packet } from '../cause/cause.ts';
import type { Finding } from '../cause/cause.ts';
import type { Observed } from '../cause/observed.ts';
import { stuckAt } from '../cause/stage.ts';
import type { Mark } from '../cause/track.ts';
import type { Detector } from './detector.ts';

/** Three DISCOVERs: two lost on a bad plant prove nothing. */
const TRIES_MIN = 3;

/** Where a relay sends what it relays, as far as anything shows it: packets, or its search for who has the address. */
interface Helper {
  readonly address: Ip;
  readonly first: Mark | undefined;
  readonly last: Mark | undefined;
  /** Something took the requests and told that it is no DHCP server. */
  readonly refused: Mark | undefined;
}

/** Incident 6: nobody hears the clients, since the relay sends elsewhere or not at all. */
export const helperWrong: Detector = {
  find: (seen) => {
    const boots = unheardBoots(seen);
    const [first] = boots;
    if (first === undefined) return undefined;
    const relay = relayOf(seen, first);
    const helpers = helpersOf(seen, relay).filter(({ address }) => !isServer(seen, address));
    if (relay === undefined || helpersOf(seen, relay).length > helpers.length) return undefined;
    return finding(seen, boots, { relay, helpers });
  },
};

function finding(
  seen: Observed,
  boots: readonly Boot[],
  { relay, helpers }: { readonly relay: string; readonly helpers: readonly Helper[] },
): Finding {
  const names = helpers.map(({ address }) => formatIp(address)).join(' and ');
  const up = boots[0]?.leg('discover-up');
  const sends =
    helpers.length === 0
      ? `${relay} hears the DISCOVERs of ${namesOf(boots)} and relays none of them`
      : `${relay} relays the DISCOVERs of ${namesOf(boots)} to ${names}, where no DHCP server is`;
  const servers = [...seen.peers.values()].filter(
    ({ service, answered }) => service === 'dhcp' && answered > 0,
  );
  return {
    rule: CAUSE.helperWrong,
    sure: seen.hasInventory || helpers.some(({ refused }) => refused !== undefined) ? 'certain' : 'likely',
    what: sends,
    evidence: [
      packet(up?.first, `DISCOVER of ${boots[0]?.name ?? ''}`),
      packet(up?.last, `DISCOVER of ${boots[0]?.name ?? ''} again`),
      ...helpers.flatMap(({ address, first: asked, refused }) => [
        packet(
          asked,
          asked?.receiver === undefined ? `who has ${formatIp(address)}` : `relayed to ${formatIp(address)}`,
        ),
        packet(refused, `${formatIp(address)} is no DHCP server, says ICMP`),
      ]),
    ],
    check:
      helpers.length === 0
        ? `show the helper address of ${relay}: it has none`
        : `show the helper address of ${relay}: is ${names} the DHCP server${servers.length > 0 ? `, or ${servers.map(({ address }) => formatIp(address)).join(' or ')}` : ''}?`,
    affected: boots.length,
  };
}

/** Clients behind a relay, or modems, that nobody heard although they asked again and again. */
export function unheardBoots(seen: Observed): readonly Boot[] {
  const refusing = [...seen.peers.values()].some(({ service, refused }) => service === 'dhcp' && refused > 0);
  const stages = refusing ? (['unheard', 'unanswered'] as const) : (['unheard'] as const);
  return stuckAt(seen, ...stages).filter(
    (boot) => boot.arrived('discover-up') >= TRIES_MIN && (boot.isModem || boot.sent('discover-relayed') > 0),
  );
}

/** The name of the relay that a client's broadcasts come to. */
export function relayOf(seen: Observed, boot: Boot): string | undefined {
  const relayed = boot.leg('discover-relayed')?.first.sender;
  if (relayed !== undefined) return relayed;
  const answered = boot.leg('ranging-answer')?.first.sender;
  if (answered !== undefined) return answered;
  const segment = boot.leg('discover-up')?.first.segment;
  return segment === undefined ? undefined : seen.relayOn(segment);
}

function helpersOf(seen: Observed, relay: string | undefined): readonly Helper[] {
  const asked = [...seen.peers.values()]
    .filter(({ service, firstAsked }) => service === 'dhcp' && firstAsked !== undefined)
    .map(({ address, firstAsked, lastAsked, firstRefused }) => ({
      address,
      first: firstAsked,
      last: lastAsked,
      refused: firstRefused,
    }));
  const searched = [...seen.neighbours.values()]
    .filter(
      ({ by, answered, address }) => by === relay && answered === 0 && seen.holder(address) === undefined,
    )
    .map(({ address, first, last }) => ({ address, first, last, refused: undefined }));
  return [...asked, ...searched.filter(({ address }) => asked.every((one) => one.address !== address))];
}

/** Whether a DHCP server is known to have this address, up or down. */
function isServer(seen: Observed, address: Ip): boolean {
  if ((seen.peerAt('dhcp', address)?.answered ?? 0) > 0) return true;
  return seen.kindAt(address).split('+').includes('dhcp');
}

/** The addresses of DHCP servers that a relay sends to, heard or not. */
export function serversAsked(seen: Observed, relay: string | undefined): readonly Helper[] {
  return helpersOf(seen, relay).filter(({ address }) => isServer(seen, address));
}
