/** EtherTypes: the IEEE's list. */
export const EtherType = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100, ipv6: 0x86dd } as const;

/** Protocol and next-header numbers: IANA's list. */
export const Protocol = { icmp: 1, tcp: 6, udp: 17, icmpv6: 58 } as const;
