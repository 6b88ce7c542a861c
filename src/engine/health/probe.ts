import type { Endpoint } from '../../core/address.ts';
import type { Effects, StreamId, StreamInput } from '../../core/service.ts';
import type { Instant } from '../../core/time.ts';

/** How a probe ended. */
export interface Outcome {
  readonly passed: boolean;
  /** In a few words, such as `HTTP 200` or `connect timed out`. */
  readonly reason: string;
}

/** What a probe needs of the sink. */
export type ProbeEffects = Pick<
  Effects,
  'connect' | 'write' | 'close' | 'reset' | 'bind' | 'release' | 'send'
>;

/** One probe under way. It ends once: then it has let go of all that it opened, and `outcome` is there. */
export interface Probe {
  readonly stream: StreamId | undefined;
  readonly port: number | undefined;
  readonly outcome: Outcome | undefined;
  /** When it gives up what it waits for. */
  readonly deadline: Instant;
  onStream(input: StreamInput, now: Instant, effects: ProbeEffects): void;
  onDatagram(octets: Uint8Array, from: Endpoint, effects: ProbeEffects): void;
  onUnreachable(reason: string, effects: ProbeEffects): void;
  /** The deadline has come. */
  giveUp(effects: ProbeEffects): void;
  /** Lets go of all at once, without an outcome. */
  stop(effects: ProbeEffects): void;
}
