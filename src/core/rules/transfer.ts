import { defineRules } from '../rules.ts';

/** How zones come from one server to another. */
export const TRANSFER = defineRules('TRANSFER', {
  refused: [
    1,
    {
      says: 'The client may not have this zone: REFUSED.',
      why: 'A transfer shows every name there is, and costs work: it is for those who are named only.',
      source: 'RFC 5936 §5',
      tryIt: 'Ask dig AXFR from an address that allow-transfer does not name.',
      fix: 'Name the address or the key under allow-transfer of the zone.',
    },
  ],
  notAuth: [
    2,
    {
      says: 'The zone asked for is none of this server: NOTAUTH.',
      why: 'Only the apex of a zone can be transferred, and only by who has it.',
      source: 'RFC 5936 §2.2.1',
      tryIt: 'Ask dig AXFR for a name inside of a zone.',
    },
  ],
  whole: [
    3,
    {
      says: 'The whole zone is sent, from SOA to SOA.',
      why: 'A secondary serves the same answers as its primary because it has the same records. The second SOA says that nothing is missing.',
      source: 'RFC 5936 §2.2',
      tryIt: 'dig AXFR, and look at the first and the last record.',
    },
  ],
  changes: [
    4,
    {
      says: 'Only what has changed since the version of the client is sent.',
      why: 'Of a zone of 200,000 names seldom more than a few change: what went and what came, version by version, is enough.',
      source: 'RFC 1995 §4',
      tryIt: 'Update a name, then ask dig IXFR=SERIAL with the serial of before.',
    },
  ],
  noHistory: [
    5,
    {
      says: 'The changes since the version of the client are not known here, or longer than the zone: the whole zone is sent.',
      why: 'The journal is bounded. A client that was away for long gets all, which is always right.',
      source: 'RFC 1995 §4',
      tryIt: 'Ask dig IXFR=1.',
    },
  ],
  upToDate: [
    6,
    {
      says: 'The client has this version already: the SOA alone is sent.',
      why: 'Nothing has changed, and the serial is all it takes to say so.',
      source: 'RFC 1995 §2',
      tryIt: 'dig IXFR with the present serial.',
    },
  ],
  tooLongForUdp: [
    7,
    {
      says: 'What has changed does not fit into a datagram: the SOA alone is sent.',
      why: 'The client sees a serial that it does not have, and comes again by TCP.',
      source: 'RFC 1995 §2',
      tryIt: 'Make many updates, then ask dig +notcp IXFR=SERIAL.',
    },
  ],
  notOverUdp: [
    8,
    {
      says: 'AXFR came over UDP: NOTIMP.',
      why: 'A zone does not fit into a datagram, and no RFC says how it should.',
      source: 'RFC 5936 §4.2',
      tryIt: 'dig +notcp AXFR.',
      fix: 'Ask over TCP.',
    },
  ],
  tooMany: [
    9,
    {
      says: 'As many transfers as allowed are under way: REFUSED.',
      why: 'Each holds a version of the zone in memory. A secondary tries again after its retry time.',
      source: 'RFC 5936 §5',
      tryIt: 'Start more than sixteen transfers at once.',
    },
  ],
  slow: [
    10,
    {
      says: 'The client takes nothing of its transfer for a minute: it is cut off.',
      why: 'Who does not read would hold a version of the zone in memory for ever.',
      source: 'RFC 5936 §5',
      tryIt: 'Stop dig with Ctrl-Z in the middle of a large zone.',
    },
  ],
  sent: [
    11,
    {
      says: 'All of the transfer is sent.',
      why: 'What comes after it on the connection is another answer.',
      source: 'RFC 5936 §2.2',
      tryIt: 'Count the records that dig AXFR prints.',
    },
  ],
  signed: [
    12,
    {
      says: 'The zone is signed here: what is sent has all of its signatures, and a chain of NSEC.',
      why: 'The secondary has no keys. It can only serve what comes signed, and the proofs that it gives for what is not there are links of the chain.',
      source: 'RFC 4035 §2',
      tryIt: 'dig AXFR, write what comes to a file, and look at it with dnssec-verify.',
    },
  ],
  notifies: [
    20,
    {
      says: 'The zone has a new version: the secondary is told.',
      why: 'Without NOTIFY it would find out at its next refresh only, which may be hours away.',
      source: 'RFC 1996 §3.1',
      tryIt: 'Update the zone and watch its secondaries ask.',
    },
  ],
  notifyAgain: [
    21,
    {
      says: 'The secondary has not answered: it is told again, after twice the time.',
      why: 'NOTIFY is a datagram and may be lost. After a few tries the refresh time of the SOA has to do.',
      source: 'RFC 1996 §3.6',
      tryIt: 'Cut the way to the secondary and update the zone.',
    },
  ],
  notifyHeard: [
    22,
    {
      says: 'The secondary has heard of the new version.',
      why: 'Its answer only means that it knows; it fetches the zone when it likes.',
      source: 'RFC 1996 §3.8',
      tryIt: 'Compare the time of the answer with that of the transfer.',
    },
  ],
  notifyLost: [
    23,
    {
      says: 'The secondary never answered: it is left to its refresh time.',
      why: 'A secondary that is off must not keep its primary busy.',
      source: 'RFC 1996 §3.6',
      tryIt: 'Turn a secondary off and update the zone.',
      fix: 'Look at the way to that secondary, and whether it lets NOTIFY from here in.',
    },
  ],
  notified: [
    24,
    {
      says: 'A primary says that the zone has changed: its serial is asked for at once.',
      why: 'NOTIFY is a hint and no proof, so the secondary looks for itself.',
      source: 'RFC 1996 §3.11',
      tryIt: 'Update the zone at the primary.',
    },
  ],
  notifyRefused: [
    25,
    {
      says: 'NOTIFY came from somebody who is no primary of the zone: REFUSED.',
      why: 'Anybody could make us busy with questions otherwise.',
      source: 'RFC 1996 §3.10',
      tryIt: 'Send NOTIFY from another host.',
      fix: 'Name the sender under primaries, or under allow-notify.',
    },
  ],
  renewed: [
    26,
    {
      says: 'The signatures of the zone were made anew, or its keys have changed: its serial moved by itself.',
      why: 'Secondaries have the signatures of before, which end one day. They fetch others only when they see another serial.',
      source: 'RFC 6781 §4.4.2.2',
      tryIt: 'Ask for the SOA before and after.',
    },
  ],
  asks: [
    30,
    {
      says: 'The refresh time is over: the primary is asked for its serial.',
      why: 'A secondary looks now and then whether its copy is still the newest, even when NOTIFY was lost.',
      source: 'RFC 1034 §4.3.5',
      tryIt: 'Look at the refresh field of the SOA.',
    },
  ],
  current: [
    31,
    {
      says: 'The primary has no newer version: the copy is good for another refresh time.',
      why: 'Serials are compared on a circle: newer is what lies less than half a turn ahead.',
      source: 'RFC 1982 §3.2',
      tryIt: 'Ask both for the SOA.',
    },
  ],
  newer: [
    32,
    {
      says: 'The primary has a newer version: it is fetched.',
      why: 'The serial is the version of the zone. It grows with every change.',
      source: 'RFC 1034 §4.3.5',
      tryIt: 'Ask both for the SOA before and after.',
    },
  ],
  older: [
    33,
    {
      says: 'The primary has an older version than this copy: the copy is kept.',
      why: 'A serial that went back is a mistake at the primary, and its secondaries would stay behind for ever.',
      source: 'RFC 1982 §3.2',
      tryIt: 'Lower the serial at the primary.',
      fix: 'Raise the serial at the primary above the one that the secondaries have.',
    },
  ],
  noAnswer: [
    34,
    {
      says: 'The primary does not answer, or not with its serial: the next one is asked, or the same after the retry time.',
      why: 'A secondary has the zone so that it can be answered for while the primary is away.',
      source: 'RFC 1034 §4.3.5',
      tryIt: 'Turn the primary off.',
      fix: 'Look at the way to the primary, and whether it lets this server ask.',
    },
  ],
  fetched: [
    35,
    {
      says: 'The new version is here whole, and served from now on.',
      why: 'It takes the place of the old one between two questions: no answer is made of both.',
      source: 'RFC 5936 §6',
      tryIt: 'Ask for the SOA in the middle of a transfer.',
    },
  ],
  fetchFailed: [
    36,
    {
      says: 'The transfer failed: what came of it is forgotten, and the old version goes on.',
      why: 'Half a zone would deny names that exist. The retry time decides when it is tried again.',
      source: 'RFC 5936 §6',
      tryIt: 'Cut the connection in the middle.',
      fix: 'The detail says what failed: look at the log of the primary.',
    },
  ],
  fallsBack: [
    37,
    {
      says: 'The primary gives no changes: the whole zone is asked for.',
      why: 'IXFR is an offer that a server may not know; AXFR is known to all.',
      source: 'RFC 1995 §4',
      tryIt: 'Be secondary of a server without IXFR.',
    },
  ],
  expired: [
    38,
    {
      says: 'The primary was not heard for the expire time: the zone is served no more.',
      why: 'Answers that are too old do harm. SERVFAIL sends clients to another server.',
      source: 'RFC 1034 §4.3.5',
      tryIt: 'Turn the primary off for longer than the expire field of the SOA.',
      fix: 'Bring a primary back, or copy its zone to this server.',
    },
  ],
  notYet: [
    39,
    {
      says: 'The zone is not here, or too old: SERVFAIL.',
      why: 'Nothing can be said of the zone until a transfer has brought it; another server may know.',
      source: 'RFC 1034 §4.3.5',
      tryIt: 'Ask a secondary whose primary is off.',
      fix: 'The log says why the transfer fails.',
    },
  ],
});
