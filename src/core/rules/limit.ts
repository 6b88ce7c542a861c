import { defineRules } from '../rules.ts';

/**
 * What is refused whatever the protocol: by servers on real sockets (`limits:` of the file, given by `driver/real`), and before
 * a simulated service (`limiter:` and `capacity:`, given by `driver/sim`).
 */
export const LIMIT_RULES = defineRules('LIMIT', {
  datagrams: [
    1,
    {
      says: 'This source sends more datagrams a second than one may, so some are dropped unread.',
      why: 'One sender that repeats itself without end must not take the time that all the others need. What it lost it can ask for again, more slowly.',
      source: 'headend: limits, `datagrams`',
      tryIt:
        'Set `limits: { datagrams: { rate: 10/s, burst: 10, exempt: [] } }` and send 100 queries at once.',
      fix: 'If it is a relay or a resolver for many, name it under `limits.datagrams.exempt`, or raise `rate`.',
    },
  ],
  connectionsOfSource: [
    2,
    {
      says: 'This source has as many TCP connections as one may have: that which was idle longest is ended for the new one.',
      why: 'A connection costs memory and a file descriptor. Who opens many pays with its own oldest, not with those of others.',
      source: 'RFC 7766 §6.2.2',
      tryIt: 'Open 65 connections to port 53 from one address and see which one is reset.',
      fix: 'Raise `limits.connections.per-source` if that peer stands for many.',
    },
  ],
  connections: [
    3,
    {
      says: 'The host has as many TCP connections as it may have: that which was idle longest is ended for the new one.',
      why: 'A peer that asks now is worth more than one that has said nothing for the longest time.',
      source: 'RFC 7766 §6.2.2',
      tryIt: 'Set `limits: { connections: { total: 2 } }` and open three.',
      fix: 'Raise `limits.connections.total`, and the limit of open files with it.',
    },
  ],
  connectionIdle: [
    4,
    {
      says: 'Nothing has come or gone on this TCP connection for too long, so it is ended.',
      why: 'A peer that has gone without a word looks exactly like one that is thinking; its connection would stay for ever.',
      source: 'RFC 7766 §6.2.3',
      tryIt: 'Connect to the Time of Day server by TCP, read the time, and do not close.',
      fix: '',
    },
  ],
  unsent: [
    5,
    {
      says: 'The peer does not read what it asked for, so its TCP connection is ended.',
      why: 'What is written and not read stays in our memory. A peer could make it grow by asking and never reading.',
      source: 'headend: limits, `connections`',
      tryIt: 'Ask for a large answer by TCP again and again and never read.',
      fix: 'Raise `limits.connections.unsent-octets` if the answers are that large.',
    },
  ],
  noDescriptor: [
    6,
    {
      says: 'The machine gives no further socket, so what needed one is not sent.',
      why: 'Each transfer has a port of its own, and a process may have so many open files. The client asks again when its timer runs out.',
      source: 'headend: limits',
      tryIt: 'Start the server under `ulimit -n 64` and ask for 64 files at once.',
      fix: 'Raise the limit of open files (ulimit -n, or LimitNOFILE of the unit), or lower `sessions` of the TFTP server.',
    },
  ],
  noToken: [
    20,
    {
      says: 'The token bucket of this source is empty, so the datagram is dropped.',
      why: 'Tokens come at a steady rate and a few are saved up. Who was quiet may send a burst; who never stops gets the rate and no more.',
      source: 'ITU-T I.371, generic cell rate algorithm',
      tryIt:
        'Give the service `limiter: { kind: token-bucket, rate: 200/s, burst: 50 }` and compare `limited` with a burst of 500.',
      fix: 'Raise `rate` for what comes all the time, `burst` for what comes at once.',
    },
  ],
  bucketFull: [
    21,
    {
      says: 'The leaky bucket of this source is full, so the datagram is dropped.',
      why: 'What comes faster than it may go on waits in the bucket. A bucket without a bottom would only make answers too late to be of use.',
      source: 'ITU-T I.371, generic cell rate algorithm',
      tryIt: 'Halve `burst` of the `limiter` and see more dropped, and less waiting.',
      fix: 'Raise `rate`; a larger `burst` trades drops for waiting.',
    },
  ],
  bucketLeaks: [
    22,
    {
      says: 'The leaky bucket holds the datagram until its turn.',
      why: 'Datagrams leave the bucket one by one at a steady rate, so that what stands behind it never sees a burst.',
      source: 'ITU-T I.371, generic cell rate algorithm',
      tryIt: 'Compare `queue.depth` behind a leaky bucket and behind a token bucket of the same rate.',
    },
  ],
  windowFull: [
    23,
    {
      says: 'As many datagrams of this source as one window may have are in, so the datagram is dropped.',
      why: 'Counting anew in each window costs one number a source. Its price is the edge between two windows, where twice as many come in at once.',
      source: 'headend: scenarios, `limiter`',
      tryIt: 'Look at `queue.depth` where each window begins: all who waited for it come at once.',
      fix: 'Shorten the window together with what it has room for, or slide it.',
    },
  ],
  slidingFull: [
    24,
    {
      says: 'As many datagrams of this source as any window may have are in, so the datagram is dropped.',
      why: 'Each one that came in counts until it is one window old, wherever the window is laid: there is no edge to wait for.',
      source: 'headend: scenarios, `limiter`',
      tryIt: 'Compare the most that come within one window with a fixed one of the same length.',
      fix: 'Raise `rate`, or lengthen the window.',
    },
  ],
  crowdedOut: [
    25,
    {
      says: 'The queue is full, so the newest datagram of the source that has most in it is dropped.',
      why: 'Each source has a queue of its own and they are served in turn: whoever sends too much fills only its own, and pays alone.',
      source: 'RFC 7806 §2',
      tryIt:
        'Let one client send ten times what others do, with `when-full: per-source` and with `drop-newest`.',
      fix: 'Look in the capture for who sends so much, and why it asks again.',
    },
  ],
});
