import { describe, expect, test } from 'vitest';
import type { FrameEvent, HostSpec } from '../../../src/core/driver.ts';
import { dhcp, frameOf, HOSTS, ipv4Of, ToldRun, udp } from './plant.ts';

const { cm0, cm1, cm2, cmts, dhcp: server } = HOSTS;

const BOOT = `  - sequence:
      each: cm
      within: 20s
      steps:
        - DHCP DISCOVER cm>cmts
        - DHCP OFFER dhcp>cmts yiaddr=$ip
        - DHCP REQUEST cm>cmts opt50=$ip
        - STATE cm operational
`;

const discover = (seconds: number, modem: HostSpec) =>
  frameOf({ seconds, sender: modem }, udp('0.0.0.0:68', '*:67', dhcp('discover', modem)));
const offer = (seconds: number, modem: HostSpec, ip: string, fate: 'delivered' | 'lost' = 'delivered') =>
  frameOf(
    { seconds, sender: server, receiver: cmts, segment: 'core', fate },
    udp('10.0.0.67:67', '10.9.0.1:67', dhcp('offer', modem, { yiaddr: ipv4Of(ip) })),
  );
const request = (seconds: number, modem: HostSpec, ip: readonly number[]) =>
  frameOf(
    { seconds, sender: modem },
    udp('0.0.0.0:68', '*:67', dhcp('request', modem, {}, [{ code: 50, octets: Uint8Array.from(ip) }])),
  );

function boot(run: ToldRun, modem: HostSpec, from: number, host: number): ToldRun {
  return run
    .frame(discover(from, modem))
    .frame(offer(from + 0.1, modem, `10.9.16.${host}`))
    .frame(request(from + 0.2, modem, [10, 9, 16, host]))
    .state(from + 1, modem, 'operational');
}

function verdictOfLate(mode: 'virtual' | 'live'): string {
  const run = new ToldRun(
    '  - sequence: { within: 10s, steps: [STATE cm waitingForTftp, STATE cm operational] }',
    mode,
  );
  return run.state(1, cm0, 'waitingForTftp').state(12, cm0, 'operational').verdict().verdict;
}

const STEPS = `  - sequence:
      each: cm[0]
      steps: ["STATE cm[0] waitingForTftp", "UDP cm[0]>dhcp", "UDP cm[0]>dns"]`;
const sent = (seconds: number, packet: number, to: string, receiver: HostSpec) => ({
  ...frameOf(
    { seconds, sender: cm0, receiver, segment: 'core' },
    udp('10.9.16.1:9000', to, new Uint8Array(1)),
  ),
  packet,
});
const toDhcp = (seconds: number, packet: number) => sent(seconds, packet, '10.0.0.67:9', server);
const toDns = (seconds: number, packet: number) => sent(seconds, packet, '10.0.0.53:9', HOSTS.dns);
const told = (...frames: readonly FrameEvent[]) => {
  const run = new ToldRun(STEPS);
  run.state(1, cm0, 'waitingForTftp');
  for (const frame of frames) run.frame(frame);
  return run.verdict();
};

describe('packets that one host sends at once', () => {
  test.each([
    { name: 'arrive in order', frames: [toDhcp(2, 7), toDns(3, 8)], verdict: 'pass' },
    { name: 'overtake each other on their ways', frames: [toDns(2, 8), toDhcp(3, 7)], verdict: 'pass' },
    { name: 'were sent in the other order', frames: [toDns(2, 7), toDhcp(3, 8)], verdict: 'fail' },
    { name: 'one of them alone', frames: [toDns(2, 8)], verdict: 'fail' },
  ])('$name: $verdict', ({ frames, verdict }) => {
    expect(told(...frames)).toMatchObject({ verdict });
  });
});

describe('a sequence for each of a group', () => {
  test('three modems at once do not take each other’s packets', () => {
    const run = new ToldRun(BOOT);
    run.frame(discover(1, cm0)).frame(discover(1, cm1)).frame(discover(1, cm2));
    run
      .frame(offer(1.1, cm2, '10.9.16.3'))
      .frame(offer(1.1, cm0, '10.9.16.1'))
      .frame(offer(1.1, cm1, '10.9.16.2'));
    run.frame(request(1.2, cm1, [10, 9, 16, 2])).frame(request(1.2, cm2, [10, 9, 16, 3]));
    run.frame(request(1.2, cm0, [10, 9, 16, 1]));
    run.state(2, cm0, 'operational').state(3, cm1, 'operational').state(4, cm2, 'operational');
    expect(run.verdict()).toMatchObject({
      verdict: 'pass',
      detail: '3 of 3, the slowest cm[2] in 3.000 s',
    });
  });

  test.each([
    { name: 'of another', each: "each: 'cm[0]',", verdict: 'fail' },
    { name: 'of its own', each: "each: 'cm[1]',", verdict: 'pass' },
    { name: 'of anybody', each: '', verdict: 'pass' },
  ])('what relay and server say about one modem, asked $name: $verdict', ({ each, verdict }) => {
    const run = new ToldRun(
      `  - sequence: { ${each} within: 9s, steps: [DHCP DISCOVER cm>cmts, DHCP OFFER dhcp>cmts] }`,
    );
    run
      .frame(discover(1, cm0))
      .frame(discover(1, cm1))
      .frame(offer(1.1, cm1, '10.9.16.2'));
    expect(run.verdict()).toMatchObject({ verdict });
  });

  test.each([
    {
      name: 'a step that never comes: the step, what came before it and when',
      tell: (run: ToldRun) => run.frame(discover(1, cm2)),
      detail:
        'cm[2]: step 2 of 4, "DHCP OFFER dhcp>cmts yiaddr=$ip", did not come after "DHCP DISCOVER cm>cmts" at 1.000 s (1 of 3 left the path)',
    },
    {
      name: 'a lost packet was not seen',
      tell: (run: ToldRun) => run.frame(discover(1, cm2)).frame(offer(1.1, cm2, '10.9.16.3', 'lost')),
      detail:
        'cm[2]: step 2 of 4, "DHCP OFFER dhcp>cmts yiaddr=$ip", did not come after "DHCP DISCOVER cm>cmts" at 1.000 s (1 of 3 left the path)',
    },
    {
      name: 'another address than was offered: what differed',
      tell: (run: ToldRun) =>
        run
          .frame(discover(1, cm2))
          .frame(offer(1.1, cm2, '10.9.16.3'))
          .frame(request(1.2, cm2, [10, 9, 16, 9])),
      detail:
        'cm[2]: step 3 of 4, "DHCP REQUEST cm>cmts opt50=$ip", did not come after "DHCP OFFER dhcp>cmts yiaddr=$ip" at 1.100 s; at 1.200 s one came whose opt50 is 10.9.16.9, not 10.9.16.3 (1 of 3 left the path)',
    },
    {
      name: 'all steps, but too late',
      tell: (run: ToldRun) => boot(run, cm2, 1, 3).state(1, cm2, 'x'),
      late: true,
      detail: 'cm[2]: all steps came, but in 25.000 s, over 20s (1 of 3 left the path)',
    },
    {
      name: 'nothing at all',
      tell: (run: ToldRun) => run,
      detail: 'cm[2]: step 1 of 4, "DHCP DISCOVER cm>cmts", did not come (1 of 3 left the path)',
    },
  ])('fails by $name', ({ tell, late, detail }) => {
    const run = boot(boot(new ToldRun(BOOT), cm0, 0, 1), cm1, 0, 2);
    if (late === true) {
      run
        .frame(discover(1, cm2))
        .frame(offer(1.1, cm2, '10.9.16.3'))
        .frame(request(1.2, cm2, [10, 9, 16, 3]));
      run.state(26, cm2, 'operational');
    } else tell(run);
    expect(run.verdict()).toMatchObject({ verdict: 'fail', detail });
  });

  test('a run that was cut short before the deadline says nothing', () => {
    const run = boot(boot(new ToldRun(BOOT), cm0, 0, 1), cm1, 0, 2).frame(discover(1, cm2));
    expect(run.verdict(5).verdict).toBe('inconclusive');
    expect(run.verdict(30).verdict).toBe('fail');
  });

  test('in live mode a deadline is a tenth and 50 ms longer', () => {
    expect([verdictOfLate('virtual'), verdictOfLate('live')]).toEqual(['fail', 'pass']);
  });

  test('steps between others count for whoever waits for them', () => {
    const run = new ToldRun('  - sequence: { steps: ["DHCP OFFER dhcp>cmts", "DHCP REQUEST *>cmts"] }');
    run.frame(offer(1, cm1, '10.9.16.1')).frame(request(2, cm2, [10, 9, 16, 1]));
    expect(run.verdict()).toMatchObject({ verdict: 'pass', detail: 'in 1.000 s' });
  });

  test('a router that the driver put between two segments is nobody of the file', () => {
    const link: HostSpec = { ...cmts, name: 'metro@core' };
    const run = new ToldRun('  - sequence: { steps: ["DHCP OFFER dhcp>cmts"] }');
    const body = udp('10.0.0.67:67', '10.9.0.1:67', dhcp('offer', cm0));
    run.frame(frameOf({ seconds: 1, sender: server, receiver: link, segment: 'core' }, body));
    run.frame(frameOf({ seconds: 2, sender: link, receiver: cmts, segment: 'hfc' }, body));
    expect(run.verdict()).toMatchObject({ verdict: 'pass', detail: 'in 0.000 s' });
  });

  test('frames are not listened to for states alone', () => {
    expect(new ToldRun('  - sequence: { steps: [STATE cm operational] }').wantsFrames).toBe(false);
    expect(new ToldRun(BOOT).wantsFrames).toBe(true);
  });
});
