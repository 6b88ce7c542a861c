import { defineRules } from '../rules.ts';

/** What the network itself decides: losses, queues, routes, neighbours, streams. Given by `driver/sim`. */
export const NET_RULES = defineRules('NET', {
  lost: [
    1,
    {
      says: 'The segment loses the frame.',
      why: 'Noise on a plant destroys a share of all frames, and UDP has nobody who repeats them: the protocol above must notice by its own timer.',
      source: 'RFC 768',
      tryIt: 'Raise `loss:` of the segment in the scenario and count how often the clients send again.',
      fix: 'Lower `loss:` of the segment.',
    },
  ],
  faulted: [
    2,
    {
      says: 'A declared fault takes the frame.',
      why: 'The timeline impairs this place at this time. Each frame that a fault takes is counted, since a fault that never acts proves nothing.',
      source: 'headend: scenarios, `impair`',
      tryIt: 'Compare the number of times that the fault fired with the number of retransmissions.',
      fix: 'Shorten the `impair` step or lower its loss.',
    },
  ],
  unheard: [
    3,
    {
      says: 'Nobody on the segment takes the frame: no such hardware address, or the host is down.',
      why: 'Ethernet does not tell a sender whether anybody listened; to the sender it looks exactly like a loss.',
      source: 'RFC 894',
      tryIt:
        'Crash a server in the timeline and watch its clients: they wait for their timers, since no error comes back.',
      fix: 'Start the host again, or give the right hardware address.',
    },
  ],
  overflow: [
    4,
    {
      says: 'The queue before the service is full, so a datagram is dropped.',
      why: 'A server takes so many datagrams a second and keeps so many waiting. Clients that get no answer ask again, which makes the queue longer still.',
      source: 'headend: scenarios, `capacity`',
      tryIt: 'Halve `capacity.rate` and compare how long the last modem takes to come online.',
      fix: 'Raise `capacity.rate`, or spread the clients over a longer time; a longer queue alone only makes answers late.',
    },
  ],
  noRoute: [
    5,
    {
      says: 'The host knows no way to that network, so the datagram goes nowhere.',
      why: 'No interface has a prefix that holds the address, no route does, and there is no default router.',
      source: 'RFC 1122 §3.3.1',
      tryIt: 'Remove the router from a subnet: clients get a lease and reach nothing beyond their own link.',
      fix: 'Give the host a router or a route, or its clients the routers option.',
    },
  ],
  noNeighbour: [
    6,
    {
      says: 'Nobody answers for the next address, so what waited for it is given up.',
      why: 'Before a datagram can be sent on a link its hardware address must be known. Three requests, a second apart, went without a reply.',
      source: 'RFC 1122 §2.3.2',
      tryIt: 'Send to an address of the link that no host has, and count the requests in the capture.',
      fix: 'Check the address and the prefix length: a host behind a router looks like this when the prefix is too short.',
    },
  ],
  neighbourQueueFull: [
    7,
    {
      says: 'Too many datagrams wait for one hardware address, so the oldest is dropped.',
      why: 'A host keeps a few datagrams while it asks who has the address, never an unbounded number.',
      source: 'RFC 1122 §2.3.2.2',
      tryIt: 'Let a host send a burst to a neighbour it has not spoken to yet.',
    },
  ],
  portClosed: [
    8,
    {
      says: 'Nothing listens on that port, so the sender is told by ICMP.',
      why: 'An error that comes back at once saves the sender its timers. A firewall that swallows it makes every failure slow.',
      source: 'RFC 1122 §4.1.3.1',
      tryIt: 'Point a modem at a host without a TFTP server and see how fast it gives up.',
      fix: 'Start the service, or correct the port or the address in the configuration.',
    },
  ],
  timeExceeded: [
    9,
    {
      says: 'The time to live has run out, so the router drops the datagram and tells its sender.',
      why: 'Each router takes one from the time to live, so that a datagram in a loop of routes dies.',
      source: 'RFC 1812 §5.3.1',
      tryIt: 'Let two routers point at each other and watch the time to live in the capture.',
      fix: 'Find the two routers whose routes point at each other.',
    },
  ],
  notOurs: [
    10,
    {
      says: 'The datagram is for another address and this host is no router, so it is dropped.',
      why: 'The sender took this hardware address for the owner of that address: the address has moved, or somebody answered for it.',
      source: 'RFC 1122 §3.2.1.3',
      tryIt: 'Let one client release its lease and another take it, and send at once.',
    },
  ],
  streamRefused: [
    11,
    {
      says: 'Nothing listens on that TCP port, so the connection is refused by a reset.',
      why: 'A SYN for a closed port is answered with RST, which the other side hears within one round trip.',
      source: 'RFC 9293 §3.5.2',
      tryIt: 'Ask a DNS server that answers UDP only for an answer that does not fit.',
      fix: 'Let the service listen on TCP as well.',
    },
  ],
  streamLost: [
    12,
    {
      says: 'The other side has not acknowledged for too long, so the stream is given up.',
      why: 'A lost segment is sent again after a time that doubles; after the last try the connection counts as dead.',
      source: 'RFC 9293 §3.8.3',
      tryIt: 'Cut a link for a minute while a zone is transferred.',
      fix: 'Look for the loss on the way; a short cut is survived.',
    },
  ],
  diskFailed: [
    13,
    {
      says: 'The disk refuses to keep the rows, so what depended on them is not sent.',
      why: 'An acknowledgement for something that a crash can lose would be a lie; silence makes the client ask again.',
      source: 'RFC 2131 §3.1 step 4',
      tryIt: 'Break the disk of the DHCP server and watch the clients repeat their requests.',
      fix: 'Make room on the disk, or replace it.',
    },
  ],
  tooLong: [
    14,
    {
      says: 'The datagram does not fit into an IP packet, so it is not sent.',
      why: 'The length fields of UDP and IPv4 have 16 bits.',
      source: 'RFC 768; RFC 791 §3.1',
      tryIt: 'Ask for a TFTP block size beyond 65464.',
      fix: 'Send less at a time.',
    },
  ],
  diskRecovered: [
    15,
    {
      says: 'The disk keeps rows again.',
      why: 'What was refused was never promised: whoever asked has asked again, or will.',
      source: 'RFC 2131 §3.1 step 4',
      tryIt: 'Fill the disk under `--state` while clients ask for leases, then make room.',
      fix: '',
    },
  ],
  sendRefused: [
    16,
    {
      says: 'The kernel will not send this datagram.',
      why: 'An interface that is down, an address or a route that has gone, or a packet filter stand before the wire. The one who asked hears nothing and asks again.',
      source: 'RFC 1122 §3.2.1',
      tryIt: 'Take the address of the server away with `ip address del` while clients ask, and give it back.',
      fix: 'Bring the interface up, or the address, the route or the filter into order: `headend doctor FILE` looks at each.',
    },
  ],
  sendsAgain: [
    17,
    {
      says: 'What was sent to this peer goes out again.',
      why: 'The socket was kept while the way was gone, so nothing has to be opened anew.',
      source: 'RFC 1122 §3.2.1',
      tryIt: 'Give the address back that was taken away.',
      fix: '',
    },
  ],
  partitioned: [
    18,
    {
      says: 'A declared partition stands between the two, so the frame does not arrive.',
      why: 'A partition drops all that one side sends to the other and tells nobody. With `one-way` requests still arrive and only the answers are gone, which a server cannot tell from a client that has lost interest.',
      source: 'headend: scenarios, `partition`',
      tryIt: 'Set `one-way: true` and compare what each side believes about the other.',
      fix: 'Shorten the `partition` step.',
    },
  ],
  linkDown: [
    19,
    {
      says: 'The link is down at this moment of its flapping, so the frame is lost.',
      why: 'A link that goes down and up again and again is worse than one that is down: each time it comes back, retries and routes are made for a link that will not last.',
      source: 'headend: scenarios, `flap`',
      tryIt:
        'Set `every` close to the time that clients wait before they ask again: some never meet the link while it is up.',
      fix: 'Lengthen `every`, or shorten `down-for`.',
    },
  ],
  pickedDrop: [
    20,
    {
      says: 'The script of the scenario takes this very packet.',
      why: 'To lose one chosen packet shows what a protocol does about it, which a share of losses shows only on average.',
      source: 'headend: scenarios, `drop`',
      tryIt: 'Change `nth` by one and compare how long the boot takes.',
      fix: 'Remove the `drop` step.',
    },
  ],
  delayed: [
    21,
    {
      says: 'A declared fault delays the frame.',
      why: 'A delay is no loss, but a client whose timer is shorter than the round trip asks again, and then there are two answers.',
      source: 'headend: scenarios, `impair`',
      tryIt:
        'Set `delay` above the first timer of the protocol and count the retransmissions of frames that were never lost.',
      fix: 'Lower `delay` and `jitter` of the `impair` step, or raise its `bandwidth`.',
    },
  ],
  reordered: [
    22,
    {
      says: 'A declared fault holds the frame back, so that later ones overtake it.',
      why: 'IP promises no order. A datagram that comes late looks like an answer to a question that has been asked again since.',
      source: 'RFC 791 §1.4',
      tryIt:
        'Hold an OFFER back until the client has asked again: it then has an answer with the old transaction id.',
      fix: 'Lower `reorder` of the `impair` step.',
    },
  ],
  duplicated: [
    23,
    {
      says: 'A declared fault lets the frame arrive a second time.',
      why: 'Networks repeat datagrams. A server must answer a repeated request as it did before, and a receiver must not take one block of a file for two.',
      source: 'RFC 1123 §4.2.3.1',
      tryIt:
        'Duplicate every ACK of a TFTP transfer: a sender that answers each of them sends the whole file twice.',
      fix: 'Lower `duplicate` of the `impair` step.',
    },
  ],
  corrupted: [
    24,
    {
      says: 'A declared fault turns some bits of the datagram over, and its checksum is made to fit.',
      why: 'The checksum of UDP has 16 bits: of 65,536 damaged datagrams one passes, and memory in routers is damaged where no checksum looks. So whoever reads octets from a network must bear any of them.',
      source: 'RFC 768',
      tryIt: 'Corrupt every REG-REQ or configuration file: the MIC finds what the checksum did not.',
      fix: 'Lower `corrupt` of the `impair` step.',
    },
  ],
  damagedDropped: [
    25,
    {
      says: 'A declared fault damages the frame, and the checksum finds it: it is dropped.',
      why: 'What has a check sequence of its own (a segment of TCP, ARP, a MAC message) is dropped when it is damaged, and looks like a loss.',
      source: 'RFC 9293 §3.1',
      tryIt: 'Corrupt a zone transfer: the stream becomes slow, and what arrives is right.',
      fix: 'Lower `corrupt` of the `impair` step.',
    },
  ],
});
