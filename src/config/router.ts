import type { Endpoint, Ip, Ipv4, Prefix } from '../core/address.ts';
import type { InterfaceAddress } from '../core/service.ts';
import type { AccessList } from '../policy/access-list.ts';

/** A router: lists, state table, NAT. */
export interface RouterDeviceConfig {
  readonly name: string;
  readonly kind: 'router';
  readonly count: undefined;
  /** In the file's order. */
  readonly interfaces: readonly RouterInterfaceConfig[];
  /** Those of the file; others follow from where everything stands. */
  readonly routes: readonly { readonly to: Prefix; readonly via: number; readonly nextHop: Ip }[];
  readonly stateful: boolean;
  readonly entriesMax: number;
  readonly timeouts: {
    readonly udpUs: number;
    readonly icmpUs: number;
    readonly establishedUs: number;
    readonly transitoryUs: number;
  };
  readonly nat: NatConfig | undefined;
  readonly helpers: readonly ('ftp' | 'tftp')[];
}

export interface RouterInterfaceConfig {
  readonly name: string;
  readonly on: string;
  readonly addresses: readonly InterfaceAddress[];
  readonly inbound: AccessList | undefined;
  readonly outbound: AccessList | undefined;
}

export interface NatConfig {
  /** The number of the interface towards the outside. */
  readonly outside: number;
  readonly pool: readonly Ipv4[];
  readonly ports: { readonly first: number; readonly last: number };
  readonly filter: 'endpoint-independent' | 'address' | 'address-and-port';
  readonly hairpin: boolean;
  readonly forwards: readonly {
    readonly protocol: 'udp' | 'tcp';
    readonly outer: Endpoint;
    readonly inner: Endpoint;
  }[];
}

/** A host that fetches one file, or lists what there is. */
export interface ClientDeviceConfig {
  readonly name: string;
  readonly kind: 'client';
  readonly count: number | undefined;
  readonly on: string;
  readonly mac: undefined;
  readonly address: InterfaceAddress;
  readonly protocol: 'tftp' | 'ftp';
  /** The address it asks. */
  readonly server: Ip;
  /** undefined: the list, by FTP. */
  readonly file: string | undefined;
  readonly mode: 'active' | 'passive' | 'extended-active' | 'extended-passive';
  readonly patienceUs: number;
}
