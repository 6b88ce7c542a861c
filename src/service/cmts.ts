import type { Ipv4, Mac } from '../core/address.ts';
import { macAt } from '../core/address.ts';
import type { Crypto } from '../core/crypto.ts';
import { DecodeError } from '../core/errors.ts';
import { CMTS } from '../core/rules/cmts.ts';
import { RELAY } from '../core/rules/relay.ts';
import type { CommandInput, DatagramInput, Effects, Input, Service } from '../core/service.ts';
import { SECOND } from '../core/time.ts';
import type { Epoch, Instant } from '../core/time.ts';
import { SERVER_PORT } from '../codec/dhcp/codes.ts';
import { CHADDR_OFFSET } from '../codec/dhcp/message.ts';
import { RelayAgent } from '../engine/dhcp/relay.ts';
import { Cmts } from '../engine/cmts/cmts.ts';
import type { CmtsEngineOptions } from '../engine/cmts/cmts.ts';
import { CABLE } from '../engine/cmts/messages.ts';
import { DEFAULT_CONTENTION } from '../engine/modem/profile.ts';

/** What a person says of a CMTS; the rest is as usual unless `timers` says otherwise. */
export interface CmtsOptions {
  /** Its hardware address on the cable, interface 0. */
  readonly mac: Mac;
  /** Its address on the cable. */
  readonly giaddr: Ipv4;
  /** Where servers answer its relay, when that is not `giaddr`: its address on the uplink. */
  readonly relaySource?: Ipv4 | undefined;
  /** The DHCP servers that it relays to. */
  readonly helpers: readonly Ipv4[];
  /** The shared secret, as `secretFromFile` gives it. */
  readonly secret: Uint8Array;
  readonly crypto: Crypto;
  /** Left out, `contention`. */
  readonly ranging?: 'contention' | 'ideal' | undefined;
  /** For the time stamps in files (TLV 19); left out, they are not checked. */
  readonly epoch?: Epoch | undefined;
  /** Whether a modem must have downloaded through the CMTS; left out, no. */
  readonly tftpEnforce?: boolean | undefined;
  /** Whether what comes from an address that DHCP gave to nobody here is dropped; left out, yes. */
  readonly sourceVerify?: boolean | undefined;
  /** Modems that ranged elsewhere: real ones; left out, none. */
  readonly ranged?: readonly Mac[] | undefined;
  /** Computers, by the modem that each stands behind; left out, none. */
  readonly behind?: ReadonlyMap<Mac, Mac> | undefined;
  /** Option 82 sub-option 1: four octets; left out, 20000002 in hex. */
  readonly circuitId?: number | undefined;
  readonly timers?: Partial<Pick<CmtsEngineOptions, (typeof TUNABLE)[number]>> | undefined;
}

const TUNABLE = [
  'contention',
  'modemsMax',
  't4Us',
  't6Us',
  'responsesMax',
  't9Us',
  'processingSeconds',
] as const;

const CIRCUIT_ID = 0x20000002;
/** Option 82 sub-option 9: DOCSIS 3.1. */
const DOCSIS_VERSION = 0x0301;

/**
 * A CMTS as one router: interface 0 is the cable, interface 1 the uplink. It opens UDP port 67 for its relay agent. Commands:
 * `modems` replies with its table.
 */
export class CmtsService implements Service {
  readonly #mac: Mac;
  readonly #secret: Uint8Array;
  readonly #crypto: Crypto;
  readonly #behind: ReadonlyMap<Mac, Mac>;
  #cmts: Cmts;
  #relay: RelayAgent;

  constructor(options: CmtsOptions) {
    const { mac, giaddr, relaySource, helpers, secret, crypto, epoch } = options;
    const circuit = options.circuitId ?? CIRCUIT_ID;
    this.#mac = mac;
    this.#secret = secret;
    this.#crypto = crypto;
    this.#behind = options.behind ?? new Map();
    this.#cmts = new Cmts({
      mac,
      secret,
      crypto,
      epoch,
      ranging: options.ranging ?? 'contention',
      tftpEnforce: options.tftpEnforce ?? false,
      sourceVerify: options.sourceVerify ?? true,
      ranged: options.ranged ?? [],
      behind: this.#behind,
      contention: DEFAULT_CONTENTION,
      modemsMax: 65_536,
      t4Us: 35 * SECOND,
      t6Us: 3 * SECOND,
      responsesMax: 3,
      t9Us: 900 * SECOND,
      processingSeconds: 30,
      ...options.timers,
    });
    this.#relay = new RelayAgent({
      giaddr: relaySource ?? giaddr,
      link: relaySource === undefined ? undefined : giaddr,
      helpers,
      via: CABLE,
      relayAgent: {
        circuitId: Uint8Array.of(circuit >>> 24, circuit >>> 16, circuit >>> 8, circuit),
        docsisVersion: DOCSIS_VERSION,
      },
    });
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    try {
      this.#take(input, now, effects);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      const rule = input.kind === 'datagram' ? RELAY.malformed : CMTS.malformed;
      effects.because(rule, effects.explains ? error.message : undefined);
    }
  }

  deadline(): Instant {
    return this.#cmts.deadline();
  }

  /** Goes on with the modems of another one; who registers from now on shows this one's secret. */
  succeed(before: Service): void {
    if (!(before instanceof CmtsService)) return;
    this.#cmts = before.#cmts;
    this.#relay = before.#relay;
    this.#cmts.change(this.#secret, this.#crypto, this.#behind);
  }

  #take(input: Input, now: Instant, effects: Effects): void {
    switch (input.kind) {
      case 'datagram':
        return this.#datagram(input, effects);
      case 'transit':
        return this.#cmts.transit(input, effects);
      case 'mac-message':
        return this.#cmts.receiveMac(input.octets, now, effects);
      case 'timer':
        return this.#cmts.wake(now, effects);
      case 'command':
        return this.#command(input, effects);
      default:
    }
  }

  #datagram({ octets, to, via }: DatagramInput, effects: Effects): void {
    if (to.port !== SERVER_PORT) return;
    const chaddr = octets.length < CHADDR_OFFSET + 6 ? undefined : macAt(octets, CHADDR_OFFSET);
    if (chaddr !== undefined && !this.#cmts.bridges.passes(chaddr, effects)) return;
    const facts =
      via === CABLE
        ? this.#relay.fromClient(octets, this.#modemOf(chaddr), effects)
        : this.#relay.fromServer(octets, effects);
    if (facts !== undefined) this.#cmts.relayed(facts, effects);
  }

  /** What came by no modem of ours stands, as far as the server shall know, behind the CMTS. */
  #modemOf(chaddr: Mac | undefined): Mac {
    return (chaddr && this.#cmts.bridges.modemOf(chaddr)) ?? this.#mac;
  }

  #command({ verb }: CommandInput, effects: Effects): void {
    effects.reply(verb === 'modems' ? this.#cmts.modems() : { error: `a CMTS knows modems, not ${verb}` });
  }
}
