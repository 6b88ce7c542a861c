import { defineRules } from '../rules.ts';

/** Why the recursive resolver did what it did: each decision of its cache and of its search. */
export const RESOLVER = defineRules('RESOLVER', {
  hit: [
    1,
    {
      says: 'The answer is in the cache: it is given with the seconds that are left of it.',
      why: 'The owner of the name said for how long it may be kept. Until then nobody upstream hears of the question.',
      source: 'RFC 1034 §5.3.3',
      tryIt: 'Ask the same twice and compare the TTLs: headend run scenarios/ttl-and-negative-cache.yaml',
      fix: '',
    },
  ],
  miss: [
    2,
    {
      says: 'The answer is not in the cache: the resolver goes and finds it.',
      why: 'Nobody has asked yet, or what was known has run out.',
      source: 'RFC 1034 §5.3.3',
      tryIt: 'Ask, wait until the TTL is over, and ask again.',
    },
  ],
  negativeHit: [
    3,
    {
      says: 'That there is no such name, or no such type, is in the cache: the "no" is given again.',
      why: 'A "no" is kept as an answer is, for as long as the SOA record of the zone allows. Whoever adds the name meanwhile is not seen.',
      source: 'RFC 2308 §5',
      tryIt: 'headend run scenarios/ttl-and-negative-cache.yaml',
    },
  ],
  stored: [
    4,
    {
      says: 'The records go into the cache for as long as their TTL says.',
      why: 'Each answer that is kept is a question less for the servers, and an age that a change must wait for.',
      source: 'RFC 1035 §7.4',
      tryIt: 'Look at the TTL in the detail, and ask again before and after it is over.',
    },
  ],
  negativeStored: [
    5,
    {
      says: 'The "no" goes into the cache, for the lesser of the TTL of the SOA record and its last number.',
      why: 'Names that are not there are asked for very often: by typos, search lists and programs that never tire.',
      source: 'RFC 2308 §5',
      tryIt: 'Change the last number of the SOA record and ask for a name that is not there.',
    },
  ],
  scopedStored: [
    6,
    {
      says: 'The answer is kept for the clients of one network only.',
      why: 'The server was told the network of the client and said how much of it mattered. Clients elsewhere may be given something else.',
      source: 'RFC 7871 §7.3.1',
      tryIt: 'Set client-subnet on the resolver and ask a geolocation name from two networks.',
    },
  ],
  ttlClamped: [
    7,
    {
      says: 'The TTL is outside of what this resolver keeps: it is moved to the bound.',
      why: 'A TTL of weeks would keep a mistake alive, one of zero would make every question go upstream. RFC 8767 asks for a limit above; a limit below is the operator’s own choice and delays changes.',
      source: 'RFC 8767 §4',
      tryIt: 'Set min-ttl to 5m and see how long a failover with a TTL of 30 seconds takes.',
    },
  ],
  stale: [
    8,
    {
      says: 'No fresh answer is to be had in time: an old one is given, with a TTL of 30 seconds.',
      why: 'When the servers of a zone cannot be reached, yesterday’s address is better than none. The search goes on meanwhile.',
      source: 'RFC 8767 §5',
      tryIt: 'Set serve-stale, ask, let the TTL run out, cut the name server off, and ask again.',
    },
  ],
  prefetched: [
    9,
    {
      says: 'A popular answer is near its end: it is fetched anew before anybody has to wait for it.',
      why: 'The client that asks is answered from the cache at once; the next one finds a fresh answer there.',
      source: 'headend: the last tenth of the TTL',
      tryIt: 'Set prefetch and ask every few seconds: no question waits for the name server after the first.',
    },
  ],
  outranked: [
    10,
    {
      says: 'What came is less to be believed than what is known: it is not kept.',
      why: 'What the authority answered outranks what stood beside an answer, and that outranks glue. Else a careless or hostile server could replace good data.',
      source: 'RFC 2181 §5.4.1',
      tryIt: 'Look at a referral to servers whose addresses have been answered before.',
    },
  ],
  outside: [
    11,
    {
      says: 'A record of a name outside of the zone that the server was asked about is thrown away.',
      why: 'Nobody speaks for other people’s names. Resolvers that believed such records could be given false addresses by anybody with a zone.',
      source: 'RFC 2181 §5.4.1',
      tryIt: 'Let a name server put the address of a bank beside its own answers.',
    },
  ],
  belowMissing: [
    12,
    {
      says: 'A name above is known not to exist: then nothing below it exists either.',
      why: 'NXDOMAIN is said of a name and of the whole tree below it.',
      source: 'RFC 8020 §2',
      tryIt: 'Ask for a name that is not there, then for one below it.',
    },
  ],
  fromRoot: [
    13,
    {
      says: 'No zone on the way to the name is known: the search begins at the root.',
      why: 'The addresses of the root’s servers are the one thing that a resolver is born with.',
      source: 'RFC 1034 §5.3.3',
      tryIt: 'headend run scenarios/resolution-from-the-root.yaml --ladder resolver',
    },
  ],
  fromCut: [
    14,
    {
      says: 'The search begins at the nearest zone whose servers are remembered.',
      why: 'Referrals are kept, too: the root and the top-level domains are asked seldom because of that.',
      source: 'RFC 1034 §5.3.3',
      tryIt: 'Ask for two names of one zone, one after the other, and count the questions to the root.',
    },
  ],
  asks: [
    15,
    {
      says: 'The resolver asks a name server, the one that is expected to answer first.',
      why: 'It measures how long each takes, and tries the others from time to time. Port and ID are drawn anew, so that answers are hard to forge.',
      source: 'RFC 5452 §9.2',
      tryIt: 'Give a zone two name servers, one of them far away, and count who is asked.',
    },
  ],
  referral: [
    16,
    {
      says: 'The server does not know, but knows who does: the search goes on with the servers of the zone below.',
      why: 'Each zone knows its own names and who serves the zones below it. Step by step the name is read from the right.',
      source: 'RFC 1034 §5.3.3',
      tryIt: 'headend run scenarios/resolution-from-the-root.yaml --ladder resolver',
    },
  ],
  glueless: [
    17,
    {
      says: 'The address of the name server itself is not known: it is looked up first.',
      why: 'A name server with a name in another zone comes without glue. That costs a search of its own.',
      source: 'RFC 1034 §5.3.3',
      tryIt: 'Name a server of another domain in the NS records of a zone.',
    },
  ],
  alias: [
    18,
    {
      says: 'The name is an alias: the search goes on with the name it stands for.',
      why: 'Where the alias leads out of the zone, another server knows the rest.',
      source: 'RFC 1034 §5.3.3',
      tryIt: 'Point a CNAME to a name of another zone and look at the ladder.',
    },
  ],
  minimised: [
    19,
    {
      says: 'The server is asked for as much of the name as it needs to send us on, and no more.',
      why: 'The root need not know which host somebody looks for, only in which top-level domain.',
      source: 'RFC 9156 §3',
      tryIt: 'Set qname-minimisation to off and compare what the root is asked.',
    },
  ],
  silent: [
    20,
    {
      says: 'The server did not answer in time: another one is asked, or the same again with more patience.',
      why: 'Datagrams get lost and servers fail. How long it waits follows from how fast the server was before.',
      source: 'RFC 1035 §4.2.1',
      tryIt: 'Cut one of two name servers off and look at the first question and the later ones.',
    },
  ],
  lame: [
    21,
    {
      says: 'The server should know this zone and does not: it is left alone for a quarter of an hour.',
      why: 'The delegation names a server that was never told, or is told no more. Others of the same zone may know.',
      source: 'RFC 1912 §2.8',
      tryIt: 'Delegate a zone to a server that does not serve it.',
      fix: 'Correct the NS records of the parent, or load the zone on that server.',
    },
  ],
  overTcp: [
    22,
    {
      says: 'The answer was cut short: the same is asked over TCP.',
      why: 'What does not fit into a datagram comes over a stream, which cannot be forged by guessing either.',
      source: 'RFC 7766 §5',
      tryIt: 'headend run scenarios/truncation-and-tcp.yaml --ladder resolver',
    },
  ],
  forged: [
    23,
    {
      says: 'A datagram that does not match an open question is not taken for an answer.',
      why: 'Address, port, ID and question must all be right. Whoever cannot see the question has to guess them.',
      source: 'RFC 5452 §9.1',
      tryIt: 'headend run scenarios/cache-poisoning.yaml',
    },
  ],
  cookieWrong: [
    24,
    {
      says: 'Address, port, ID and question are right, but not the cookie: the datagram is thrown away.',
      why: 'A server that knows cookies gives back the eight octets that it was sent. Somebody who cannot see the question would have to guess 64 bits more.',
      source: 'RFC 7873 §5.3',
      tryIt: 'headend run scenarios/cache-poisoning.yaml',
    },
  ],
  joined: [
    25,
    {
      says: 'The same is being looked up for somebody else: this client waits for the same answer.',
      why: 'One question upstream serves all. Many at the same time would also give a forger many chances.',
      source: 'RFC 5452 §5',
      tryIt: 'Let many clients ask for one name at the same moment, and count the questions upstream.',
    },
  ],
  loop: [
    26,
    {
      says: 'The search leads back to itself: this way is given up.',
      why: 'Aliases can point to each other, and zones can each be served by a name in the other. No answer is there to be found.',
      source: 'RFC 1034 §5.3.3',
      tryIt: 'Let two zones name servers in each other, without glue.',
      fix: 'Give one of the zones a name server with an address of its own, and glue at the parent.',
    },
  ],
  exhausted: [
    27,
    {
      says: 'The question has cost as many questions upstream as one may: it is given up.',
      why: 'A hostile zone can send a resolver around for ever, and make it a weapon against others.',
      source: 'RFC 1034 §5.3.3',
      tryIt: 'Delegate a zone to twenty names that do not exist.',
      fix: 'If the zone is honest, shorten its chains of aliases and servers without glue.',
    },
  ],
  failed: [
    28,
    {
      says: 'No answer was found: SERVFAIL, and nobody is asked again for five seconds.',
      why: 'Clients repeat what fails. A resolver that passed all of that on would make a bad day worse.',
      source: 'RFC 2308 §7.1',
      tryIt: 'Cut all name servers of a zone off and ask for a name in it.',
      fix: 'Look at the steps before: who did not answer, and why.',
    },
  ],
  failedBefore: [
    29,
    {
      says: 'The same has just failed: it is not tried again yet.',
      why: 'The failure is kept for five seconds, so that repeated questions do not become a flood.',
      source: 'RFC 2308 §7.1',
      tryIt: 'Ask twice for a name whose servers are down.',
    },
  ],
  busy: [
    30,
    {
      says: 'Too many searches are under way: SERVFAIL at once.',
      why: 'What strangers can make a resolver hold has an end. Those that wait already are served.',
      source: 'headend: 5,000 searches, 20,000 clients that wait',
      tryIt: 'Flood the resolver with names that do not exist.',
      fix: 'Find who asks so much, and limit who may ask by allow-query.',
    },
  ],
  refused: [
    31,
    {
      says: 'The resolver does not do this for this client: REFUSED.',
      why: 'An open resolver is a weapon for others; one that answers without recursion tells strangers what its clients asked for.',
      source: 'RFC 5358 §4',
      tryIt: 'Ask without the RD bit, or from a network that allow-query does not name.',
      fix: 'Add the client’s network to allow-query of the resolver.',
    },
  ],
  delivered: [
    32,
    {
      says: 'The client has its answer.',
      why: 'What was found goes to all who waited for it; RA says that recursion was available.',
      source: 'RFC 1035 §4.1.1',
      tryIt: 'Compare the ladder of the client’s question with that of the search.',
    },
  ],
  cutShort: [
    33,
    {
      says: 'The answer does not fit into what the client can take: it is sent empty with TC, so that the client asks over TCP.',
      why: 'Large datagrams are broken into fragments, which get lost and can be forged.',
      source: 'RFC 2181 §9',
      tryIt: 'headend run scenarios/truncation-and-tcp.yaml --ladder homes',
    },
  ],
  attackRound: [
    40,
    {
      says: 'The attacker makes the resolver ask, and sends forged answers before the true one can come.',
      why: 'For each name that was never asked for before there is a new race, so the attacker need not wait for the TTL of anything.',
      source: 'RFC 5452 §4.2',
      tryIt: 'headend run scenarios/cache-poisoning.yaml',
    },
  ],
  attackWon: [
    41,
    {
      says: 'A forged answer was believed: the resolver now gives the attacker’s address to everybody.',
      why: 'All that the forger had to guess was right at once.',
      source: 'RFC 5452 §4.2',
      tryIt: 'headend run scenarios/cache-poisoning.yaml',
      fix: 'Draw the source port of each question, use cookies, sign the zone and validate.',
    },
  ],
  attackLost: [
    42,
    {
      says: 'The attacker gives up: none of the forged answers was believed.',
      why: 'Each further thing to guess multiplies the work: 16 bits of ID, about 16 of port, 64 of cookie.',
      source: 'RFC 5452 §7.2',
      tryIt: 'headend run scenarios/cache-poisoning.yaml',
    },
  ],
});
