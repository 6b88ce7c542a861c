import { defineRules } from '../rules.ts';

/** Why a signed message was believed, or not. */
export const TSIG = defineRules('TSIG', {
  good: [
    1,
    {
      says: 'The message is signed with a key that both sides know, at about this time: it is believed.',
      why: 'The keyed hash covers the whole message, so nobody on the way has changed it, and whoever sent it has the secret.',
      source: 'RFC 8945 §5.2',
      tryIt: 'Ask with dig -y hmac-sha256:NAME:SECRET and look at the TSIG record of the answer.',
    },
  ],
  badKey: [
    2,
    {
      says: 'The message is signed with a key, or by an algorithm, that this server does not know: NOTAUTH, BADKEY.',
      why: 'Without the secret nothing can be checked. The answer is not signed either, since there is nothing to sign it with.',
      source: 'RFC 8945 §5.2.1',
      tryIt: 'Ask with dig -y and a key name of your own.',
      fix: 'Give both sides the key under the same name and algorithm: under keys: here.',
    },
  ],
  badSig: [
    3,
    {
      says: 'The signature is wrong: NOTAUTH, BADSIG.',
      why: 'The secrets differ, or the message was changed on its way. Signing the refusal would let anybody have a message of his choice signed.',
      source: 'RFC 8945 §5.2.2',
      tryIt: 'Ask with dig -y, the right name and another secret.',
      fix: 'Compare the two secrets, and look for what changes DNS messages on the way.',
    },
  ],
  badTime: [
    4,
    {
      says: 'The signature is right, but of another time: NOTAUTH, BADTIME.',
      why: 'Times keep a recorded message from being sent again later. The two clocks may be five minutes apart, as the sender says in Fudge.',
      source: 'RFC 8945 §5.2.3',
      tryIt: 'Set the clock of one side ten minutes ahead.',
      fix: 'Let both sides take their time from NTP.',
    },
  ],
  badTrunc: [
    5,
    {
      says: 'The signature is right, but too short for this server: NOTAUTH, BADTRUNC.',
      why: 'A shorter signature is easier to guess. Twelve octets at least are asked for.',
      source: 'RFC 8945 §5.2.4',
      tryIt: 'Sign with HMAC-SHA1 cut to ten octets.',
      fix: 'Let the other side send whole signatures.',
    },
  ],
  badAnswer: [
    6,
    {
      says: 'An answer to a signed request cannot be believed: it is passed over.',
      why: 'An answer without a good signature may come from anybody; the wait for the true one goes on.',
      source: 'RFC 8945 §5.4',
      tryIt: 'Have the primary know another secret than the secondary.',
      fix: 'Compare the keys and the clocks of the two servers.',
    },
  ],
});
