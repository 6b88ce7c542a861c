import { describe, expect, test } from 'vitest';
import { encodeReport, REPORT_PORT, type HealthReport } from '../../../src/codec/health-report.ts';
import { parseIp, type Ip } from '../../../src/core/address.ts';
import { Random } from '../../../src/core/random.ts';
import { SECOND, toInstant } from '../../../src/core/time.ts';
import { portableCrypto } from '../../../src/crypto/portable.ts';
import type { CheckSpec } from '../../../src/policy/dns/check.ts';
import { ALL_HEALTHY, type HealthSource } from '../../../src/policy/dns/health-view.ts';
import { HealthService } from '../../../src/service/health.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';

const EYE = ip('10.0.0.90');
const OTHER = ip('10.0.0.91');
const KEY = new Uint8Array(16).fill(7);
const START = toInstant(60 * SECOND);

function ip(text: string): Ip {
  const address = parseIp(text);
  if (address === undefined) throw new Error(text);
  return address;
}

function hashWith(key: Uint8Array): (octets: Uint8Array) => Uint8Array {
  return (octets) => portableCrypto.sipHash24(key, octets);
}

function check(name: string, vantages: readonly string[]): CheckSpec {
  const probe = { kind: 'tcp', to: { address: ip('10.0.0.80'), port: 80 }, connectUs: SECOND } as const;
  const probing = { probe, everyUs: 30 * SECOND, threshold: { kind: 'route53', count: 3 } } as const;
  const source = { kind: 'probed', probing, vantages, quorumRatio: 0.18 } as const;
  return { name, inverted: false, disabled: false, startsHealthy: true, source };
}

class Bench {
  readonly effects = new RecordingEffects();
  readonly source: HealthSource = { current: ALL_HEALTHY };
  readonly service: HealthService;

  constructor(secret: Uint8Array | undefined, checks = [check('web', ['eye']), check('own', [])]) {
    this.service = new HealthService({
      checks,
      random: () => new Random(1),
      source: this.source,
      probers: new Map([['eye', [EYE]]]),
      hash: secret && hashWith(secret),
      epoch: { us: 1_000 * SECOND },
    });
  }

  /** Whether the report was taken. */
  hear(octets: Uint8Array, from: Ip): boolean {
    const to = { address: ip('10.0.0.53'), port: REPORT_PORT };
    const input = { kind: 'datagram', octets, from: { address: from, port: 50_000 }, to, via: 0 } as const;
    this.effects.clear();
    this.service.handle({ ...input, hardware: undefined }, START, this.effects);
    return !this.effects.rules().includes('HE-HEALTH-009');
  }

  ask(verb: string, args = {}): unknown {
    this.service.handle({ kind: 'command', verb, args }, START, this.effects);
    return this.effects.last('reply').value;
  }
}

const DOWN: HealthReport = {
  prober: 'eye',
  check: 'web',
  isUp: false,
  successes: 0,
  failures: 3,
  probesToChange: 3,
  sentAtUs: 5_000_000_000_000,
  reason: 'connect timed out',
};
const noHash = () => new Uint8Array(8);

describe('which reports are taken', () => {
  test.each([
    { name: 'from its address', report: DOWN, from: EYE, taken: true },
    { name: 'from another', report: DOWN, from: OTHER, taken: false },
    { name: 'of a check that there is not', report: { ...DOWN, check: 'mail' }, from: EYE, taken: false },
    { name: 'of a check that the server probes', report: { ...DOWN, check: 'own' }, from: EYE, taken: false },
    { name: 'of a stranger', report: { ...DOWN, prober: 'nose' }, from: EYE, taken: false },
  ])('without a secret: $name: $taken', ({ report, from, taken }) => {
    const bench = new Bench(undefined);
    expect(bench.hear(encodeReport(report, noHash), from)).toBe(taken);
    expect(bench.source.current.isHealthy(0)).toBe(!taken);
  });

  test.each([
    { name: 'of who has it, from anywhere', key: KEY, taken: true },
    { name: 'of who has another', key: new Uint8Array(16), taken: false },
  ])('with a secret: $name: $taken', ({ key, taken }) => {
    expect(new Bench(KEY).hear(encodeReport(DOWN, hashWith(key)), OTHER)).toBe(taken);
  });

  test('one octet changed, a short one, noise, and one played again', () => {
    const bench = new Bench(KEY);
    const octets = encodeReport(DOWN, hashWith(KEY));
    for (let index = 0; index < octets.length; index++) {
      const changed = octets.slice();
      changed[index] = (changed[index] ?? 0) ^ 1;
      expect(bench.hear(changed, EYE)).toBe(false);
      expect(bench.hear(octets.subarray(0, index), EYE)).toBe(false);
    }
    expect(bench.hear(octets, EYE)).toBe(true);
    expect(bench.hear(octets, EYE)).toBe(false);
    expect(bench.hear(encodeReport({ ...DOWN, sentAtUs: DOWN.sentAtUs + 1 }, hashWith(KEY)), EYE)).toBe(true);
  });

  test('a reason from the network is shown with its escapes', () => {
    const bench = new Bench(undefined);
    bench.hear(encodeReport({ ...DOWN, reason: 'bad\u001b[31m' }, noHash), EYE);
    expect(JSON.stringify(bench.ask('checks'))).not.toContain('\\u001b');
  });
});

describe('commands', () => {
  test('checks: what is known of each', () => {
    const bench = new Bench(undefined);
    bench.hear(encodeReport(DOWN, noHash), EYE);
    expect(bench.ask('checks')).toEqual([
      {
        name: 'web',
        kind: 'tcp',
        target: '10.0.0.80:80',
        healthy: false,
        set: 'auto',
        reason: '0 of 1 vantage points see it healthy',
        changed_at: 1_060,
        probed_at: 1_060,
        successes: 0,
        failures: 3,
        seconds_to_change: 90,
        vantages: [{ name: 'eye', healthy: false, reason: 'connect timed out', probed_at: 1_060 }],
      },
      expect.objectContaining({ name: 'own', healthy: true, reason: 'not probed yet', probed_at: null }),
    ]);
  });

  test.each([
    {
      args: { name: 'own', to: 'down' },
      reply: expect.objectContaining({ healthy: false, reason: 'forced down' }),
    },
    { args: { name: 'mail', to: 'down' }, reply: { error: 'there is no such check' } },
    { args: { name: 'own', to: 'sideways' }, reply: { error: 'to: expected up, down or auto' } },
  ])('check $args', ({ args, reply }) => {
    expect(new Bench(undefined).ask('check', args)).toEqual(reply);
  });
});

test('a reload keeps what was said and seen, and the old server’s policies look at nothing that moves', () => {
  const before = new Bench(undefined);
  before.hear(encodeReport(DOWN, noHash), EYE);
  before.ask('check', { name: 'own', to: 'down' });
  const after = new Bench(undefined);
  after.service.succeed(before.service);
  expect([0, 1].map((index) => after.source.current.isHealthy(index))).toEqual([false, false]);
  // What was heard before is not taken again.
  expect(after.hear(encodeReport(DOWN, noHash), EYE)).toBe(false);
});
