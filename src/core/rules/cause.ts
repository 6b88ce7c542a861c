import { defineRules } from '../rules.ts';

/**
 * What is behind the symptoms of a plant, as `headend explain TRACE` names it. Numbers 1 to 26 are those of the incidents
 * that lessons speak of; from 31 on stands what looks like one of them and is another thing.
 */
export const CAUSE = defineRules('CAUSE', {
  rangingStorm: [
    1,
    {
      says: 'Power came back to a whole node at once: more modems range than the opportunities can part.',
      why: 'Newcomers share the contention opportunities of one upstream. Two in one opportunity destroy each other, hear nothing, and draw again from a wider window; hundreds at once take minutes, though nothing is broken.',
      source: 'DOCSIS MULPI, ranging; timer T3',
      tryIt:
        'Power on four hundred modems with `spread: { over: 1s }` and `ranging: contention`, then over a minute.',
      fix: 'Nothing is to be mended: wait, and let modems draw from a wide window. Where it happens often, back up the node or widen the ranging back-off.',
    },
  ],
  noBackOff: [
    2,
    {
      says: 'The firmware of these modems does not back off: after a collision they range again as soon as before, and collide again.',
      why: 'Contention is settled by waiting longer after each failure, each modem by its own lot, from a window that doubles. Who draws from the same few opportunities every time meets the same neighbours every time; enough of them keep an upstream closed for hours, for modems with good firmware, too.',
      source: 'DOCSIS MULPI, truncated binary exponential back-off',
      tryIt:
        'Power on a thousand modems with `ranging-back-off: fixed` under `ranging: contention`, then without it.',
      fix: 'Bring power back street by street, or narrow the node, until all of them are on; then give them newer firmware.',
    },
  ],
  staleQueue: [
    3,
    {
      says: 'The DHCP server works through a queue of requests whose senders have stopped waiting.',
      why: 'A request that waited longer than its client is answered for nothing: the client has asked again, and that copy stands further back in the same queue. The server is busy and nobody is served.',
      source: 'RFC 2131 §4.1',
      tryIt:
        'Give a server of 50/s a queue of 5,000 and start a thousand modems at once; then give it a queue of 100.',
      fix: 'Shorten the queue, or drop the oldest first: a client that asked just now still waits. Then look for what made so many ask at once.',
    },
  ],
  queueFull: [
    4,
    {
      says: 'Requests are lost in front of the DHCP server: its queue is full and it never sees them.',
      why: 'The receive buffer drops what does not fit, before the server counts anything: its own figures show every request answered, while clients ask again after 4, 8, 16 seconds.',
      source: 'RFC 2131 §4.1',
      tryIt:
        'Run scenarios/boot-storm-5000.yaml with a smaller `rate` and compare `dhcp.queue.dropped` with what the server answered.',
      fix: 'Look at the receive errors of the socket and not at the counters of the server; raise its rate, then its buffer, and spread the start of clients.',
    },
  ],
  renewalWave: [
    5,
    {
      says: 'All leases have one age, so all clients renew in the same minute, and the server has no room for so many.',
      why: 'After a storm every lease begins at one moment and comes to T1 at one moment, again and again. Nothing spreads them unless somebody does.',
      source: 'RFC 2131 §4.4.5',
      tryIt:
        'Let two hundred hosts renew at one moment (`do: renew`) before a server with a short queue, and count renewals a minute: they come again after half a lease.',
      fix: 'Give leases a little jitter, or a longer lifetime to a part of the clients: each cycle then halves the peak.',
    },
  ],
  helperWrong: [
    6,
    {
      says: 'The relay has no helper address, or the wrong one: no DHCP server ever hears the clients behind it.',
      why: 'A broadcast ends at the CMTS. Only the helper address carries it on; if that address is nobody, or somebody who is no DHCP server, the clients ask for ever and every server is idle.',
      source: 'RFC 1542 §4.1.1',
      tryIt: 'headend lesson run 6, then look for a DISCOVER that arrives at any server.',
      fix: 'Set the helper address of the CMTS to the address of the DHCP server.',
    },
  ],
  unknownRelay: [
    7,
    {
      says: 'The DHCP server hears the clients and has no subnet for the address of their relay.',
      why: 'giaddr is how a server knows which network a client is on. One that belongs to no subnet of its gives it nothing to choose from, and it must stay silent, since another server may know the network.',
      source: 'RFC 2131 §4.3.1',
      tryIt: 'headend lesson run 7, then compare giaddr of the DISCOVER with the subnets of the server.',
      fix: 'Add the subnet, or the relay address to the subnet it belongs to, at the server that is asked; or correct giaddr on the CMTS.',
    },
  ],
  noWayBack: [
    8,
    {
      says: 'The DHCP server answers, and its answers never come back to the relay: there is no way to giaddr.',
      why: 'A server sends its answer to giaddr, an address on the cable side of the CMTS. Requests came by the route to the server; answers need a route to the cable network, which is another one.',
      source: 'RFC 2131 §4.1; RFC 1542 §4.1.2',
      tryIt: 'headend lesson run 8, then follow one OFFER from hop to hop.',
      fix: 'Add or correct the route to the cable network on the router where the OFFER was seen last, and let firewalls on the way pass UDP port 67 both ways.',
    },
  ],
  poolOrClass: [
    9,
    {
      says: 'The server has no address for these clients: the pool of their class is empty, or their class is judged wrongly.',
      why: 'One relay serves modems and what stands behind them, each from a pool of its own; option 60 and option 82 say which is which. A wrong test sends modems into the pool of customers until it is full, and leaves the other one idle.',
      source: 'RFC 2131 §4.3.1; RFC 2132 §9.13',
      tryIt: 'Give the subnet of a plant a range of two addresses and power three modems on.',
      fix: 'Count the leases against each range, and compare `class:` with what clients send in option 60, to the colon.',
    },
  ],
  noSiaddr: [
    10,
    {
      says: 'The answers name no TFTP server where a modem looks: siaddr is 0.0.0.0, and only option 66 is set.',
      why: 'A cable modem reads siaddr and file from the header, or option 125.2 from DOCSIS 3.0 on. Option 66 is a text for phones and PXE cards: a modem never reads it.',
      source: 'RFC 2131 §2; RFC 2132 §9.4',
      tryIt: 'headend run scenarios/siaddr-is-not-option-66.yaml --ladder cm',
      fix: 'Set next-server (siaddr) to the address of the TFTP server; one setting `tftp: { server, file }` fills all of them.',
    },
  ],
  old125: [
    11,
    {
      says: 'Option 125.2 names a TFTP server that does not answer, and overrides a good siaddr for newer modems.',
      why: 'From DOCSIS 3.0 on, modems prefer option 125.2. When a server moves and only siaddr is changed, older modems boot and newer ones ask a machine that is gone.',
      source: 'CL-SP-CANN option 125; RFC 3925 §4',
      tryIt: 'Give a subnet `siaddr: 10.0.0.69` and `server:` an address that nobody has.',
      fix: 'Change or remove the address in option 125.2; compare it with siaddr in one OFFER.',
    },
  ],
  noTime: [
    12,
    {
      says: 'The time server does not answer: boots take longer and logs say 1970.',
      why: 'A modem asks for the time after its lease and goes on without; but early firmware waited for ever, and every log line is useless until a clock is set.',
      source: 'RFC 868; DOCSIS OSSI annex D, D04.1',
      tryIt: 'Take the `tod` service out of scenarios/cable-modem-boot.yaml and leave option 4 as it is.',
      fix: 'Start the time server, or correct option 4 (time-servers).',
    },
  ],
  fileMissing: [
    13,
    {
      says: 'The TFTP server has no file of the name that DHCP tells the modems.',
      why: 'Names are compared octet for octet: a capital letter, a folder or a slash make another name. The server says so at once, with error 1, and only to the modem.',
      source: 'RFC 1350 §5 and appendix I',
      tryIt: 'headend run scenarios/missing-config.yaml --ladder cm',
      fix: 'Compare the name in the read request with the listing of the server, letter for letter, and correct the one that is wrong.',
    },
  ],
  answersBlocked: [
    14,
    {
      says: 'The TFTP server answers, and something on the way drops the answers, which come from a port of their own.',
      why: 'A TFTP server answers from a new port, its transfer identifier. A list that opens port 69 lets the request through and the file not; the modem asks again after 4, 8, 16 seconds, and both ends look healthy.',
      source: 'RFC 1350 §4',
      tryIt: 'headend run scenarios/tftp-through-a-firewall.yaml --ladder pc1',
      fix: 'Let the firewall follow TFTP (a helper), open the ports of answers, or let the server answer from port 69 (`single-port: true`).',
    },
  ],
  tftpBusy: [
    15,
    {
      says: 'The TFTP server has no room for more transfers: it serves some modems and leaves others unanswered.',
      why: 'A limit of sessions protects the server. In a storm more modems ask than it allows; those refused rest for minutes before they ask again.',
      source: 'practice; RFC 1350 §4',
      tryIt: 'Set `limits: { sessions: 4 }` and power on fifty modems at once.',
      fix: 'Raise the limit of sessions, or spread the start of the modems.',
    },
  ],
  fileDamaged: [
    16,
    {
      says: 'The configuration file is damaged or was edited: modems fetch it whole and refuse it.',
      why: 'TLV 6 is an MD5 over the file. A changed octet breaks it, and the modem registers with nothing of such a file: it fetches it again, and again.',
      source: 'DOCSIS MULPI §D.1.3.1',
      tryIt: 'headend lesson run 16, then `headend docsis verify` on the file that went over the wire.',
      fix: 'Make the file again from its source and sign it; compare its length and digest on disk with what was sent.',
    },
  ],
  otherSecret: [
    17,
    {
      says: 'The CMTS and the maker of the files do not share one secret: every modem that registers anew is refused.',
      why: 'TLV 7 is an HMAC-MD5 under the shared secret. The file is whole and the modem believes it; only the CMTS computes another value. A line end in the key file is enough. Modems that are online stay so until they restart.',
      source: 'DOCSIS MULPI §D.2.1; RFC 2104 §2',
      tryIt: 'headend run scenarios/wrong-shared-secret.yaml --ladder cm',
      fix: 'Compare the secrets as octets, line ends too; sign the files with the secret of the CMTS.',
    },
  ],
  oneWrongFile: [
    18,
    {
      says: 'Modems with one file are refused for its signature, and those with other files register.',
      why: 'The secret is right, or nobody would register. A tool that leaves a TLV out of the digest makes a file that it finds good itself, and no CMTS does.',
      source: 'DOCSIS MULPI §D.2.1',
      tryIt: 'Sign one of two files with another secret.',
      fix: 'Make this file with another tool (`headend docsis encode`) and compare both; look for the TLV that only it has.',
    },
  ],
  classRefused: [
    19,
    {
      says: 'The CMTS refuses the class of service that the file asks for.',
      why: 'It has no such class, not enough capacity for a guaranteed rate, or the file mixes class 1.0 settings with service flows.',
      source: 'DOCSIS MULPI annex C',
      tryIt: 'Put `class-of-service` and a service flow into one configuration.',
      fix: 'Look at the detail of reject(c) on the CMTS, and mend the service flows in the file.',
    },
  ],
  accessDenied: [
    20,
    {
      says: 'The modems are online, and their files forbid them to forward anything.',
      why: 'Network access off (TLV 3 = 0) is how an operator blocks who has not paid. Left over, it looks like a fault: the modem answers pings and the customer has nothing.',
      source: 'DOCSIS MULPI annex C, TLV 3',
      tryIt: 'Set `network-access: false` in a configuration.',
      fix: 'Give the modem a file with network access on, and restart it.',
    },
  ],
  tooManyCpes: [
    21,
    {
      says: 'The modem has learned as many computers as its file allows, and does not let another one through.',
      why: 'It keeps each hardware address that it has learned until it begins anew. A new router, or a new card in the old computer, is one more: the one that was replaced still has its place.',
      source: 'DOCSIS MULPI annex C, TLV 18',
      tryIt:
        'headend run scenarios/computers-behind-modems.yaml: new-router is not heard until its modem restarts.',
      fix: 'Restart the modem, or raise `max-cpe` in its file.',
    },
  ],
  clonedMac: [
    22,
    {
      says: 'One hardware address asks through two relays: two modems have the same address, one of them a copy.',
      why: 'The server sees one client that jumps between two networks; it moves the lease to and fro, and both lose service in turn.',
      source: 'practice; RFC 2131 §4.3.2',
      tryIt: 'Give two modems behind two CMTSs one hardware address.',
      fix: 'Find both by relay and option 82, and shut the copy out; certificates (BPI+) prevent it.',
    },
  ],
  clockSkew: [
    24,
    {
      says: 'The time stamp in the file is not of this download: the clocks of CMTS and provisioning host differ, or the file is an old one.',
      why: 'TLV 19 ties a file to the moment of its download, so that an old copy is of no use. The CMTS compares it with its own clock and allows half a minute. When one of the two clocks is wrong, every file is too old or not made yet, however good its signature is; modems that are online notice nothing until they restart.',
      source: 'DOCSIS MULPI annex C, TLV 19',
      tryIt:
        'Put `tftp-server-timestamp` into a configuration, and let the timeline step the clock of the CMTS by a minute: `do: clock`.',
      fix: 'Let both take their time from one server (NTP), and watch the offset. A file that is made once and kept must have no time stamp.',
    },
  ],
  sourceUnknown: [
    25,
    {
      says: 'The CMTS verifies sources and does not know the leases of these clients: it drops all that they send.',
      why: 'A CMTS learns who has which address from the ACKs that pass it. After a restart its table is empty, while the leases are good for hours: clients are cut off until they ask anew by broadcast, at T2. A CMTS can ask the DHCP server for what it has forgotten, by leasequery; a server that does not answer such questions leaves it in the dark.',
      source: 'RFC 4388 §1; practice: cable source-verify',
      tryIt:
        'Restart the CMTS between the lease of a host behind it and its renewal: `do: crash`, then `do: restart`.',
      fix: 'Let the CMTS ask, and the server answer, leasequery; until then let clients renew (a restart of theirs does it), or switch source verification off for as long.',
    },
  ],
  foreignNak: [
    26,
    {
      says: 'A server that did not give the address says NAK: a second DHCP server speaks on the link.',
      why: 'A server that knows nothing of the leases of another refuses them, when it thinks itself the only one. Its NAK is quick, and the client starts over, every time.',
      source: 'RFC 2131 §4.3.2',
      tryIt: 'Put a second server with `authoritative: true` beside the first one.',
      fix: 'Find it by option 54 of the NAK, and take it off the link, or switch authoritative off.',
    },
  ],
  serverDown: [
    31,
    {
      says: 'The DHCP server is not there: requests go to its right address, and nobody takes them.',
      why: 'Ethernet tells no sender that nobody listens. Relays go on sending, and clients go on asking.',
      source: 'RFC 2131 §4.1',
      tryIt: 'headend run scenarios/lease-lifetime.yaml: the server is crashed for a day.',
      fix: 'Start the server, or look for the cable; a second helper address and a second server make this harmless.',
    },
  ],
  tftpDown: [
    32,
    {
      says: 'The TFTP server does not answer anybody: it is down, or at another address.',
      why: 'The modem asks the address that DHCP gave it. Silence from a machine that is up means a closed port or a wrong address; silence from nobody means the machine is gone.',
      source: 'RFC 1350 §4',
      tryIt: 'Crash the TFTP server and power a modem on.',
      fix: 'Start the server, or correct siaddr in DHCP.',
    },
  ],
  fileIncomplete: [
    33,
    {
      says: 'The configuration file is whole and lacks a setting without which a modem must not register.',
      why: 'Network access, both MICs, and a class of service or service flows each way are required. Its checksum is right, so it is not damaged: it was made so.',
      source: 'DOCSIS MULPI §D.1.2',
      tryIt: 'Take `network-access` out of a configuration.',
      fix: 'Add the setting that the modem names in its log.',
    },
  ],
  declaredFault: [
    40,
    {
      says: 'A fault that the scenario declares takes the packets that these clients need.',
      why: 'The timeline impairs the plant on purpose. What clients make of it is what the scenario is about.',
      source: 'headend: scenarios, `timeline`',
      tryIt: 'Take the fault out of the timeline and run again.',
      fix: 'Shorten the fault, or give the clients longer to come back.',
    },
  ],
});
