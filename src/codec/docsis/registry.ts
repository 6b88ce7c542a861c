import { CLASSIFIER, EXTENSION_FIELD, SERVICE_FLOW } from './registry-flows.ts';

/**
 * How a value is written for people. `flag`: u8 shown as true or false. `z-text`: text with one NUL behind it.
 * `write-control`: a BER OID and one octet (TLV 10). `var-bind`: one BER VarBind (TLV 11). `hex`: octets.
 */
export type TlvKind =
  | 'u8'
  | 'u16'
  | 'u32'
  | 'flag'
  | 'text'
  | 'z-text'
  | 'ipv4'
  | 'ipv6'
  | 'mac'
  | 'ipv4-list'
  | 'ipv6-list'
  | 'u16-list'
  | 'ipv4-port'
  | 'oid'
  | 'write-control'
  | 'var-bind'
  | 'hex'
  | 'nested';

export interface TlvDefinition {
  readonly type: number;
  /** As it stands in a person's file. */
  readonly name: string;
  readonly kind: TlvKind;
  readonly children: TlvTable;
}

/** The TLVs of one level by type and by name. */
export interface TlvTable {
  readonly byType: ReadonlyMap<number, TlvDefinition>;
  readonly byName: ReadonlyMap<string, TlvDefinition>;
}

export type TlvRow =
  | readonly [type: number, name: string, kind: Exclude<TlvKind, 'nested'>]
  | readonly [type: number, name: string, children: readonly TlvRow[]];

function table(rows: readonly TlvRow[]): TlvTable {
  const byType = new Map<number, TlvDefinition>();
  const byName = new Map<string, TlvDefinition>();
  for (const [type, name, third] of rows) {
    const nested = typeof third !== 'string';
    const definition = {
      type,
      name,
      kind: nested ? ('nested' as const) : third,
      children: nested ? table(third) : NO_TLVS,
    };
    byType.set(type, definition);
    byName.set(name, definition);
  }
  return { byType, byName };
}

const NO_TLVS: TlvTable = { byType: new Map(), byName: new Map() };

/** MULPI annex C. */
const CLASS_OF_SERVICE: readonly TlvRow[] = [
  [1, 'class-id', 'u8'],
  [2, 'max-downstream-rate', 'u32'],
  [3, 'max-upstream-rate', 'u32'],
  [4, 'upstream-priority', 'u8'],
  [5, 'guaranteed-upstream-rate', 'u32'],
  [6, 'max-upstream-burst', 'u16'],
  [7, 'privacy-enable', 'flag'],
];

/** MULPI annex C; modems send it, files do not hold it. */
const MODEM_CAPABILITIES: readonly TlvRow[] = [
  [1, 'concatenation', 'flag'],
  [2, 'docsis-version', 'u8'],
  [3, 'fragmentation', 'flag'],
  [4, 'payload-header-suppression', 'flag'],
  [5, 'igmp', 'flag'],
  [6, 'privacy', 'u8'],
  [7, 'downstream-said-support', 'u8'],
  [8, 'upstream-service-flow-support', 'u8'],
  [9, 'optional-filtering', 'u8'],
  [10, 'transmit-equalizer-taps-per-symbol', 'u8'],
  [11, 'transmit-equalizer-taps', 'u8'],
  [12, 'dcc', 'flag'],
  [13, 'ip-filters', 'u16'],
  [14, 'llc-filters', 'u16'],
  [39, 'ipv6', 'flag'],
];

/** Baseline privacy timers in seconds. */
const BASELINE_PRIVACY: readonly TlvRow[] = [
  [1, 'authorize-wait-timeout', 'u32'],
  [2, 'reauthorize-wait-timeout', 'u32'],
  [3, 'authorization-grace-time', 'u32'],
  [4, 'operational-wait-timeout', 'u32'],
  [5, 'rekey-wait-timeout', 'u32'],
  [6, 'tek-grace-time', 'u32'],
  [7, 'authorize-reject-wait-timeout', 'u32'],
  [8, 'sa-map-wait-timeout', 'u32'],
  [9, 'sa-map-max-retries', 'u32'],
];

const HEADER_SUPPRESSION: readonly TlvRow[] = [
  [1, 'classifier-reference', 'u8'],
  [3, 'service-flow-reference', 'u16'],
  [7, 'phs-field', 'hex'],
  [8, 'phs-index', 'u8'],
  [9, 'phs-mask', 'hex'],
  [10, 'phs-size', 'u8'],
  [11, 'phs-verify', 'u8'],
];

const SNMPV3_KICKSTART: readonly TlvRow[] = [
  [1, 'security-name', 'text'],
  [2, 'manager-public-number', 'hex'],
];

const SNMPV3_NOTIFICATION_RECEIVER: readonly TlvRow[] = [
  [1, 'address', 'ipv4'],
  [2, 'udp-port', 'u16'],
  [3, 'trap-type', 'u16'],
  [4, 'timeout', 'u16'],
  [5, 'retries', 'u16'],
  [6, 'filter-oid', 'oid'],
  [7, 'security-name', 'text'],
  [8, 'ipv6-address', 'ipv6'],
];

const DOWNSTREAM_CHANNEL_LIST: readonly TlvRow[] = [
  [
    1,
    'single-channel',
    [
      [1, 'timeout', 'u16'],
      [2, 'frequency', 'u32'],
    ],
  ],
  [
    2,
    'frequency-range',
    [
      [1, 'timeout', 'u16'],
      [2, 'start', 'u32'],
      [3, 'end', 'u32'],
      [4, 'step', 'u32'],
    ],
  ],
  [3, 'default-scanning-timeout', 'u16'],
];

const COEXISTENCE: readonly TlvRow[] = [
  [1, 'community', 'text'],
  [
    2,
    'transport-access',
    [
      [1, 'address', 'ipv4-port'],
      [2, 'mask', 'ipv4-port'],
    ],
  ],
  [3, 'access-view-type', 'u8'],
  [4, 'access-view-name', 'text'],
];

const ACCESS_VIEW: readonly TlvRow[] = [
  [1, 'view-name', 'text'],
  [2, 'subtree', 'oid'],
  [3, 'subtree-mask', 'hex'],
  [4, 'view-type', 'u8'],
];

const STATIC_MULTICAST_SESSION: readonly TlvRow[] = [
  [1, 'group', 'hex'],
  [2, 'source', 'hex'],
  [3, 'cmim', 'hex'],
];

/** MULPI annex C. A type that is not here is kept as hex. */
const MODEM_ROWS: readonly TlvRow[] = [
  [1, 'downstream-frequency', 'u32'],
  [2, 'upstream-channel-id', 'u8'],
  [3, 'network-access', 'flag'],
  [4, 'class-of-service', CLASS_OF_SERVICE],
  [5, 'modem-capabilities', MODEM_CAPABILITIES],
  [6, 'cm-mic', 'hex'],
  [7, 'cmts-mic', 'hex'],
  [8, 'vendor-id', 'hex'],
  [9, 'software-upgrade-filename', 'text'],
  [10, 'snmp-write-control', 'write-control'],
  [11, 'snmp-set', 'var-bind'],
  [12, 'modem-address', 'ipv4'],
  [17, 'baseline-privacy', BASELINE_PRIVACY],
  [18, 'max-cpe', 'u8'],
  [19, 'tftp-server-timestamp', 'u32'],
  [20, 'tftp-server-provisioned-modem-address', 'ipv4'],
  [21, 'software-upgrade-server', 'ipv4'],
  [22, 'upstream-classifier', CLASSIFIER],
  [23, 'downstream-classifier', CLASSIFIER],
  [24, 'upstream-service-flow', [...SERVICE_FLOW, [14, 'max-concatenated-burst', 'u16']]],
  [25, 'downstream-service-flow', [...SERVICE_FLOW, [14, 'max-latency', 'u32']]],
  [26, 'payload-header-suppression', HEADER_SUPPRESSION],
  [28, 'max-classifiers', 'u16'],
  [29, 'privacy-enable', 'flag'],
  [32, 'manufacturer-code-certificate', 'hex'],
  [33, 'co-signer-code-certificate', 'hex'],
  [34, 'snmpv3-kickstart', SNMPV3_KICKSTART],
  [35, 'subscriber-management-control', 'hex'],
  [36, 'subscriber-management-cpe-list', 'ipv4-list'],
  [37, 'subscriber-management-filters', 'u16-list'],
  [38, 'snmpv3-notification-receiver', SNMPV3_NOTIFICATION_RECEIVER],
  [39, 'enable-2.0-mode', 'flag'],
  [40, 'enable-test-modes', 'flag'],
  [41, 'downstream-channel-list', DOWNSTREAM_CHANNEL_LIST],
  [42, 'static-multicast-mac', 'mac'],
  [43, 'extension-field', EXTENSION_FIELD],
  [45, 'downstream-unencrypted-traffic-filter', 'hex'],
  [53, 'snmpv1v2c-coexistence', COEXISTENCE],
  [54, 'snmpv3-access-view', ACCESS_VIEW],
  [55, 'snmp-cpe-access-control', 'flag'],
  [
    56,
    'channel-assignment',
    [
      [1, 'upstream-channel-id', 'u8'],
      [2, 'downstream-frequency', 'u32'],
    ],
  ],
  [57, 'initialization-reason', 'u8'],
  [58, 'software-upgrade-server-ipv6', 'ipv6'],
  [59, 'tftp-server-provisioned-modem-ipv6-address', 'ipv6'],
  [60, 'upstream-drop-classifier', CLASSIFIER],
  [61, 'subscriber-management-cpe-ipv6-prefix-list', 'hex'],
  [62, 'upstream-drop-classifier-group', 'hex'],
  [63, 'subscriber-management-max-cpe-ipv6', 'u16'],
  [64, 'static-multicast-session', STATIC_MULTICAST_SESSION],
  [65, 'l2vpn-mac-ageing', 'hex'],
  [66, 'management-event-control', 'u32'],
  [67, 'subscriber-management-cpe-ipv6-list', 'ipv6-list'],
  [68, 'default-upstream-target-buffer', 'u16'],
  [69, 'mac-address-learning', 'hex'],
  [81, 'manufacturer-code-certificate-chain', 'hex'],
  [82, 'co-signer-code-certificate-chain', 'hex'],
  [202, 'erouter', [[1, 'initialization-mode', 'u8']]],
  [216, 'emta', 'hex'],
  [217, 'estb', 'hex'],
  [219, 'etea', 'hex'],
  [254, 'mta-delimiter', 'u8'],
];

/** The top level of a modem's configuration file. */
export const TOP_LEVEL: TlvTable = table(MODEM_ROWS);

/** The top level of an MTA's: its TLV 64 is a TLV 11 with two octets of length. */
export const MTA_LEVEL: TlvTable = table([
  ...MODEM_ROWS.filter(([type]) => type !== 64),
  [64, 'snmp-set-long', 'var-bind'],
]);
