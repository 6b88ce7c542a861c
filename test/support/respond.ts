import { ipv4 } from '../../src/core/address.ts';
import type { Rule } from '../../src/core/rules.ts';
import type { DatagramInput, Response, Service } from '../../src/core/service.ts';
import { toInstant } from '../../src/core/time.ts';
import { CLIENT, SERVER } from './dns-client.ts';
import { RecordingEffects } from './recording-effects.ts';

/** What came of one datagram. */
export interface Outcome {
  /** undefined: silence. */
  readonly sent: Uint8Array | undefined;
  /** Rules and what was said of them. */
  readonly reasons: readonly (readonly [id: string, detail: string | undefined])[];
}

function input(octets: Uint8Array, from = CLIENT): DatagramInput {
  return { kind: 'datagram', octets, from, to: SERVER, via: 0, hardware: undefined };
}

export function byHandle(service: Service, octets: Uint8Array, at: number, source?: number): Outcome {
  const effects = new RecordingEffects();
  service.handle(input(octets, sourceOf(source)), toInstant(at), effects);
  const sent = effects.of('send');
  return {
    sent: sent[0]?.octets,
    reasons: effects.of('because').map(({ rule, detail }) => [rule.id, detail]),
  };
}

/** undefined: the service left it to `handle`. */
export function byRespond(
  service: Service,
  octets: Uint8Array,
  at: number,
  source?: number,
): Outcome | undefined {
  const out = new RecordingResponse();
  const length = service.respond?.(input(octets, sourceOf(source)), toInstant(at), out) ?? 0;
  if (length === 0) return undefined;
  return { sent: length < 0 ? undefined : out.octets.slice(0, length), reasons: out.reasons };
}

function sourceOf(source: number | undefined): typeof CLIENT {
  return source === undefined ? CLIENT : { address: ipv4(source), port: 40_000 };
}

class RecordingResponse implements Response {
  readonly explains = true;
  octets = new Uint8Array(0);
  readonly reasons: (readonly [string, string | undefined])[] = [];

  reads(): boolean {
    return true;
  }

  because({ id }: Rule, detail?: string): void {
    this.reasons.push([id, detail]);
  }
}
