import { parseIpv4, type Ipv4 } from '../../core/address.ts';
import { toHex } from '../../core/bytes.ts';
import type { DraftReservation, Told } from '../draft.ts';
import type { Origin } from '../notes.ts';
import { hexOctets } from '../option-values.ts';
import { isLine } from '../told-check.ts';
import { literalOctets } from './options.ts';
import { Scope, type DhcpdContext } from './scope.ts';
import type { Statement } from './tree.ts';

/** A host declaration. */
export interface Host {
  readonly origin: Origin;
  readonly name: string;
  readonly by: DraftReservation['by'] | undefined;
  readonly addresses: readonly { readonly address: Ipv4; readonly origin: Origin }[];
  readonly hostname: string | undefined;
  readonly told: Told;
}

const HOST_NAME = 12;
const CLIENT_IDENTIFIER = 61;

/** The hardware address of a host's block, as text. */
export function hardwareOf(block: readonly Statement[]): string | undefined {
  const found = block.find(({ keyword }) => keyword === 'hardware');
  const [, type, address] = found?.tokens.map(({ text }) => text) ?? [];
  if (type?.toLowerCase() !== 'ethernet' || address === undefined) return undefined;
  const octets = hexOctets(address);
  return octets?.length === 6 ? toHex(octets, ':') : undefined;
}

export function readHost(
  { tokens, block = [], origin }: Statement,
  outer: Scope,
  context: DhcpdContext,
): Host | undefined {
  const { notes, definitions } = context;
  const name = tokens[1]?.text ?? '';
  const scope = new Scope(outer);
  const addresses: Host['addresses'][number][] = [];
  const mac = hardwareOf(block);
  let by: Host['by'] = mac === undefined ? undefined : { key: 'mac', text: mac };
  for (const statement of block) {
    const { keyword, tokens: words, origin: at } = statement;
    switch (keyword) {
      case 'hardware':
        if (mac === undefined) notes.warn(at, `the hardware address of "${name}" was not taken over`);
        break;
      case 'fixed-address':
        addresses.push(...fixedAddresses(statement, name, context));
        break;
      case 'host-identifier':
        by ??= identifierOf(words);
        if (by === undefined)
          notes.warn(
            at,
            `"${name}" is told apart by something that a scenario has not`,
            'use mac, client-id or remote-id',
          );
        break;
      case 'deny':
      case 'ignore':
        notes.warn(at, `"${words.map(({ text }) => text).join(' ')}" of "${name}" was not taken over`);
        break;
      case 'dynamic':
      case 'deleted':
      case 'allow':
        break;
      default:
        if (!scope.settings.take(statement, { definitions, notes }))
          notes.warn(at, `"${keyword}" of "${name}" was not taken over`);
    }
  }
  // dhcpd finds a host by option 61, too: of one with a hardware address that comes first here.
  const clientId = scope.settings.options.get(CLIENT_IDENTIFIER);
  scope.settings.options.delete(CLIENT_IDENTIFIER);
  if (clientId !== undefined) by = clientIdOf(block) ?? by;
  if (by === undefined) {
    notes.warn(origin, `"${name}" was left out`, 'it has neither a hardware address nor an identifier');
    return undefined;
  }
  const told = scope.toldInside(context);
  const own = told.options.get(HOST_NAME)?.value;
  const options = new Map(told.options);
  options.delete(HOST_NAME);
  const hostname = typeof own === 'string' && isLine(own) ? own : hostnameOf(name, context);
  return { origin, name, by, addresses, hostname, told: { ...told, options } };
}

function hostnameOf(name: string, { usesHostNames }: DhcpdContext): string | undefined {
  return usesHostNames && /^[A-Za-z0-9.-]{1,253}$/.test(name) ? name : undefined;
}

function fixedAddresses(
  { tokens, origin }: Statement,
  name: string,
  { notes }: DhcpdContext,
): readonly Host['addresses'][number][] {
  return tokens.slice(1).flatMap(({ kind, text, origin: at }) => {
    if (kind === 'mark') return [];
    const address = parseIpv4(text);
    if (address !== undefined) return [{ address, origin }];
    notes.warn(
      at,
      `the address "${text}" of "${name}" was not taken over`,
      'write its number: headend asks no DNS',
    );
    return [];
  });
}

/** `host-identifier option agent.remote-id 00:10:18:00:00:01`. */
function identifierOf(words: Statement['tokens']): Host['by'] {
  const name = words[2]?.text.toLowerCase();
  const value = words[3];
  const octets = words.length === 4 && value !== undefined ? literalOctets(value) : undefined;
  const key =
    name === 'agent.remote-id' ? 'remote-id' : name === 'dhcp-client-identifier' ? 'client-id' : undefined;
  if (octets === undefined || octets.length === 0 || octets.length > 255 || key === undefined)
    return undefined;
  return { key, text: toHex(octets, ':') };
}

function clientIdOf(block: readonly Statement[]): Host['by'] {
  const found = block.find(
    ({ keyword, tokens }) =>
      keyword === 'option' && tokens[1]?.text.toLowerCase() === 'dhcp-client-identifier',
  );
  const value = found?.tokens[2];
  const octets = value === undefined ? undefined : literalOctets(value);
  return octets === undefined || octets.length === 0 || octets.length > 255
    ? undefined
    : { key: 'client-id', text: toHex(octets, ':') };
}
