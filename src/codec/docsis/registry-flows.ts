import type { TlvRow } from './registry.ts';

const IPV4_CLASSIFIER: readonly TlvRow[] = [
  [1, 'tos', 'hex'],
  [2, 'protocol', 'u16'],
  [3, 'source-address', 'ipv4'],
  [4, 'source-mask', 'ipv4'],
  [5, 'destination-address', 'ipv4'],
  [6, 'destination-mask', 'ipv4'],
  [7, 'source-port-start', 'u16'],
  [8, 'source-port-end', 'u16'],
  [9, 'destination-port-start', 'u16'],
  [10, 'destination-port-end', 'u16'],
];

const LLC_CLASSIFIER: readonly TlvRow[] = [
  [1, 'destination-mac', 'hex'],
  [2, 'source-mac', 'mac'],
  [3, 'ethertype', 'hex'],
];

const VLAN_CLASSIFIER: readonly TlvRow[] = [
  [1, 'user-priority', 'hex'],
  [2, 'vlan-id', 'hex'],
];

const IPV6_CLASSIFIER: readonly TlvRow[] = [
  [1, 'traffic-class', 'hex'],
  [2, 'flow-label', 'u32'],
  [3, 'next-header', 'u16'],
  [4, 'source-address', 'ipv6'],
  [5, 'source-prefix-length', 'u8'],
  [6, 'destination-address', 'ipv6'],
  [7, 'destination-prefix-length', 'u8'],
];

/** TLVs 22, 23, 60: MULPI annex C. */
export const CLASSIFIER: readonly TlvRow[] = [
  [1, 'classifier-reference', 'u8'],
  [2, 'classifier-id', 'u16'],
  [3, 'service-flow-reference', 'u16'],
  [4, 'service-flow-id', 'u32'],
  [5, 'priority', 'u8'],
  [6, 'activation-state', 'flag'],
  [7, 'change-action', 'u8'],
  [9, 'ipv4', IPV4_CLASSIFIER],
  [10, 'llc', LLC_CLASSIFIER],
  [11, 'vlan', VLAN_CLASSIFIER],
  [12, 'ipv6', IPV6_CLASSIFIER],
];

/** What TLVs 24 and 25 share: MULPI annex C. Rates in bits a second, bursts in octets, times in microseconds. */
export const SERVICE_FLOW: readonly TlvRow[] = [
  [1, 'reference', 'u16'],
  [2, 'id', 'u32'],
  [3, 'sid', 'u16'],
  [4, 'class-name', 'z-text'],
  [6, 'qos-parameter-set', 'u8'],
  [7, 'priority', 'u8'],
  [8, 'max-rate', 'u32'],
  [9, 'max-burst', 'u32'],
  [10, 'min-reserved-rate', 'u32'],
  [11, 'min-packet-size', 'u16'],
  [12, 'active-timeout', 'u16'],
  [13, 'admitted-timeout', 'u16'],
  [15, 'scheduling-type', 'u8'],
  [16, 'request-policy', 'hex'],
  [17, 'nominal-polling-interval', 'u32'],
  [18, 'poll-jitter', 'u32'],
  [19, 'grant-size', 'u16'],
  [20, 'nominal-grant-interval', 'u32'],
  [21, 'grant-jitter', 'u32'],
  [22, 'grants-per-interval', 'u8'],
  [23, 'tos-overwrite', 'hex'],
  [27, 'peak-rate', 'u32'],
  [31, 'required-attribute-mask', 'u32'],
  [32, 'forbidden-attribute-mask', 'u32'],
  [33, 'attribute-aggregation-mask', 'u32'],
];

/** TLV 43: the vendor id comes first; ffffff means the general fields named here, any other OUI's are kept as hex. */
export const EXTENSION_FIELD: readonly TlvRow[] = [
  [1, 'load-balancing-policy', 'u32'],
  [2, 'load-balancing-priority', 'u32'],
  [3, 'load-balancing-group', 'u32'],
  [4, 'ranging-class', 'hex'],
  [5, 'l2vpn', 'hex'],
  [
    6,
    'extended-cmts-mic',
    [
      [1, 'hmac-type', 'u8'],
      [2, 'bitmap', 'hex'],
      [3, 'digest', 'hex'],
    ],
  ],
  [7, 'source-address-verification', 'hex'],
  [8, 'vendor-id', 'hex'],
  [9, 'attribute-masks', 'hex'],
  [10, 'multicast-join', 'hex'],
];
