import type { Ipv4 } from '../../core/address.ts';
import type { Draft, DraftLease, Told } from '../draft.ts';
import type { Notes } from '../notes.ts';
import type { KeaClasses } from './classes.ts';
import type { KeaObject } from './object.ts';
import type { KeaDefinitions } from './options.ts';

/** What is known while a file is read. */
export interface KeaContext {
  readonly draft: Draft;
  readonly definitions: KeaDefinitions;
  readonly classes: KeaClasses;
  readonly notes: Notes;
}

/** What a level hands to those inside of it. */
export interface Level {
  /** Whether it tells something itself. */
  readonly tells: boolean;
  /** All that is told so far. */
  readonly told: Told;
  /** The same without what the whole file tells, which classes go before. */
  readonly inner: Told;
  readonly lease: KeaLease;
  readonly relays: readonly Ipv4[];
  readonly sharedNetwork: string | undefined;
  /** Classes that a client must be of. */
  readonly guards: readonly string[];
  /** Classes that are looked at because a level asks for them. */
  readonly required: readonly string[];
}

export interface KeaLease {
  readonly valid?: number | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly renew?: number | undefined;
  readonly rebind?: number | undefined;
  readonly calculates?: boolean | undefined;
  readonly t1?: number | undefined;
  readonly t2?: number | undefined;
}

export function leaseBy(object: KeaObject, outer: KeaLease): KeaLease {
  return {
    valid: object.number('valid-lifetime') ?? outer.valid,
    min: object.number('min-valid-lifetime') ?? outer.min,
    max: object.number('max-valid-lifetime') ?? outer.max,
    renew: object.number('renew-timer') ?? outer.renew,
    rebind: object.number('rebind-timer') ?? outer.rebind,
    calculates: object.bool('calculate-tee-times') ?? outer.calculates,
    t1: object.number('t1-percent') ?? outer.t1,
    t2: object.number('t2-percent') ?? outer.t2,
  };
}

/** Kea's own default. */
const VALID_SECONDS = 7_200;

export function draftLease({ valid = VALID_SECONDS, ...lease }: KeaLease): DraftLease {
  const part = (ratio: number | undefined): number | undefined =>
    lease.calculates === true && ratio !== undefined ? Math.floor(valid * ratio) : undefined;
  return {
    defaultSeconds: valid,
    minSeconds: lease.min,
    maxSeconds: lease.max,
    renewSeconds: lease.renew ?? part(lease.t1),
    rebindSeconds: lease.rebind ?? part(lease.t2),
  };
}
