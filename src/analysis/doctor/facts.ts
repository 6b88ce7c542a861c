import type { Endpoint, Ip, Ipv4, Prefix } from '../../core/address.ts';

/** What was seen of a machine, and what `serve` is to do on it; whoever collects it decides nothing. */
export interface Facts {
  readonly machine: MachineFacts;
  readonly wanted: Wanted;
  /** Undefined: no file was given. */
  readonly file: FileFacts | undefined;
  readonly interfaces: readonly InterfaceFacts[];
  readonly binds: readonly BindFacts[];
  readonly routes: readonly RouteFacts[];
  readonly filters: FilterFacts;
  /** Undefined where no `--interface` says where to look. */
  readonly otherServers: OtherServers | undefined;
  /** Where `--state` points; undefined: nowhere. */
  readonly state: StateFacts | undefined;
  /** Whether a row can be made durable in a database like that of `--state`; the text of what refused. */
  readonly durable: { readonly folder: string; readonly refusal: string | undefined };
}

/** Undefined is what this system does not tell, or not to this user. */
export interface MachineFacts {
  /** As `process.platform`. */
  readonly platform: string;
  /** As `process.versions.node`. */
  readonly node: string;
  /** Microseconds since 1970. */
  readonly nowUs: number;
  /** The same as a date for people. */
  readonly nowText: string;
  /** Whether the kernel's clock is kept by a time server. */
  readonly synchronised: boolean | undefined;
  readonly isRoot: boolean;
  /** Whether this process may open ports that others may not: CAP_NET_BIND_SERVICE. */
  readonly mayBindLow: boolean | undefined;
  /** The first port that needs no right. */
  readonly unprivilegedFrom: number | undefined;
  readonly descriptorsMax: number | undefined;
  /** How much a socket may ask the kernel to keep for it: net.core.rmem_max. */
  readonly bufferOctetsMax: number | undefined;
  readonly hasIpv6: boolean | undefined;
  /** What kind of container this is; empty: none that shows. */
  readonly container: string;
  /** Whether sockets can be opened on 127.0.0.1, and on any other address of 127.0.0.0/8. */
  readonly loopback: { readonly refusal: string | undefined; readonly isWhole: boolean };
  /** Whether datagrams come by the native add-on, else by node:dgram. */
  readonly hasNative: boolean;
}

/** What `serve` would do with the same file and flags. */
export interface Wanted {
  /** `--interface`, each as often as it was given. */
  readonly interfaces: readonly string[];
  /** The interfaces by which cables go on in another headend; left out, none. */
  readonly trunks?: readonly string[] | undefined;
  /** Whether anything but loopback is to be answered. */
  readonly isReachable: boolean;
  readonly hasFile: boolean;
  /** The ports that clients ask, once each. */
  readonly ports: readonly WantedPort[];
  readonly addresses: readonly WantedAddress[];
  readonly subnets: readonly WantedSubnet[];
}

export interface WantedPort {
  readonly protocol: 'udp' | 'tcp';
  readonly port: number;
  /** DNS, DHCP, TFTP, Time of Day. */
  readonly use: string;
  /** Whether what follows the question goes to a port of its own (RFC 1350 §4). */
  readonly movesOn: boolean;
}

/** An address of the file that is to be bound. */
export interface WantedAddress {
  readonly host: string;
  readonly address: Ip;
  readonly prefixLength: number | undefined;
}

/** A DHCP subnet of the file. */
export interface WantedSubnet {
  /** Such as `services.dhcp.subnets[0]`. */
  readonly at: string;
  readonly subnet: Prefix;
  readonly relays: readonly Ipv4[];
  /** The CMTS of the file that relays for it, where `serve` would not run that; left out, none. */
  readonly behind?: string | undefined;
  readonly addressCount: number;
  /** By `member: modem` or a class of DOCSIS. */
  readonly isForModems: boolean;
  /** What its `tftp:` and that of its reservations say. */
  readonly boots: readonly BootFacts[];
}

export interface BootFacts {
  readonly server: Ipv4;
  readonly file: string;
  readonly hasSiaddr: boolean;
  /**
   * Whether the file's own TFTP server there has it: `case` and `slash` are names that differ in just that. Undefined: the
   * server is not one of the file's.
   */
  readonly served: 'yes' | 'no' | 'case' | 'slash' | undefined;
}

/** The scenario file and what it names. */
export interface FileFacts {
  /** What `validate` would say: nothing can be served until it is mended. */
  readonly mistakes: readonly { readonly text: string; readonly hint: string }[];
  /** What lies in a folder of a TFTP server and cannot be fetched. */
  readonly unserved: readonly UnservedFile[];
  /** Zones in files of their own, with what `zone check` says of each. */
  readonly zones: readonly CheckedZone[];
  /** How many names TFTP serves. */
  readonly servedCount: number;
}

export interface CheckedZone {
  readonly apex: string;
  /** As the scenario has it. */
  readonly file: string;
  readonly errors: number;
  readonly warnings: number;
  /** The first of the worst, with its place. */
  readonly first: string;
}

export interface UnservedFile {
  /** The folder, as the file has it. */
  readonly folder: string;
  /** The path from there, safe to show. */
  readonly name: string;
  readonly reason: 'rights' | 'outside' | 'dangling' | 'special' | 'beyond';
}

export interface InterfaceFacts {
  readonly name: string;
  /** Whether it was switched on: `ip link set NAME up`. */
  readonly isUp: boolean;
  /** Whether something is at the other end of its cable; undefined where the system does not say. */
  readonly hasCarrier: boolean | undefined;
  readonly isLoopback: boolean;
  readonly addresses: readonly { readonly address: Ip; readonly prefixLength: number }[];
  /** net.ipv4.conf.NAME.rp_filter or that of `all`, whichever is more: 1 is strict, 2 is loose. */
  readonly reversePathFilter: number | undefined;
}

/** A try to open what `serve` would open. */
export interface BindFacts {
  readonly protocol: 'udp' | 'tcp';
  readonly endpoint: Endpoint;
  /** DNS, DHCP, TFTP, Time of Day. */
  readonly use: string;
  /** An errno's name; undefined: it could be opened. */
  readonly refusal: string | undefined;
  readonly holder: Holder | undefined;
}

export interface Holder {
  readonly pid: number;
  /** Its name, as safe text. */
  readonly program: string;
}

/** Which way the kernel would send to an address. */
export interface RouteFacts {
  readonly to: Ip;
  readonly purpose: 'relay' | 'clients' | 'broadcast';
  /** The subnet of the file that it is about, or the interface. */
  readonly at: string;
  /** The address it would be sent from; undefined with a refusal. */
  readonly source: Ip | undefined;
  /** An errno's name such as ENETUNREACH. */
  readonly refusal: string | undefined;
}

/** The packet filter as its own tools print it; undefined: it could not be read, or is not there. */
export interface FilterFacts {
  /** `nft -j list ruleset`. */
  readonly nft: string | undefined;
  /** `iptables-save`, and `iptables-legacy-save` where that is another. */
  readonly iptables: readonly string[];
  /** Why some or all of it could not be read; empty: it could. */
  readonly unread: string;
}

export type OtherServers =
  | { readonly kind: 'heard'; readonly on: string; readonly servers: readonly Ip[] }
  | { readonly kind: 'not-asked'; readonly on: string; readonly reason: string; readonly cure: string };

export interface StateFacts {
  readonly folder: string;
  /** Whether it is there; else it would be made in `parent`. */
  readonly exists: boolean;
  readonly isFolder: boolean;
  readonly mayWrite: boolean;
  readonly freeOctets: number | undefined;
  /** Such as `ext4`, `nfs`, `tmpfs`; undefined where it is none of those that matter. */
  readonly fileSystem: string | undefined;
  /** The living process that writes to it. */
  readonly owner: Holder | undefined;
  /** When it was last written, in microseconds since 1970; undefined: never. */
  readonly writtenUs: number | undefined;
}
