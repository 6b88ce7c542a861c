import type { HostSpec } from '../../core/driver.ts';
import type { Rule } from '../../core/rules.ts';
import type { Input } from '../../core/service.ts';

/**
 * Who counts what hosts do on real sockets. Called for every datagram, so a meter keeps no octets and makes little; a driver
 * without one pays nothing. Ports are those of the specification, 0 for one that was opened since.
 */
export interface Meter {
  received(host: HostSpec, port: number, octets: Uint8Array): void;
  sent(host: HostSpec, port: number, octets: Uint8Array, length: number): void;
  /** Octets written to a TCP peer, as the service framed them. */
  streamed(host: HostSpec, port: number, octets: Uint8Array): void;
  /** A rule was given. */
  because(host: HostSpec, rule: Rule): void;
  /** A service has handled an input. */
  handled(host: HostSpec, kind: Input['kind'], tookUs: number): void;
  /** A `persist` has ended. */
  settled(host: HostSpec, outcome: 'durable' | 'conflict' | 'failed', tookUs: number): void;
  measured(host: HostSpec, name: string, value: number): void;
}
