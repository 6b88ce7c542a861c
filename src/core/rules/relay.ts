import { defineRules } from '../rules.ts';

/** Why a relay agent, such as the one in a CMTS, passes a message on, changes it or drops it. */
export const RELAY = defineRules('RELAY', {
  relayed: [
    1,
    {
      says: "The relay fills giaddr with its own address on the client's link, adds option 82 and unicasts the request to each server.",
      why: 'A broadcast does not leave its link; giaddr tells the server which link it was, and where to answer. Option 82 says behind which modem the client is.',
      source: 'RFC 1542 §4.1.1, RFC 3046 §2.1',
      tryIt: 'Compare the request on both legs: hops, giaddr and option 82 differ, all else is the same.',
    },
  ],
  relayedAgain: [
    2,
    {
      says: 'Another relay has been here first: this one passes the request on with its giaddr and without a second option 82.',
      why: "The server must answer on the client's own link, which only the first relay knows.",
      source: 'RFC 3046 §2.1.1',
      tryIt: 'Put two relays in a row and look at giaddr after each.',
    },
  ],
  tooManyHops: [
    3,
    {
      says: 'The relay drops a request that has passed too many relays.',
      why: 'Two relays that point at each other would pass it round for ever.',
      source: 'RFC 1542 §4.1.1',
      tryIt: 'Look at hops in the request.',
      fix: 'Look for relays that name each other as helper, or raise the limit.',
    },
  ],
  untrusted: [
    4,
    {
      says: 'The relay drops a request from a client that brought its own option 82.',
      why: 'Option 82 says who is behind which modem; a customer who may write it can pass for another.',
      source: 'RFC 3046 §2.1',
      tryIt: "Let a client send option 82 with a neighbour's hardware address in sub-option 2.",
      fix: 'If the option comes from equipment of your own, let that equipment set giaddr too.',
    },
  ],
  spoofed: [
    5,
    {
      says: 'The relay drops a request whose giaddr claims to be this very relay.',
      why: 'It has not been here yet, so a client has written that address.',
      source: 'RFC 3046 §2.1.1',
      tryIt: "Let a client send its request with the CMTS's address in giaddr.",
    },
  ],
  tooLong: [
    6,
    {
      says: 'The request would not fit in one datagram with option 82, so it goes without.',
      why: 'A request without option 82 may still be answered; a datagram over the MTU may be lost.',
      source: 'RFC 3046 §2.1',
      tryIt: 'Let a client send 1,450 octets of options.',
      fix: 'Servers that need option 82 will not know this client: make its request shorter.',
    },
  ],
  replyUnicast: [
    7,
    {
      says: "The relay takes option 82 off the reply and sends it to the client's hardware address.",
      why: 'The client has no address to answer ARP for yet, but can take a unicast: it left the broadcast flag clear.',
      source: 'RFC 1542 §4.1.2, RFC 3046 §2.1',
      tryIt: "Look for an ARP request before the OFFER on the client's link: there is none.",
    },
  ],
  replyBroadcast: [
    8,
    {
      says: "The relay takes option 82 off the reply and broadcasts it on the client's link.",
      why: 'The broadcast flag is set: the client asked for it, or the server did because of a NAK.',
      source: 'RFC 1542 §4.1.2, RFC 2131 §4.1',
      tryIt: 'Look at flags in the reply: 0x8000.',
    },
  ],
  notOurs: [
    9,
    {
      says: 'The relay drops a reply whose giaddr is not its own.',
      why: 'It came to the wrong relay, or was made up; the client it is for is not on this link.',
      source: 'RFC 1542 §4.1.2',
      tryIt: "Send a reply with another giaddr to the relay's port 67.",
      fix: 'Look whether the server copies giaddr from the request.',
    },
  ],
  wrongWay: [
    10,
    {
      says: "The relay drops a reply that came from a client's side.",
      why: "Only a server sends replies, and no server may stand on a customer's side of the cable.",
      source: 'RFC 1542 §4.1',
      tryIt: 'Run a DHCP server behind a cable modem.',
      fix: "Find the customer's router that is plugged in the wrong way round.",
    },
  ],
  malformed: [
    11,
    {
      says: 'The relay drops a datagram that is not a DHCP message.',
      why: 'What cannot be read cannot be relayed safely.',
      source: 'RFC 2131 §2',
      tryIt: 'Send any octets to port 67 of the relay and see it go on as before.',
    },
  ],
  relayedFromElsewhere: [
    12,
    {
      says: "The relay fills giaddr with its address on the servers' side, and names the client's link in option 82 (sub-options 5 and 11).",
      why: "The servers have no way to the client's link. giaddr is where they answer; link selection says which network to choose from, and the server override makes clients renew through the relay. A server that knows neither takes giaddr for the link.",
      source: 'RFC 3527 §3, RFC 5107 §4',
      tryIt:
        'Compare giaddr with sub-option 5 of option 82 in the request, and option 54 of the OFFER with the address of the server.',
    },
  ],
  noRoomForLink: [
    13,
    {
      says: 'The relay drops a request that is too long for the option 82 which names its link.',
      why: "Without it the server would take giaddr for the client's link, and give an address of the wrong network.",
      source: 'RFC 3527 §3',
      tryIt: 'Let a client send 1,450 octets of options.',
      fix: "Make the client's request shorter.",
    },
  ],
});
