import { defineRules } from '../rules.ts';

/** Why the name server and the stub resolver did what they did. */
export const DNS = defineRules('DNS', {
  answer: [
    1,
    {
      says: 'The name exists and has records of the type asked for: they are the answer.',
      why: 'The server found the whole name in its zone, so it speaks with authority (AA) and needs nobody else.',
      source: 'RFC 1034 §4.3.2 step 3a',
      tryIt: 'Ask for a name that stands in the zone file, and look for the aa flag.',
    },
  ],
  wildcard: [
    2,
    {
      says: 'The name does not exist, but a wildcard beside it does: its records are given under the name asked for.',
      why: 'The "*" directly below the closest existing ancestor is the only source of synthesis; a name that exists, even without records, is never covered by it.',
      source: 'RFC 4592 §3.3',
      tryIt: 'Ask for a random name below the wildcard, then for one below a name that exists.',
      fix: 'If the name should not be covered, give it a record of its own, of any type.',
    },
  ],
  cname: [
    3,
    {
      says: 'The name is an alias: the CNAME is put into the answer, and the search goes on with the name it gives.',
      why: 'An alias has no other data, so the server saves the client a question by answering for the canonical name too.',
      source: 'RFC 1034 §4.3.2 step 3a',
      tryIt: 'Ask for type A of an alias, then for type CNAME, which is not followed.',
    },
  ],
  cnameAway: [
    4,
    {
      says: 'The alias leads to a name of no zone here: the answer ends with the CNAME.',
      why: 'The search looks for a zone anew at each link. Where it finds none, another server knows, and the client asks there.',
      source: 'RFC 1034 §4.3.2 step 3a',
      tryIt: 'Follow the last CNAME of the answer with a question of your own.',
    },
  ],
  chainEnds: [
    5,
    {
      says: 'The chain of aliases came back to a name it had been at, or grew too long: the answer is what was found so far.',
      why: 'A loop has no end. The client sees it in the answer and gives up; a server that followed it would be lost for all.',
      source: 'RFC 1034 §3.6.2',
      tryIt: 'Make two CNAMEs that point to each other and ask for an address.',
      fix: 'Let one of the aliases point to a name with records.',
    },
  ],
  dname: [
    6,
    {
      says: 'A name above has a DNAME: the whole tree below it is redirected, and a CNAME is made for the name asked for.',
      why: 'DNAME renames a subtree. The synthesized CNAME lets clients follow that have never heard of DNAME.',
      source: 'RFC 6672 §3.2',
      tryIt:
        'Ask for two different names below the DNAME, and for the DNAME itself, which is not redirected.',
    },
  ],
  dnameTooLong: [
    7,
    {
      says: 'The name after the redirection would be longer than 255 octets: YXDOMAIN.',
      why: 'Such a name cannot exist, so there is nothing to redirect to.',
      source: 'RFC 6672 §2.2',
      tryIt: 'Ask below a DNAME whose target is longer than its owner, with long labels in front.',
    },
  ],
  referral: [
    8,
    {
      says: 'The name lies below a zone cut: the answer is a referral to the servers of that zone, with their addresses where the zone has them.',
      why: 'Authority for the name was delegated. The server gives directions, without the aa flag, because the data is not its own.',
      source: 'RFC 1034 §4.3.2 step 3b',
      tryIt: 'Ask one of the servers named in the authority section the same question.',
    },
  ],
  delegationSigner: [
    9,
    {
      says: 'DS is asked for at a zone cut: the parent answers with authority.',
      why: 'DS is the one type that lives on the parent side of a cut: it vouches for the keys of the child.',
      source: 'RFC 4035 §3.1.4.1',
      tryIt: 'Ask the parent for DS and for NS at the same cut, and compare the aa flags.',
    },
  ],
  nodata: [
    10,
    {
      says: 'The name exists, but not with this type: an empty answer with the SOA.',
      why: 'NOERROR with no records is an answer too. The SOA tells a resolver for how long it may remember that.',
      source: 'RFC 2308 §2.2',
      tryIt: 'Ask for AAAA of a name that has only A, and look at the TTL of the SOA.',
      fix: 'If the type should be there, add the record; resolvers may remember its absence for the TTL shown.',
    },
  ],
  emptyNonTerminal: [
    11,
    {
      says: 'The name has no records, but names below it have: an empty answer, not a name error.',
      why: 'A name above an existing one exists as well. NXDOMAIN would tell resolvers that everything below is missing.',
      source: 'RFC 8020 §3.1',
      tryIt: 'With only a.b.example in the zone, ask for b.example.',
    },
  ],
  nxdomain: [
    12,
    {
      says: 'The name does not exist, nor anything below it: NXDOMAIN with the SOA.',
      why: 'The closest existing ancestor has no such child and no wildcard. The SOA says how long that may be remembered.',
      source: 'RFC 2308 §2.1',
      tryIt:
        'Ask for a misspelt name, and look at the TTL of the SOA: the lesser of its own TTL and its last number.',
      fix: 'Check the spelling, and that the name in the zone file ends in a dot or is meant relative to the origin.',
    },
  ],
  refused: [
    13,
    {
      says: 'No zone here is an ancestor of the name: REFUSED.',
      why: 'This server is authoritative for its zones only and does not ask others on behalf of a client.',
      source: 'RFC 1035 §4.1.1',
      tryIt: 'Ask for example.com at a server that only has your own zone.',
      fix: 'Ask a resolver instead, or add the zone to this server.',
    },
  ],
  refusedClass: [
    14,
    {
      says: 'The question is not of class IN: REFUSED.',
      why: 'Only Internet data is served; the classes that tell a server’s version to strangers (CH) are not.',
      source: 'RFC 1035 §4.1.1',
      tryIt: 'Ask for version.bind TXT in class CH.',
    },
  ],
  minimalAny: [
    15,
    {
      says: 'Type ANY is answered with one small HINFO record.',
      why: 'ANY was never "all there is", and large answers to it were used to flood others with their forged addresses.',
      source: 'RFC 8482 §4.2',
      tryIt: 'Ask for ANY, then for the types you want one by one.',
    },
  ],
  formatError: [
    16,
    {
      says: 'The question cannot be read: FORMERR.',
      why: 'Saying so lets an honest client mend its message. Octets too short for a header, and responses, get no answer at all.',
      source: 'RFC 1035 §4.1.1',
      tryIt: 'Send a query with two questions, or one whose last octet is cut off.',
    },
  ],
  notImplemented: [
    17,
    {
      says: 'The server does not do this kind of request: NOTIMP.',
      why: 'A client that hears this at once can try something else; silence would cost it a timeout.',
      source: 'RFC 8906 §3.1.4',
      tryIt: 'Send a message with opcode 15, or ask for AXFR.',
    },
  ],
  badVersion: [
    18,
    {
      says: 'The query uses a version of EDNS other than 0: BADVERS.',
      why: 'The reply carries version 0, so the client learns what it may use and asks again.',
      source: 'RFC 6891 §6.1.3',
      tryIt: 'Ask with EDNS version 1.',
    },
  ],
  truncated: [
    19,
    {
      says: 'The answer does not fit into one datagram: an empty reply with the TC flag, so that the client asks over TCP.',
      why: 'Large datagrams are broken into fragments, which get lost and can be forged. The limit is what the client can take, and 1232 octets at most here.',
      source: 'RFC 2181 §9',
      tryIt: 'Ask for a large TXT record over UDP without EDNS, then over TCP.',
    },
  ],
  ignored: [
    20,
    {
      says: 'What came is not a query: no answer.',
      why: 'Answering a response could start two servers talking to each other for ever.',
      source: 'RFC 1035 §4.1.1',
      tryIt: 'Send a message with the QR flag set.',
    },
  ],
  streamIdle: [
    21,
    {
      says: 'The TCP connection was idle for too long: it is closed.',
      why: 'Each open connection costs memory. A client that has nothing to ask opens another when it needs one.',
      source: 'RFC 7766 §6.2.3',
      tryIt: 'Open a connection to port 53 and wait.',
    },
  ],
  streamLimit: [
    22,
    {
      says: 'There are too many TCP connections: the one that was idle longest is closed.',
      why: 'New clients are served before those that only hold a connection open.',
      source: 'RFC 7766 §6.2.2',
      tryIt: 'Open more connections than the limit, and see which is closed.',
    },
  ],
  streamGreedy: [
    23,
    {
      says: 'The connection has been given as many octets of answers as one may have: it is closed.',
      why: 'Answers to a client that does not read them pile up in memory. One that does read opens another connection.',
      source: 'RFC 7766 §10',
      tryIt: 'Send thousands of queries for a large record on one connection without reading.',
    },
  ],
  prohibited: [
    24,
    {
      says: 'The client may not ask about this zone: REFUSED.',
      why: 'The operator named who may ask. What decides is the address that the query came from, never the client subnet it claims.',
      source: 'RFC 8914 §4.19',
      tryIt: 'Set allow-query to your own network and ask from another address.',
      fix: 'Add the client’s network to allow-query, of the zone or of the server.',
    },
  ],
  rateLimited: [
    25,
    {
      says: 'The same was said to this network too often: the response is dropped.',
      why: 'Forged questions make of a name server a weapon: small questions, large answers, sent to a victim. An honest client that is hit asks again, or comes over TCP.',
      source: 'RFC 5358 §3',
      tryIt: 'Ask the same question a hundred times in a second over UDP.',
      fix: 'Raise rate-limit, or let the client use cookies: whoever proves its address is not limited.',
    },
  ],
  rateSlipped: [
    26,
    {
      says: 'The same was said to this network too often: an empty reply with TC goes out instead.',
      why: 'It is no larger than the question, so it harms nobody, and an honest client behind a forged address comes by TCP.',
      source: 'RFC 7766 §5',
      tryIt: 'Ask the same question a hundred times in a second over UDP, and look for the tc flag.',
    },
  ],
  cookieOnly: [
    27,
    {
      says: 'The client asks nothing but for a cookie, and gets one.',
      why: 'With it in later questions the client proves that it gets what is sent to its address.',
      source: 'RFC 7873 §5.4',
      tryIt: 'Send a query without a question and with a COOKIE option.',
    },
  ],
  cookieWanted: [
    28,
    {
      says: 'The client has not proved its address by a cookie: BADCOOKIE, with a good one to ask again with.',
      why: 'The operator asks for cookies over UDP, so that nobody can make this server answer to an address that did not ask.',
      source: 'RFC 7873 §5.2.3',
      tryIt: 'Set cookies to required and ask with dig, which asks again by itself.',
      fix: 'Set cookies to "offered" where clients without them must be served over UDP.',
    },
  ],
  lookupAsk: [
    30,
    {
      says: 'The stub resolver asks a name server, from a port and with an ID that cannot be guessed.',
      why: 'A forged answer must match address, port, ID and question. Chance makes that expensive.',
      source: 'RFC 5452 §9.2',
      tryIt: 'Look at the source ports of several look-ups in the capture.',
    },
  ],
  lookupRetry: [
    31,
    {
      says: 'No answer came in time: the question is sent again, to the next server.',
      why: 'Datagrams get lost and servers fail. Each server is given five seconds, and twice as long when all have been asked once.',
      source: 'RFC 1123 §6.1.3.3',
      tryIt: 'Take the first name server down and look a name up.',
    },
  ],
  lookupTcp: [
    32,
    {
      says: 'The answer was truncated: the same question is asked over TCP.',
      why: 'A stream has no limit of 512 or 1232 octets.',
      source: 'RFC 7766 §5',
      tryIt: 'Look up a name with a large TXT record.',
    },
  ],
  lookupAnswered: [
    33,
    {
      says: 'The look-up has its answer.',
      why: 'The reply came from the server asked, to the port it was asked from, with the same ID and question.',
      source: 'RFC 5452 §9.1',
      tryIt: 'Compare the question sections of query and reply.',
    },
  ],
  lookupFailed: [
    34,
    {
      says: 'The look-up failed: no server gave a usable answer.',
      why: 'Every server was asked as often as allowed.',
      source: 'RFC 1123 §6.1.3.3',
      tryIt: 'Look a name up while all name servers are down.',
      fix: 'Check the name servers that the client was given (DHCP option 6), and the way to them.',
    },
  ],
  lookupForged: [
    35,
    {
      says: 'A datagram that does not match the question is not taken for its answer.',
      why: 'Address, port, ID and question must all be right; else anybody could answer.',
      source: 'RFC 5452 §9.1',
      tryIt: 'Send a reply with another ID to the port of a look-up.',
    },
  ],
});
