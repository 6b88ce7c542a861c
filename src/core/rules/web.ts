import { defineRules } from '../rules.ts';

/** What a simulated web server does with requests. */
export const WEB = defineRules('WEB', {
  answered: [
    1,
    {
      says: 'The web server answers the request.',
      why: 'A health check and a visitor see the same: a status, and the beginning of the page.',
      source: 'RFC 9110 §3.4',
      tryIt: 'Read the first line of the answer in the capture.',
    },
  ],
  failing: [
    2,
    {
      says: 'The web server answers with the failure that it was told to have.',
      why: 'A process that runs and cannot serve still takes connections: a check by TCP alone does not see it.',
      source: 'RFC 9110 §15.6',
      tryIt: 'Compare a check of kind tcp with one of kind http on the same target.',
      fix: 'do: mend in the timeline.',
    },
  ],
  silent: [
    3,
    {
      says: 'The web server takes the request and never answers, as it was told.',
      why: 'A hung process is the slowest failure to find: each probe waits its whole patience.',
      source: 'RFC 9110 §2.4',
      tryIt: 'Compare how long detection takes with do: fail, how: refuse.',
      fix: 'do: mend in the timeline.',
    },
  ],
  refused: [
    4,
    {
      says: 'The web server ends the connection at once, as it was told.',
      why: 'The fastest failure to find: nobody has to wait.',
      source: 'RFC 9293 §3.10.7',
      tryIt: 'Look for the RST in the ladder.',
      fix: 'do: mend in the timeline.',
    },
  ],
  malformed: [
    5,
    {
      says: 'What came is no HTTP request, or one that is too long: 400, and the connection ends.',
      why: 'What a peer can make a server remember has a bound.',
      source: 'RFC 9112 §2.2, §3',
      tryIt: 'Send a line of noise to port 80.',
    },
  ],
});
