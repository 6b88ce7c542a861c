import type { Turn } from '../config/fault.ts';
import type { PacketStep } from '../config/step.ts';
import type { FrameBody, FrameEvent, HostSpec } from '../core/driver.ts';
import { macAt } from '../core/address.ts';
import { CHADDR_OFFSET } from '../codec/dhcp/message.ts';
import { type PacketFacts, PacketReader } from './packet.ts';
import type { PlantIndex } from './plant.ts';
import { isParty, matchPacket, type ReadyPacket, readyPacket } from './step-match.ts';

/** RFC 2131 §2, `op`: from a server. */
const BOOTREPLY = 2;
/** Datagrams that are remembered, so that one is counted once on its way through routers: none is under way for longer. */
const REMEMBERED_MAX = 4_096;

/**
 * Which packets a fault means. A DHCP message is also from, or for, the client that it is about, where the other side is named:
 * `DHCP OFFER dhcp>cm[1]` is what the server sends to the relay for cm[1], `DHCP OFFER cmts>cm[1]` what the relay makes of it.
 */
export class PacketScript {
  readonly #plant: PlantIndex;
  readonly #reader: PacketReader;
  readonly #ready: ReadyPacket;
  /** The same packet from anybody to anybody. */
  readonly #anybodys: ReadyPacket;
  readonly #turn: Turn | undefined;
  readonly #counted = new Set<number>();
  #count = 0;

  constructor(
    { packet, turn }: { readonly packet: PacketStep; readonly turn: Turn | undefined },
    plant: PlantIndex,
  ) {
    this.#plant = plant;
    this.#reader = new PacketReader(plant);
    this.#turn = turn;
    this.#ready = readyPacket(packet, undefined, plant);
    this.#anybodys = { ...this.#ready, from: { kind: 'anybody' }, to: { kind: 'anybody' } };
  }

  picks(frame: FrameEvent): boolean {
    const facts = this.#reader.describe(frame);
    if (!this.#isMeant(facts)) return false;
    if (this.#turn === undefined) return true;
    if (this.#counted.has(frame.packet)) return false;
    for (const oldest of this.#counted) {
      if (this.#counted.size < REMEMBERED_MAX) break;
      this.#counted.delete(oldest);
    }
    this.#counted.add(frame.packet);
    this.#count++;
    return isTurn(this.#turn, this.#count);
  }

  #isMeant(facts: PacketFacts): boolean {
    if (matchPacket(this.#anybodys, facts, undefined, new Map()) !== 'yes') return false;
    const client = this.#clientOf(facts);
    return this.#isFrom(facts, client) && this.#isTo(facts, client);
  }

  #isFrom(facts: PacketFacts, client: Client | undefined): boolean {
    const { from, to } = this.#ready;
    if (isParty(from, facts.from, undefined)) return true;
    return client?.asks === true && to.kind !== 'anybody' && isParty(from, client.host, undefined);
  }

  #isTo(facts: PacketFacts, client: Client | undefined): boolean {
    const { from, to } = this.#ready;
    if (to.kind !== 'hosts') return true;
    const isClients = client?.asks === false && to.hosts.has(client.host);
    if (facts.to !== undefined) return to.hosts.has(facts.to) || (isClients && from.kind !== 'anybody');
    // For all on the segment; what a server sends so is for one client nevertheless.
    if (client?.asks === false) return isClients;
    return [...to.hosts].some((host) =>
      host.interfaces.some(({ segment }) => segment === facts.event.segment),
    );
  }

  #clientOf({ protocol, event: { body } }: PacketFacts): Client | undefined {
    if (protocol !== 'DHCP' || !isWhole(body)) return undefined;
    const number = this.#plant.numberOfMac(macAt(body.octets, CHADDR_OFFSET));
    return number === undefined
      ? undefined
      : { host: this.#plant.at(number), asks: body.octets[0] !== BOOTREPLY };
  }
}

/** Whom a DHCP message is about, and whether it is theirs. */
interface Client {
  readonly host: HostSpec;
  readonly asks: boolean;
}

function isWhole(body: FrameBody): body is Extract<FrameBody, { kind: 'udp' }> {
  return body.kind === 'udp' && body.octets.length >= CHADDR_OFFSET + 6;
}

function isTurn(turn: Turn, count: number): boolean {
  switch (turn.kind) {
    case 'all':
      return true;
    case 'nth':
      return count === turn.count;
    case 'first':
      return count <= turn.count;
    case 'every':
      return count % turn.count === 0;
  }
}
