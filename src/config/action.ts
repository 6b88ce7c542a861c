import type { Instant } from '../core/time.ts';
import type { HealthAction, TargetAction } from './checks.ts';
import type { Fault } from './fault.ts';
import type { Selector } from './scenario.ts';

/** What happens when. */
export type Action = PowerAction | Fault | RestartAction | ShowAction | UpdateAction | CheckAction;

type CheckAction = ActionCommon & (TargetAction | HealthAction);

interface ActionCommon {
  readonly at: Instant;
  /** Such as `timeline[0]`. */
  readonly path: string;
}

export interface PowerAction extends ActionCommon {
  /** `release` and `renew` are for hosts with DHCP: give the address back, ask for longer before T1. */
  readonly do: 'power-on' | 'power-off' | 'release' | 'renew';
  readonly who: Selector;
  /** The members one after another: `even` in steps, `uniform` each at a drawn moment of [at, at + overUs). */
  readonly spread: { readonly overUs: number; readonly by: 'even' | 'uniform' } | undefined;
}

/** A router shows its tables. */
interface ShowAction extends ActionCommon {
  readonly do: 'show';
  readonly who: Selector;
}

/** A name server changes a zone: lines of a master file. */
interface UpdateAction extends ActionCommon {
  readonly do: 'update';
  readonly who: Selector;
  readonly zone: string;
  readonly add: readonly string[];
  readonly remove: readonly string[];
}

interface RestartAction extends ActionCommon {
  readonly do: 'restart';
  readonly who: Selector;
}
