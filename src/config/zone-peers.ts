import type { Name } from '../codec/dns/name.ts';
import type { Ip } from '../core/address.ts';
import type { PeerList } from '../store/access.ts';
import type { FileReference } from './place.ts';

/** A TSIG key, whose secret stands in a file of its own. */
export interface DnsKeyConfig {
  readonly name: Name;
  /** Such as `hmac-sha256`. */
  readonly algorithm: string;
  readonly secret: FileReference;
}

/** Another name server, and the key that is shared with it. */
export interface PeerConfig {
  readonly address: Ip;
  readonly port: number;
  readonly key: Name | undefined;
}

/** Who gives a zone, gets it, is told of it and may change it. */
export interface ZonePeersConfig {
  /** Empty: the zone is this server's own. */
  readonly primaries: readonly PeerConfig[];
  readonly notify: readonly PeerConfig[];
  /** Whether the zone's own name servers are told, too. */
  readonly notifiesServers: boolean;
  readonly allowTransfer: PeerList | undefined;
  readonly allowUpdate: PeerList | undefined;
  readonly allowNotify: PeerList | undefined;
}
