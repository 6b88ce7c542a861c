import type { Endpoint } from '../../core/address.ts';
import type { Exits } from './network.ts';
import type { Interface, Packet, Segment, Sender } from './plant.ts';
import { type Crossed, bodyOf } from './tap.ts';
import type { World } from './world.ts';

/** The kernel's part of a datagram's way. */
export class KernelExits implements Exits {
  #world: World | undefined;

  /** World and exits need each other. */
  enter(world: World): void {
    this.#world = world;
  }

  acts(segment: Segment): boolean {
    return this.#world?.place.acts(segment) === true;
  }

  joins(segment: Segment): boolean {
    return this.#world?.place.joins(segment) === true;
  }

  arrive(packet: Packet, last: Interface, crossed: Crossed | undefined): void {
    const world = this.#world;
    if (world === undefined) return;
    const { station } = last;
    const to = world.doors.knownAs(packet.to);
    // What a router has translated still leaves by the socket of who sent it.
    const from = world.doors.knownAs(packet.from) ?? world.doors.knownAs((packet.asSent ?? packet).from);
    if (to?.isReleased === false && from !== undefined && world.place.isClosed) {
      from.sendTo(to, packet, last, crossed);
      return;
    }
    if (crossed !== undefined)
      world.tap.frame(crossed, { at: world.now(), fate: 'delivered' }, bodyOf(packet));
    // Nothing here handles it, so nothing waits for its turn.
    if (station.spec.live !== undefined) {
      station.datagram(packet, last, crossed?.sender?.spec.mac ?? last.spec.mac);
      return;
    }
    // No socket to go through: a lease that came a moment ago, or the last step over a cable under `serve`.
    if (station.hasPort(packet.to.port))
      world.schedule.at(world.now(), () => {
        station.datagram(packet, last, crossed?.sender?.spec.mac ?? last.spec.mac);
      });
    else world.network.refuse(station, packet);
  }

  leave(packet: Packet, out: Interface, how: 'unicast' | 'broadcast' | 'no-address'): void {
    const world = this.#world;
    if (world === undefined) return;
    const door = this.#senderFor(world, packet, out);
    if (door === undefined) {
      world.counts.sendsRefused++;
      return;
    }
    this.#tap(world, packet, out, how);
    if (how === 'unicast') {
      const real: Endpoint = world.doors.knownAs(packet.to)?.real ?? packet.to;
      door.send(packet.octets, packet.octets.length, real);
      return;
    }
    if (how === 'no-address') {
      world.counts.broadcastInstead++;
      world.notice(
        'clients that have no address yet are answered by broadcast: without the native add-on nothing else reaches them',
      );
    }
    door.broadcast(packet.octets, packet.to.port);
  }

  /** The sender's own socket; else (a modem's, whose lease is no address here) any of its port, at last the router's. */
  #senderFor(world: World, { from, to, origin }: Packet, out: Interface): Sender | undefined {
    return (
      world.doors.knownAs(from) ??
      origin.sender(from.port, to.address) ??
      out.station.sender(from.port, to.address)
    );
  }

  #tap(world: World, packet: Packet, out: Interface, how: string): void {
    if (!world.tap.seesFrames) return;
    const at = world.now();
    const crossed: Crossed = {
      sentAt: at,
      medium: out.segment.name,
      sender: out,
      receiver: undefined,
      isBroadcast: how !== 'unicast',
      packet: packet.number,
      rule: packet.rule,
      detail: packet.detail,
    };
    world.tap.frame(crossed, { at, fate: 'delivered' }, bodyOf(packet));
  }
}
