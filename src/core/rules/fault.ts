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
});
