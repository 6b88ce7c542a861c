import { parseIpv4, type Ipv4 } from '../../core/address.ts';
import { toHex } from '../../core/bytes.ts';
import { latin1Octets } from '../../core/text.ts';
import { is, type Expression } from '../conditions.ts';
import type { DraftReservation } from '../draft.ts';
import type { Notes, Origin } from '../notes.ts';
import { hexOctets } from '../option-values.ts';
import type { Line, Part } from './lines.ts';
import { secondsOf } from './ranges.ts';
import { macOf, setTag, tagTest, type Tags } from './tags.ts';

/** One `dhcp-host`. */
export interface HostLine {
  readonly origin: Origin;
  readonly by: DraftReservation['by'] | undefined;
  /** The clients that it speaks of; undefined: a scenario cannot say. */
  readonly who: Expression | undefined;
  readonly address: Ipv4 | undefined;
  readonly hostname: string | undefined;
  readonly ignored: boolean;
}

/** `dhcp-host=[address of hardware,][id:x,][set:tag,][address,][name,][time,][ignore]` */
export function readHost({ parts, origin, value }: Line, tags: Tags, notes: Notes): HostLine | undefined {
  const set = parts.flatMap(({ text }) => setTag(text) ?? []);
  if (parts.some(({ text }) => tagTest(text) !== undefined)) {
    notes.warn(origin, `the host "${value}" was not taken over`, 'it is only for clients with a tag');
    return undefined;
  }
  const rest = parts.filter(({ text }) => setTag(text) === undefined && text !== '');
  const macs: string[] = [];
  const ids: DraftReservation['by'][] = [];
  let address: Ipv4 | undefined;
  let hostname: string | undefined;
  let ignored = false;
  for (const part of rest) {
    const { text } = part;
    const mac = macText(text);
    if (mac !== undefined) macs.push(mac);
    else if (/^id:/i.test(text)) ids.push(...identifier(part, origin, notes));
    else if (text === 'ignore') ignored = true;
    else if (parseIpv4(text) !== undefined) address = parseIpv4(text);
    else if (/^\[.*\]$/.test(text))
      notes.warn(origin, `the address ${text} was left out`, 'headend serves DHCPv4');
    else if (secondsOf(text) !== undefined)
      notes.warn(
        origin,
        `the lease time "${text}" of one host was not taken over`,
        'it is that of the subnet here',
      );
    else if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/.test(text)) hostname = text;
    else notes.warn(origin, `"${text}" of a host was not taken over`);
  }
  const who = whoIs(macs, ids, hostname);
  if (who !== undefined) tags.addKnown(who);
  for (const tag of set) tags.add(tag, who);
  const byMac = macs.filter((mac) => !mac.includes('?'));
  const by: DraftReservation['by'] | undefined =
    ids[0] ?? (byMac[0] === undefined ? undefined : { key: 'mac', text: byMac[0] });
  if (address !== undefined && macs.length + ids.length > 1)
    notes.warn(
      origin,
      'one address for several clients was taken over for the first',
      'here it is reserved for one',
    );
  return { origin, by, who, address, hostname, ignored };
}

function macText(text: string): string | undefined {
  const bare = text.replace(/^1-/, '');
  const found = macOf(bare);
  return found?.kind === 'is' && typeof found.condition.match === 'string'
    ? found.condition.match
    : undefined;
}

/** `id:01:02:03`, `id:text`; `id:*` looks away from option 61. */
function identifier({ text }: Part, origin: Origin, notes: Notes): readonly DraftReservation['by'][] {
  const value = text.slice(3);
  if (value === '*') {
    notes.warn(origin, '"id:*" of one host was not taken over', 'ignore-client-id: is for all of them here');
    return [];
  }
  const octets = /^[0-9a-f]{1,2}(?::[0-9a-f]{1,2})+$/i.test(value) ? hexOctets(value) : latin1Octets(value);
  if (octets === undefined || octets.length === 0 || octets.length > 255) return [];
  return [{ key: 'client-id', text: toHex(octets, ':') }];
}

const HOST_NAME = 'host-name';

function whoIs(
  macs: readonly string[],
  ids: readonly DraftReservation['by'][],
  hostname: string | undefined,
): Expression | undefined {
  const of: Expression[] = macs.map((mac) => is('mac', mac));
  for (const { text } of ids)
    of.push({
      kind: 'is',
      condition: { key: 'client-identifier', match: { hex: text.replaceAll(':', '') } },
    });
  if (of.length === 0 && hostname !== undefined) of.push(is(HOST_NAME, hostname));
  return of.length === 0 ? undefined : { kind: 'or', of };
}
