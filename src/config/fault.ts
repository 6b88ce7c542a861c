import type { Instant } from '../core/time.ts';
import type { CmtsDeviceConfig, DhcpServiceConfig, Selector, TftpServiceConfig } from './scenario.ts';
import type { PacketStep } from './step.ts';

/** Something that goes wrong on purpose. */
export type Fault =
  | NetworkFault
  | CrashFault
  | DiskFault
  | ClockFault
  | SlowFault
  | RogueFault
  | FillFault
  | ChangeFault;

export interface FaultCommon {
  readonly at: Instant;
  /** Such as `timeline[0]`. */
  readonly path: string;
  readonly id: string;
  /** `NEVER`: it lasts to the end of the run. */
  readonly until: Instant;
  /** A run in which it acted less often is inconclusive. */
  readonly mustFire: number | undefined;
}

/** What happens to frames on their way. */
export interface NetworkFault extends FaultCommon {
  readonly do: 'impair' | 'partition' | 'flap' | 'drop' | 'hold' | 'duplicate' | 'corrupt';
  /** A segment's or link's name; undefined: every one. */
  readonly where: string | undefined;
  readonly lossRatio: number;
  readonly delayUs: number;
  readonly jitterUs: number;
  readonly reorderRatio: number;
  readonly holdUs: number;
  readonly duplicateRatio: number;
  readonly corruptRatio: number;
  /** 0: no limit. */
  readonly bitsPerSecond: number;
  /** undefined: anybody. */
  readonly from: readonly Selector[] | undefined;
  readonly to: readonly Selector[] | undefined;
  readonly ways: 'one' | 'both';
  readonly flaps: { readonly everyUs: number; readonly downUs: number } | undefined;
  /** undefined: all packets. */
  readonly packet: PacketStep | undefined;
  /** Which of these packets, each datagram counted once; undefined: all of them, each time they cross. */
  readonly turn: Turn | undefined;
}

export type Turn =
  | { readonly kind: 'all' }
  | { readonly kind: 'nth' | 'first' | 'every'; readonly count: number };

interface CrashFault extends FaultCommon {
  readonly do: 'crash';
  readonly who: Selector;
  readonly memory: 'keep' | 'lose';
  readonly disk: 'keep' | 'lose';
}

interface DiskFault extends FaultCommon {
  readonly do: 'disk';
  readonly who: Selector;
  readonly flushUs: number | 'full';
}

export interface ClockFault extends FaultCommon {
  readonly do: 'clock';
  readonly who: Selector;
  /** What its dates are ahead by. */
  readonly stepUs: number;
  /** How much faster it runs. */
  readonly skewPpm: number;
}

export interface SlowFault extends FaultCommon {
  readonly do: 'slow';
  readonly who: Selector;
  readonly byUs: number;
  /** Datagrams a second; 0: as many as come. */
  readonly rate: number;
}

/** A DHCP server that is there for a time; its host has the id for a name. */
export interface RogueFault extends FaultCommon {
  readonly do: 'rogue';
  readonly server: DhcpServiceConfig;
}

interface FillFault extends FaultCommon {
  readonly do: 'fill-pool';
  readonly who: Selector;
  /** Such as `10.9.0.0/18`; undefined: all. */
  readonly subnet: string | undefined;
  /** Addresses of each subnet that stay free. */
  readonly leave: number;
}

export interface ChangeFault extends FaultCommon {
  readonly do: 'change';
  readonly who: Selector;
  /** What it is from then on. */
  readonly to: TftpServiceConfig | DhcpServiceConfig | CmtsDeviceConfig;
}

const FAULTS: ReadonlySet<string> = new Set<Fault['do']>([
  'impair',
  'partition',
  'flap',
  'drop',
  'hold',
  'duplicate',
  'corrupt',
  'crash',
  'disk',
  'clock',
  'slow',
  'rogue',
  'fill-pool',
  'change',
]);

/** Whether an action of the timeline is a fault. */
export function isFault<Action extends { readonly do: string }>(
  action: Action,
): action is Extract<Action, { readonly do: Fault['do'] }> {
  return FAULTS.has(action.do);
}
