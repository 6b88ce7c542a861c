import { connect, type Socket } from 'node:net';
import { type Endpoint, formatIp, type Ip } from '../../../core/address.ts';
import { after, MILLISECOND } from '../../../core/time.ts';
import { converse } from '../conversation.ts';
import { Listener } from '../listener.ts';
import { localOf } from '../stream.ts';
import { StreamPath } from '../stream-path.ts';
import type { World } from '../world.ts';
import { fromKernelText } from '../zones.ts';
import type { Guest } from './guest.ts';

/** A segment without octets, with its headers. */
const HEADERS_OCTETS = 58;

/**
 * Connections of guests to servers of the plant: accepted at the server's address, and carried to where it listens on loopback. There
 * they are the guest's, which the server knows by its own address.
 */
export class GuestStreams {
  readonly #world: World;
  readonly #guestAt: (address: Ip) => Guest | undefined;
  readonly #listeners: Listener[] = [];
  readonly #sockets = new Set<Socket>();

  constructor(world: World, guestAt: (address: Ip) => Guest | undefined) {
    this.#world = world;
    this.#guestAt = guestAt;
  }

  /** Rejects with `EnvironmentError`. */
  async open(endpoints: readonly Endpoint[]): Promise<void> {
    for (const known of endpoints) {
      const listener = await Listener.open(known);
      this.#listeners.push(listener);
      listener.accept({
        accept: (socket) => this.#accept(socket, known),
        refused: () => {
          this.#world.counts.streamsRefused++;
        },
      });
    }
  }

  close(): void {
    for (const listener of this.#listeners.splice(0)) listener.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  #accept(socket: Socket, known: Endpoint): void {
    const { streamEnds, connections, counts } = this.#world;
    const address = fromKernelText(socket.remoteAddress ?? '');
    const guest = address === undefined ? undefined : this.#guestAt(address);
    const target = streamEnds.listening(known);
    socket.on('error', () => {});
    const isFull = this.#sockets.size >= connections.total;
    // What routers that inspect would do to its segments, the kernel's connection does not show.
    const isCarried = guest !== undefined && !StreamPath.isNeeded(guest.station, known) && !isFull;
    if (!isCarried || target === undefined || address === undefined) {
      counts.streamsRefused++;
      socket.resetAndDestroy();
      return;
    }
    this.#sockets.add(socket);
    const client = { address, port: socket.remotePort ?? 0 };
    this.#carry(socket, guest, { client, server: known, target });
  }

  #carry(
    socket: Socket,
    guest: Guest,
    ends: { readonly client: Endpoint; readonly server: Endpoint; readonly target: Endpoint },
  ): void {
    const { streamEnds, connections } = this.#world;
    const { client, server, target } = ends;
    const where = { host: formatIp(target.address), port: target.port, localAddress: '127.0.0.1' };
    const inner = connect({ ...where, allowHalfOpen: true, noDelay: true });
    const conversation = converse(this.#world, guest.station, { client, server }, 'client');
    // As of our own: Node binds in the next tick, and whoever accepts must know who this is.
    process.nextTick(() => {
      const real = localOf(inner);
      if (real === undefined) return;
      streamEnds.call(real, { known: client, conversation });
      inner.once('close', () => {
        streamEnds.hangUp(real);
      });
    });
    // One piece at a time: what a server does not read waits in the client.
    socket.on('data', (octets: Buffer) => {
      socket.pause();
      this.#cross(guest, server, octets.length, () => {
        conversation?.octets('client', octets);
        inner.write(octets, () => {
          socket.resume();
        });
      });
    });
    socket.on('end', () => {
      this.#cross(guest, server, 0, () => {
        conversation?.finish('client');
        inner.end();
      });
    });
    inner.pipe(socket);
    inner.on('error', () => socket.resetAndDestroy());
    socket.setTimeout(connections.idleUs / MILLISECOND, () => socket.resetAndDestroy());
    socket.on('close', () => {
      this.#sockets.delete(socket);
      inner.destroy();
    });
  }

  /** Does it when the octets have crossed the plant up to the server; without a way they never do. */
  #cross(guest: Guest, server: Endpoint, octets: number, arrive: () => void): void {
    const { network, schedule, now } = this.#world;
    const delayUs = network.streamDelay(guest.station, server.address, octets + HEADERS_OCTETS);
    if (delayUs !== undefined) schedule.at(after(now(), delayUs), arrive);
  }
}
