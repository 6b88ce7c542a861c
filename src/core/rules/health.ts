import { defineRules } from '../rules.ts';

/** How the health of targets is found out, for policies of DNS. */
export const HEALTH = defineRules('HEALTH', {
  becameHealthy: [
    1,
    {
      says: 'The check is healthy from now on: policies may choose its target again.',
      why: 'One good probe may be luck, so as many in a row are asked for as the threshold says.',
      source: 'Route 53 Developer Guide, "How Amazon Route 53 determines whether a health check is healthy"',
      tryIt: 'Count the probes between the moment that the target was mended and this one.',
    },
  ],
  becameUnhealthy: [
    2,
    {
      says: 'The check is unhealthy from now on: policies pass its target over while another is healthy.',
      why: 'One lost packet must not move all clients, so as many failures are asked for as the threshold says. What is gained in calm is paid in time.',
      source: 'Route 53 Developer Guide, "How Amazon Route 53 determines whether a health check is healthy"',
      tryIt:
        'The failure is found between (k-1) and k intervals, and one probe’s patience, after it began: change every: and threshold: and look again.',
      fix: 'Mend the target. If it was well, ask for more failures with threshold:, or give it more time.',
    },
  ],
  passed: [
    3,
    {
      says: 'A probe passes: the target answers as it should, and in time.',
      why: 'Only what a client would do shows that a client is served.',
      source: 'Route 53 Developer Guide, "How Amazon Route 53 determines whether a health check is healthy"',
      tryIt: 'headend health shows each check with its last reason.',
    },
  ],
  failed: [
    4,
    {
      says: 'A probe fails: the target does not answer in time, or not as it should.',
      why: 'A single failure decides nothing; the threshold counts them.',
      source: 'Route 53 Developer Guide, "How Amazon Route 53 determines whether a health check is healthy"',
      tryIt: 'Look at what the target did with the probe, in the ladder or in its own log.',
      fix: 'Ask the target the same by hand, from where the probe comes.',
    },
  ],
  forced: [
    5,
    {
      says: 'An operator says what the check is; probes go on and decide nothing.',
      why: 'Who takes a target out for work on it knows better than any probe.',
      source: 'gdnsd manual, gdnsd-plugin-api(3) and gdnsdctl(8): admin_state',
      tryIt: 'headend health set NAME down --state DIR',
      fix: 'headend health set NAME auto --state DIR gives it back to its probes.',
    },
  ],
  released: [
    6,
    {
      says: 'The check follows its probes again.',
      why: 'They went on all the time, so the state is known at once.',
      source: 'gdnsd manual, gdnsdctl(8): admin_state',
      tryIt: 'headend health set NAME auto --state DIR',
    },
  ],
  firstProbe: [
    7,
    {
      says: 'The first probe decides by itself what the state is at the start.',
      why: 'A server that began with everything healthy would send clients to dead targets until the threshold is reached, one that began with nothing healthy would answer wrong to all.',
      source: 'gdnsd manual, gdnsd(8): monitoring is initialised before serving',
      tryIt: 'Start with a dead target: it is unhealthy after one probe, not after three.',
    },
  ],
  quorumChanged: [
    8,
    {
      says: 'The vantage points that see the target healthy are now more, or no longer more, than the quorum.',
      why: 'A target that one place cannot reach may serve all others. Route 53 asks for more than 18 percent.',
      source: 'Route 53 Developer Guide, "How Amazon Route 53 determines whether a health check is healthy"',
      tryIt:
        'Cut one prober off: with two of eleven left the target is healthy, with nine of fifty it is not.',
    },
  ],
  reportRefused: [
    9,
    {
      says: 'A report of a vantage point is not taken: it is malformed, not from who it says, old, or about no check of this server.',
      why: 'Who can forge reports can move all clients of a name.',
      source: 'headend, docs/health-checks.md',
      tryIt: 'Send any datagram to the port for reports.',
      fix: 'Give server and probers the same checks-secret-file, and let their clocks agree.',
    },
  ],
  vantageSilent: [
    10,
    {
      says: 'A vantage point has not reported for three intervals and does not count any more.',
      why: 'A prober that is cut off says nothing about the target. When all are silent, the last state stays.',
      source: 'headend, docs/health-checks.md',
      tryIt: 'Crash a prober and wait.',
      fix: 'Start the prober again, or mend its way to the name server.',
    },
  ],
  initialRound: [
    11,
    {
      says: 'The server does not answer yet: the first probe of a check has not ended.',
      why: 'A server that has looked at no target yet can only guess, and would send clients to dead ones. One that is silent for a moment makes them ask again, or ask another.',
      source: 'gdnsd manual, gdnsd(8): monitoring is initialised before serving',
      tryIt:
        'Ask in the first moments: headend dig FILE NAME --at 0s --explain. A target that is silent makes the round as long as its probe has patience.',
      fix: 'Write initial: healthy or initial: unhealthy at a check that the server must not wait for.',
    },
  ],
});
