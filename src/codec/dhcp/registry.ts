import { nearest } from '../../core/text.ts';

/** How an option's value is read and written: `value.ts` has one way for each. */
export type OptionKind =
  | 'ip'
  | 'ips'
  /** Pairs of addresses: destination and mask, or destination and router. */
  | 'ip-pairs'
  | 'u8'
  | 'u8s'
  | 'u16'
  | 'u16s'
  | 'u32'
  | 'i32'
  | 'bool'
  /** No value: being there says it. */
  | 'flag'
  | 'text'
  | 'octets'
  | 'codes'
  | 'message-type'
  | 'client-id'
  | 'vendor'
  | 'relay-agent'
  | 'names'
  | 'routes'
  | 'ccc'
  | 'enterprises';

export interface OptionSpec {
  readonly code: number;
  /** The RFC's name in small letters with dashes: what scenario files say. */
  readonly name: string;
  readonly kind: OptionKind;
}

/** By code. RFC 2132 unless the line says otherwise. */
const TABLE: readonly (readonly [code: number, name: string, kind: OptionKind])[] = [
  [1, 'subnet-mask', 'ip'],
  [2, 'time-offset', 'i32'],
  [3, 'routers', 'ips'],
  [4, 'time-servers', 'ips'],
  [5, 'name-servers', 'ips'],
  [6, 'domain-name-servers', 'ips'],
  [7, 'log-servers', 'ips'],
  [8, 'cookie-servers', 'ips'],
  [9, 'lpr-servers', 'ips'],
  [10, 'impress-servers', 'ips'],
  [11, 'resource-location-servers', 'ips'],
  [12, 'host-name', 'text'],
  [13, 'boot-file-size', 'u16'],
  [14, 'merit-dump-file', 'text'],
  [15, 'domain-name', 'text'],
  [16, 'swap-server', 'ip'],
  [17, 'root-path', 'text'],
  [18, 'extensions-path', 'text'],
  [19, 'ip-forwarding', 'bool'],
  [20, 'non-local-source-routing', 'bool'],
  [21, 'policy-filter', 'ip-pairs'],
  [22, 'maximum-datagram-reassembly-size', 'u16'],
  [23, 'default-ip-time-to-live', 'u8'],
  [24, 'path-mtu-aging-timeout', 'u32'],
  [25, 'path-mtu-plateau-table', 'u16s'],
  [26, 'interface-mtu', 'u16'],
  [27, 'all-subnets-are-local', 'bool'],
  [28, 'broadcast-address', 'ip'],
  [29, 'perform-mask-discovery', 'bool'],
  [30, 'mask-supplier', 'bool'],
  [31, 'perform-router-discovery', 'bool'],
  [32, 'router-solicitation-address', 'ip'],
  [33, 'static-routes', 'ip-pairs'],
  [34, 'trailer-encapsulation', 'bool'],
  [35, 'arp-cache-timeout', 'u32'],
  [36, 'ethernet-encapsulation', 'bool'],
  [37, 'tcp-default-ttl', 'u8'],
  [38, 'tcp-keepalive-interval', 'u32'],
  [39, 'tcp-keepalive-garbage', 'bool'],
  [40, 'nis-domain', 'text'],
  [41, 'nis-servers', 'ips'],
  [42, 'ntp-servers', 'ips'],
  [43, 'vendor-encapsulated-options', 'vendor'],
  [44, 'netbios-name-servers', 'ips'],
  [45, 'netbios-datagram-distribution-servers', 'ips'],
  [46, 'netbios-node-type', 'u8'],
  [47, 'netbios-scope', 'text'],
  [48, 'x-window-font-servers', 'ips'],
  [49, 'x-window-display-managers', 'ips'],
  [50, 'requested-ip-address', 'ip'],
  [51, 'ip-address-lease-time', 'u32'],
  [52, 'option-overload', 'u8'],
  [53, 'dhcp-message-type', 'message-type'],
  [54, 'server-identifier', 'ip'],
  [55, 'parameter-request-list', 'codes'],
  [56, 'message', 'text'],
  [57, 'maximum-dhcp-message-size', 'u16'],
  [58, 'renewal-time', 'u32'],
  [59, 'rebinding-time', 'u32'],
  [60, 'vendor-class-identifier', 'text'],
  [61, 'client-identifier', 'client-id'],
  [64, 'nis-plus-domain', 'text'],
  [65, 'nis-plus-servers', 'ips'],
  [66, 'tftp-server-name', 'text'],
  [67, 'bootfile-name', 'text'],
  [68, 'mobile-ip-home-agents', 'ips'],
  [69, 'smtp-servers', 'ips'],
  [70, 'pop3-servers', 'ips'],
  [71, 'nntp-servers', 'ips'],
  [72, 'www-servers', 'ips'],
  [73, 'finger-servers', 'ips'],
  [74, 'irc-servers', 'ips'],
  [75, 'streettalk-servers', 'ips'],
  [76, 'streettalk-directory-assistance-servers', 'ips'],
  [77, 'user-class', 'octets'], // RFC 3004 §4
  [80, 'rapid-commit', 'flag'], // RFC 4039 §4
  [81, 'client-fqdn', 'octets'], // RFC 4702 §2
  [82, 'relay-agent-information', 'relay-agent'], // RFC 3046 §2.0
  [90, 'authentication', 'octets'], // RFC 3118 §2
  [91, 'client-last-transaction-time', 'u32'], // RFC 4388 §6.1
  [92, 'associated-ip', 'ips'], // RFC 4388 §6.1
  [93, 'client-system-architecture', 'u16s'], // RFC 4578 §2.1
  [94, 'client-network-interface', 'octets'], // RFC 4578 §2.2
  [97, 'client-machine-identifier', 'octets'], // RFC 4578 §2.3
  [100, 'posix-timezone', 'text'], // RFC 4833 §2
  [101, 'tzdb-timezone', 'text'], // RFC 4833 §2
  [108, 'ipv6-only-preferred', 'u32'], // RFC 8925 §3.1
  [114, 'captive-portal', 'text'], // RFC 8910 §2.1
  [116, 'auto-configure', 'u8'], // RFC 2563 §2
  [117, 'name-service-search', 'u16s'], // RFC 2937
  [118, 'subnet-selection', 'ip'], // RFC 3011 §2
  [119, 'domain-search', 'names'], // RFC 3397 §2
  [120, 'sip-servers', 'octets'], // RFC 3361 §3
  [121, 'classless-static-routes', 'routes'], // RFC 3442
  [122, 'cablelabs-client-configuration', 'ccc'], // RFC 3495 §4
  [124, 'vendor-identifying-vendor-class', 'enterprises'], // RFC 3925 §3
  [125, 'vendor-identifying-vendor-specific', 'enterprises'], // RFC 3925 §4
  [138, 'capwap-access-controllers', 'ips'], // RFC 5417 §2
  [150, 'tftp-server-address', 'ips'], // RFC 5859 §3
];

export const OPTION_SPECS: readonly OptionSpec[] = TABLE.map(([code, name, kind]) => ({ code, name, kind }));

const BY_CODE = new Map(OPTION_SPECS.map((spec) => [spec.code, spec]));
const BY_NAME = new Map(OPTION_SPECS.map((spec) => [spec.name, spec]));

/** An option without a name here is `option-224`, its value octets. */
export function optionSpec(code: number): OptionSpec {
  return BY_CODE.get(code) ?? { code, name: `option-${code}`, kind: 'octets' };
}

/** By name, by `option-224`, or by the number alone; undefined for none of them. */
export function optionNamed(name: string): OptionSpec | undefined {
  const known = BY_NAME.get(name);
  if (known !== undefined) return known;
  const code = Number(/^(?:option-)?(\d{1,3})$/.exec(name)?.[1]);
  return code >= 1 && code <= 254 ? optionSpec(code) : undefined;
}

/** The option name that was perhaps meant. */
export function nearestOption(typed: string): string | undefined {
  return nearest(typed, BY_NAME.keys());
}
