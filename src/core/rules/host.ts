import { defineRules } from '../rules.ts';

/** Why a DHCP client, in a plain host or in a cable modem, does what it does. */
export const HOST = defineRules('HOST', {
  startWait: [
    1,
    {
      says: 'The client waits a random moment before its first DISCOVER.',
      why: 'When the power returns to a street, all of it asks at once; a random wait spreads the load.',
      source: 'RFC 2131 §4.4.1',
      tryIt: 'Power on many hosts at the same moment and watch when each sends its DISCOVER.',
    },
  ],
  discover: [
    2,
    {
      says: 'The client has no address and broadcasts a DISCOVER.',
      why: 'It knows no server and has no address to be answered at, so it asks everybody on its link.',
      source: 'RFC 2131 §3.1 step 1',
      tryIt: 'Look at the source address of the DISCOVER: 0.0.0.0.',
    },
  ],
  discoverAgain: [
    3,
    {
      says: 'No acceptable offer came, so the client sends its DISCOVER again and will wait about twice as long.',
      why: 'A lost datagram must be sent again, but thousands of clients that repeat in step would keep a struggling server down.',
      source: 'RFC 2131 §4.1',
      tryIt:
        'Lose the OFFERs for a minute: the DISCOVERs come after about 4, 8, 16, 32 and 64 seconds, each give or take one.',
      fix: 'Find out why nobody offers: is the server up, does the relay know it, does a subnet match the relay, is the pool empty?',
    },
  ],
  offerTaken: [
    4,
    {
      says: 'The client takes this offer and broadcasts a REQUEST that names its server.',
      why: 'The broadcast tells the chosen server that it was chosen and every other server that it was not.',
      source: 'RFC 2131 §3.1 step 3',
      tryIt: 'Run two servers on one link and see both hear the REQUEST.',
    },
  ],
  offerRefused: [
    5,
    {
      says: 'The client ignores an offer that lacks an address, a server identifier or a lease time.',
      why: 'It could neither ask for that address nor know how long it may keep it.',
      source: 'RFC 2131 §4.3.1, table 3',
      tryIt: 'Look at options 51 and 54 and at yiaddr in the OFFER.',
      fix: 'Mend the server that sends such an offer.',
    },
  ],
  requestAgain: [
    6,
    {
      says: 'Neither ACK nor NAK came, so the client sends its REQUEST again.',
      why: 'The REQUEST or its answer may have been lost; the server answers a repeated REQUEST like the first.',
      source: 'RFC 2131 §3.1 step 5',
      tryIt: 'Lose ACKs for half a minute and compare the xid of the REQUESTs.',
    },
  ],
  requestGivenUp: [
    7,
    {
      says: 'The server stayed silent after several REQUESTs, so the client starts over with a DISCOVER.',
      why: 'The chosen server may have died between offer and request; another one may be alive.',
      source: 'RFC 2131 §3.1 step 5',
      tryIt: 'Crash the server right after its OFFER.',
      fix: 'Look whether the server received the REQUESTs and why it was silent.',
    },
  ],
  bound: [
    8,
    {
      says: 'The ACK is good: the client uses the address from now on and sets its timers T1 and T2.',
      why: 'The lease counts from the moment the REQUEST was sent, so that the client never believes in it longer than the server.',
      source: 'RFC 2131 §4.4.1',
      tryIt: 'Compare option 51 of the ACK with the moment the renewal comes: it is half of it.',
    },
  ],
  nak: [
    9,
    {
      says: 'A server said NAK: the client forgets the address and starts over.',
      why: 'A NAK means that the address is wrong for this client or for this network; using it would break both.',
      source: 'RFC 2131 §3.1 step 5, §3.2 step 5',
      tryIt: 'Move a host to another subnet and power it on: it asks for its old address and is refused.',
      fix: "When two servers share a link, look which one sent the NAK: it may know nothing of the other's leases.",
    },
  ],
  nakIgnored: [
    10,
    {
      says: 'The client ignores a NAK from a server that it did not choose.',
      why: "It asked one server by name; what another thinks of that server's addresses does not matter.",
      source: 'RFC 2131 §4.3.2',
      tryIt: 'Compare option 54 of the NAK with that of the OFFER taken.',
      fix: 'Find the second server on this link and make it silent for addresses that are not its own.',
    },
  ],
  renew: [
    11,
    {
      says: 'T1 has passed: the client asks its own server, by unicast, to extend the lease.',
      why: 'Half of the lease is left, so there is time to try again; the unicast passes no relay and carries no option 82.',
      source: 'RFC 2131 §4.4.5',
      tryIt: "Look at the renewal's giaddr and option 82: both are missing.",
    },
  ],
  rebind: [
    12,
    {
      says: 'T2 has passed without an answer: the client asks any server, by broadcast, to extend the lease.',
      why: 'Its own server seems to be gone; another that knows the lease may extend it.',
      source: 'RFC 2131 §4.4.5',
      tryIt: 'Stop the server at half of the lease and wait until seven eighths.',
      fix: 'Find out why the server did not answer the unicast renewals: a firewall between client and server is the usual cause.',
    },
  ],
  renewAgain: [
    13,
    {
      says: 'No answer: the client repeats its request after half of the time that is left, but not within a minute.',
      why: 'The nearer the end, the more often it asks, and never often enough to be a burden.',
      source: 'RFC 2131 §4.4.5',
      tryIt: 'Note when the renewals come between T1 and T2: each gap is half of the one before.',
    },
  ],
  expired: [
    14,
    {
      says: 'The lease has run out: the client gives its address up at once and starts over.',
      why: 'From this moment on the server may give the address to somebody else.',
      source: 'RFC 2131 §4.4.5',
      tryIt: 'Keep the server down for a whole lease.',
      fix: 'Bring the DHCP server back, or make leases longer than the outages they must survive.',
    },
  ],
  checking: [
    15,
    {
      says: 'The client asks by ARP whether somebody already uses the address before it does.',
      why: 'The server may not know of a host that was configured by hand.',
      source: 'RFC 2131 §4.4.1, RFC 5227 §2.1.1',
      tryIt: 'Look at the ARP requests: they come from no address, so that nobody learns a wrong one.',
    },
  ],
  decline: [
    16,
    {
      says: 'Somebody else uses the address: the client declines it and waits before it asks again.',
      why: 'The server must not offer that address again; the wait keeps client and server from going round in circles.',
      source: 'RFC 2131 §3.1 step 5',
      tryIt: 'Give a host by hand an address out of the pool and power on a client.',
      fix: 'Find the host with that address by its hardware address in the ARP answer; reserve or exclude the address.',
    },
  ],
  reboot: [
    17,
    {
      says: 'The client remembers an address and asks whether it may use it still.',
      why: 'That saves a DISCOVER and an OFFER, and keeps the address across a restart.',
      source: 'RFC 2131 §3.2 step 1',
      tryIt: 'Look at the REQUEST: option 50 is there, option 54 is not.',
    },
  ],
  released: [
    18,
    {
      says: 'The client gives its address back.',
      why: 'A server may use the address for another at once; nothing depends on it, which is why nobody answers a RELEASE.',
      source: 'RFC 2131 §4.4.6',
      tryIt: 'Power the host on again: it usually gets the same address, because the server remembers.',
    },
  ],
  ackRefused: [
    19,
    {
      says: 'The client ignores an ACK that carries no address or no lease time.',
      why: 'Without option 51 the client would not know when to stop using the address.',
      source: 'RFC 2131 §4.3.1, table 3',
      tryIt: 'Look at option 51 and yiaddr in the ACK.',
      fix: 'Mend the server that sends such an ACK.',
    },
  ],
  malformed: [
    20,
    {
      says: 'The client drops a datagram that is not a DHCP message.',
      why: 'What cannot be read cannot be trusted; the field and offset of the mistake are counted and shown.',
      source: 'RFC 2131 §2',
      tryIt: 'Send any octets to port 68 and see the host go on as before.',
    },
  ],
  echoes: [
    50,
    {
      says: 'The host sends back what it was sent.',
      why: 'Whoever hears the echo knows that the host is up, and the way there and back: the simplest of health checks.',
      source: 'RFC 862',
      tryIt: 'headend run scenarios/dns-failover-caches.yaml --ladder web-a',
    },
  ],
  echoIgnored: [
    51,
    {
      says: 'The datagram came from an echo port, or was sent to all: no echo.',
      why: 'Two echo servers that answer each other never stop, and one datagram to all would make all of them answer.',
      source: 'RFC 862, RFC 1122 §3.2.1.3',
      tryIt: 'Send a datagram from port 7 to port 7.',
      fix: 'Ask from an ephemeral port.',
    },
  ],
});
