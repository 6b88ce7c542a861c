import type { CheckSpec, Forced } from '../policy/dns/check.ts';
import type { InterfaceAddress, Plain } from '../core/service.ts';
import type { FileReference } from './place.ts';
import type { Selector } from './scenario.ts';

/** The health checks of a name server. */
export interface ChecksConfig {
  /** In the file's order, which numbers them; vantage points are members of probers. */
  readonly checks: readonly CheckSpec[];
  /** What probers and server share, 32 hex digits; undefined: probers are known by their addresses. */
  readonly checksSecret: FileReference | undefined;
}

/** A web server for checks to look at. */
export interface WebDeviceConfig {
  readonly name: string;
  readonly kind: 'web';
  readonly count: number | undefined;
  readonly on: string;
  readonly mac: undefined;
  readonly address: InterfaceAddress;
  readonly ports: readonly number[];
  readonly answer: { readonly status: number; readonly body: string; readonly delayUs: number };
}

/** A vantage point of health checks. */
export interface ProberDeviceConfig {
  readonly name: string;
  readonly kind: 'prober';
  readonly count: number | undefined;
  readonly on: string;
  readonly mac: undefined;
  readonly address: InterfaceAddress;
}

/** A web server begins to fail, as `args` says, or is mended. */
export interface TargetAction {
  readonly do: 'fail' | 'mend';
  readonly who: Selector;
  readonly args: Readonly<Record<string, Plain>>;
}

/** An operator says what checks are. */
export interface HealthAction {
  readonly do: 'health';
  readonly who: Selector;
  readonly checks: readonly { readonly name: string; readonly to: Forced }[];
}
