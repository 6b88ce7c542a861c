import { connect, type Socket } from 'node:net';
import { type Endpoint, formatIp, type Ip } from '../../../core/address.ts';
import { after, MILLISECOND } from '../../../core/time.ts';
import { converse } from '../conversation.ts';
import { Listener } from '../listener.ts';
import { localOf } from '../stream.ts';
import { LOST_US, StreamPath } from '../stream-path.ts';
import { plain } from '../udp.ts';
import type { World } from '../world.ts';
import { fromKernelText } from '../zones.ts';
import type { Guest } from './guest.ts';

/** A segment without octets, with its headers. */
const HEADERS_OCTETS = 58;

/** Of one connection: what its client has asked, where that is, and on the way there routers that inspect. */
interface Ends {
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** The client as the server sees it. */
  readonly seen: Endpoint;
  readonly target: Endpoint;
  readonly path: StreamPath | undefined;
}

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
    const { streamEnds, connections } = this.#world;
    const address = fromKernelText(socket.remoteAddress ?? '');
    const guest = address === undefined ? undefined : this.#guestAt(address);
    socket.on('error', () => {});
    if (address === undefined || guest === undefined || this.#sockets.size >= connections.total) {
      this.#refuse(socket);
      return;
    }
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    const client = { address, port: socket.remotePort ?? 0 };
    if (StreamPath.isNeeded(guest.station, known)) {
      this.#through(socket, guest, { client, server: known });
      return;
    }
    const target = streamEnds.listening(known);
    if (target === undefined) this.#refuse(socket);
    else this.#carry(socket, guest, { client, server: known, seen: client, target, path: undefined });
  }

  /** Shows the handshake to the routers on the way; the kernel has made its own already. */
  #through(
    socket: Socket,
    guest: Guest,
    { client, server }: { readonly client: Endpoint; readonly server: Endpoint },
  ): void {
    const path = new StreamPath(this.#world, { local: client, peer: server });
    const there = path.begin(guest.station);
    const target = there && this.#world.streamEnds.listening(there.server);
    const isHeard = there !== undefined && path.answer(target === undefined ? 'refuses' : 'accepts');
    if (!isHeard) this.#lose(socket);
    else if (target === undefined) this.#refuse(socket);
    else this.#carry(socket, guest, { client, server, seen: there.client, target, path });
  }

  #refuse(socket: Socket): void {
    this.#world.counts.streamsRefused++;
    socket.resetAndDestroy();
  }

  /** A router on the way lets no more of it pass: the client hears nothing until it would have given up. */
  #lose(socket: Socket): void {
    const { schedule, now } = this.#world;
    this.#world.counts.streamsRefused++;
    socket.pause();
    schedule.at(after(now(), LOST_US), () => {
      if (!socket.destroyed) socket.resetAndDestroy();
    });
  }

  #carry(socket: Socket, guest: Guest, ends: Ends): void {
    const { connections } = this.#world;
    const { path } = ends;
    const { inner, conversation } = this.#connect(guest, ends);
    // One piece at a time: what a server does not read waits in the client.
    socket.on('data', (octets: Buffer) => {
      socket.pause();
      const carried = path === undefined ? octets : path.octets('client', plain(octets));
      if (carried === undefined) {
        this.#lose(socket);
        return;
      }
      this.#cross(guest, ends, octets.length, () => {
        conversation?.octets('client', octets);
        inner.write(carried, () => {
          socket.resume();
        });
      });
    });
    socket.on('end', () => {
      if (path?.finish('client') === false) return;
      this.#cross(guest, ends, 0, () => {
        conversation?.finish('client');
        inner.end();
      });
    });
    inner.pipe(socket);
    inner.on('error', () => socket.resetAndDestroy());
    socket.setTimeout(connections.idleUs / MILLISECOND, () => socket.resetAndDestroy());
    socket.on('close', () => {
      inner.destroy();
    });
  }

  /** The connection on loopback, which the server takes for the guest's. */
  #connect(guest: Guest, { client, server, seen, target, path }: Ends) {
    const { streamEnds } = this.#world;
    const where = { host: formatIp(target.address), port: target.port, localAddress: '127.0.0.1' };
    const inner = connect({ ...where, allowHalfOpen: true, noDelay: true });
    const conversation =
      path === undefined ? converse(this.#world, guest.station, { client, server }, 'client') : undefined;
    // As of our own: Node binds in the next tick, and whoever accepts must know who this is.
    process.nextTick(() => {
      const real = localOf(inner);
      if (real === undefined) return;
      streamEnds.call(real, { known: seen, conversation, path });
      inner.once('close', () => {
        streamEnds.hangUp(real);
      });
    });
    return { inner, conversation };
  }

  /** Does it when the octets have crossed the plant up to the server; without a way they never do. */
  #cross(guest: Guest, { server, path }: Ends, octets: number, arrive: () => void): void {
    const { network, schedule, now } = this.#world;
    const length = octets + HEADERS_OCTETS;
    const delayUs = path?.delayUs(length) ?? network.streamDelay(guest.station, server.address, length);
    if (delayUs !== undefined) schedule.at(after(now(), delayUs), arrive);
  }
}
