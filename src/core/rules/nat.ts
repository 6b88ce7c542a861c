import { defineRules } from '../rules.ts';

/** What a router that translates addresses and ports does to a packet, and why. */
export const NAT = defineRules('NAT', {
  mapped: [
    1,
    {
      says: 'An inner host speaks for the first time from this port: it is given an outer address and port.',
      why: 'Inner addresses mean nothing outside, so answers could not come back. The port tells the inner hosts apart that share one outer address.',
      source: 'RFC 3022 §2.2',
      tryIt:
        'Compare the packet on both sides of the router: source address and port differ, all else is the same.',
    },
  ],
  mappedAgain: [
    2,
    {
      says: 'The inner port has its outer address and port already, and keeps them for every destination.',
      why: 'A mapping that does not depend on the destination lets two hosts behind NAT find each other through a third.',
      source: 'RFC 4787 §4.1 REQ-1, RFC 5382 §4.1 REQ-1',
      tryIt: 'Let one host ask two servers from the same port.',
    },
  ],
  translated: [
    3,
    {
      says: 'The packet belongs to a session that is translated: its addresses and ports are exchanged as the table says.',
      why: 'Each side sees only addresses that it can reach.',
      source: 'RFC 3022 §4.1',
      tryIt: 'Follow one session in the ladder: the same two translations, one for each way.',
    },
  ],
  noMapping: [
    4,
    {
      says: 'Nobody inside has that outer port, so the packet is dropped.',
      why: 'The router cannot know for which inner host it is meant. That is why servers behind NAT need a port that is forwarded.',
      source: 'RFC 4787 §5',
      tryIt: 'Send to the outer address, to a port that is not in the table.',
      fix: 'For a server inside, write a line under `forward:`.',
    },
  ],
  filtered: [
    5,
    {
      says: 'The outer port belongs to an inner host, but this sender was never asked, so the packet is dropped.',
      why: 'With this filter only those answer who were spoken to: by address, or by address and port. A TFTP server that answers from a new port fails the second.',
      source: 'RFC 4787 §5 REQ-8, RFC 5382 §4.3 REQ-3',
      tryIt: 'Set `filter: endpoint-independent` and see who gets in.',
      fix: 'Use `filter: address` or `endpoint-independent`, or the helper (ALG) of the protocol.',
    },
  ],
  portsFull: [
    6,
    {
      says: 'No outer port is free, so a new session cannot be translated and its packet is dropped.',
      why: 'One address has 65,536 ports for each protocol, and each inner port that speaks takes one until it has been silent for its time.',
      source: 'RFC 6888 §3 REQ-4, RFC 3022 §2.2',
      tryIt: 'Set `ports: 40000-40001` and let three hosts ask.',
      fix: 'Give the pool more addresses or ports, or shorten the timeouts.',
    },
  ],
  hairpinned: [
    7,
    {
      says: 'An inner host reaches another one by its outer address: both source and destination are translated.',
      why: 'The answer must come back the same way; so the other one sees the outer address and port of who asks, not the inner one.',
      source: 'RFC 4787 §6 REQ-9, RFC 5382 §7.2 REQ-8',
      tryIt: 'Set `hairpin: false` and ask again.',
    },
  ],
  hairpinOff: [
    8,
    {
      says: 'The packet would have to turn back at the router (hairpin), which is switched off here: it is dropped.',
      why: 'Many home routers cannot do it; then a name that gives the outer address works everywhere but at home.',
      source: 'RFC 4787 §6 REQ-9',
      tryIt: 'Set `hairpin: true`.',
      fix: 'Set `hairpin: true`, or give inner hosts the inner address by a DNS of their own.',
    },
  ],
  forwarded: [
    9,
    {
      says: 'A port that the file forwards: the packet goes to the inner host behind it.',
      why: 'A mapping that somebody wrote does not wait for the inner host to speak first, and does not run out.',
      source: 'RFC 3022 §4.1',
      tryIt: 'Take the line of `forward:` away.',
    },
  ],
  errorTranslated: [
    10,
    {
      says: 'An ICMP error is translated with the packet that it quotes.',
      why: 'Its receiver looks for its own packet in the quotation; with the outer addresses it would not know it again.',
      source: 'RFC 5508 §4.2 REQ-4, REQ-5',
      tryIt: 'Open the error in a capture on both sides and compare the header inside of it.',
    },
  ],
  payloadTranslated: [
    11,
    {
      says: 'The helper (ALG) writes the outer address and port into the message itself, and moves the sequence numbers by what it grew.',
      why: 'FTP says in its own text where the other side shall connect to. NAT changes headers only, so an inner address would travel on in the text.',
      source: 'RFC 2663 §2.9, RFC 3022 §4.4',
      tryIt: 'Compare PORT or the answer 227 on both sides of the router.',
    },
  ],
  addressesSpoken: [
    12,
    {
      says: 'The message speaks of an inner address to the outside, and no helper (ALG) changes it.',
      why: 'Whoever reads it outside will try to reach an address that is not reachable from there.',
      source: 'RFC 2993 §6',
      tryIt:
        'Switch the helper on with `alg: [ftp]`, or use passive mode, which needs no connection from outside.',
      fix: 'Use passive mode, or switch the helper on.',
    },
  ],
});
