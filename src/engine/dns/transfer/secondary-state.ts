import type { FrameSplitter } from '../../../codec/dns/frame.ts';
import type { Name } from '../../../codec/dns/name.ts';
import { type SoaTimers, soaTimers } from '../../../codec/dns/rdata/soa.ts';
import type { Effects } from '../../../core/service.ts';
import type { Steps } from '../../../core/steps.ts';
import type { Instant } from '../../../core/time.ts';
import type { Zone } from '../../../store/zone.ts';
import type { ZoneBuildOptions } from '../../../store/zone-builder.ts';
import type { ZoneChange } from '../../../store/zone-change.ts';
import type { TsigVerifier } from '../tsig.ts';
import type { IncomingTransfer } from './incoming.ts';
import type { Peer, RequestMaker } from './requests.ts';

/** Ours: a zone whose timers are 0 would keep both servers busy. */
const TIMER_SECONDS_MIN = 1;

/** What a secondary tells of its zone, within the input in which it happens. */
export interface SecondaryListener {
  /** A new version is here; `changes` lead to it from the one before, unless it came whole. */
  arrived(zone: Zone, changes: readonly ZoneChange[] | undefined, now: Instant, effects: Effects): void;
  /** The copy was found to be the newest. */
  confirmed(now: Instant, effects: Effects): void;
  expired(now: Instant, effects: Effects): void;
}

export interface SecondaryOptions {
  readonly apex: Name;
  readonly primaries: readonly Peer[];
  readonly requests: RequestMaker;
  readonly build: ZoneBuildOptions;
  readonly listener: SecondaryListener;
}

export type SecondaryState =
  | { readonly kind: 'idle'; readonly at: Instant }
  | {
      readonly kind: 'asking';
      readonly port: number;
      readonly id: number;
      readonly verifier: TsigVerifier | undefined;
      readonly triesLeft: number;
      readonly waitSeconds: number;
      readonly resendAt: Instant;
    }
  | {
      readonly kind: 'fetching';
      readonly stream: number;
      readonly qtype: number;
      readonly splitter: FrameSplitter;
      request:
        | { readonly incoming: IncomingTransfer; readonly verifier: TsigVerifier | undefined }
        | undefined;
      giveUpAt: Instant;
    }
  | {
      readonly kind: 'building';
      readonly steps: Steps<Zone>;
      readonly changes: readonly ZoneChange[] | undefined;
      nextAt: Instant;
    };

/** When a state has waited long enough. */
export function deadlineOf(state: SecondaryState): Instant {
  switch (state.kind) {
    case 'idle':
      return state.at;
    case 'asking':
      return state.resendAt;
    case 'fetching':
      return state.giveUpAt;
    case 'building':
      return state.nextAt;
  }
}

export function timersOf(zone: Zone): SoaTimers {
  const { refresh, retry, expire } = soaTimers(zone.soa.only);
  return { refresh: clamp(refresh), retry: clamp(retry), expire: clamp(expire) };
}

function clamp(seconds: number): number {
  return Math.max(seconds, TIMER_SECONDS_MIN);
}
