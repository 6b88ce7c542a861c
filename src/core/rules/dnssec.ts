import { defineRules } from '../rules.ts';

/** Signed zones: what a server that signs decides, and what a validator finds. */
export const DNSSEC = defineRules('DNSSEC', {
  compactNoName: [
    1,
    {
      says: 'The name does not exist: the answer has no data, and its one NSEC lists no type but NXNAME.',
      why: 'A server that signs when it is asked would need two or three signatures to prove NXDOMAIN. Saying that the very name has no types takes one, and tells a stranger no other name of the zone.',
      source: 'RFC 9824 §3.1',
      tryIt: 'Ask a zone with `denial: compact` for a name that is not there, with and without +dnssec.',
      fix: 'With `denial: nsec` the server proves NXDOMAIN by the chain of names.',
    },
  ],
  keyWanted: [
    2,
    {
      says: 'To judge the answer the validator asks for keys, or for what the parent says of them.',
      why: 'A signature is worth as much as its key, and the key as much as the DS in the zone above: the chain goes up to a key that the validator was given.',
      source: 'RFC 4035 §5',
      tryIt: 'Look at the questions for DNSKEY and DS after the first one of a stub with trust anchors.',
    },
  ],
  secure: [
    3,
    {
      says: 'The answer is secure: each of its signatures holds, and the chain of keys ends at a trust anchor.',
      why: 'Nobody without the private keys can have made or changed it.',
      source: 'RFC 4035 §4.3',
      tryIt: 'Ask a signed zone by a stub with its trust anchor.',
    },
  ],
  insecure: [
    4,
    {
      says: 'The answer is insecure: it is proved that the zone is not signed, or signed in a way unknown here.',
      why: 'A parent that is signed proves that it has no DS for the child. The answer is as good as any without DNSSEC.',
      source: 'RFC 4035 §4.3',
      tryIt: 'Delegate an unsigned zone from a signed one.',
      fix: 'Sign the zone, and give its DS to the parent.',
    },
  ],
  noSignature: [
    5,
    {
      says: 'The answer is bogus: it should be signed, and is not.',
      why: 'The parent has a DS, so the zone is signed; an answer without signatures may be anybody’s.',
      source: 'RFC 4035 §5.2',
      tryIt: 'Remove the keys of a zone and leave its DS in the parent.',
      fix: 'Sign the zone again; or take the DS out of the parent first, wait for its TTL, and then stop signing.',
    },
  ],
  expired: [
    6,
    {
      says: 'The answer is bogus: its signature has expired.',
      why: 'A signature ends so that an old answer cannot be played back for ever. Somebody must sign anew before that; this is the roll-over, or the cron job, that was forgotten.',
      source: 'RFC 4035 §5.3.1',
      tryIt: 'Let the last zone-signing key go out of use without a successor, and wait.',
      fix: 'Make a new key (`headend zone keygen`), let it sign, and watch `headend zone check` for signatures that end.',
    },
  ],
  notYet: [
    7,
    {
      says: 'The answer is bogus: its signature begins in the future.',
      why: 'One of two clocks is wrong.',
      source: 'RFC 4035 §5.3.1',
      tryIt: 'Set the epoch of a scenario a day before its signatures begin.',
      fix: 'Set the clocks of signer and validator; sign with a beginning an hour back.',
    },
  ],
  wrongSignature: [
    8,
    {
      says: 'The answer is bogus: its signature is not of these records by that key.',
      why: 'The records, or the signature, were changed on the way, or were never made by the owner of the key.',
      source: 'RFC 4035 §5.3.3',
      tryIt: 'Change a record of a signed zone without signing it again.',
      fix: 'Sign the zone again. If it is right at the source, somebody changes it on the way.',
    },
  ],
  keyUnknown: [
    9,
    {
      says: 'The answer is bogus: the key of its signature is not among the keys of the zone.',
      why: 'Records signed by a key that was taken away, or keys that were kept from before it came: a roll-over that went too fast.',
      source: 'RFC 4035 §5.3.1',
      tryIt: 'Remove a key from the zone while its signatures are still there.',
      fix: 'Publish the key until the last of its signatures has left the caches.',
    },
  ],
  parentDisagrees: [
    10,
    {
      says: 'The answer is bogus: no key of the zone is one that the parent’s DS tells of.',
      why: 'The key-signing key was changed, and the parent was not told, or not in time.',
      source: 'RFC 4035 §5.2',
      tryIt: 'Roll the key-signing key of a zone whose parent keeps the DS it has.',
      fix: 'Give the parent the DS of the new key before the old one goes (`headend zone ds` prints it; CDS asks for it).',
    },
  ],
  notDenied: [
    11,
    {
      says: 'The answer is bogus: that something is not there is said, and not proved.',
      why: 'Anybody can leave records out. A signed zone proves what it does not have, by NSEC or NSEC3.',
      source: 'RFC 4035 §5.4',
      tryIt: 'Take the NSEC records out of a negative answer.',
      fix: 'Look at what stands between the validator and the server: some do not pass on what they do not know.',
    },
  ],
});
