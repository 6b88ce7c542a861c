import type { Ip } from '../core/address.ts';
import type { InterfaceAddress } from '../core/service.ts';
import type { AccessList } from '../store/access.ts';
import type { ServiceCommon } from './scenario.ts';

/** A recursive resolver: it finds answers from the root down, and remembers them. */
export interface ResolverServiceConfig extends ServiceCommon {
  readonly kind: 'resolver';
  /** Where the search begins. */
  readonly roots: readonly Ip[];
  readonly allowQuery: AccessList | undefined;
  readonly cache: {
    readonly entriesMax: number;
    readonly ttlMin: number;
    readonly ttlMax: number;
    readonly negativeTtlMax: number;
    /** 0: nothing stale is served. */
    readonly staleSeconds: number;
    readonly staleAfterUs: number;
    readonly prefetches: boolean;
  };
  readonly minimises: 'off' | 'relaxed' | 'strict';
  /** undefined: another one for each question. */
  readonly fixedPort: number | undefined;
  readonly usesCookies: boolean;
  /** Zones signed in this file whose keys it knows; empty: it does not validate. */
  readonly trustAnchors: readonly string[];
  /** How much of a client's address servers are told; undefined: nothing. */
  readonly networks: { readonly ipv4Length: number; readonly ipv6Length: number } | undefined;
}

/** A name and a type, as written. */
export interface Asked {
  readonly name: string;
  readonly type: string;
}

/** Many clients of resolvers, as one host. */
export interface PopulationDeviceConfig {
  readonly name: string;
  readonly kind: 'population';
  readonly count: undefined;
  readonly on: string;
  readonly mac: undefined;
  readonly address: InterfaceAddress;
  readonly stubs: number;
  /** Questions a second, of all together. */
  readonly rate: number;
  /** Ratios, 1 in all. */
  readonly shares: readonly { readonly resolver: Ip; readonly ratio: number }[];
  readonly asks: readonly Asked[];
  readonly reportUs: number;
}

/** A host that forges answers. */
export interface AttackerDeviceConfig {
  readonly name: string;
  readonly kind: 'attacker';
  readonly count: undefined;
  readonly on: string;
  readonly mac: undefined;
  readonly address: InterfaceAddress;
  readonly resolver: Ip;
  /** Whose answers it forges. */
  readonly server: Ip;
  readonly zone: string;
  /** The port it believes that the resolver asks from; undefined: it guesses that, too. */
  readonly port: number | undefined;
  /** Forged answers a round. */
  readonly packets: number;
  readonly everyUs: number;
  readonly rounds: number;
}
