import { describe, expect, test } from 'vitest';
import { encodeMessage } from '../../../src/codec/dns/message.ts';
import { toHex } from '../../../src/core/bytes.ts';
import { Random } from '../../../src/core/random.ts';
import type { StreamId } from '../../../src/core/service.ts';
import { SECOND, toInstant } from '../../../src/core/time.ts';
import type { CheckSpec } from '../../../src/policy/dns/check.ts';
import { ALL_HEALTHY, type HealthSource } from '../../../src/policy/dns/health-view.ts';
import type { DigReply } from '../../../src/service/dns-dig.ts';
import { DnsService } from '../../../src/service/dns.ts';
import { HealthService } from '../../../src/service/health.ts';
import { loadZone } from '../../../src/store/zone-builder.ts';
import { ZoneSet } from '../../../src/store/zone-set.ts';
import { CLIENT, SERVER, query } from '../../support/dns-client.ts';
import { LOCAL, TARGET } from '../../support/probe-bench.ts';
import { RecordingEffects } from '../../support/recording-effects.ts';
import { byHandle, byRespond } from '../../support/respond.ts';

const PATIENCE_US = 4 * SECOND;
const WAITS = 'HE-HEALTH-011';
const QUESTION = encodeMessage(query('www.lab.example', 'A'));
const ZONE = loadZone(
  '$ORIGIN lab.example.\n@ 60 SOA ns host 1 2 3 4 60\n@ 60 NS ns\nns 60 A 192.0.2.53\nwww 60 A 192.0.2.1\n',
  {
    file: 'lab.zone',
  },
);

function check(name: string, more: Partial<CheckSpec> = {}): CheckSpec {
  const probe = { kind: 'tcp', to: TARGET, connectUs: PATIENCE_US } as const;
  const probing = { probe, everyUs: 30 * SECOND, threshold: { kind: 'route53', count: 3 } } as const;
  const source = { kind: 'probed', probing, vantages: [], quorumRatio: 0.18 } as const;
  return { name, inverted: false, disabled: false, startsHealthy: true, isAwaited: true, source, ...more };
}

/** A name server and its checks, at one host and at one moment. */
class Bench {
  readonly effects = new RecordingEffects();
  readonly source: HealthSource = { current: ALL_HEALTHY };
  readonly dns: DnsService;
  readonly checks: HealthService;

  constructor(checks: readonly CheckSpec[]) {
    const random = new Random(1);
    this.dns = new DnsService({ zones: new ZoneSet([ZONE]), random, health: this.source });
    this.checks = new HealthService({
      checks,
      random: () => new Random(1),
      source: this.source,
      probers: new Map(),
      hash: undefined,
      epoch: { us: 0 },
    });
  }

  /** All first probes are sent. */
  begin(): readonly StreamId[] {
    this.checks.handle({ kind: 'timer' }, toInstant(0), this.effects);
    return this.effects.of('connect').map(({ stream }) => stream);
  }

  timer(atUs: number): void {
    this.checks.handle({ kind: 'timer' }, toInstant(atUs), this.effects);
  }

  opened(stream: StreamId, atUs = 1): void {
    const input = { kind: 'stream', event: 'opened', stream, local: LOCAL, peer: TARGET } as const;
    this.checks.handle(input, toInstant(atUs), this.effects);
  }

  refused(stream: StreamId): void {
    this.checks.handle({ kind: 'stream', event: 'reset', stream }, toInstant(1), this.effects);
  }

  /** What the short cut does, which `handle` must do as well. */
  ask(atUs = 2): 'answers' | readonly (readonly [string, string | undefined])[] {
    const short = byRespond(this.dns, QUESTION, atUs);
    expect(byHandle(this.dns, QUESTION, atUs)).toEqual(short);
    return short?.sent === undefined ? (short?.reasons ?? []) : 'answers';
  }

  dig(atUs = 2): DigReply {
    const effects = new RecordingEffects();
    const args = { octets: toHex(QUESTION), source: '10.0.0.9' };
    this.dns.handle({ kind: 'command', verb: 'dig', args }, toInstant(atUs), effects);
    return effects.last('reply').value as unknown as DigReply;
  }
}

describe('rule 6: no answer before each check was looked at once', () => {
  test.each([
    { name: 'passes', end: (bench: Bench, stream: StreamId) => bench.opened(stream) },
    { name: 'is refused', end: (bench: Bench, stream: StreamId) => bench.refused(stream) },
    { name: 'has no patience left', end: (bench: Bench) => bench.timer(PATIENCE_US) },
  ])('silence until the first probe $name, and answers from then on', ({ end }) => {
    const bench = new Bench([check('web')]);
    expect(bench.ask(0)).toEqual([[WAITS, 'web']]);
    const [stream] = bench.begin();
    expect(bench.ask()).toEqual([[WAITS, 'web']]);
    end(bench, stream!);
    expect(bench.ask(PATIENCE_US)).toBe('answers');
  });

  test('every check is waited for', () => {
    const bench = new Bench([check('one'), check('two'), check('three')]);
    const [one, two, three] = bench.begin();
    bench.opened(two!);
    expect(bench.ask()).toEqual([[WAITS, 'one and 1 more']]);
    bench.opened(one!);
    expect(bench.ask()).toEqual([[WAITS, 'three']]);
    bench.refused(three!);
    expect(bench.ask()).toBe('answers');
  });

  test.each([
    { name: 'no checks', checks: [] },
    { name: 'a check that says initial: healthy', checks: [check('web', { isAwaited: false })] },
    {
      name: 'a check that says initial: unhealthy',
      checks: [check('web', { isAwaited: false, startsHealthy: false })],
    },
  ])('$name: answers at once', ({ checks }) => {
    expect(new Bench(checks).ask(0)).toBe('answers');
  });

  test('a connection is refused as where nobody listens, and taken afterwards', () => {
    const bench = new Bench([check('web')]);
    const [stream] = bench.begin();
    const open = (id: number) => {
      const effects = new RecordingEffects();
      const input = { kind: 'stream', event: 'opened', stream: id } as const;
      bench.dns.handle({ ...input, local: SERVER, peer: CLIENT }, toInstant(2), effects);
      return { resets: effects.of('reset').length, rules: effects.rules() };
    };
    expect(open(7)).toEqual({ resets: 1, rules: [WAITS] });
    bench.opened(stream!);
    expect(open(8)).toEqual({ resets: 0, rules: [] });
  });

  test('dig is told why there is no reply, and of which name', () => {
    const bench = new Bench([check('web')]);
    const [stream] = bench.begin();
    const waiting = bench.dig();
    expect(waiting.reply).toBe('');
    expect(waiting.links).toMatchObject([
      {
        name: 'www.lab.example.',
        standing: { exists: true },
        reasons: [{ id: WAITS, says: expect.stringContaining('does not answer yet'), detail: 'web' }],
      },
    ]);
    bench.opened(stream!);
    expect(bench.dig().reply).not.toBe('');
  });
});

function reloaded(before: Bench, checks: readonly CheckSpec[]): Bench {
  const after = new Bench(checks);
  after.dns.succeed(before.dns, toInstant(3));
  after.checks.succeed(before.checks);
  return after;
}

describe('a reload', () => {
  test('who answered goes on answering, whatever checks are new', () => {
    const before = new Bench([check('web')]);
    const [stream] = before.begin();
    before.opened(stream!);
    expect(reloaded(before, [check('web'), check('new')]).ask()).toBe('answers');
  });

  test('who waited goes on waiting, for the same probe', () => {
    const before = new Bench([check('web')]);
    const [stream] = before.begin();
    const after = reloaded(before, [check('web')]);
    expect(after.ask()).toEqual([[WAITS, 'web']]);
    after.opened(stream!);
    expect(after.ask()).toBe('answers');
  });

  test('what was seen meanwhile is not waited for again', () => {
    const before = new Bench([check('seen'), check('slow')]);
    const [seen] = before.begin();
    before.opened(seen!);
    expect(reloaded(before, [check('seen'), check('slow')]).ask()).toEqual([[WAITS, 'slow']]);
    expect(reloaded(before, [check('seen')]).ask()).toBe('answers');
  });
});
