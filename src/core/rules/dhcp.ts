import { defineRules } from '../rules.ts';

/** Why a DHCP server answers as it does, or does not answer. */
export const DHCP = defineRules('DHCP', {
  offerReserved: [
    1,
    {
      says: 'The server offers the address that the file reserves for this client.',
      why: 'A reservation goes before everything else: the operator has said who gets this address.',
      source: 'RFC 2131 §4.3.1',
      tryIt: 'Power two clients on, one with a reservation: it gets the same address every time.',
    },
  ],
  offerCurrent: [
    2,
    {
      says: 'The server offers the address that this client has already.',
      why: 'A client that asks again, because its answer was lost or it restarted, must not use up a second address.',
      source: 'RFC 2131 §4.3.1',
      tryIt: 'Lose one OFFER and see the next one name the same address.',
    },
  ],
  offerPrevious: [
    3,
    {
      says: 'The server offers the address that this client had before.',
      why: 'Nobody has taken it since, and a client that keeps its address keeps its connections and its name.',
      source: 'RFC 2131 §4.3.1, §4.3.4',
      tryIt: 'Release an address and power the client on again.',
    },
  ],
  offerRequested: [
    4,
    {
      says: 'The server offers the address that the client asked for in option 50.',
      why: 'The client knows of no better one, it is in the right pool, and nobody has it.',
      source: 'RFC 2131 §4.3.1',
      tryIt: 'Let a client ask for a free address of the pool.',
    },
  ],
  offerFresh: [
    5,
    {
      says: "The server offers a new address out of the pool of the client's link: the lowest never used, else the one free the longest.",
      why: 'An address that rests long between two clients is least likely to be in use still.',
      source: 'RFC 2131 §4.3.1',
      tryIt: 'Power clients on one after another: the addresses come in order.',
    },
  ],
  poolEmpty: [
    6,
    {
      says: 'The server has no address left for this client and stays silent.',
      why: 'Every address of the pools for its link and class is leased, offered, declined or reserved.',
      source: 'RFC 2131 §4.3.1',
      tryIt: 'List the leases and count them against the range.',
      fix: 'Make the range larger or the lease shorter; look for declined addresses, which are held for a day.',
    },
  ],
  unknownLink: [
    7,
    {
      says: 'The server knows no subnet for the link that this request came from and stays silent.',
      why: 'An address of a wrong subnet would be of no use; another server may know the link.',
      source: 'RFC 2131 §4.3.1',
      tryIt: 'Compare giaddr of the request with the subnets and relays in the file.',
      fix: "Add the relay's address to the subnet it belongs to.",
    },
  ],
  noSubnetForClass: [
    8,
    {
      says: 'The link is known, but none of its subnets is for a client of this class, and the server stays silent.',
      why: "A cable modem must not get a customer's address, nor a customer a modem's: their networks see different servers.",
      source: 'RFC 2131 §4.3.1',
      tryIt: 'Look at option 60 and at option 82.2 against chaddr, and at class and member of the subnets.',
      fix: 'Add a subnet for this class, or widen the class of one.',
    },
  ],
  otherServer: [
    9,
    {
      says: 'The client chose another server; ours takes its offer back and stays silent.',
      why: 'Option 54 names the chosen server, and the REQUEST was broadcast so that the others hear of it.',
      source: 'RFC 2131 §4.3.2',
      tryIt: 'Run two servers on one link.',
    },
  ],
  ack: [
    10,
    {
      says: 'The server has the lease on its disk and confirms it with an ACK.',
      why: 'The lease is written before the ACK is sent, so that a crash between the two cannot give one address to two clients.',
      source: 'RFC 2131 §3.1 step 4',
      tryIt: 'Crash the server right after an ACK and start it again: the lease is there.',
    },
  ],
  ackExtended: [
    11,
    {
      says: 'The server extends the lease that this client has.',
      why: 'The client asked in time, by its own address, and the binding is right.',
      source: 'RFC 2131 §4.3.2',
      tryIt: 'Look at ciaddr of the REQUEST: the client already uses the address.',
    },
  ],
  nakWrongNetwork: [
    12,
    {
      says: 'The address does not belong to the link that the request came from: NAK.',
      why: 'The client has moved; with its old address it could reach nobody here.',
      source: 'RFC 2131 §4.3.2',
      tryIt: 'Move a host to another segment and power it on.',
    },
  ],
  nakWrongAddress: [
    13,
    {
      says: 'The address is not the one that this client has: NAK.',
      why: 'Somebody else may have it; the client must start over.',
      source: 'RFC 2131 §4.3.2',
      tryIt: "Let a client ask in INIT-REBOOT for its neighbour's address.",
    },
  ],
  nakNotOffered: [
    14,
    {
      says: 'The client names this server but asks for an address that it cannot have: NAK.',
      why: 'The offer ran out and the address went to another, or it was never offered.',
      source: 'RFC 2131 §4.3.2',
      tryIt: 'Delay the REQUEST until the offer is no longer held and the pool is in demand.',
      fix: 'If this happens often, hold offers longer or look for delay between client and server.',
    },
  ],
  silentUnknown: [
    15,
    {
      says: 'The server has no record of this client and stays silent.',
      why: 'Another server on this link may know it; a NAK of ours would take its address away.',
      source: 'RFC 2131 §4.3.2',
      tryIt: 'Set authoritative and see the same request answered by a NAK.',
      fix: 'If this is the only server on the link, say so: authoritative makes clients start over at once.',
    },
  ],
  nakAuthoritative: [
    16,
    {
      says: 'The server has no record of this client and is authoritative: NAK.',
      why: 'The operator has said that no other server could know this client, so it had better start over at once.',
      source: 'RFC 2131 §4.3.2',
      tryIt: 'Delete the lease database while clients are online.',
      fix: 'Never set this on a link with a second server that does not share the leases.',
    },
  ],
  noData: [
    17,
    {
      says: 'The REQUEST has neither option 50 nor ciaddr: it asks for nothing, and the server stays silent.',
      why: 'No state of a client sends such a REQUEST.',
      source: 'RFC 2131 §4.3.6, table 4',
      tryIt: 'Look at option 50 and ciaddr.',
      fix: 'For a client that cannot be mended there is the switch that answers out of what the server knows.',
    },
  ],
  released: [
    18,
    {
      says: 'The client gave its address back; the server frees it and remembers whose it was.',
      why: 'If the client comes again before somebody else needs the address, it gets the same.',
      source: 'RFC 2131 §4.3.4',
      tryIt: 'Release and power on again.',
    },
  ],
  declined: [
    19,
    {
      says: 'The client found the address in use; the server sets it aside.',
      why: 'Somebody has configured it by hand; to offer it again would hurt the next client too.',
      source: 'RFC 2131 §4.3.3',
      tryIt: 'Give a host by hand an address out of the pool.',
      fix: 'Find that host and give it a reservation, or take its address out of the range.',
    },
  ],
  notHolder: [
    20,
    {
      says: 'The RELEASE or DECLINE is for an address that this client does not have from us: the server changes nothing.',
      why: "Else anybody could take his neighbour's address away.",
      source: 'RFC 2131 §4.3.3, §4.3.4',
      tryIt: "Let a client release another's address.",
    },
  ],
  informed: [
    21,
    {
      says: 'The client has an address of its own and gets only the other parameters.',
      why: 'The ACK goes to ciaddr and carries neither an address nor a lease time.',
      source: 'RFC 2131 §4.3.5',
      tryIt: 'Send an INFORM and look for option 51: it is missing.',
    },
  ],
  expired: [
    22,
    {
      says: 'Leases have run out without a renewal; their addresses are free, their clients remembered.',
      why: 'The client was bound to stop using the address at this moment.',
      source: 'RFC 2131 §4.4.5',
      tryIt: 'Power a client off and wait for one lease time.',
    },
  ],
  joined: [
    23,
    {
      says: 'The same REQUEST is already waiting for the disk; this one waits with it.',
      why: 'One write serves both, and there is no ACK before the disk has it.',
      source: 'RFC 2131 §3.1 step 4',
      tryIt: 'Slow the disk down to more than four seconds.',
    },
  ],
  notDurable: [
    24,
    {
      says: 'The disk did not take the lease: the server stays silent and counts it.',
      why: 'An ACK for a lease that a crash can lose might give one address to two clients; the client will ask again.',
      source: 'RFC 2131 §3.1 step 4',
      tryIt: 'Fill the disk of the server.',
      fix: 'Look at the disk: full, failing, or read-only.',
    },
  ],
  conflict: [
    25,
    {
      says: 'Another server holds this address: the client gets a NAK and will be given another one.',
      why: 'Two servers share one pool, and the other was faster.',
      source: 'RFC 2131 §4.3.2',
      tryIt: 'Run two servers on one lease database.',
    },
  ],
  bootp: [
    26,
    {
      says: 'A BOOTP client with a reservation gets its address, without a lease time.',
      why: 'BOOTP knows no leases: what it gets it keeps, so it gets only what is reserved for it.',
      source: 'RFC 1534 §2',
      tryIt: 'Send a request without option 53 from a client with a reservation.',
    },
  ],
  bootpUnknown: [
    27,
    {
      says: 'A BOOTP client without a reservation gets no answer.',
      why: 'An address from a pool would be lost for ever: BOOTP has no way to take it back.',
      source: 'RFC 1534 §2',
      tryIt: 'Send a request without option 53.',
      fix: 'Add a reservation by its hardware address.',
    },
  ],
  notARequest: [
    28,
    {
      says: 'The server ignores a reply that came to its port.',
      why: 'op says who is speaking; 2 is a server.',
      source: 'RFC 2131 §2, table 1',
      tryIt: 'Send a message with op 2 to port 67.',
    },
  ],
  malformed: [
    29,
    {
      says: 'The server drops a datagram that is not a DHCP message.',
      why: 'What cannot be read cannot be answered; the field and offset of the mistake are counted and shown.',
      source: 'RFC 2131 §2',
      tryIt: 'Send any octets to port 67 and see the server go on as before.',
    },
  ],
  unsupportedType: [
    30,
    {
      says: 'The server does not answer messages of this type.',
      why: 'It is one that only servers send, or an extension that is not offered here.',
      source: 'RFC 2131 §4.3',
      tryIt: 'Look at option 53.',
    },
  ],
  optionsLeftOut: [
    31,
    {
      says: 'Not all options fitted in the reply; the last ones were left out.',
      why: 'A client takes 576 octets unless option 57 says more.',
      source: 'RFC 2131 §4.1, RFC 2132 §9.10',
      tryIt: 'Configure a long list of options for a client without option 57.',
      fix: 'Configure fewer options, or let the client ask for less.',
    },
  ],
  relayAgentTooLong: [
    32,
    {
      says: 'Option 82 is too long to be sent back, and the reply goes without it.',
      why: 'The reply must fit in one datagram.',
      source: 'RFC 3046 §2.2',
      tryIt: 'Let a relay add a kilobyte of option 82.',
      fix: 'The relay may drop the reply: shorten what it adds.',
    },
  ],
  ackNoData: [
    33,
    {
      says: 'The REQUEST asks for nothing; the switch is on, and the server answers with what it knows of the client.',
      why: 'Some clients leave option 50 out; the operator chose to serve them.',
      source: 'RFC 2131 §4.3.6, table 4',
      tryIt: 'Turn the switch off and see the server silent.',
    },
  ],
  forClass: [
    34,
    {
      says: 'The answer carries what the file says for a class that this client is of.',
      why: 'One network has clients of many kinds: what a network boot loader must be told would mislead a telephone.',
      source: 'RFC 2131 §4.3.1',
      tryIt:
        'Give the subnet classes: with when: and tftp:, and boot two clients of which one sends that option 60.',
    },
  ],
  noServerId: [
    35,
    {
      says: 'The RELEASE or DECLINE names no server: the server changes nothing.',
      why: 'Only the server that gave an address may take it back, and option 54 must say which one that is.',
      source: 'RFC 2131 §4.4.1, table 5',
      tryIt: 'Ask with dhcping, whose RELEASE is such a one.',
      fix: 'accept-without-server-id: true under the DHCP service follows it all the same.',
    },
  ],
  offerTakenBack: [
    36,
    {
      says: 'No address is free: the server takes back the offer that has waited longest for its REQUEST, and makes it to this client.',
      why: 'A server need not reserve what it offers, and a client that wanted the address has asked for it by now. Otherwise a few hundred DISCOVERs under invented hardware addresses would empty the pool for two minutes.',
      source: 'RFC 2131 §3.1 step 2',
      tryIt:
        'Give a subnet two addresses, send DISCOVERs under three hardware addresses, and then power a host on.',
      fix: 'Look who sends DISCOVERs and no REQUESTs, by option 82 where a relay says it; a switch or a CMTS can bound the hardware addresses of a port (max-cpe). Were it many clients at once, make the range larger.',
    },
  ],
});
