import { formatMac, type Mac } from '../../core/address.ts';
import { latin1Octets } from '../../core/text.ts';
import { Option } from '../../codec/dhcp/codes.ts';
import { ClassPattern, isOfUserClass } from './class-match.ts';

/** What of a client a test may ask for. */
export interface TestedClient {
  readonly mac: Mac | undefined;
  /** The modem of option 82.2, now or when last relayed. */
  readonly modem: Mac | undefined;
  option(code: number): Uint8Array | undefined;
  /** A sub-option of option 82, now or when last relayed. */
  relaySuboption(code: number): Uint8Array | undefined;
}

/** `glob`: `*` is any run, `?` any one octet. `octets`: all of them, or those it begins with. */
export type OctetsMatch =
  | { readonly kind: 'glob'; readonly glob: string }
  | { readonly kind: 'octets'; readonly octets: Uint8Array; readonly at: 'whole' | 'start' };

/** One thing about a client. What it does not have matches nothing, not even `*`. */
export type ClientCondition =
  | { readonly kind: 'option' | 'relay'; readonly code: number; readonly match: OctetsMatch }
  /** The hardware address as text, `00:10:18:00:00:01`. */
  | { readonly kind: 'mac'; readonly match: OctetsMatch }
  | { readonly kind: 'member'; readonly member: 'modem' | 'cpe' };

/** Who: all conditions of one of the lists hold; an empty list holds for everybody. */
export type ClientConditions = readonly (readonly ClientCondition[])[];

export interface ClientTestOptions {
  /** Empty: everybody. */
  readonly when: ClientConditions;
  /** Not these; empty: nobody is left out. */
  readonly unless: ClientConditions;
}

/** A question about a client that a file asks, ready to be answered. */
export class ClientTest {
  readonly #when: readonly (readonly Ready[])[];
  readonly #unless: readonly (readonly Ready[])[];

  constructor({ when, unless }: ClientTestOptions) {
    this.#when = when.map((all) => all.map(ready));
    this.#unless = unless.map((all) => all.map(ready));
  }

  holds(client: TestedClient): boolean {
    if (this.#when.length > 0 && !anyOf(this.#when, client)) return false;
    return !anyOf(this.#unless, client);
  }
}

interface Ready {
  readonly condition: ClientCondition;
  readonly glob: ClassPattern | undefined;
}

function ready(condition: ClientCondition): Ready {
  const isGlob = condition.kind !== 'member' && condition.match.kind === 'glob';
  return { condition, glob: isGlob ? new ClassPattern(globOf(condition.match)) : undefined };
}

function globOf(match: OctetsMatch): string {
  return match.kind === 'glob' ? match.glob : '';
}

function anyOf(lists: readonly (readonly Ready[])[], client: TestedClient): boolean {
  for (const list of lists) if (allOf(list, client)) return true;
  return false;
}

function allOf(list: readonly Ready[], client: TestedClient): boolean {
  for (const one of list) if (!isSo(one, client)) return false;
  return true;
}

function isSo({ condition, glob }: Ready, client: TestedClient): boolean {
  if (condition.kind === 'member') {
    if (client.modem === undefined) return false;
    return (client.modem === client.mac) === (condition.member === 'modem');
  }
  const octets = octetsOf(condition, client);
  if (octets === undefined) return false;
  if (glob !== undefined)
    return condition.kind === 'option' && condition.code === Option.userClass
      ? isOfUserClass(octets, glob)
      : glob.matches(octets);
  return condition.match.kind === 'octets' && begins(octets, condition.match.octets, condition.match.at);
}

function octetsOf(
  condition: Exclude<ClientCondition, { readonly kind: 'member' }>,
  client: TestedClient,
): Uint8Array | undefined {
  switch (condition.kind) {
    case 'option':
      return client.option(condition.code);
    case 'relay':
      return client.relaySuboption(condition.code);
    case 'mac':
      return client.mac === undefined ? undefined : latin1Octets(formatMac(client.mac));
  }
}

function begins(octets: Uint8Array, start: Uint8Array, at: 'whole' | 'start'): boolean {
  if (at === 'whole' ? octets.length !== start.length : octets.length < start.length) return false;
  return start.every((octet, index) => octets[index] === octet);
}
