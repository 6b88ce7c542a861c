import type { Ip, Ipv4, Mac, Prefix } from '../core/address.ts';
import type { Limits } from '../core/limits.ts';
import type { InterfaceAddress, Plain } from '../core/service.ts';
import type { ClientTestOptions } from '../policy/address/client-test.ts';
import type { LimiterOptions } from '../policy/limit/limiter.ts';
import type { SourceKind } from '../policy/limit/source.ts';
import type { Quality, WhenFull } from '../core/driver.ts';
import type { Action } from './action.ts';
import type { ChecksConfig, ProberDeviceConfig, WebDeviceConfig } from './checks.ts';
import type { AttackerDeviceConfig, PopulationDeviceConfig, ResolverServiceConfig } from './resolver.ts';
import type { ClientDeviceConfig, RouterDeviceConfig } from './router.ts';
import type { DnsSettings } from './dns-settings.ts';
import type { FileReference, Place, Warning } from './place.ts';
import type { Expectation } from './expectation.ts';
import type { MacTemplate } from './template.ts';

/** A scenario as checked values: every reference resolves, every unit is the core's. Lists are in the file's order. */
export interface Scenario {
  readonly name: string;
  /** A paragraph for people; empty when the file has none. */
  readonly about: string;
  /** The file's name as it was given, for messages. */
  readonly fileName: string;
  /** 0 to 2^32 - 1. */
  readonly seed: number;
  /** The run ends here at the latest. */
  readonly durationUs: number;
  /** Microseconds since 1970-01-01T00:00:00Z of the run's moment 0. */
  readonly epochUs: number;
  /** Under `serve`; no run has them. */
  readonly limits: Limits;
  readonly segments: readonly SegmentConfig[];
  readonly links: readonly LinkConfig[];
  readonly services: readonly ServiceConfig[];
  readonly devices: readonly DeviceConfig[];
  readonly timeline: readonly Action[];
  readonly expectations: readonly Expectation[];
  /** Every file and folder named, once for each place that names it. */
  readonly files: readonly FileReference[];
  /** What is allowed and yet worth a word, by place in the file. */
  readonly warnings: readonly Warning[];
}

/** A broadcast domain. It is `cable` when a CMTS has its cable side there. */
export interface SegmentConfig {
  readonly name: string;
  readonly kind: 'ethernet' | 'cable';
  readonly quality: Quality;
}

export interface LinkConfig {
  readonly name: string;
  readonly between: readonly [segment: string, segment: string];
  readonly quality: Quality;
}

/** Virtual mode only: how fast a service takes datagrams. */
export interface CapacityConfig {
  /** Datagrams a second. */
  readonly rate: number;
  /** Datagrams waiting. */
  readonly queue: number;
  readonly whenFull: WhenFull;
}

/** Virtual mode only: which datagrams a service gets to see at all. */
export interface LimiterConfig extends LimiterOptions {
  readonly by: SourceKind;
}

/** Who stands where a service of the file is. */
export type PlaceConfig =
  /** The service itself. */
  | { readonly kind: 'virtual' }
  /** What a recording of it said. */
  | {
      readonly kind: 'replay';
      readonly recording: FileReference;
      /** The server's addresses in the recording. */
      readonly recordedAs: readonly Ip[];
      /** What a run is in which something was asked that is not in it. */
      readonly unrecorded: 'inconclusive' | 'silent';
    }
  /** A real server outside of the run. */
  | {
      readonly kind: 'live';
      /** Where it is; undefined: at its addresses of the file. */
      readonly outside: OutsideEndpoint | undefined;
      readonly at: Place;
    };

/** Of several ports the one that its kind of service is known by. */
export interface OutsideEndpoint {
  readonly address: Ip;
  /** Undefined: the service's own. */
  readonly port: number | undefined;
}

/** A device that is not in the run, but on an interface of the machine that it is on. */
export interface LiveDeviceConfig {
  /** `headend`: another headend runs it, and its frames cross the cable as those of others do. */
  readonly who: 'real' | 'headend';
  /** Undefined: `--interface` says it. */
  readonly interface: string | undefined;
  readonly at: Place;
}

export interface ServiceCommon {
  /** Its key in the file; also the name of its host, unless it shares an address with an earlier service. */
  readonly name: string;
  /** The segment it is on. */
  readonly on: string;
  /** At least one; the first is the one that steps and helpers mean. */
  readonly addresses: readonly InterfaceAddress[];
  readonly capacity: CapacityConfig | undefined;
  readonly limiter: LimiterConfig | undefined;
  readonly place: PlaceConfig;
}

export type ServiceConfig =
  | DhcpServiceConfig
  | TftpServiceConfig
  | TodServiceConfig
  | DnsServiceConfig
  | FtpServiceConfig
  | ResolverServiceConfig;

export interface DhcpServiceConfig extends ServiceCommon {
  readonly kind: 'dhcp';
  /** Whether it says NAK to clients it does not know. */
  readonly authoritative: boolean;
  /** What its engine does otherwise, where the file says so. */
  readonly switches: {
    readonly ignoresClientId: boolean | undefined;
    readonly acksWithoutRequestData: boolean | undefined;
    readonly acceptsWithoutServerId: boolean | undefined;
    readonly offerHoldSeconds: number | undefined;
    readonly declineHoldSeconds: number | undefined;
  };
  readonly subnets: readonly DhcpSubnetConfig[];
}

export interface DhcpSubnetConfig {
  readonly subnet: Prefix;
  /** The relays' addresses (giaddr) that this subnet serves; empty: giaddr, link or interface inside `subnet`. */
  readonly relays: readonly Ipv4[];
  readonly ranges: readonly AddressRange[];
  readonly lease: LeaseSeconds;
  /** A glob for option 60 such as `docsis*`; undefined: any. */
  readonly class: string | undefined;
  /** By option 82.2 against chaddr: the modem itself, or what stands behind it; undefined: both. */
  readonly member: 'modem' | 'cpe' | undefined;
  /** What else must be so of its clients; undefined: nothing. */
  readonly test: ClientTestOptions | undefined;
  /** Subnets of one name are one link. */
  readonly sharedNetwork: string | undefined;
  /** Option 3; where the file has none, the relays inside of `subnet`. */
  readonly routers: readonly Ipv4[];
  /** The first that fits a client is its own. */
  readonly tftp: readonly ProvisionForSomeConfig[];
  readonly options: readonly DhcpOptionConfig[];
  readonly classes: readonly DhcpClassConfig[];
  readonly reservations: readonly ReservationConfig[];
  /** Such as `services.dhcp.subnets[0]`, for messages. */
  readonly at: string;
}

/** Both ends belong to it. */
export interface AddressRange {
  readonly first: Ipv4;
  readonly last: Ipv4;
}

export interface LeaseSeconds {
  readonly defaultSeconds: number;
  readonly minSeconds: number;
  readonly maxSeconds: number;
  /** T1 and T2; undefined: RFC 2131's share of the lease. */
  readonly renewSeconds: number | undefined;
  readonly rebindSeconds: number | undefined;
}

/** What those clients of a subnet are told that the test is true for. */
export interface DhcpClassConfig {
  readonly name: string;
  readonly test: ClientTestOptions;
  readonly tftp: ProvisionConfig | undefined;
  readonly options: readonly DhcpOptionConfig[];
}

/** Where a client boots from: one setting for siaddr, file, and options 66, 67, 150, 125.2. */
export interface ProvisionConfig {
  /** One of both is there. */
  readonly server: Ipv4 | undefined;
  readonly file: string | undefined;
  /** What goes into siaddr: `server` unless the file says `siaddr: none`, which keeps option 66 alone, for teaching. */
  readonly siaddr: Ipv4 | 'none';
}

export interface ProvisionForSomeConfig extends ProvisionConfig {
  /** A glob for option 60; undefined: any. */
  readonly class: string | undefined;
  /** A glob for option 77, RFC 3004; undefined: any. */
  readonly userClass: string | undefined;
}

/** An option by its name in codec/dhcp's registry, with the value as the file has it. */
export interface DhcpOptionConfig {
  readonly name: string;
  readonly value: Plain;
  readonly at: string;
}

export interface ReservationConfig {
  readonly by:
    | { readonly kind: 'mac'; readonly mac: Mac }
    /** Option 61, octets as hex. */
    | { readonly kind: 'client-id'; readonly hex: string }
    /** Option 82.2, octets as hex. */
    | { readonly kind: 'remote-id'; readonly hex: string };
  readonly address: Ipv4;
  readonly hostname: string | undefined;
  readonly tftp: ProvisionConfig | undefined;
  readonly options: readonly DhcpOptionConfig[];
}

export interface TftpServiceConfig extends ServiceCommon {
  readonly kind: 'tftp';
  readonly files: readonly TftpFileConfig[];
  /** Every file under it is served by its path from there. */
  readonly folder: FileReference | undefined;
  /** Answers all transfers from port 69, for NAT's sake. */
  readonly singlePort: boolean;
  /** Caps on what is negotiated; undefined: the engine's own. */
  readonly limits: {
    readonly blksize: number | undefined;
    readonly windowsize: number | undefined;
    readonly sessions: number | undefined;
    /** Transfers of one source. */
    readonly perSource: number | undefined;
  };
}

export interface TftpFileConfig {
  /** As the client asks for it, octet for octet. */
  readonly name: string;
  readonly content:
    | { readonly kind: 'text'; readonly text: string }
    | { readonly kind: 'file'; readonly file: FileReference }
    /** A DOCSIS configuration in text form; both MICs are computed with the secret. */
    | { readonly kind: 'docsis-file'; readonly file: FileReference; readonly secret: SecretConfig }
    | {
        readonly kind: 'docsis';
        readonly config: Plain;
        readonly at: string;
        readonly secret: SecretConfig;
      };
}

/** A shared secret: in the file itself, or in a file of its own. Left out in the file: the empty secret, as text. */
export type SecretConfig =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'file'; readonly file: FileReference };

interface TodServiceConfig extends ServiceCommon {
  readonly kind: 'tod';
}

/** As much of FTP as its two connections need: public files, read only. */
export interface FtpServiceConfig extends ServiceCommon {
  readonly kind: 'ftp';
  readonly files: readonly TftpFileConfig[];
  readonly folder: FileReference | undefined;
  /** Where it waits for data connections in passive mode. */
  readonly passivePorts: { readonly first: number; readonly last: number };
}

export interface DnsServiceConfig extends ServiceCommon, DnsSettings, ChecksConfig {
  readonly kind: 'dns';
}

interface DeviceCommon {
  readonly name: string;
  /** undefined: one host, named as the group; otherwise hosts `name[0]` to `name[count - 1]`. */
  readonly count: number | undefined;
}

export type DeviceConfig =
  | CmtsDeviceConfig
  | CableModemDeviceConfig
  | HostDeviceConfig
  | RouterDeviceConfig
  | ClientDeviceConfig
  | WebDeviceConfig
  | ProberDeviceConfig
  | PopulationDeviceConfig
  | AttackerDeviceConfig;

export interface CmtsDeviceConfig extends DeviceCommon {
  readonly kind: 'cmts';
  readonly count: undefined;
  readonly cable: string;
  readonly uplink: string;
  /** Its cable side, the relay's address. */
  readonly giaddr: InterfaceAddress;
  /** Further addresses of the cable side: one for each relay address of a subnet that is not `giaddr`. */
  readonly secondaries: readonly InterfaceAddress[];
  readonly uplinkAddress: InterfaceAddress;
  /** Which side's address servers answer its relay at. */
  readonly relaySource: 'cable' | 'uplink';
  /** DHCP servers it relays to. */
  readonly helpers: readonly Ip[];
  readonly secret: SecretConfig;
  readonly ranging: 'contention' | 'ideal';
}

export interface CableModemDeviceConfig extends DeviceCommon {
  readonly kind: 'cable-modem';
  /** A cable segment. */
  readonly on: string;
  readonly mac: MacTemplate;
  /** Option 60, such as `docsis3.1:`. */
  readonly class: string;
  /** How long a modem rests after a failed download before it begins anew; undefined: the engine's own. */
  readonly reinitUs: number | undefined;
  /** fixed: it draws from as few opportunities at its tenth RNG-REQ as at its first. */
  readonly rangingBackOff: 'widens' | 'fixed';
  /** undefined: it is simulated. */
  readonly live: LiveDeviceConfig | undefined;
}

export interface HostDeviceConfig extends DeviceCommon {
  readonly kind: 'host' | 'stub';
  /** Behind a modem: its cable. */
  readonly on: string;
  /** The modem that it is connected to: of a group without an index, the one of its own number, in turn. */
  readonly behind: Selector | undefined;
  /** undefined: one that is made from its name. */
  readonly mac: MacTemplate | undefined;
  /** undefined: by DHCP. With a count, member n has this address plus n. */
  readonly address: InterfaceAddress | undefined;
  /** Option 60; undefined: not sent. */
  readonly class: string | undefined;
  /** DNS servers it asks, in order; empty: those that DHCP gives. */
  readonly resolvers: readonly Ip[];
  readonly ask: Question | undefined;
  /** Zones of this scenario, as written, whose keys it knows; empty: it believes what it is told. */
  readonly trustAnchors: readonly string[];
  /** UDP ports where it sends back what it is sent. */
  readonly echoes: readonly number[];
  /** undefined: it is simulated. */
  readonly live: LiveDeviceConfig | undefined;
}

export interface Question {
  /** As written, such as `portal.lab.example`. */
  readonly name: string;
  /** A record type's name in capitals, such as `AAAA`. */
  readonly type: string;
  /** 0: once. */
  readonly everyUs: number;
}

/** A device or service by name, all members of a group, or one: `cm`, `cm[2]`, `dhcp`. */
export interface Selector {
  /** As written. */
  readonly text: string;
  /** The group's or service's name. */
  readonly group: string;
  readonly index: number | undefined;
}
