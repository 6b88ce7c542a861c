import type { Endpoint } from '../../core/address.ts';
import type { StreamId } from '../../core/service.ts';
import { SECOND } from '../../core/time.ts';
import { TcpFlag } from '../../codec/frame/tcp.ts';

/** RFC 6298 §2.1: before a round trip was measured. */
const FIRST_TIMEOUT_US = SECOND;
/** RFC 6298 §2.4 asks for a second; stacks of today use 200 ms. */
const LEAST_TIMEOUT_US = 200_000;

/** What was sent and is not acknowledged. */
export interface Sent {
  readonly sequence: number;
  readonly flags: number;
  readonly octets: Uint8Array;
}

/** The octets of sequence space a segment takes: SYN and FIN count for one each (RFC 9293 §3.4). */
export function sequenceLength(flags: number, payloadOctets: number): number {
  return payloadOctets + (flags & TcpFlag.syn ? 1 : 0) + (flags & TcpFlag.fin ? 1 : 0);
}

/** Whether sequence number `a` is before `b`, modulo 2^32: RFC 9293 §3.4. */
function isBefore(a: number, b: number): boolean {
  return ((a - b) | 0) < 0;
}

/** One end of a TCP connection: RFC 9293 §3.3.1, as far as a reliable path of this network needs. */
export class Connection {
  readonly id: StreamId;
  readonly host: number;
  readonly local: Endpoint;
  readonly peer: Endpoint;
  /**
   * `securing`: the handshake of TLS runs. `lingering`: both sides have closed; a FIN whose acknowledgment was lost is still
   * answered.
   */
  state: 'syn-sent' | 'syn-received' | 'securing' | 'open' | 'lingering';
  isTls = false;
  /** RFC 9293 §3.3.1: SND.NXT and RCV.NXT. */
  sendNext: number;
  receiveNext = 0;
  readonly unacknowledged: Sent[] = [];
  /** Written, and held back by the window. */
  readonly waiting: Uint8Array[] = [];
  /** Our side: `closing` once the service closed, `closed` once the FIN is out. */
  sending: 'open' | 'closing' | 'closed' = 'open';
  peerHasClosed = false;
  owesAcknowledgment = false;
  timeoutUs = FIRST_TIMEOUT_US;
  tries = 0;
  resendAt = Infinity;
  /** Whether the queue holds an event for this connection. */
  isArmed = false;
  openedAt: number;

  constructor(
    id: StreamId,
    ends: { readonly host: number; readonly local: Endpoint; readonly peer: Endpoint },
    start: { readonly state: 'syn-sent' | 'syn-received'; readonly sequence: number; readonly at: number },
  ) {
    this.id = id;
    this.host = ends.host;
    this.local = ends.local;
    this.peer = ends.peer;
    this.state = start.state;
    this.sendNext = start.sequence;
    this.openedAt = start.at;
  }

  get inFlight(): number {
    const first = this.unacknowledged[0];
    return first === undefined ? 0 : (this.sendNext - first.sequence) >>> 0;
  }

  /** The handshake has told how long a round trip takes: RFC 6298 §2.2. */
  measure(now: number): void {
    if (this.tries === 0) this.timeoutUs = Math.max(LEAST_TIMEOUT_US, 3 * (now - this.openedAt));
    else this.timeoutUs = FIRST_TIMEOUT_US;
  }

  /** Forgets what the peer has; false when the acknowledgment says nothing new. */
  acknowledge(upTo: number): boolean {
    const { unacknowledged } = this;
    const before = unacknowledged.length;
    while (unacknowledged.length > 0) {
      const first = unacknowledged[0]!;
      if (isBefore(upTo, (first.sequence + sequenceLength(first.flags, first.octets.length)) | 0)) break;
      unacknowledged.shift();
    }
    return unacknowledged.length < before;
  }

  get isFinished(): boolean {
    return this.peerHasClosed && this.sending === 'closed' && this.unacknowledged.length === 0;
  }
}
