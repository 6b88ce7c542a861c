import type { Ipv4, Mac } from '../../core/address.ts';
import { ANY, BROADCAST, ipv4At, macAt, writeIpv4, writeMac } from '../../core/address.ts';
import { u16At } from '../../core/bytes.ts';
import { Destination } from '../../core/destination.ts';
import { RELAY } from '../../core/rules/relay.ts';
import type { Effects } from '../../core/service.ts';
import { BROADCAST_FLAG, CLIENT_PORT, Op, Option, SERVER_PORT } from '../../codec/dhcp/codes.ts';
import { CHADDR_OFFSET } from '../../codec/dhcp/message.ts';
import type { RelayAgentFields } from '../../codec/dhcp/option/relay-agent.ts';
import { RelaySuboption, encodeRelayAgent } from '../../codec/dhcp/option/relay-agent.ts';
import { suboptionAt } from '../../codec/dhcp/option/suboptions.ts';
import { OptionScan, closeMessage, copyWithoutRelayAgent } from '../../codec/dhcp/scan.ts';
import { MESSAGE_OCTETS_MAX } from '../../codec/dhcp/writer.ts';

/** RFC 1542 §4.1.1: the default threshold. */
const HOPS_MAX = 4;
/** Offsets in the fixed fields: RFC 2131 §2, figure 1. */
const HOPS_OFFSET = 3;
const FLAGS_OFFSET = 10;
const CIADDR_OFFSET = 12;
const YIADDR_OFFSET = 16;
const GIADDR_OFFSET = 24;

export interface RelayOptions {
  /** Where servers answer: our address on the clients' link, unless `link` is that. */
  readonly giaddr: Ipv4;
  /**
   * Our address on the clients' link, for servers that have no way to it: they are told of it by link selection (RFC 3527 §3)
   * and name it as the server (RFC 5107 §4), so that renewals come to us as well. It needs option 82.
   */
  readonly link?: Ipv4 | undefined;
  /** The servers; every request goes to each. */
  readonly helpers: readonly Ipv4[];
  /** The interface of the clients' link. */
  readonly via: number;
  /** Requests that have passed more relays than this are dropped; left out, 4. */
  readonly hopsMax?: number | undefined;
  /** What option 82 says beside the remote id; undefined adds no option 82. */
  readonly relayAgent: Omit<RelayAgentFields, 'remoteId' | 'linkSelection' | 'serverOverride'> | undefined;
}

/** What went through the relay: the same object each time, good until the next message. */
export interface RelayFacts {
  readonly direction: 'to-server' | 'to-client';
  /** 0 without option 53. */
  readonly messageType: number;
  /** The client's hardware address; for a modem its own. */
  readonly chaddr: Mac;
  readonly ciaddr: Ipv4;
  readonly yiaddr: Ipv4;
}

/**
 * A DHCP relay agent: RFC 1542 §4, RFC 3046 §2.1. It changes messages where they lie and decodes none. Both methods throw
 * `DecodeError` and give undefined for what they drop.
 */
export class RelayAgent {
  readonly #options: RelayOptions;
  readonly #hopsMax: number;
  /** Ours on the clients' link. */
  readonly #address: Ipv4;
  readonly #scan = new OptionScan();
  readonly #scratch = new Uint8Array(2048);
  readonly #target = new Destination();
  /** Option 82 whole, code and length first; its remote id is written for each request. */
  readonly #relayAgent: Uint8Array;
  readonly #remoteIdAt: number;
  readonly #facts: { -readonly [Key in keyof RelayFacts]: RelayFacts[Key] } = {
    direction: 'to-server',
    messageType: 0,
    chaddr: 0 as Mac,
    ciaddr: ANY,
    yiaddr: ANY,
  };

  constructor(options: RelayOptions) {
    this.#options = options;
    this.#hopsMax = options.hopsMax ?? HOPS_MAX;
    const fields = options.relayAgent;
    const { link } = options;
    this.#address = link ?? options.giaddr;
    const value =
      fields &&
      encodeRelayAgent({
        ...fields,
        remoteId: new Uint8Array(6),
        linkSelection: link,
        serverOverride: link,
      });
    this.#relayAgent =
      value === undefined ? new Uint8Array(0) : Uint8Array.of(Option.relayAgent, value.length, ...value);
    this.#remoteIdAt = value === undefined ? 0 : 2 + suboptionAt(value, RelaySuboption.remoteId);
  }

  /** A datagram that a client sent to port 67. `modem` is the cable modem it came through, the client itself or not. */
  fromClient(octets: Uint8Array, modem: Mac, effects: Effects): RelayFacts | undefined {
    const scan = this.#scan;
    scan.scan(octets);
    if (octets[0] !== Op.request) return drop(effects, RELAY.wrongWay);
    const hops = octets[HOPS_OFFSET]!;
    if (hops > this.#hopsMax) return drop(effects, RELAY.tooManyHops);
    const giaddr = ipv4At(octets, GIADDR_OFFSET);
    if (giaddr === this.#options.giaddr || giaddr === this.#address) return drop(effects, RELAY.spoofed);
    if (giaddr === ANY && scan.relayAgentAt !== 0) return drop(effects, RELAY.untrusted);
    if (octets.length > MESSAGE_OCTETS_MAX) return drop(effects, RELAY.tooLong);
    const to = this.#scratch;
    let length = octets.length;
    if (giaddr === ANY) {
      length = this.#addRelayAgent(octets, modem, effects);
      if (length === 0) return drop(effects, RELAY.noRoomForLink);
      writeIpv4(to, GIADDR_OFFSET, this.#options.giaddr);
    } else {
      to.set(octets);
      effects.because(RELAY.relayedAgain);
    }
    to[HOPS_OFFSET] = hops + 1;
    for (const address of this.#options.helpers)
      effects.send(SERVER_PORT, this.#target.at(address, SERVER_PORT).from(this.#options.giaddr), to, length);
    return this.#say('to-server', octets);
  }

  /** A datagram that a server sent to our `giaddr`, port 67. */
  fromServer(octets: Uint8Array, effects: Effects): RelayFacts | undefined {
    const scan = this.#scan;
    scan.scan(octets);
    const { giaddr, via } = this.#options;
    if (octets[0] !== Op.reply || ipv4At(octets, GIADDR_OFFSET) !== giaddr)
      return drop(effects, RELAY.notOurs);
    if (octets.length >= this.#scratch.length) return drop(effects, RELAY.tooLong);
    const length = copyWithoutRelayAgent(octets, scan, this.#scratch, octets.length);
    const facts = this.#say('to-client', octets);
    // RFC 1542 §4.1.2 says yiaddr; an ACK to INFORM has none (RFC 2131 §4.3.5) and goes to ciaddr.
    const address = facts.ciaddr === ANY ? facts.yiaddr : facts.ciaddr;
    if ((u16At(octets, FLAGS_OFFSET) & BROADCAST_FLAG) !== 0 || address === ANY) {
      effects.because(RELAY.replyBroadcast);
      this.#target.at(BROADCAST, CLIENT_PORT).by(via);
    } else {
      effects.because(RELAY.replyUnicast);
      this.#target.at(address, CLIENT_PORT).by(via, facts.chaddr);
    }
    effects.send(SERVER_PORT, this.#target.from(this.#address), this.#scratch, length);
    return facts;
  }

  /** Copies the request into the scratch with option 82 as its last; gives the length, 0 when it must not go without. */
  #addRelayAgent(octets: Uint8Array, modem: Mac, effects: Effects): number {
    const to = this.#scratch;
    const { endAt } = this.#scan;
    const option = this.#relayAgent;
    if (option.length > 0 && endAt + option.length + 1 <= MESSAGE_OCTETS_MAX) {
      effects.because(this.#options.link === undefined ? RELAY.relayed : RELAY.relayedFromElsewhere);
      // With what follows the options, which is written over: a view of a part would cost as much as all the copying.
      to.set(octets);
      writeMac(option, this.#remoteIdAt, modem);
      for (let index = 0; index < option.length; index++) to[endAt + index] = option[index]!;
      return closeMessage(to, endAt + option.length, octets.length);
    }
    if (this.#options.link !== undefined) return 0;
    effects.because(option.length > 0 ? RELAY.tooLong : RELAY.relayed);
    to.set(octets);
    return octets.length;
  }

  #say(direction: RelayFacts['direction'], octets: Uint8Array): RelayFacts {
    const facts = this.#facts;
    facts.direction = direction;
    facts.messageType = this.#scan.messageType;
    facts.chaddr = macAt(octets, CHADDR_OFFSET);
    facts.ciaddr = ipv4At(octets, CIADDR_OFFSET);
    facts.yiaddr = ipv4At(octets, YIADDR_OFFSET);
    return facts;
  }
}

function drop(effects: Effects, rule: (typeof RELAY)[keyof typeof RELAY]): undefined {
  effects.because(rule);
  return undefined;
}
