/** What a word of the trade means, for `headend explain dora`: the same five parts as a rule's entry. */
export interface Concept {
  readonly name: string;
  /** Other words that lead here. */
  readonly also: readonly string[];
  readonly see: string;
  readonly why: string;
  readonly source: string;
  readonly tryIt: string;
  readonly fix: string;
}

export const CONCEPTS: readonly Concept[] = [
  {
    name: 'dora',
    also: ['discover', 'offer', 'request', 'ack', 'dhcp'],
    see: 'Four messages before a device has an address: DISCOVER (is there a server?), OFFER (you could have this), REQUEST (then I take it), ACK (it is yours until the lease ends).',
    why: 'Several servers may offer. The REQUEST is a broadcast that names one server, so that the others hear it and take their offers back.',
    source: 'RFC 2131 §3.1',
    tryIt: 'headend run scenarios/dora-and-relay.yaml --ladder cm',
    fix: 'DISCOVER without OFFER: no server hears it, or none has a subnet for its relay. REQUEST with NAK: the address belongs to another network. See `headend explain relay`.',
  },
  {
    name: 'relay',
    also: ['giaddr', 'helper', 'option-82'],
    see: 'The same DISCOVER twice: a broadcast on the cable, then a unicast from the CMTS with giaddr filled in and option 82 added.',
    why: 'A broadcast ends at the first router. The relay carries it on, and giaddr tells the server which network the client is on; option 82 says behind which modem.',
    source: 'RFC 2131 §4.1, RFC 3046 §2.1',
    tryIt: 'headend run scenarios/dora-and-relay.yaml --ladder cm, and compare both lines of the DISCOVER.',
    fix: 'Nothing reaches the server: check the helper address of the CMTS. The server is silent: its subnets must know the giaddr. Offers do not come back: it needs a route to giaddr.',
  },
  {
    name: 'siaddr',
    also: ['next-server', 'option-66', 'file', 'option-67'],
    see: 'An OFFER with option 66 but siaddr 0.0.0.0: phones and PXE cards are content, a cable modem refuses it.',
    why: 'siaddr and file are fields of the header, options 66 and 67 are texts that came later. A cable modem boots from the header alone.',
    source: 'RFC 2131 §2, RFC 2132 §9.4 and §9.5',
    tryIt: 'headend run scenarios/siaddr-is-not-option-66.yaml --ladder cm',
    fix: 'One setting, `tftp: { server, file }`, fills siaddr, file, 66, 67, 150 and 125.2 together.',
  },
  {
    name: 'mic',
    also: ['cm-mic', 'cmts-mic', 'shared-secret', 'reject(m)'],
    see: 'A modem has its configuration file, registers, and the CMTS shows reject(m).',
    why: 'The CM MIC is a plain MD5 over the file and finds damage. The CMTS MIC is an HMAC-MD5 under the shared secret of the plant: without the secret nobody can make a file with a higher rate.',
    source: 'DOCSIS MULPI §D.1.3, §D.2; RFC 2104 §2',
    tryIt: 'headend run scenarios/wrong-shared-secret.yaml --ladder cm',
    fix: 'headend docsis verify FILE.cm --secret-file KEY says which of the two does not hold. Look for a line end in the key file, and for a CMTS that still has the old secret.',
  },
  {
    name: 'avalanche',
    also: ['boot-storm', 'storm'],
    see: 'Thousands of modems return at once, the queue of a server is full, and the more it drops the more is sent.',
    why: 'Each lost answer is asked for again after 4, 8, 16, 32 and 64 seconds. A server that answers stale requests first does work that nobody waits for any more.',
    source: 'RFC 2131 §4.1',
    tryIt: 'headend run scenarios/boot-storm-5000.yaml, then again with a smaller `rate` in the file.',
    fix: 'Give the server room for the peak, spread the power-on, keep the queue short, and let back-off do its work.',
  },
  {
    name: 'lease',
    also: ['t1', 't2', 'renew', 'rebind', 'expiry'],
    see: 'Half-way through its lease a client asks its own server by unicast; at seven eighths it asks anybody by broadcast; at the end it stops.',
    why: 'An address is lent, not given. T1 and T2 leave time to find a server before the address has to be given up.',
    source: 'RFC 2131 §4.4.5',
    tryIt: 'headend run scenarios/lease-lifetime.yaml --ladder pc',
    fix: 'Clients that lose their address at the end: the unicast at T1 does not reach the server, or its answer does not reach them.',
  },
  {
    name: 'nak',
    also: ['init-reboot', 'authoritative'],
    see: 'A REQUEST is answered by a NAK and the client starts over with a DISCOVER.',
    why: 'A client that moved may ask for the address it had. A server that knows the address is wrong on this network must say so at once; one that knows nothing of the client stays silent.',
    source: 'RFC 2131 §4.3.2',
    tryIt: 'headend run scenarios/dora-and-relay.yaml --ladder cm',
    fix: 'Waves of NAKs: a second server on the link, or leases that were lost. `authoritative: true` belongs only where one server knows all.',
  },
  {
    name: 'tftp',
    also: ['rrq', 'tid', 'block', 'blksize', 'oack'],
    see: 'A read request to port 69; the data comes from another port, in blocks of 512 octets, each acknowledged.',
    why: 'Each transfer has its own port, its transfer identifier. A block shorter than the block size is the last; a file that is an exact multiple ends with an empty block.',
    source: 'RFC 1350 §2, §4; RFC 2347; RFC 2348',
    tryIt: 'headend run scenarios/cable-modem-boot.yaml --ladder cm',
    fix: 'A request repeated after 4, 8 and 16 seconds without data: a firewall drops the data, since it comes from a port that nobody asked. `single-port: true` answers from 69.',
  },
  {
    name: 'missing-file',
    also: ['error-1', 'file-not-found', 'd06.0'],
    see: 'RRQ, then ERROR 1, and the modem starts again after a rest.',
    why: 'TFTP compares a name octet for octet: another case or a leading slash is another file.',
    source: 'RFC 1350 §5',
    tryIt: 'headend run scenarios/missing-config.yaml --ladder cm',
    fix: 'Compare the name in the RRQ with those that the server lists.',
  },
  {
    name: 'tod',
    also: ['time-of-day', 'time', 'd04.1'],
    see: 'An empty datagram to port 37 and four octets back: seconds since 1900.',
    why: 'A modem wants the date for its log before it registers. Without an answer it goes on all the same, and its log says 1970.',
    source: 'RFC 868',
    tryIt: 'headend run scenarios/cable-modem-boot.yaml --ladder cm',
    fix: 'No answer: option 4 names the wrong server, or UDP port 37 is closed on the way.',
  },
  {
    name: 'ranging',
    also: ['rng-req', 'rng-rsp', 't3', 't4', 'init(r1)'],
    see: 'RNG-REQ and RNG-RSP before anything else: the CMTS tells the modem how loud and how early to send.',
    why: 'All modems share one upstream. The first request falls into a contention slot, where two at once destroy each other; after T3 each waits a random time and tries again.',
    source: 'DOCSIS MULPI, ranging; timers T2, T3, T4',
    tryIt: 'headend run scenarios/cable-modem-boot.yaml --ladder cm',
    fix: 'Modems that stay in init(r1): noise, or a storm in which back-off is too short.',
  },
  {
    name: 'registration',
    also: ['reg-req', 'reg-rsp', 'operational', 'online'],
    see: 'REG-REQ with the settings of the configuration file, REG-RSP, REG-ACK; then the modem is operational and the CMTS shows online.',
    why: 'The modem tells the CMTS what its file grants; the CMTS checks the MIC over it, so that the modem cannot ask for more.',
    source: 'DOCSIS MULPI, registration',
    tryIt: 'headend run scenarios/cable-modem-boot.yaml --ladder cm',
    fix: 'reject(m): see `headend explain mic`. reject(c): the class of service asked for is refused.',
  },
  {
    name: 'nxdomain',
    also: ['nodata', 'negative-answer', 'soa'],
    see: 'An answer without records: rcode NXDOMAIN when the name is not there, NOERROR when only this type is not.',
    why: 'Both carry the SOA of the zone, whose MINIMUM says how long the no may be remembered.',
    source: 'RFC 2308 §2, §5',
    tryIt: 'headend run scenarios/name-lookup.yaml',
    fix: 'A new record that some do not see: they remember the no; wait for the negative TTL.',
  },
  {
    name: 'referral',
    also: ['delegation', 'glue'],
    see: 'An answer without AA, with NS records in the authority section and addresses beside them.',
    why: 'The zone ends there: the server names those who know more. Where their names lie below the cut, their addresses must come along, or nobody could reach them.',
    source: 'RFC 1034 §4.2.1, §4.3.2',
    tryIt: 'headend run scenarios/name-lookup.yaml',
    fix: 'A delegation that leads nowhere: glue is missing or old.',
  },
  {
    name: 'truncation',
    also: ['tc', 'edns', 'tcp'],
    see: 'An answer with TC set and no records, then the same question over TCP.',
    why: 'A datagram that is cut into fragments is easily lost or forged. Beyond the size that the client states the server sends the short form.',
    source: 'RFC 6891 §6.2.3, RFC 7766 §5',
    tryIt: 'headend probe dns ADDRESS NAME TXT, for a name with many records.',
    fix: 'TC without a TCP question after it: port 53 is open for UDP only.',
  },
];
