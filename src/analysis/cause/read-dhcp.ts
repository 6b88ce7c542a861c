import { ANY, BROADCAST } from '../../core/address.ts';
import { SECOND } from '../../core/time.ts';
import { Op, MessageType, Option, SERVER_PORT } from '../../codec/dhcp/codes.ts';
import { DhcpDecoder } from '../../codec/dhcp/message.ts';
import type { DhcpMessage } from '../../codec/dhcp/message.ts';
import { cableLabsServer } from '../../codec/dhcp/option/vivso.ts';
import { showOctets } from '../../core/text.ts';
import type { Boot, Told } from './boot.ts';
import type { Observed } from './observed.ts';
import type { Datagram, Sighting } from './sighting.ts';
import { markOf } from './track.ts';

/** Relays of one client that are told apart. */
const RELAYS_MAX = 4;
/** A client that has waited so long for an answer has asked again, or soon will. */
const LATE_US = 2 * SECOND;

/** Reads the DHCP messages of a trace into the clients' ways to service. */
export class DhcpReader {
  readonly #seen: Observed;
  readonly #decoder = new DhcpDecoder();
  /** When a server heard a client last. */
  readonly #heardAt = new WeakMap<Boot, number>();

  constructor(seen: Observed) {
    this.#seen = seen;
  }

  /** Throws `DecodeError`. */
  read(sighting: Sighting, body: Datagram, number: number): void {
    const message = this.#decoder.decode(body.octets);
    const mac = message.chaddrMac;
    if (mac === undefined) return;
    const boot = this.#seen.boot(mac);
    if (boot === undefined) return;
    const arrived = this.#seen.arrives(sighting, body.to.address);
    const seen = { number, arrived };
    if (message.op === Op.request) this.#request(boot, message, { sighting, body, seen });
    else this.#reply(boot, message, { sighting, body, seen });
  }

  #request(boot: Boot, message: DhcpMessage, packet: Packet): void {
    const { sighting, body, seen } = packet;
    const { giaddr } = message;
    const isRelayed = giaddr !== ANY;
    if (isRelayed && boot.relays.size < RELAYS_MAX) boot.relays.add(giaddr);
    if (isRelayed) this.#seen.relays(giaddr, sighting.sender);
    const vendorClass = message.option(Option.vendorClass);
    if (vendorClass !== undefined && boot.class === '') boot.class = showOctets(vendorClass).slice(0, 64);
    switch (message.messageType) {
      case MessageType.discover:
        if (!isRelayed) boot.begin();
        boot.note(isRelayed ? 'discover-relayed' : 'discover-up', sighting, seen);
        break;
      case MessageType.request:
        if (message.ciaddr !== ANY) boot.note('renewal', sighting, seen);
        else {
          if (!isRelayed && !message.has(Option.serverIdentifier)) boot.begin();
          boot.note(isRelayed ? 'request-relayed' : 'request-up', sighting, seen);
        }
        break;
      default:
        return;
    }
    if (seen.arrived && sighting.receiver?.forwards !== true) this.#heardAt.set(boot, sighting.at);
    // A broadcast asks nobody by name.
    if (body.to.address === BROADCAST) return;
    const peer = this.#seen.peer('dhcp', body.to.address);
    peer?.asks(sighting, seen);
    if (message.messageType === MessageType.request && message.ciaddr !== ANY)
      peer?.renews(sighting, seen.number);
  }

  #reply(boot: Boot, message: DhcpMessage, packet: Packet): void {
    const { sighting, body, seen } = packet;
    const side = body.to.port === SERVER_PORT ? 'back' : 'down';
    switch (message.messageType) {
      case MessageType.offer:
        boot.told = toldBy(message);
        this.#seen.offers(message.giaddr);
        boot.note(side === 'back' ? 'offer-back' : 'offer-down', sighting, seen);
        break;
      case MessageType.ack:
        if (message.yiaddr === ANY) return;
        boot.told = toldBy(message);
        boot.lender = boot.told.serverId;
        boot.note(side === 'back' ? 'ack-back' : 'ack-down', sighting, seen);
        this.#seen.give(message.yiaddr, boot);
        // A modem has still to register, unless it lost its address while it was registered.
        if (side === 'down' && seen.arrived && (!boot.isModem || boot.state === 'operational')) boot.serve();
        break;
      case MessageType.nak:
        this.#nak(boot, message, packet);
        boot.note(side === 'back' ? 'nak-back' : 'nak-down', sighting, seen);
        break;
      default:
        return;
    }
    if (sighting.sender.forwards) return;
    const peer = this.#seen.peer('dhcp', body.from.address);
    if (peer?.answers(sighting) !== true) return;
    const heardAt = this.#heardAt.get(boot);
    if (heardAt === undefined || sighting.sentAt - heardAt < LATE_US) return;
    peer.late++;
    peer.firstLate ??= markOf(sighting, seen.number);
  }

  #nak(boot: Boot, message: DhcpMessage, { sighting, seen }: Packet): void {
    const from = message.ip(Option.serverIdentifier);
    const { lender } = boot;
    if (from === undefined || lender === undefined || from === lender) return;
    boot.foreignNak ??= { from, lender, mark: markOf(sighting, seen.number) };
  }
}

interface Packet {
  readonly sighting: Sighting;
  readonly body: Datagram;
  readonly seen: { readonly number: number; readonly arrived: boolean };
}

function toldBy(message: DhcpMessage): Told {
  const tftp125 = cableLabsServer(message);
  return {
    serverId: message.ip(Option.serverIdentifier),
    giaddr: message.giaddr,
    yiaddr: message.yiaddr,
    siaddr: message.siaddr,
    hasFile: message.fileText !== '',
    has66: message.has(Option.tftpServerName),
    tftp125: tftp125 === ANY ? undefined : tftp125,
  };
}
