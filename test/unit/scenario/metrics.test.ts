import { describe, expect, test } from 'vitest';
import { at, dhcp as dhcpMessage, frameOf, HOSTS, ToldRun, udp } from './plant.ts';

const { cm0, cm1, cm2, dhcp, cmts } = HOSTS;

interface Case {
  readonly name: string;
  readonly expect: string;
  readonly tell: (run: ToldRun) => ToldRun;
  readonly verdict: string;
  readonly detail: string;
  readonly cutShortAt?: number;
}

const offer = (seconds: number, modem = cm0) =>
  frameOf(
    { seconds, sender: dhcp, receiver: cmts, segment: 'core' },
    udp('10.0.0.67:67', '10.9.0.1:67', dhcpMessage('offer', modem)),
  );

describe('metric', () => {
  test.each<Case>([
    {
      name: 'all modems of the slowest twentieth are in time',
      expect: '  - metric: boot.p95 < 90s',
      tell: (run) =>
        run
          .measure(10, cm0, 'boot.us', 10_000_000)
          .measure(20, cm1, 'boot.us', 20_000_000)
          .measure(80, cm2, 'boot.us', 80_000_000),
      verdict: 'pass',
      detail: 'got 80.0 s; 3 of 3 were up by then',
    },
    {
      name: 'one that never comes up takes for ever',
      expect: '  - metric: boot.p95 < 90s',
      tell: (run) => run.measure(10, cm0, 'boot.us', 1_000_000).measure(20, cm1, 'boot.us', 2_000_000),
      verdict: 'fail',
      detail: 'it took for ever; only 2 of 3 were up 90.0 s after they were switched on',
    },
    {
      name: 'none of which comes up',
      expect: '  - metric: boot.p95 < 90s',
      tell: (run) => run,
      verdict: 'fail',
      detail: 'it took for ever; none of 3 were up 90.0 s after they were switched on',
    },
    {
      name: 'of one modem alone',
      expect: '  - metric: boot.max of cm[1] <= 2s',
      tell: (run) => run.measure(10, cm0, 'boot.us', 9_000_000).measure(20, cm1, 'boot.us', 2_000_000),
      verdict: 'pass',
      detail: 'got 2.0 s; 1 of 1 were up by then',
    },
    {
      name: 'boots in a run that was cut short',
      expect: '  - metric: boot.p50 < 90s',
      tell: (run) => run.measure(10, cm0, 'boot.us', 1_000_000),
      cutShortAt: 12,
      verdict: 'inconclusive',
      detail:
        'the run was cut short at 12.000 s: it took for ever; only 1 of 3 were up 90.0 s after they were switched on',
    },
    {
      name: 'the most of a level',
      expect: '  - metric: dhcp.queue.depth.max < 400',
      tell: (run) => run.measure(1, dhcp, 'dhcp.queue.depth', 400).measure(2, dhcp, 'dhcp.queue.depth', 0),
      verdict: 'fail',
      detail: 'got 400',
    },
    {
      name: 'the mean of a level is over time',
      expect: '  - metric: leases.in-use.mean < 2',
      // 1 until 590 s, then 10 for the last 10 s.
      tell: (run) =>
        run.measure(0, dhcp, 'dhcp.leases.active', 1).measure(590, dhcp, 'dhcp.leases.active', 10),
      verdict: 'pass',
      detail: 'got 1.15',
    },
    {
      name: 'a level of several hosts is their sum',
      expect: '  - metric: cache.hits.last == 12',
      tell: (run) =>
        run
          .measure(1, cm0, 'cache.hits', 4)
          .measure(2, cm1, 'cache.hits', 5)
          .measure(3, cm0, 'cache.hits', 7),
      verdict: 'pass',
      detail: 'got 12',
    },
    {
      name: 'a percentile is judged exactly, though it is shown to a percent',
      expect: '  - metric: tftp.transfer.p50 < 1s',
      tell: (run) =>
        run
          .measure(1, dhcp, 'tftp.transfer.us', 1_000_000)
          .measure(2, dhcp, 'tftp.transfer.us', 1_000_000)
          .measure(3, dhcp, 'tftp.transfer.us', 2_000_000),
      verdict: 'fail',
      detail: 'got 1.0 s',
    },
    {
      name: 'a percentile that is over a bound from below',
      expect: '  - metric: tftp.transfer.p50 >= 1s',
      tell: (run) =>
        run.measure(1, dhcp, 'tftp.transfer.us', 999_999).measure(2, dhcp, 'tftp.transfer.us', 1_000_000),
      verdict: 'fail',
      detail: 'got 1.000 s',
    },
    {
      name: 'a metric without a value is not judged',
      expect: '  - metric: tftp.transfer.p95 < 1s',
      tell: (run) => run,
      verdict: 'inconclusive',
      detail: 'it could not be judged: nothing was measured of tftp.transfer',
    },
    {
      name: 'a counter of what nobody did is not judged',
      expect: '  - metric: dhcp.naks == 0',
      tell: (run) => run,
      verdict: 'inconclusive',
      detail: 'it could not be judged: nothing happened that dhcp.naks could have been counted among',
    },
    {
      name: 'packets, each once however many segments it crosses',
      expect: '  - metric: packets DHCP OFFER dhcp>cmts <= 2',
      tell: (run) =>
        run
          .frame(offer(1))
          .frame(offer(2, cm1))
          .frame({ ...offer(2), sender: cmts }),
      verdict: 'pass',
      detail: 'got 2',
    },
    {
      name: 'packets of a protocol that nobody spoke',
      expect: '  - metric: packets TFTP ERROR *>* == 0',
      tell: (run) => run.frame(offer(1)),
      verdict: 'inconclusive',
      detail: 'it could not be judged: there were no packets of TFTP',
    },
    {
      name: 'what only grows has failed for good, though the run was cut short',
      expect: '  - metric: packets DHCP OFFER *>* < 2',
      tell: (run) => run.frame(offer(1)).frame(offer(2)),
      cutShortAt: 3,
      verdict: 'fail',
      detail: 'got 2',
    },
    {
      name: 'how many are up',
      expect: '  - metric: up.last >= 2',
      tell: (run) =>
        run.state(1, cm0, 'operational').state(2, cm1, 'operational').state(3, cm0, 'waitingForDhcpOffer'),
      verdict: 'fail',
      detail: 'got 1',
    },
    {
      name: 'a warning, where the file says so',
      expect: '  - { metric: dhcp.queue.depth.max < 4, level: warn }',
      tell: (run) => run.measure(1, dhcp, 'dhcp.queue.depth', 5),
      verdict: 'warn',
      detail: 'got 5',
    },
  ])('$name', ({ expect: text, tell, verdict, detail, cutShortAt }) => {
    const run = new ToldRun(text);
    expect(tell(run).verdict(cutShortAt)).toMatchObject({ kind: 'metric', verdict, detail });
  });

  test('a modem that was switched off is not waited for', () => {
    const timeline = '[{ at: 0s, do: power-on, who: cm }, { at: 5s, do: power-off, who: "cm[2]" }]';
    const run = new ToldRun('  - metric: boot.max < 90s', 'virtual', timeline);
    run.measure(3, cm0, 'boot.us', 3_000_000).measure(4, cm1, 'boot.us', 4_000_000);
    expect(run.verdict()).toMatchObject({ verdict: 'pass', value: 4_000_000 });
  });

  test('a boot before the last power-on does not count', () => {
    const timeline = '[{ at: 0s, do: power-on, who: cm }, { at: 5s, do: power-on, who: "cm[2]" }]';
    const run = new ToldRun('  - metric: boot.max < 90s', 'virtual', timeline);
    for (const modem of [cm0, cm1, cm2]) run.measure(3, modem, 'boot.us', 3_000_000);
    expect(run.verdict()).toMatchObject({ verdict: 'fail', value: null });
  });
});

describe('sometimes', () => {
  test.each<Case>([
    {
      name: 'a measure that was there',
      expect: '  - sometimes: dhcp.queue.full',
      tell: (run) => run.measure(3, dhcp, 'dhcp.queue.full', 1),
      verdict: 'pass',
      detail: 'seen: dhcp.queue.full of dhcp was 1 at 3.000 s',
    },
    {
      name: 'a measure that never came shows nothing',
      expect: '  - sometimes: dhcp.queue.full',
      tell: (run) => run.measure(3, dhcp, 'dhcp.queue.depth', 1),
      verdict: 'inconclusive',
      detail: 'it was not seen, so this run does not show it: nothing measured dhcp.queue.full',
    },
    {
      name: 'a bound that was not reached',
      expect: '  - sometimes: dhcp.queue.depth >= 400',
      tell: (run) => run.measure(3, dhcp, 'dhcp.queue.depth', 399),
      verdict: 'inconclusive',
      detail: 'it was not seen, so this run does not show it: none of 1 measures of dhcp.queue.depth was so',
    },
    {
      name: 'a packet',
      expect: '  - sometimes: DHCP OFFER dhcp>cmts',
      tell: (run) => run.frame(offer(7)),
      verdict: 'pass',
      detail: 'seen: in 0.000 s',
    },
    {
      name: 'a state of any of a group, in its time',
      expect: '  - sometimes: { any: cm, state: operational, between: [5s, 10s] }',
      tell: (run) => run.state(2, cm0, 'off').state(7, cm1, 'operational'),
      verdict: 'pass',
      detail: 'seen: cm[1] at 7.000 s',
    },
    {
      name: 'after its time',
      expect: '  - sometimes: { any: cm, state: operational, between: [5s, 10s] }',
      tell: (run) => run.state(2, cm0, 'off').state(17, cm1, 'operational'),
      verdict: 'inconclusive',
      detail:
        'it was not seen, so this run does not show it: 0 of 3 got there by 10s; not cm[1], cm[0], cm[2]; cm[1] came at 17.000 s',
    },
    {
      name: 'as a warning',
      expect: '  - { sometimes: dhcp.queue.full, level: warn }',
      tell: (run) => run,
      verdict: 'warn',
      detail: 'it was not seen, so this run does not show it: nothing measured dhcp.queue.full',
    },
  ])('$name', ({ expect: text, tell, verdict, detail }) => {
    expect(tell(new ToldRun(text)).verdict()).toMatchObject({ kind: 'sometimes', verdict, detail });
  });
});

describe('in live mode', () => {
  test.each([
    { tolerance: '', us: 99_000_000 + 50_000, says: 'boot.max < 90s (live: < 1m39s50ms)' },
    { tolerance: ', tolerance: 1s', us: 91_000_000, says: 'boot.max < 90s (live: < 1m31s)' },
    { tolerance: ', tolerance: 20%', us: 108_000_000, says: 'boot.max < 90s (live: < 1m48s)' },
    { tolerance: ', tolerance: "1s + 10%"', us: 100_000_000, says: 'boot.max < 90s (live: < 1m40s)' },
  ])('a time may be later by the tolerance: $says', ({ tolerance, us, says }) => {
    const told = (value: number) =>
      new ToldRun(`  - { metric: boot.max < 90s${tolerance} }`, 'live')
        .measure(1, cm0, 'boot.us', value)
        .measure(1, cm1, 'boot.us', 1)
        .measure(1, cm2, 'boot.us', 1)
        .verdict();
    expect(told(us - 1)).toMatchObject({ verdict: 'pass', text: says });
    expect(told(us)).toMatchObject({ verdict: 'fail' });
  });
});

describe('a live run with metrics', () => {
  const METRIC = '  - metric: boot.max < 90s\n';
  const EVENTUALLY = '  - eventually: { who: "cm[0]", state: operational }\n';

  test('is over when all else is decided', () => {
    const run = new ToldRun(METRIC + EVENTUALLY, 'live');
    expect(run.run.settledAt(at(1))).toBe(false);
    run.state(2, cm0, 'operational');
    expect(run.run.settledAt(at(2))).toBe(true);
  });

  test('lasts for its duration where there is nothing else', () => {
    expect(new ToldRun(METRIC, 'live').run.settledAt(at(300))).toBe(false);
  });
});
