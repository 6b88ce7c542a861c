import type { Ipv4, Prefix } from '../core/address.ts';
import type { AddressRange } from '../config/scenario.ts';
import type { Plain } from '../core/service.ts';
import type { DraftTest } from './conditions.ts';
import type { Origin } from './notes.ts';

/** What another server's configuration says, in the words of a scenario file, before it is checked and written. */
export interface Draft {
  /** The server's own address, where the file says it. */
  address: { readonly address: Ipv4; readonly origin: Origin } | undefined;
  authoritative: boolean | undefined;
  ignoreClientId: boolean | undefined;
  declineHoldSeconds: number | undefined;
  readonly subnets: DraftSubnet[];
  tftp: DraftTftp | undefined;
  readonly zones: DraftZone[];
  /** What clients are told where the file says nothing, and that 0.0.0.0 stands for the server's own address. */
  own: OwnDefaults | undefined;
}

export interface OwnDefaults {
  /** Whether the server is its clients' resolver. */
  readonly dns: boolean;
}

export interface DraftTftp {
  readonly origin: Origin;
  /** As the file has it. */
  readonly folder: string;
  readonly singlePort: boolean;
  readonly sessions: number | undefined;
}

/** One entry of `subnets:`: a network, or a part of its addresses that is for some clients. */
export interface DraftSubnet {
  readonly origin: Origin;
  /** For the comment above it. */
  readonly about: string;
  readonly subnet: Prefix;
  readonly relays: readonly Ipv4[];
  readonly sharedNetwork: string | undefined;
  readonly ranges: readonly DraftRange[];
  readonly lease: DraftLease;
  readonly test: DraftTest | undefined;
  readonly told: Told;
  readonly classes: readonly DraftClass[];
  readonly reservations: readonly DraftReservation[];
}

export interface DraftRange extends AddressRange {
  readonly origin: Origin;
}

export interface DraftLease {
  readonly defaultSeconds: number;
  readonly minSeconds?: number | undefined;
  readonly maxSeconds?: number | undefined;
  readonly renewSeconds?: number | undefined;
  readonly rebindSeconds?: number | undefined;
}

export interface DraftClass {
  readonly origin: Origin;
  readonly name: string;
  readonly test: DraftTest;
  readonly told: Told;
}

export interface DraftReservation {
  readonly origin: Origin;
  readonly by: { readonly key: 'mac' | 'client-id' | 'remote-id'; readonly text: string };
  readonly address: Ipv4;
  readonly hostname: string | undefined;
  readonly told: Told;
}

export interface DraftZone {
  readonly origin: Origin;
  /** Without the final dot. */
  readonly apex: string;
  readonly negativeSeconds: number | undefined;
  /** By owner, relative to the apex, `@` for itself. */
  readonly records: ReadonlyMap<string, readonly DraftRecord[]>;
}

export interface DraftRecord {
  readonly origin: Origin;
  readonly type: string;
  readonly ttlSeconds: number | undefined;
  readonly data: string;
}

/** What one level of a configuration says that clients are told. */
export interface Told {
  /** By code; the value as a scenario file has it. */
  readonly options: ReadonlyMap<number, ToldOption>;
  readonly server: Ipv4 | undefined;
  readonly file: string | undefined;
}

export interface ToldOption {
  /** `null`: it is not sent, though it would be by default. */
  readonly value: Plain;
  readonly origin: Origin;
}

export const NOTHING_TOLD: Told = { options: new Map(), server: undefined, file: undefined };

/** The levels from the outermost in: what is said further in goes before. */
export function tellOver(...levels: readonly Told[]): Told {
  const options = new Map<number, ToldOption>();
  let server: Ipv4 | undefined;
  let file: string | undefined;
  for (const level of levels) {
    for (const [code, option] of level.options) options.set(code, option);
    server = level.server ?? server;
    file = level.file ?? file;
  }
  return { options, server, file };
}

/** Without the options that `inner` says otherwise. */
export function tellUnder(told: Told, inner: Told): Told {
  const options = new Map([...told.options].filter(([code]) => !inner.options.has(code)));
  return { ...told, options };
}

export function isNothing({ options, server, file }: Told): boolean {
  return options.size === 0 && server === undefined && file === undefined;
}

export function emptyDraft(): Draft {
  return {
    address: undefined,
    authoritative: undefined,
    ignoreClientId: undefined,
    declineHoldSeconds: undefined,
    subnets: [],
    tftp: undefined,
    zones: [],
    own: undefined,
  };
}
