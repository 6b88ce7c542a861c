/** What steps can name: protocol, kinds, fields. `scenario/packet.ts` reads the same words out of packets. */
export interface ProtocolWords {
  /** Empty: packets of the protocol have no kinds worth telling apart. */
  readonly kinds: readonly string[];
  readonly fields: readonly string[];
}

const PORTS = ['sport', 'dport'];

const PROTOCOLS: Readonly<Record<string, ProtocolWords>> = {
  DHCP: {
    kinds: ['DISCOVER', 'OFFER', 'REQUEST', 'DECLINE', 'ACK', 'NAK', 'RELEASE', 'INFORM', 'BOOTP'],
    // `opt` and a number, such as opt66, is a field too.
    fields: [
      'xid',
      'mac',
      'ciaddr',
      'yiaddr',
      'siaddr',
      'giaddr',
      'hops',
      'broadcast',
      'file',
      'class',
      'lease',
      ...PORTS,
    ],
  },
  TFTP: {
    kinds: ['RRQ', 'WRQ', 'DATA', 'ACK', 'ERROR', 'OACK'],
    fields: [
      'file',
      'mode',
      'block',
      'size',
      'last',
      'code',
      'text',
      'blksize',
      'timeout',
      'tsize',
      'windowsize',
      ...PORTS,
    ],
  },
  TOD: { kinds: ['REQUEST', 'TIME'], fields: ['seconds', ...PORTS] },
  DNS: {
    kinds: ['QUERY', 'ANSWER', 'NOTIFY', 'UPDATE'],
    fields: ['id', 'qname', 'qtype', 'rcode', 'aa', 'tc', 'rd', 'answers', 'answer', ...PORTS],
  },
  RNG: { kinds: ['REQ', 'RSP'], fields: ['sid', 'status', 'mac'] },
  REG: { kinds: ['REQ', 'RSP', 'ACK'], fields: ['sid', 'code', 'mac'] },
  CM: { kinds: ['STATUS'], fields: ['mac'] },
  ARP: { kinds: ['REQUEST', 'REPLY'], fields: ['ip', 'mac'] },
  ICMP: { kinds: ['UNREACHABLE', 'EXCEEDED', 'OTHER'], fields: ['type', 'code'] },
  TCP: { kinds: ['SYN', 'SYN-ACK', 'ACK', 'FIN', 'RST', 'DATA'], fields: ['size', ...PORTS] },
  /** What goes over a control connection: commands by their names, replies by their number. */
  FTP: {
    kinds: [
      'USER',
      'PASS',
      'QUIT',
      'TYPE',
      'PORT',
      'EPRT',
      'PASV',
      'EPSV',
      'RETR',
      'LIST',
      'NLST',
      'REPLY',
      'OTHER',
    ],
    fields: ['code', 'argument', 'size', ...PORTS],
  },
  UDP: { kinds: [], fields: ['size', ...PORTS] },
};

export const PROTOCOL_NAMES: readonly string[] = Object.keys(PROTOCOLS);

export function protocolWords(name: string): ProtocolWords | undefined {
  return Object.hasOwn(PROTOCOLS, name) ? PROTOCOLS[name] : undefined;
}

/** Of a host that fetches a file. */
export const CLIENT_STATES = ['off', 'fetching', 'fetched', 'failed'];

/** Of a web server that checks look at. */
export const WEB_STATES = ['serving', 'failing'];
/** Of a host that forges answers. */
export const ATTACKER_STATES = ['off', 'attacking', 'poisoned', 'gave-up'];

/** RFC 4639's docsDevServerBootState, and what comes before and beside it. */
export const MODEM_STATES = [
  'operational',
  'disabled',
  'waitingForDhcpOffer',
  'waitingForDhcpResponse',
  'waitingForTimeServer',
  'waitingForTftp',
  'refusedByCmts',
  'forwardingDenied',
  'other',
  'off',
];

/** As a CMTS shows its modems (reference: state names of provisioning). */
export const CMTS_STATES = [
  'offline',
  'init(r1)',
  'init(r2)',
  'init(rc)',
  'init(d)',
  'init(i)',
  'init(t)',
  'init(o)',
  'online',
  'online(d)',
  'reject(m)',
  'reject(c)',
  'reject(pk)',
  'reject(ts)',
  'reject(ip)',
  'reject(r)',
  'reject(na)',
];

/** What is seen of a real device: that it was given its lease. */
export const LIVE_STATES = ['bound'];

/** What a CMTS can tell of a real modem from the packets that pass it. */
export const LIVE_CMTS_STATES = ['init(d)', 'init(i)', 'init(t)', 'init(o)'];

/** RFC 2131 §4.4, figure 5, with `checking` for the ARP probe and `stopped`; then those of a host's last look-up. */
export const HOST_STATES = [
  'stopped',
  'init',
  'selecting',
  'requesting',
  'rebooting',
  'checking',
  'bound',
  'renewing',
  'rebinding',
  'asking',
  'answered',
  'nodata',
  'nxdomain',
  'bogus',
  'failed',
];
