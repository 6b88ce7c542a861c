import { ipv4, type Endpoint } from '../../src/core/address.ts';
import { Random, streamKey } from '../../src/core/random.ts';
import { type Instant, SECOND, toInstant } from '../../src/core/time.ts';
import type { ProbeSpec, Sight } from '../../src/policy/dns/check.ts';
import { Prober, type Watched } from '../../src/engine/health/prober.ts';
import type { ThresholdSpec } from '../../src/policy/dns/check.ts';
import { RecordingEffects } from './recording-effects.ts';

const SEED = 2;
export const TARGET: Endpoint = { address: ipv4(0x0a000050), port: 80 };
export const LOCAL: Endpoint = { address: ipv4(0x0a000001), port: 50_000 };
export const HTTP: Extract<ProbeSpec, { kind: 'http' }> = {
  kind: 'http',
  to: TARGET,
  isTls: false,
  host: 'www.lab.example',
  path: '/',
  expects: undefined,
  connectUs: 4 * SECOND,
  answerUs: 2 * SECOND,
  textUs: 2 * SECOND,
};

export function watch(probe: ProbeSpec, threshold: ThresholdSpec = { kind: 'route53', count: 3 }): Watched {
  return {
    name: 'web',
    probing: { probe, everyUs: 30 * SECOND, threshold },
    startsHealthy: true,
    // A seed whose second probe comes late: the first has all its patience before it.
    random: new Random(streamKey(SEED, 'web')),
  };
}

/** A prober of one target, its sink, and what it has seen. */
export class Bench {
  readonly effects = new RecordingEffects();
  readonly sights: { readonly at: Instant; readonly sight: Sight }[] = [];
  readonly prober: Prober;

  constructor(watched: Watched) {
    this.prober = new Prober([watched], (_, sight, at) => this.sights.push({ at, sight }));
  }

  get last(): Sight | undefined {
    return this.sights.at(-1)?.sight;
  }

  wake(at: Instant = this.prober.deadline()): Instant {
    this.prober.wake(at, this.effects);
    return at;
  }

  open(at: Instant): void {
    const { stream } = this.effects.last('connect');
    this.prober.stream(
      { kind: 'stream', event: 'opened', stream, local: LOCAL, peer: TARGET },
      at,
      this.effects,
    );
  }

  give(octets: Uint8Array, at: Instant): void {
    const { stream } = this.effects.last('connect');
    this.prober.stream({ kind: 'stream', event: 'octets', stream, octets }, at, this.effects);
  }

  end(event: 'closed' | 'reset', at: Instant): void {
    const { stream } = this.effects.last('connect');
    this.prober.stream({ kind: 'stream', event, stream }, at, this.effects);
  }

  answer(octets: Uint8Array, from: Endpoint, at: Instant): void {
    const { port } = this.effects.last('send');
    const to = { ...LOCAL, port };
    this.prober.datagram(
      { kind: 'datagram', octets, from, to, via: 0, hardware: undefined },
      at,
      this.effects,
    );
  }
}

export const START = toInstant(5 * SECOND);
