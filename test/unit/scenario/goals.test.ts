import { describe, expect, test } from 'vitest';
import { Flag } from '../../../src/codec/dns/header.ts';
import { encodeMessage as encodeDns } from '../../../src/codec/dns/message.ts';
import { query } from '../../support/dns-client.ts';
import { frameOf, HOSTS, ToldRun, udp } from './plant.ts';

const { cm0, cm1, cm2, dhcp, dns, home } = HOSTS;

interface Case {
  readonly name: string;
  readonly expect: string;
  readonly tell: (run: ToldRun) => ToldRun;
  readonly verdict: string;
  readonly detail: string;
  readonly cutShortAt?: number;
}

const EVENTUALLY = '  - eventually: { all: cm, state: operational, from: 10s, within: 20s }';
const NEVER = '  - never: { any: cm, cmts-state: reject(m), between: [10s, 30s] }';

describe('eventually and never', () => {
  test.each<Case>([
    {
      name: 'all in time',
      expect: EVENTUALLY,
      tell: (run) =>
        run.state(11, cm0, 'operational').state(12, cm1, 'operational').state(30, cm2, 'operational'),
      verdict: 'pass',
      detail: '3 of 3, the last at 30.000 s',
    },
    {
      name: 'one who is there when the time begins need not come again',
      expect: EVENTUALLY,
      tell: (run) =>
        run.state(1, cm0, 'operational').state(12, cm1, 'operational').state(13, cm2, 'operational'),
      verdict: 'pass',
      detail: '3 of 3, the last at 13.000 s',
    },
    {
      name: 'one who was there and left before the time begins has to',
      expect: EVENTUALLY,
      tell: (run) =>
        run
          .state(1, cm0, 'operational')
          .state(2, cm0, 'waitingForDhcpOffer')
          .state(12, cm1, 'operational')
          .state(13, cm2, 'operational'),
      verdict: 'fail',
      detail: '2 of 3 got there by 30s; not cm[0]',
    },
    {
      name: 'one too late: who and when',
      expect: EVENTUALLY,
      tell: (run) =>
        run.state(11, cm0, 'operational').state(12, cm1, 'operational').state(30.001, cm2, 'operational'),
      verdict: 'fail',
      detail: '2 of 3 got there by 30s; not cm[2]; cm[2] came at 30.001 s',
    },
    {
      name: 'cut short while there was time',
      expect: EVENTUALLY,
      tell: (run) => run.state(11, cm0, 'operational'),
      cutShortAt: 12,
      verdict: 'inconclusive',
      detail: 'the run was cut short at 12.000 s: 1 of 3 got there by 30s; not cm[1], cm[2]',
    },
    {
      name: 'any: one is enough',
      expect: '  - eventually: { any: cm, state: operational }',
      tell: (run) => run.state(11, cm1, 'operational'),
      verdict: 'pass',
      detail: 'cm[1] at 11.000 s',
    },
    {
      name: 'a member alone',
      expect: '  - eventually: { who: "cm[1]", state: operational }',
      tell: (run) => run.state(11, cm0, 'operational'),
      verdict: 'fail',
      detail: '0 of 1 got there; not cm[1]',
    },
    {
      name: 'what the CMTS shows is not what the modem is',
      expect: '  - eventually: { who: "cm[0]", cmts-state: online }',
      tell: (run) => run.state(1, cm0, 'online').cmtsState(2, cm0, 'online'),
      verdict: 'pass',
      detail: '1 of 1, the last at 2.000 s',
    },
    {
      name: 'never, and nobody did',
      expect: NEVER,
      tell: (run) => run.cmtsState(11, cm0, 'online'),
      verdict: 'pass',
      detail: 'none of 3 got there',
    },
    {
      name: 'never, but outside of its time',
      expect: NEVER,
      tell: (run) => run.cmtsState(11, cm0, 'online').cmtsState(30, cm0, 'reject(m)'),
      verdict: 'pass',
      detail: 'none of 3 got there',
    },
    {
      name: 'never, and two did: the first and when',
      expect: NEVER,
      tell: (run) => run.cmtsState(12, cm2, 'reject(m)').cmtsState(11, cm0, 'reject(m)'),
      verdict: 'fail',
      detail: 'cm[0] got there at 11.000 s, then 1 more',
    },
    {
      name: 'never, but one was there when the time began',
      expect: NEVER,
      tell: (run) => run.cmtsState(2, cm2, 'reject(m)').cmtsState(11, cm0, 'online'),
      verdict: 'fail',
      detail: 'cm[2] got there at 10.000 s',
    },
    {
      name: 'never, of somebody that was not heard of',
      expect: NEVER,
      tell: (run) => run,
      verdict: 'inconclusive',
      detail: 'cm was not heard of at all',
    },
    {
      name: 'a failure that is only a warning',
      expect: `${EVENTUALLY}\n    level: warn`,
      tell: (run) => run,
      verdict: 'warn',
      detail: '0 of 3 got there by 30s; not cm[0], cm[1], cm[2]',
    },
  ])('$name', ({ expect: text, tell, verdict, detail, cutShortAt }) => {
    expect(tell(new ToldRun(text)).verdict(cutShortAt)).toMatchObject({ verdict, detail });
  });
});

describe('names that are seen and answered', () => {
  const question = query('www.lab.example', 'A');
  const [{ qname, qclass }] = question.questions as [(typeof question.questions)[0]];
  const answer = encodeDns({
    ...question,
    flags: Flag.QR,
    answers: [{ owner: qname, type: 1, class: qclass, ttl: 60, rdata: Uint8Array.of(10, 0, 0, 80) }],
  });
  const frame = (fate: 'delivered' | 'lost') =>
    frameOf(
      { seconds: 1, sender: dns, receiver: home, segment: 'core', fate },
      udp('10.0.0.53:53', '10.0.0.99:4000', answer),
    );

  test.each([
    { expect: '{ who: home, sees: 10.0.0.80 }', fate: 'delivered' as const, verdict: 'pass' },
    { expect: '{ who: home, sees: 10.0.0.80 }', fate: 'lost' as const, verdict: 'fail' },
    { expect: '{ who: home, sees: 10.0.0.8 }', fate: 'delivered' as const, verdict: 'fail' },
    { expect: '{ who: dns, answers: 10.0.0.80 }', fate: 'lost' as const, verdict: 'pass' },
  ])('$expect, the answer $fate: $verdict', ({ expect: text, fate, verdict }) => {
    expect(new ToldRun(`  - eventually: ${text}`).frame(frame(fate)).verdict().verdict).toBe(verdict);
  });
});

describe('always', () => {
  test.each<Case>([
    {
      name: 'leases that do not meet',
      expect: '  - always: leases.unique',
      tell: (run) => run.lease(1, '10.9.16.1', 'a', 100).lease(2, '10.9.16.2', 'b', 100),
      verdict: 'pass',
      detail: 'held for 2 of leases given',
    },
    {
      name: 'a lease renewed by its own client',
      expect: '  - always: leases.unique',
      tell: (run) => run.lease(1, '10.9.16.1', 'a', 100).lease(50, '10.9.16.1', 'a', 150),
      verdict: 'pass',
      detail: 'held for 2 of leases given',
    },
    {
      name: 'a lease to another after it ended',
      expect: '  - always: leases.unique',
      tell: (run) => run.lease(1, '10.9.16.1', 'a', 100).lease(100, '10.9.16.1', 'b', 200),
      verdict: 'pass',
      detail: 'held for 2 of leases given',
    },
    {
      name: 'a lease to another before it ended',
      expect: '  - always: leases.unique',
      tell: (run) => run.lease(1, '10.9.16.1', 'a', 100).lease(99, '10.9.16.1', 'b', 200),
      verdict: 'fail',
      detail: 'at 99.000 s dhcp leased 10.9.16.1 to b while a held it',
    },
    {
      name: 'no lease at all proves nothing',
      expect: '  - always: leases.unique',
      tell: (run) => run,
      verdict: 'inconclusive',
      detail: 'it could not be judged: there were no leases given',
    },
    {
      name: 'a queue within its bound',
      expect: '  - always: dhcp.queue.depth <= 400',
      tell: (run) => run.measure(1, dhcp, 'dhcp.queue.depth', 400),
      verdict: 'pass',
      detail: 'held for 1 of measures of dhcp.queue.depth',
    },
    {
      name: 'a queue over its bound: when and how much',
      expect: '  - always: dhcp.queue.depth <= 400',
      tell: (run) => run.measure(1, dhcp, 'dhcp.queue.depth', 401).measure(2, dhcp, 'dhcp.queue.depth', 500),
      verdict: 'fail',
      detail: 'at 1.000 s dhcp.queue.depth of dhcp was 401',
    },
  ])('$name', ({ expect: text, tell, verdict, detail }) => {
    expect(tell(new ToldRun(text)).verdict()).toMatchObject({ verdict, detail });
  });
});
