import type { Geography, PolicyGroup } from '../policy/dns/group.ts';
import type { AccessList } from '../store/access.ts';
import type { FileReference } from './place.ts';
import type { DnssecConfig } from './zone-signing.ts';
import type { DnsKeyConfig, ZonePeersConfig } from './zone-peers.ts';

/** What a name server is told beside where it stands. */
export interface DnsSettings {
  readonly zones: readonly ZoneConfig[];
  readonly keys: readonly DnsKeyConfig[];
  /** Who may ask at all; undefined: everybody. */
  readonly allowQuery: AccessList | undefined;
  readonly nsid: string | undefined;
  /** undefined: the service's own. */
  readonly udpOctetsMax: number | undefined;
  readonly cookies: 'off' | 'offered' | 'required';
  /** Lines of 32 hex digits; undefined: the server draws its own. */
  readonly cookieSecrets: FileReference | undefined;
  readonly rateLimit: RateLimitConfig | undefined;
  readonly geography: GeographyConfig;
  readonly tls: TlsConfig | undefined;
}

/** Where clients and targets of its policies are. */
export interface GeographyConfig extends Omit<Geography, 'database'> {
  /** A database in the format of MaxMind. */
  readonly geoip: FileReference | undefined;
}

/** undefined: the engine's own. */
export interface RateLimitConfig {
  readonly perSecond: number | undefined;
  readonly windowSeconds: number | undefined;
  readonly slip: number | undefined;
  readonly ipv4Length: number | undefined;
  readonly ipv6Length: number | undefined;
  readonly flowsMax: number | undefined;
}

export interface TlsConfig {
  readonly certificate: FileReference;
  readonly key: FileReference;
  readonly port: number;
}

export interface ZoneConfig {
  readonly check: 'strict' | 'lenient';
  readonly peers: ZonePeersConfig;
  readonly allowQuery: AccessList | undefined;
  /** As written, such as `lab.example`. */
  readonly apex: string;
  /** Names whose records a policy chooses; their places have no file name. */
  readonly routing: readonly PolicyGroup[];
  /** undefined: it is not signed here. */
  readonly dnssec: DnssecConfig | undefined;
  readonly source:
    | { readonly kind: 'file'; readonly file: FileReference }
    /** Master-file text made of inline records, with SOA and NS. */
    | { readonly kind: 'text'; readonly text: string; readonly at: string }
    /** What its primaries have. */
    | { readonly kind: 'copy' };
}
