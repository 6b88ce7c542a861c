import { defineRules } from '../rules.ts';

/** What can be wrong with a zone, or better. Severities: store/zone-finding.ts. */
export const ZONE = defineRules('ZONE', {
  duplicate: [
    1,
    {
      says: 'The same record stands in the zone twice.',
      why: 'An RRset is a set: a second copy cannot be told from the first, and is often a record that was meant to be changed.',
      source: 'RFC 2181 §5',
      tryIt: 'Write one A record twice and run `headend zone check`.',
      fix: 'Remove one of the two, or correct the one that should differ.',
    },
  ],
  soa: [
    2,
    {
      says: 'The zone has no SOA record, or more than one, or it is not at the top.',
      why: 'The SOA names the zone and its version; a secondary and a resolver both need exactly one.',
      source: 'RFC 1035 §5.2',
      tryIt: 'Remove the SOA from a zone file.',
      fix: 'Write exactly one SOA, whose owner is the name of the zone.',
    },
  ],
  outOfZone: [
    3,
    {
      says: 'A record belongs to a name outside of the zone.',
      why: 'The zone speaks for the names at and below its apex only. Nobody would believe it, or ask it, for another.',
      source: 'RFC 1034 §4.2',
      tryIt: 'Forget the dot at the end of a name, or write one too many.',
      fix: 'Check the dots at the ends of names, and $ORIGIN.',
    },
  ],
  besideCname: [
    4,
    {
      says: 'A name with a CNAME has other data, or a second CNAME.',
      why: 'An alias is another name for the whole of a node. With data beside it, what a client gets would depend on the order of its questions.',
      source: 'RFC 1034 §3.6.2',
      tryIt: 'Write a CNAME and a TXT for one name.',
      fix: 'Move the other data to the canonical name, or replace the CNAME by address records.',
    },
  ],
  twoDnames: [
    5,
    {
      says: 'A name has two DNAME records.',
      why: 'A subtree can have one other name only.',
      source: 'RFC 6672 §2.4',
      tryIt: 'Write two DNAMEs for one name.',
      fix: 'Keep one of the two.',
    },
  ],
  dnameAtCut: [
    6,
    {
      says: 'A name that is not the apex has both DNAME and NS records.',
      why: 'The NS give what is below the name to another zone, so a DNAME of this zone would never be read.',
      source: 'RFC 6672 §2.3',
      tryIt: 'Delegate a name and write a DNAME for it.',
      fix: 'Put the DNAME into the zone that the name was delegated to, or remove the NS.',
    },
  ],
  belowDname: [
    7,
    {
      says: 'A record lies below a DNAME, where nobody can reach it.',
      why: 'Every name below a DNAME is redirected, also those that exist.',
      source: 'RFC 6672 §2.4',
      tryIt: 'Write a record below a DNAME and ask for it.',
      fix: 'Move the record to the target of the DNAME.',
    },
  ],
  belowCut: [
    8,
    {
      says: 'NS records lie below another delegation.',
      why: 'What is below a zone cut is the other zone’s; only addresses of its name servers may stand here, as glue.',
      source: 'RFC 1034 §4.2.1',
      tryIt: 'Delegate sub, and then deep.sub in the same zone.',
      fix: 'Write the lower delegation into the zone that the upper one points to.',
    },
  ],
  noGlue: [
    9,
    {
      says: 'A name server inside of the zone has no address in it.',
      why: 'To find the address a resolver would have to ask this very server, whose address it does not know.',
      source: 'RFC 1034 §4.2.1',
      tryIt: 'Delegate sub to ns.sub and leave out its A record.',
      fix: 'Add an A or AAAA record for the name server.',
    },
  ],
  unequalTtls: [
    10,
    {
      says: 'The records of one RRset have different TTLs; the least of them is used for all.',
      why: 'Resolvers keep an RRset whole. With unequal TTLs a part of it would vanish before the rest.',
      source: 'RFC 2181 §5.2',
      tryIt: 'Give two A records of one name different TTLs.',
      fix: 'Write the same TTL for all of them.',
    },
  ],
  orphanSignature: [
    11,
    {
      says: 'A signature (RRSIG) covers records that are not in the zone.',
      why: 'It proves nothing, and is usually left over from records that were removed without signing again.',
      source: 'RFC 4035 §2.2',
      tryIt: 'Remove a record from a signed zone without signing it again.',
      fix: 'Sign the zone again.',
    },
  ],
  badHashed: [
    12,
    {
      says: 'The owner of an NSEC3 record is not a hash directly below the apex, or asks for too many iterations.',
      why: 'NSEC3 records are found by the hash in their first label; each iteration is work for every answer that denies something.',
      source: 'RFC 5155 §3',
      tryIt: 'Rename an NSEC3 record.',
      fix: 'Sign the zone again, with 0 iterations (RFC 9276 §3.1).',
    },
  ],
  noTtl: [
    13,
    {
      says: 'A record has no TTL, and none was stated before it; an hour is used.',
      why: 'Only $TTL or an earlier record gives a default. The last number of the SOA is the TTL of negative answers.',
      source: 'RFC 2308 §4',
      tryIt: 'Write a zone without $TTL and without TTLs.',
      fix: 'Put a line such as `$TTL 1h` at the top.',
    },
  ],
  unreadable: [
    14,
    {
      says: 'An entry of the zone file cannot be read.',
      why: 'A zone with a mistake is not loaded at all: half of it would be worse than the version before.',
      source: 'RFC 1035 §5.2',
      tryIt: 'Write an address with five numbers.',
      fix: 'Write what the message says is expected.',
    },
  ],
  tooMany: [
    15,
    {
      says: 'A name has more records of one type than a message can carry.',
      why: 'An RRset is sent whole or not at all, and a message has 65,535 octets: such a set would never be answered.',
      source: 'RFC 2181 §5',
      tryIt: 'Run $GENERATE with an owner that does not change.',
      fix: 'Give the records names of their own.',
    },
  ],
  signedTwice: [
    16,
    {
      says: 'The zone came signed, and is to be signed here, too.',
      why: 'The signatures of another would be of keys that are not in the zone, and end when nobody makes them anew.',
      source: 'RFC 4035 §2.2',
      tryIt: 'Give a zone with RRSIG records keys under `dnssec:`.',
      fix: 'Leave out either the signatures (RRSIG, NSEC, NSEC3, NSEC3PARAM) or the keys.',
    },
  ],
  targetAlias: [
    20,
    {
      says: 'An NS, MX or SRV record points to an alias.',
      why: 'Who looks for a server looks for its addresses, and need not follow a CNAME; some do not.',
      source: 'RFC 2181 §10.3',
      tryIt: 'Let an MX point to a name with a CNAME.',
      fix: 'Point it to the canonical name.',
    },
  ],
  targetMissing: [
    21,
    {
      says: 'An MX or SRV record points to a name of this zone that has no address.',
      why: 'Nobody can reach the server; mail waits, or comes back.',
      source: 'RFC 1035 §3.3.9',
      tryIt: 'Remove the address of a mail server.',
      fix: 'Add the address, or remove the record.',
    },
  ],
  aliasLoop: [
    22,
    {
      says: 'Aliases lead round in a circle.',
      why: 'Nobody ever finds an address. A resolver gives up, and says SERVFAIL.',
      source: 'RFC 1034 §3.6.2',
      tryIt: 'Make two CNAMEs that point to each other.',
      fix: 'Let one of them point to a name with records.',
    },
  ],
  aliasDangling: [
    23,
    {
      says: 'An alias points to a name of this zone that does not exist.',
      why: 'Who asks for the alias is told that the name does not exist. Where the target is another’s to register, a stranger can take it.',
      source: 'RFC 1034 §3.6.2',
      tryIt: 'Remove the target of a CNAME.',
      fix: 'Remove the alias, or write its target.',
    },
  ],
  fewServers: [
    24,
    {
      says: 'A zone or a delegation has a single name server.',
      why: 'When that one fails, every name below is gone. Two are asked for, on networks of their own.',
      source: 'RFC 1034 §4.1',
      tryIt: 'Remove all NS records but one.',
      fix: 'Add a second name server.',
    },
  ],
  spfTwice: [
    25,
    {
      says: 'A name has two SPF records.',
      why: 'A receiver that finds two must not choose: the check ends in an error, and mail may be refused.',
      source: 'RFC 7208 §3.2',
      tryIt: 'Write a second TXT record that begins with v=spf1.',
      fix: 'Make one record of the two.',
    },
  ],
  spfLookups: [
    26,
    {
      says: 'An SPF record asks for more than ten look-ups.',
      why: 'A receiver stops after ten and calls the record broken, whoever sent the mail.',
      source: 'RFC 7208 §4.6.4',
      tryIt: 'Write eleven include: terms.',
      fix: 'Write networks (ip4:, ip6:) in the place of names, or remove senders that send no more.',
    },
  ],
  spfBroken: [
    27,
    {
      says: 'An SPF record has a term that nobody understands.',
      why: 'One wrong term makes the whole record an error for a receiver.',
      source: 'RFC 7208 §4.6',
      tryIt: 'Write v=spf1 ipv4:192.0.2.1 -all: the mechanism is called ip4.',
      fix: 'Write mechanisms such as a, mx, ip4:, ip6:, include:, exists:, all.',
    },
  ],
  dmarcBroken: [
    28,
    {
      says: 'A DMARC record cannot be read.',
      why: 'A receiver that cannot read the policy acts as if there were none.',
      source: 'RFC 7489 §6.3',
      tryIt: 'Write v=DMARC1 without p=.',
      fix: 'Write v=DMARC1; p=none, quarantine or reject; and further tags, with semicolons between.',
    },
  ],
  dkimBroken: [
    29,
    {
      says: 'A DKIM key record cannot be read.',
      why: 'Signatures that name this key fail, and mail counts as forged.',
      source: 'RFC 6376 §3.6.1',
      tryIt: 'Cut the key off in the middle.',
      fix: 'Copy the record anew, as one TXT of several strings where it is long.',
    },
  ],
  signatureEnds: [
    30,
    {
      says: 'A signature has expired, or will within a week.',
      why: 'From then on validating resolvers say SERVFAIL for these records: the zone is gone for their users.',
      source: 'RFC 4034 §3.1.5',
      tryIt: 'Let a signed zone lie for a month.',
      fix: 'Sign the zone again, and see why that did not happen by itself.',
    },
  ],
  serialBack: [
    31,
    {
      says: 'The zone changed, and its serial did not go up.',
      why: 'Secondaries compare serials: they keep the old version for ever.',
      source: 'RFC 1982 §3.2',
      tryIt: 'Change a record and run `headend zone diff` on both versions.',
      fix: 'Raise the serial, by serial arithmetic: at most 2147483647 at one time.',
    },
  ],
  unknownKey: [
    32,
    {
      says: 'Signatures were made by a key that the zone does not publish.',
      why: 'A resolver cannot check them. Such keys are left over from a roll-over that went too fast.',
      source: 'RFC 4035 §5.3.1',
      tryIt: 'Remove a DNSKEY from a signed zone.',
      fix: 'Publish the key, or sign with one that is published.',
    },
  ],
});
