import type { Ipv4, Mac } from '../../core/address.ts';
import { NEVER, type Instant } from '../../core/time.ts';
import type { RestingClient } from '../dhcp/client-numbers.ts';

/** What a modem at rest shows; the position is the number kept. */
const REST_STATES: readonly string[] = ['off', 'operational', 'forwardingDenied'];

/** What is left of a modem that is off, or operational and waits for nothing but the renewal of its lease. */
export interface RestingModem {
  /** As `REST_STATES` has it. */
  readonly state: string;
  /** Whom it ranged with last. */
  readonly cmts: Mac;
  readonly sid: number;
  /** TLV 57 of its registration. */
  readonly reason: number;
  /** How often it drew from its stream of chance. */
  readonly drawn: number;
  readonly client: RestingClient;
}

/** One cache line: float64: T1, T2, end of the lease, CMTS; int32: member, xid, drawn, address, server, router; octets. */
const ROW_OCTETS = 64;
const RENEW_AT = 0;
const REBIND_AT = 1;
const EXPIRES_AT = 2;
const CMTS = 3;
const MEMBER = 8;
const XID = 9;
const DRAWN = 10;
const ADDRESS = 11;
const SERVER = 12;
const ROUTER = 13;
/** 16 bits. */
const SID = 28;
const PREFIX_LENGTH = 58;
const REASON = 59;
const STATE = 60;

/**
 * What is kept of modems at rest, a row of 64 octets for each: of a million modems most are, at any moment. Rows are taken in the order
 * of the first power-on, so that those that boot at one time lie side by side.
 */
export class RestRows {
  readonly #doubles: Float64Array;
  readonly #words: Int32Array;
  readonly #halves: Uint16Array;
  readonly #octets: Uint8Array;

  constructor(rows: number) {
    const buffer = new ArrayBuffer(rows * ROW_OCTETS);
    this.#doubles = new Float64Array(buffer);
    this.#words = new Int32Array(buffer);
    this.#halves = new Uint16Array(buffer);
    this.#octets = new Uint8Array(buffer);
  }

  /** Which modem of its group a row is of. */
  member(row: number): number {
    return this.#words[row * (ROW_OCTETS / 4) + MEMBER]!;
  }

  setMember(row: number, member: number): void {
    this.#words[row * (ROW_OCTETS / 4) + MEMBER] = member;
  }

  /** T1, or `NEVER`. */
  renewAt(row: number): Instant {
    return this.#doubles[row * (ROW_OCTETS / 8) + RENEW_AT]! as Instant;
  }

  xid(row: number): number {
    return this.#words[row * (ROW_OCTETS / 4) + XID]! >>> 0;
  }

  keep(row: number, { state, cmts, sid, reason, drawn, client }: RestingModem): void {
    const doubles = row * (ROW_OCTETS / 8);
    const { lease } = client;
    this.#doubles[doubles + RENEW_AT] = lease === undefined ? NEVER : client.renewAt;
    this.#doubles[doubles + REBIND_AT] = client.rebindAt;
    this.#doubles[doubles + EXPIRES_AT] = client.expiresAt;
    this.#doubles[doubles + CMTS] = cmts;
    const words = row * (ROW_OCTETS / 4);
    this.#words[words + XID] = client.xid;
    this.#words[words + DRAWN] = drawn;
    this.#words[words + ADDRESS] = lease?.address ?? 0;
    this.#words[words + SERVER] = lease?.serverId ?? 0;
    this.#words[words + ROUTER] = lease?.router ?? 0;
    this.#halves[row * (ROW_OCTETS / 2) + SID] = sid;
    const octets = row * ROW_OCTETS;
    this.#octets[octets + PREFIX_LENGTH] = lease?.prefixLength ?? 0;
    this.#octets[octets + REASON] = reason;
    this.#octets[octets + STATE] = REST_STATES.indexOf(state);
  }

  read(row: number): RestingModem {
    const doubles = row * (ROW_OCTETS / 8);
    const words = row * (ROW_OCTETS / 4);
    const octets = row * ROW_OCTETS;
    const state = REST_STATES[this.#octets[octets + STATE]!]!;
    const lease = {
      address: this.#words[words + ADDRESS]! as Ipv4,
      prefixLength: this.#octets[octets + PREFIX_LENGTH]!,
      serverId: this.#words[words + SERVER]! as Ipv4,
      router: this.#words[words + ROUTER]! as Ipv4,
    };
    return {
      state,
      cmts: this.#doubles[doubles + CMTS]! as Mac,
      sid: this.#halves[row * (ROW_OCTETS / 2) + SID]!,
      reason: this.#octets[octets + REASON]!,
      drawn: this.#words[words + DRAWN]!,
      client: {
        xid: this.xid(row),
        lease: state === 'off' ? undefined : lease,
        renewAt: this.renewAt(row),
        rebindAt: this.#doubles[doubles + REBIND_AT]! as Instant,
        expiresAt: this.#doubles[doubles + EXPIRES_AT]! as Instant,
      },
    };
  }
}
