import { defineRules } from '../rules.ts';

/** What servers on real sockets refuse, whatever the protocol: `limits:` of the file. Given by `driver/real`. */
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
});
