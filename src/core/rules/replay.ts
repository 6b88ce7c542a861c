import { defineRules } from '../rules.ts';

/** A recording that stands in for a server: `place: replay`. */
export const REPLAY = defineRules('REPLAY', {
  answered: [
    1,
    {
      says: 'The recorded server was asked this, so its answer goes out as it did then.',
      why: 'What was drawn anew is the request’s own: transaction number, relay, option 82, the case of a name. All else, and the time that it took, is the recording’s.',
      source: 'headend: scenarios, `place: replay`',
      tryIt: 'Compare the answer with the packet in the capture that `trace:` names.',
    },
  ],
  again: [
    2,
    {
      says: 'This is asked more often than in the recording, so the last recorded answer goes out again.',
      why: 'More is lost here than was lost then, or the client begins anew. A server that has answered would answer again.',
      source: 'headend: scenarios, `place: replay`',
      tryIt: 'Put `loss: 20%` on the segment and count the clients that ask again.',
    },
  ],
  silentThen: [
    3,
    {
      says: 'The recorded server was asked this and said nothing, so nothing is said.',
      why: 'Its silence is as much a part of the recording as its answers.',
      source: 'headend: scenarios, `place: replay`',
      tryIt: 'Look in the capture for the same request: no answer follows.',
      fix: 'Where the capture was begun or ended in the middle of an exchange, record it whole.',
    },
  ],
  notRecorded: [
    4,
    {
      says: 'The recorded server was never asked this, so nobody knows what it would say.',
      why: 'A recording answers what it has heard. Another client, another option, another file is a question that it has no answer to, and inventing one would prove nothing.',
      source: 'headend: scenarios, `place: replay`',
      tryIt: 'Change the hardware address of a modem: the recording has never seen it.',
      fix: 'Record a boot with these clients, or let a real service stand there: `place: virtual`.',
    },
  ],
  unreadable: [
    5,
    {
      says: 'The datagram is no request of the protocol of its port, so it is dropped.',
      why: 'It cannot be compared with what was recorded.',
      source: 'headend: scenarios, `place: replay`',
      tryIt: 'Send three octets to port 67.',
      fix: '',
    },
  ],
  tooMany: [
    6,
    {
      says: 'Too many answers wait for their moment, or too many transfers are open: this one is left out.',
      why: 'A stand-in must not grow without end, whoever asks.',
      source: 'headend: scenarios, `place: replay`',
      tryIt: 'Ask faster than the recorded server took to answer, some ten thousand times.',
      fix: 'Spread the clients over a longer time.',
    },
  ],
});
