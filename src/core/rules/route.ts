import { defineRules } from '../rules.ts';

/** Why a routing policy gave one client one answer, and what is worth a second look in a file of policies. */
export const ROUTE = defineRules('ROUTE', {
  simple: [
    1,
    {
      says: 'The policy is simple: all of its records are the answer.',
      why: 'Nothing is chosen: every client gets the same set, and takes the first it can use.',
      source: 'Route 53 Developer Guide, "Simple routing"',
      tryIt: 'Ask twice, from two networks, and compare the answers.',
    },
  ],
  weighted: [
    2,
    {
      says: 'A target is drawn by weight: its chance is its weight by the sum of the weights.',
      why: 'Each answer is drawn anew, so that traffic is shared out. What a resolver keeps for the TTL counts for all who ask it.',
      source: 'Route 53 Developer Guide, "Weighted routing"',
      tryIt: 'Ask a thousand times and count; then ask through a resolver, and count again.',
    },
  ],
  sticky: [
    3,
    {
      says: 'The client’s network has a target of its own, found by hashing: it is given that as long as it is healthy.',
      why: 'Every network ranks all targets by chance and weight, always in the same order. A target that goes moves only those who had it.',
      source: 'Weighted rendezvous hashing (Thaler and Ravishankar, 1998)',
      tryIt: 'Take one target down: the clients of the others stay where they are.',
    },
  ],
  failover: [
    4,
    {
      says: 'The first healthy target of the list is the answer.',
      why: 'Those behind it stand by: they are used only while all before them are down.',
      source: 'Route 53 Developer Guide, "Failover routing"',
      tryIt: 'Let the check of the first target fail, and ask again.',
    },
  ],
  latency: [
    5,
    {
      says: 'The healthy target whose region has the lowest latency to the client is the answer.',
      why: 'The nearest on the map is not always the quickest to reach: the table says what was measured.',
      source: 'Route 53 Developer Guide, "Latency-based routing"',
      tryIt: 'Ask from two locations of the file, and compare.',
    },
  ],
  geolocation: [
    6,
    {
      says: 'The client is in the place of this target; the most specific place goes first.',
      why: 'A subdivision goes before its country, that before its continent, and that before "*". What is down is stepped over to the next larger place.',
      source: 'Route 53 Developer Guide, "Geolocation routing"',
      tryIt: 'Ask from a network of that country, and from one of its neighbours.',
    },
  ],
  geoproximity: [
    7,
    {
      says: 'The healthy target nearest to the client is the answer, distances being bent by each target’s bias.',
      why: 'A bias above 0 draws clients from farther away, one below 0 keeps them off.',
      source: 'Route 53 Developer Guide, "Geoproximity routing"',
      tryIt: 'Raise the bias of one target in steps, and see whose clients move.',
    },
  ],
  multivalue: [
    8,
    {
      says: 'Up to eight healthy values are the answer, drawn by chance and in drawn order.',
      why: 'The client tries another when one fails it, and none of them had to be chosen by the server.',
      source: 'Route 53 Developer Guide, "Multivalue answer routing"',
      tryIt: 'Take one value down, and ask again.',
    },
  ],
  network: [
    9,
    {
      says: 'The longest network of the file that holds the client has this target.',
      why: 'The operator knows his networks better than any database: the most specific goes first, "*" takes who is left.',
      source: 'Route 53 Developer Guide, "IP-based routing"',
      tryIt: 'Ask from a network inside of another, and from beside it.',
    },
  ],
  alias: [
    10,
    {
      says: 'The target is an alias: the answer is that of the name it leads to, under the name asked for.',
      why: 'No CNAME is sent, so an alias may stand at the top of a zone, and groups can be built of groups.',
      source: 'Route 53 Developer Guide, "Choosing between alias and non-alias records"',
      tryIt: 'Ask for the name behind the alias and compare data and TTL.',
    },
  ],
  unhealthy: [
    11,
    {
      says: 'The policy came to a target whose check is down: it is passed over.',
      why: 'The policy chooses first, then health is looked at; what is down is taken out, and the policy chooses again.',
      source: 'Route 53 Developer Guide, "How Route 53 chooses records when health checking is configured"',
      tryIt: 'Look at the state of the check, and at when it last changed.',
      fix: 'Mend the target, or correct what its check expects.',
    },
  ],
  branchLeft: [
    12,
    {
      says: 'Nothing behind this alias is healthy: the branch is left, and the policy above chooses again.',
      why: 'The alias evaluates its target’s health, so a whole region that is down is no dead end.',
      source: 'Route 53 Developer Guide, "How health checks work in complex configurations"',
      tryIt: 'Take all targets of one branch down, and follow the order of visits.',
    },
  ],
  failOpen: [
    13,
    {
      says: 'Nothing is healthy: all targets are taken as healthy, and the policy chooses among them.',
      why: 'When everything seems down, it is often the checks that are wrong; an answer that may work is better than none that does.',
      source: 'Route 53 Developer Guide, "How Route 53 chooses records when health checking is configured"',
      tryIt: 'Take all targets down and ask: there is still an answer.',
      fix: 'Set when-all-down to nodata or servfail where a wrong answer is worse than none.',
    },
  ],
  allDownNoData: [
    14,
    {
      says: 'Nothing is healthy, and the file wants no data said then.',
      why: 'A resolver keeps that for the negative TTL; a client with another name or family to try goes on at once.',
      source: 'The zone’s own when-all-down',
      tryIt: 'Compare the TTL of the SOA with that of the records.',
    },
  ],
  allDownServfail: [
    15,
    {
      says: 'Nothing is healthy, and the file wants SERVFAIL said then.',
      why: 'A resolver may go on with what it kept (RFC 8767), or ask another server.',
      source: 'The zone’s own when-all-down',
      tryIt: 'Ask through a resolver that serves stale data.',
    },
  ],
  threshold: [
    16,
    {
      says: 'Less of the weight is healthy than the threshold asks for: the group counts as down, and all weights are used.',
      why: 'The few that are left would be run over by the traffic of all. A group above goes elsewhere instead.',
      source: 'gdnsd-plugin-weighted, up_thresh',
      tryIt: 'Take targets down one by one until the answer changes.',
      fix: 'Lower up-threshold where few targets can bear the load.',
    },
  ],
  noMatch: [
    17,
    {
      says: 'No target of the policy is for this client: no data.',
      why: 'The name and its type exist, so it is not NXDOMAIN; there is just nothing for who asks from here.',
      source: 'Route 53 Developer Guide, "Geolocation routing"',
      tryIt: 'Ask from a network that no target names.',
      fix: 'Add a target with place or networks "*".',
    },
  ],
  aliasAlone: [
    18,
    {
      says: 'The CNAME was chosen for the client’s network: it is sent alone, and the rest of the chain is not.',
      why: 'One message has one scope. The records that follow may be right for everybody, and would be kept for this network only.',
      source: 'RFC 7871 §7.2.1',
      tryIt: 'Ask with and without a client subnet, and compare the answers.',
    },
  ],
  lintPrimary: [
    30,
    {
      says: 'The first target of a failover has no check: it can never fail over.',
      why: 'What has no check is always healthy, so nothing behind it is ever used.',
      source: 'Route 53 API Reference, HealthCheckId',
      tryIt: 'Turn the target off: the answer stays.',
      fix: 'Give it a check.',
    },
  ],
  lintDefault: [
    31,
    {
      says: 'The policy has no target for who is left: some clients get no data.',
      why: 'That a name has no data is kept for everybody (RFC 7871 §7.4), so one such client’s resolver can hide the name from others.',
      source: 'RFC 7871 §7.4',
      tryIt: 'Ask from a network that nobody named, through a resolver that others use too.',
      fix: 'Add a target with place or networks "*".',
    },
  ],
  lintTtl: [
    32,
    {
      says: 'A set whose targets have checks is kept for longer than a minute.',
      why: 'After a failure, resolvers give the old answer until the TTL is over: a failover is no faster than that.',
      source: 'Route 53 Developer Guide, "Values specific for failover records"',
      tryIt: 'Fail the target, and count who still goes there after a minute.',
      fix: 'Set ttl to 60s or less.',
    },
  ],
  lintUnequalTtls: [
    33,
    {
      says: 'Targets of one group have different TTLs: the least is used for all.',
      why: 'A set has one TTL, and a resolver that kept one target for longer would skew the shares.',
      source: 'RFC 2181 §5.2',
      tryIt: 'Compare the TTLs of two answers.',
      fix: 'Write one ttl for the group.',
    },
  ],
  lintTransfer: [
    34,
    {
      says: 'Policies are not transferred: a secondary gives all the records that they choose from, to everybody.',
      why: 'A transfer carries records only. The set it carries is what may be given when nothing is healthy.',
      source: 'RFC 5936 §2.2',
      tryIt: 'Transfer the zone and look at the name.',
      fix: 'Serve names with policies from servers with this file only.',
    },
  ],
});
