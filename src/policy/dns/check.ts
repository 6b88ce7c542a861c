import type { Endpoint } from '../../core/address.ts';
import type { Name } from '../../codec/dns/name.ts';

/**
 * How many probes change a state. `route53`: so many in a row, both ways. `gdnsd`: from up to down when `down` failures have
 * come without `ok` successes in a row among them, from down to up after `up` successes in a row.
 */
export type ThresholdSpec =
  | { readonly kind: 'route53'; readonly count: number }
  | { readonly kind: 'gdnsd'; readonly up: number; readonly ok: number; readonly down: number };

/** What one probe does, and how long it waits for each thing. */
export type ProbeSpec =
  | { readonly kind: 'tcp'; readonly to: Endpoint; readonly connectUs: number }
  | {
      readonly kind: 'udp';
      readonly to: Endpoint;
      readonly send: Uint8Array;
      /** What must stand in the answer; undefined: any answer will do. */
      readonly expects: Uint8Array | undefined;
      readonly answerUs: number;
    }
  | {
      readonly kind: 'dns';
      readonly to: Endpoint;
      readonly qname: Name;
      readonly qtype: number;
      /** Data that must be among the answers; undefined: any data of the type. */
      readonly expects: Uint8Array | undefined;
      readonly answerUs: number;
    }
  | {
      readonly kind: 'http';
      readonly to: Endpoint;
      readonly isTls: boolean;
      /** What the Host field says. */
      readonly host: string;
      /** Path and query. */
      readonly path: string;
      /** What must stand in the first 5,120 octets of the page; undefined: a good status is enough. */
      readonly expects: Uint8Array | undefined;
      readonly connectUs: number;
      readonly answerUs: number;
      readonly textUs: number;
    };

/** How a probed check is probed. */
export interface Probing {
  readonly probe: ProbeSpec;
  readonly everyUs: number;
  readonly threshold: ThresholdSpec;
  /** After it went down, successes do not count for so long; left out: they do at once. */
  readonly holdDownUs?: number | undefined;
}

/** A check as its server knows it; others are named by their position. */
export interface CheckSpec {
  readonly name: string;
  /** Turns the state over, at the very end. */
  readonly inverted: boolean;
  /** Healthy, whatever the probes say: Route 53's `Disabled`. */
  readonly disabled: boolean;
  /** What it is until something says otherwise. */
  readonly startsHealthy: boolean;
  /** The server does not answer before the first probe has ended; left out: it does. */
  readonly isAwaited?: boolean | undefined;
  readonly source:
    | {
        readonly kind: 'probed';
        readonly probing: Probing;
        /** Who probes; empty: the server itself. */
        readonly vantages: readonly string[];
        /** Healthy while more than this share of those who report see it so. */
        readonly quorumRatio: number;
      }
    | { readonly kind: 'calculated'; readonly of: readonly number[]; readonly least: number }
    /** Only an operator changes it. */
    | { readonly kind: 'admin' };
}

/** What an operator says of a check; `auto`: nothing. */
export type Forced = 'up' | 'down' | 'auto';

/** What one vantage point knows of a target. */
export interface Sight {
  readonly isUp: boolean;
  readonly successes: number;
  readonly failures: number;
  readonly probesToChange: number;
  /** Why the last probe ended as it did. */
  readonly reason: string;
}
