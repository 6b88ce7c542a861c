import { defineRules } from '../rules.ts';

/** What dynamic updates were found to be, and what became of their journal. */
export const UPDATE = defineRules('UPDATE', {
  done: [
    1,
    {
      says: 'The update is made and on the disk: NOERROR, and a new serial.',
      why: 'An answer means that the change survives a power cut, so it is sent after the disk has it.',
      source: 'RFC 2136 §3.5',
      tryIt: 'nsupdate, then kill -9, start again and ask.',
    },
  ],
  nothing: [
    2,
    {
      says: 'The update changes nothing: NOERROR, and the serial stays.',
      why: 'What is asked for is so already. A new serial would send the zone to all secondaries for nothing.',
      source: 'RFC 2136 §3.4.2.7',
      tryIt: 'Send the same update twice.',
    },
  ],
  refused: [
    3,
    {
      says: 'The client may not change this zone: REFUSED.',
      why: 'Whoever may write in a zone decides where its names lead.',
      source: 'RFC 3007 §3',
      tryIt: 'nsupdate without a key.',
      fix: 'Name the key or the address under allow-update of the zone.',
    },
  ],
  notAuth: [
    4,
    {
      says: 'The zone to change is none of this server: NOTAUTH.',
      why: 'Updates go to the primary of the very zone, by its apex.',
      source: 'RFC 2136 §3.1.2',
      tryIt: 'Name a zone above in nsupdate.',
    },
  ],
  secondary: [
    5,
    {
      says: 'The zone to change is a copy from another server: REFUSED.',
      why: 'A change made in a copy would be gone with the next transfer. This server does not pass updates on.',
      source: 'RFC 2136 §3.1.2',
      tryIt: 'nsupdate with the secondary as server.',
      fix: 'Send updates to the primary, which the SOA names.',
    },
  ],
  signed: [
    6,
    {
      says: 'The zone came signed, and cannot be changed here: REFUSED.',
      why: 'Each record has a signature made elsewhere, and a new record would have none.',
      source: 'RFC 3007 §4.3',
      tryIt: 'nsupdate on a zone that came signed.',
      fix: 'Change the zone where it is signed.',
    },
  ],
  prerequisite: [
    7,
    {
      says: 'What the update takes for granted is not so: nothing is changed.',
      why: 'Prerequisites let two writers share a zone: the second one sees that the first was there.',
      source: 'RFC 2136 §3.2',
      tryIt: 'nsupdate with prereq yxdomain for a name that is not there.',
    },
  ],
  notZone: [
    8,
    {
      says: 'A name in the update is not in the zone: NOTZONE.',
      why: 'An update is for one zone.',
      source: 'RFC 2136 §3.4.1.2',
      tryIt: 'Update a name of another zone.',
    },
  ],
  malformed: [
    9,
    {
      says: 'The update cannot be read: FORMERR.',
      why: 'Nothing is done of an update that is not clear as a whole.',
      source: 'RFC 2136 §3.4.1.2',
      tryIt: 'Add a record of type ANY.',
    },
  ],
  breaksZone: [
    10,
    {
      says: 'With the update the zone would be ill-formed: REFUSED.',
      why: 'The zone as a whole is checked as it is when it is loaded, such as an NS record below a cut.',
      source: 'RFC 2136 §3.4',
      tryIt: 'Add an NS record below another delegation.',
      fix: 'The detail says what is wrong.',
    },
  ],
  diskFailed: [
    11,
    {
      says: 'The disk does not take the update: SERVFAIL, and nothing is changed.',
      why: 'What could be forgotten must not be promised.',
      source: 'RFC 2136 §3.5',
      tryIt: 'Fill the disk of --state.',
      fix: 'Make room on the disk of --state.',
    },
  ],
  tooMany: [
    12,
    {
      says: 'As many updates as allowed wait for the disk: SERVFAIL.',
      why: 'Each waits in memory until the one before is on the disk.',
      source: 'RFC 2136 §3.4',
      tryIt: 'Send thousands of updates at once.',
    },
  ],
  replayed: [
    20,
    {
      says: 'The journal is replayed: the zone is as it was before the stop.',
      why: 'A zone file is never written to. What updates have made stands in the journal beside it.',
      source: 'RFC 2136 §7.13',
      tryIt: 'Update a zone, then kill -9 and start again.',
    },
  ],
  fileWins: [
    21,
    {
      says: 'The zone file has a newer serial than the journal: the file counts, and the journal begins anew.',
      why: 'Who raises the serial by hand says that the file is the newest version.',
      source: 'RFC 1982 §3.2',
      tryIt: 'Update a zone, stop, raise the serial in the file above it, start again.',
    },
  ],
  journalWins: [
    22,
    {
      says: 'The zone file was changed, and its serial is not newer than what updates have made: the updates count.',
      why: 'Of two versions with no order between them the one that clients were promised stays.',
      source: 'RFC 1982 §3.2',
      tryIt: 'Update a zone, change its file without raising the serial enough, and reload.',
      fix: 'Raise the serial in the file above the present one, which dig SOA shows.',
    },
  ],
  journalBroken: [
    23,
    {
      says: 'The journal does not begin at a version that is here: it is left out.',
      why: 'Changes can only be made to the version that they were made of.',
      source: 'RFC 1995 §4',
      tryIt: "Put another zone with an older serial in the file's place.",
      fix: 'Put the file back that the journal belongs to, or go on without its updates.',
    },
  ],
});
