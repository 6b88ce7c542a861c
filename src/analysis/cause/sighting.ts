import type { Ip, Mac } from '../../core/address.ts';
import type { FrameEvent } from '../../core/driver.ts';

/** A host as the analysis knows it: a `HostSpec`, a host of a trace file's header, or what a capture lets one guess. */
export interface Party {
  readonly name: string;
  /** Such as `cable-modem`, `cmts`, `dhcp`; empty where nobody says. */
  readonly kind: string;
  readonly group: string;
  readonly forwards: boolean;
  readonly interfaces: readonly {
    readonly segment: string;
    readonly mac: Mac;
    readonly addresses: readonly { readonly address: Ip }[];
  }[];
}

/** One frame crossing one segment, whichever source tells of it: every `FrameEvent` is one. Octets are valid during the call. */
export interface Sighting extends Pick<
  FrameEvent,
  'sentAt' | 'at' | 'segment' | 'fate' | 'fault' | 'packet' | 'sourceMac' | 'destinationMac' | 'body'
> {
  readonly sender: Party;
  readonly receiver: Party | undefined;
}

export type Datagram = Extract<FrameEvent['body'], { readonly kind: 'udp' }>;
