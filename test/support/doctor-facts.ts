import type { Facts, MachineFacts, Wanted } from '../../src/analysis/doctor/facts.ts';
import type { Finding } from '../../src/analysis/doctor/finding.ts';
import { parseIp, parseIpv4, parsePrefix } from '../../src/core/address.ts';
import type { Ip, Ipv4, Prefix } from '../../src/core/address.ts';

export const ip = (text: string): Ip => parseIp(text)!;
export const ip4 = (text: string): Ipv4 => parseIpv4(text)!;
export const net = (text: string): Prefix => parsePrefix(text)!;

/** 2026-11-22, in microseconds since 1970. */
export const TODAY_US = 1_795_305_600_000_000;

/** A machine with nothing wrong. */
export const MACHINE: MachineFacts = {
  platform: 'linux',
  node: '20.19.0',
  nowUs: TODAY_US,
  nowText: '2026-11-22 00:00:00 UTC',
  synchronised: true,
  isRoot: false,
  mayBindLow: true,
  unprivilegedFrom: 1024,
  descriptorsMax: 65_536,
  bufferOctetsMax: 8 * 1024 * 1024,
  hasIpv6: true,
  container: '',
  loopback: { refusal: undefined, isWhole: true },
  hasNative: false,
};

/** DHCP on lan0, which is 10.60.0.2/24. */
export const WANTED: Wanted = {
  interfaces: ['lan0'],
  isReachable: true,
  hasFile: true,
  ports: [{ protocol: 'udp', port: 67, use: 'DHCP', movesOn: false }],
  addresses: [{ host: 'dhcp', address: ip('10.60.0.2'), prefixLength: 24 }],
  subnets: [
    {
      at: 'services.dhcp.subnets[0]',
      subnet: net('10.60.0.0/24'),
      relays: [],
      addressCount: 50,
      isForModems: false,
      boots: [],
    },
  ],
};

/** All is well; each test says what is not. */
export const FACTS: Facts = {
  machine: MACHINE,
  wanted: WANTED,
  file: { mistakes: [], unserved: [], zones: [], servedCount: 0 },
  interfaces: [
    {
      name: 'lo',
      isUp: true,
      hasCarrier: true,
      isLoopback: true,
      addresses: [{ address: ip('127.0.0.1'), prefixLength: 8 }],
      reversePathFilter: 0,
    },
    {
      name: 'lan0',
      isUp: true,
      hasCarrier: true,
      isLoopback: false,
      addresses: [{ address: ip('10.60.0.2'), prefixLength: 24 }],
      reversePathFilter: 0,
    },
    {
      name: 'up0',
      isUp: true,
      hasCarrier: true,
      isLoopback: false,
      addresses: [{ address: ip('192.0.2.9'), prefixLength: 24 }],
      reversePathFilter: 0,
    },
  ],
  binds: [
    {
      protocol: 'udp',
      endpoint: { address: ip('0.0.0.0'), port: 67 },
      use: 'DHCP',
      refusal: undefined,
      holder: undefined,
    },
  ],
  routes: [],
  filters: { nft: '{"nftables":[]}', iptables: [], unread: '' },
  otherServers: { kind: 'heard', on: 'lan0', servers: [] },
  state: {
    folder: '/var/lib/headend',
    exists: true,
    isFolder: true,
    mayWrite: true,
    freeOctets: 2 ** 34,
    fileSystem: undefined,
    owner: undefined,
    writtenUs: TODAY_US - 3600e6,
  },
  durable: { folder: '/var/lib/headend', refusal: undefined },
};

/** What is worth a person's attention, one a line: `fail udp/67: ...`. */
export function troubles(findings: readonly Finding[]): readonly string[] {
  return findings
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ verdict, name, says }) => `${verdict} ${name}: ${says}`);
}
