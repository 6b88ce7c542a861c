import { defineRules } from '../rules.ts';

/** What a scenario does to hosts: it is declared in the timeline, and told when it acts. */
export const FAULT = defineRules('FAULT', {
  crashed: [
    1,
    {
      says: 'The host goes down.',
      why: 'Nobody is told. Its peers find out by their timers, one by one, each for itself.',
      source: 'headend: scenarios, `crash`',
      tryIt:
        'Crash a server with `memory: keep` and with `disk: lose`, and compare what its clients meet when it is back.',
      fix: '',
    },
  ],
  restarted: [
    2,
    {
      says: 'The host is up again.',
      why: 'What it knows now is what it kept: all after a standstill, its rows after a crash, nothing after the loss of its disk.',
      source: 'headend: scenarios, `restart`',
      tryIt: 'Compare the leases before and after with `disk: keep` and `disk: lose`.',
      fix: '',
    },
  ],
  diskSlow: [
    3,
    {
      says: 'The disk takes long to keep the rows.',
      why: 'An acknowledgement waits for the disk. When that takes longer than the client waits, the client asks again and the server does the same work twice.',
      source: 'RFC 2131 §3.1 step 4',
      tryIt: 'Set `flush` above four seconds, which is when a DHCP client repeats its first request.',
      fix: 'Find what else writes to the disk, or give leases a disk of their own.',
    },
  ],
  clockWrong: [
    4,
    {
      says: 'The clock of the host is wrong from here on.',
      why: 'A date that is wrong is believed: signatures and files expire early or late, and logs of two hosts do not fit together. A clock that runs fast makes a lease end for one side before it ends for the other.',
      source: 'headend: scenarios, `clock`',
      tryIt:
        'Set the time server back by a day with `step: -1d` and look at what modems log, then let a client run fast with `skew: 50000ppm`.',
      fix: 'Give hosts one source of time.',
    },
  ],
  slow: [
    5,
    {
      says: 'The server is slow: the datagram waits before it is read.',
      why: 'A server that answers after its clients have asked again does all its work twice, and the second answers are for nobody.',
      source: 'headend: scenarios, `slow`',
      tryIt: 'Set `by` just below and just above the time that clients wait, and count the requests.',
      fix: 'Find what the server waits for: a disk, a database, a look-up of names.',
    },
  ],
  slowOverflow: [
    6,
    {
      says: 'So many datagrams wait for the slow server that this one is dropped.',
      why: 'What waits takes memory, and who asked long ago has forgotten: a bound on it is a kindness.',
      source: 'headend: scenarios, `slow`',
      tryIt: 'Let a thousand modems boot against `rate: 1/s`.',
      fix: 'Raise `rate`, or lower `by`.',
    },
  ],
  rogueAnswers: [
    7,
    {
      says: 'A DHCP server that nobody asked for hears clients of this segment.',
      why: 'A client takes the first OFFER that suits it and cannot tell who is meant to answer. A home router with its plug in the wrong socket gives a street its own addresses, and a way out through itself.',
      source: 'RFC 2131 §7',
      tryIt: 'Compare the router and the server identifier of the two OFFERs in the capture.',
      fix: 'Filter answers from client ports (DHCP snooping); find the rogue by its hardware address.',
    },
  ],
  poolFilled: [
    8,
    {
      says: 'The free addresses of the pool are taken.',
      why: 'A pool is full when more clients came than it was made for, or when each came with a new identity and kept the old lease: phones that change their hardware address do that.',
      source: 'headend: scenarios, `fill-pool`',
      tryIt:
        'Look at what a client does that hears nothing, and how long after the pool is free again it comes online.',
      fix: 'Add a range, or shorten the lease: half the lease time is half the addresses that nobody uses.',
    },
  ],
  changed: [
    9,
    {
      says: 'The settings of the service change, as by a reload.',
      why: 'Transfers under way end with what they began with; whoever asks from here on gets what is new. Two sides that must agree, such as a file and the secret that it is signed with, do not change at one moment.',
      source: 'headend: scenarios, `change`',
      tryIt:
        'Change the secret of the CMTS and not of the files: who is online stays so, who boots is rejected.',
      fix: 'Change what belongs together in one step, or so that both are right for a while.',
    },
  ],
});
