import type { Socket } from 'node:net';
import type { Endpoint, Ip } from '../../core/address.ts';
import { ANY, formatEndpoint } from '../../core/address.ts';
import type { Rule } from '../../core/rules.ts';
import { LIMIT_RULES } from '../../core/rules/limit.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import type { StreamId, TlsCall } from '../../core/service.ts';
import { after, MILLISECOND, toInstant } from '../../core/time.ts';
import type { RealHost } from './host.ts';
import { converse } from './conversation.ts';
import { Listener, type Seated } from './listener.ts';
import { Peers } from './peers.ts';
import { LOST_US, StreamPath } from './stream-path.ts';
import { openSocket, randomPort, sourceOf, type Way } from './stream-way.ts';
import { abandon, localOf, type Stream, tapPeer, unsentOf } from './stream.ts';
import { secured } from './tls.ts';
import { plain } from './udp.ts';
import { type TcpWant, tcpWants } from './wants.ts';
import type { World } from './world.ts';
import { fromKernelText } from './zones.ts';

/** A SYN or a FIN with its headers. */
const EMPTY_SEGMENT_OCTETS = 58;

/** The streams of one host: its listening sockets and its connections. */
export class Streams {
  readonly #world: World;
  readonly #host: RealHost;
  readonly #listeners = new Map<string, Seated>();
  /** Names of those that are being opened. */
  readonly #opening = new Set<string>();
  readonly #streams = new Map<StreamId, Stream>();
  readonly #peers = new Peers<Stream>();
  /** Those that are being opened through routers that inspect. */
  readonly #unanswered = new Set<StreamId>();
  #made = 0;

  constructor(world: World, host: RealHost) {
    this.#world = world;
    this.#host = host;
  }

  /** Opens the TCP ports of the specification; rejects with `EnvironmentError`. */
  async listen(): Promise<void> {
    await Promise.all(this.#wanted().map((where) => this.#listenAt(where)));
  }

  /** The host's addresses have changed: its listening sockets follow. */
  follow(): void {
    if (this.#host.spec.tcpPorts.length === 0) return;
    const wanted = this.#wanted();
    const names = new Set(wanted.map(({ known }) => formatEndpoint(known)));
    for (const [name, { listener, known }] of this.#listeners) {
      if (names.has(name)) continue;
      this.#listeners.delete(name);
      this.#world.streamEnds.unlisten(known);
      listener.close();
    }
    for (const where of wanted) {
      const name = formatEndpoint(where.known);
      if (this.#listeners.has(name) || this.#opening.has(name)) continue;
      this.#listenAt(where).catch((error: unknown) => {
        this.#world.notice(
          `${this.#host.spec.name}: ${error instanceof Error ? error.message : String(error)}`,
        );
      });
    }
  }

  get listeners(): readonly Listener[] {
    return [...this.#listeners.values()].map(({ listener }) => listener);
  }

  /** At a reload: the listening sockets are nobody's until they are seated again; gives them. Streams stay. */
  unseat(): readonly Listener[] {
    const { listeners } = this;
    for (const { known } of this.#listeners.values()) this.#world.streamEnds.unlisten(known);
    this.#listeners.clear();
    return listeners;
  }

  seat({ known, bind }: TcpWant, listener: Listener): void {
    this.#listeners.set(formatEndpoint(known), { listener, known });
    this.#world.streamEnds.listen(known, bind);
    listener.accept({
      accept: (socket) => this.#accept(socket, known),
      refused: () => {
        this.#world.counts.streamsRefused++;
      },
    });
  }

  /** Ends every stream after what was written: for the end of the program. */
  finish(): void {
    for (const listener of this.unseat()) listener.close();
    for (const stream of this.#streams.values()) this.close(stream.id);
  }

  /** Streams whose peer has not been sent all that was written. */
  get unsentCount(): number {
    return [...this.#streams.values()].filter(({ socket, closed }) =>
      closed ? !socket.writableFinished : socket.writableLength > 0,
    ).length;
  }

  get ids(): readonly StreamId[] {
    return [...this.#streams.keys()];
  }

  reserve(): StreamId {
    return ++this.#made;
  }

  connect(id: StreamId, to: Endpoint, fromPort: number | undefined, tls: TlsCall | undefined): void {
    const { life } = this.#host;
    if (this.#world.place.isClosed && StreamPath.isNeeded(this.#host, to))
      return this.#connectThrough(id, to, fromPort);
    const delayUs = this.#delay(to.address, EMPTY_SEGMENT_OCTETS);
    const target = this.#world.streamEnds.listening(to) ?? (this.#world.place.isClosed ? undefined : to);
    this.#world.schedule.at(after(this.#world.now(), delayUs ?? 0), () => {
      if (this.#host.life !== life) return;
      if (delayUs === undefined || target === undefined) {
        this.#host.because(delayUs === undefined ? NET_RULES.noRoute : NET_RULES.streamRefused);
        this.#tell(id, 'reset');
      } else this.#connect(id, to, { target, fromPort, tls: this.#world.place.isClosed ? undefined : tls });
    });
  }

  write(id: StreamId, octets: Uint8Array): void {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.closed || octets.length === 0) return;
    const { counts, connections } = this.#world;
    if (unsentOf(stream) + octets.length > connections.unsentOctets) return this.#cut(stream);
    const carried = stream.path === undefined ? octets : stream.path.octets(stream.side, octets);
    if (carried === undefined) return this.#lose(stream);
    counts.unsentOctets += octets.length;
    this.#world.meter?.streamed(this.#host.spec, stream.localPort, octets);
    stream.crossingOctets += octets.length;
    this.#cross(stream, octets.length, () => {
      stream.crossingOctets -= octets.length;
      stream.conversation?.octets(stream.side, octets);
      const sent = (): void => {
        counts.unsentOctets -= octets.length;
      };
      if (stream.socket.destroyed) sent();
      else stream.socket.write(carried, sent);
      this.#peers.touch(stream);
    });
    // All of them together: who makes us hold the most goes first.
    if (counts.unsentOctets <= connections.unsentOctetsTotal) return;
    const [most = stream] = [...this.#streams.values()].sort((a, b) => unsentOf(b) - unsentOf(a));
    this.#cut(most);
  }

  unsent(id: StreamId): number {
    return unsentOf(this.#streams.get(id));
  }

  close(id: StreamId): void {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.closed) return;
    if (stream.path?.finish(stream.side) === false) return this.#lose(stream);
    stream.closed = true;
    this.#cross(stream, 0, () => {
      stream.conversation?.finish(stream.side);
      stream.socket.end();
    });
    if (stream.peerClosed) this.#streams.delete(id);
  }

  reset(id: StreamId): void {
    const stream = this.#streams.get(id);
    this.#unanswered.delete(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    stream.conversation?.reset(stream.side);
    stream.path?.reset(stream.side);
    abandon(stream.socket);
  }

  closeAll(): void {
    for (const listener of this.unseat()) listener.close();
    for (const { socket, closed } of this.#streams.values())
      if (closed && socket.writableFinished) socket.destroy();
      else socket.resetAndDestroy();
    this.#streams.clear();
  }

  #wanted(): TcpWant[] {
    return tcpWants(this.#host, this.#world.place);
  }

  async #listenAt(want: TcpWant): Promise<void> {
    const { life } = this.#host;
    const name = formatEndpoint(want.known);
    this.#opening.add(name);
    try {
      const listener = await Listener.open(want.bind);
      const isWanted =
        this.#host.life === life && this.#wanted().some(({ known }) => formatEndpoint(known) === name);
      if (isWanted) this.seat(want, listener);
      else listener.close();
    } finally {
      this.#opening.delete(name);
    }
  }

  #accept(socket: Socket, known: Endpoint): void {
    const address = fromKernelText(socket.remoteAddress ?? '');
    const { remotePort } = socket;
    if (address === undefined || remotePort === undefined) {
      this.#world.counts.streamsRefused++;
      socket.on('error', () => {});
      socket.resetAndDestroy();
      return;
    }
    this.#makeRoom(address);
    const real = { address, port: remotePort };
    const caller = this.#world.streamEnds.caller(real);
    const peer = caller?.known ?? real;
    const shown = secured(socket, known.port, this.#host.spec.tls);
    const stream = this.#add(this.reserve(), { socket: shown, peer, side: 'server', localPort: known.port });
    this.#peers.add(stream, address);
    stream.path = caller?.path;
    stream.conversation = caller?.conversation;
    if (caller === undefined)
      stream.conversation = converse(this.#world, this.#host, { client: peer, server: known }, 'server');
    if (caller !== undefined) return this.#open(stream, known);
    tapPeer(stream);
    // Who is outside is told by FTP's PASV what it has reached: an address of this machine.
    this.#open(stream, localOf(socket) ?? known);
  }

  /** Shows the handshake to the routers on the way before the kernel makes the connection. */
  #connectThrough(id: StreamId, to: Endpoint, fromPort: number | undefined): void {
    const { life } = this.#host;
    const { schedule, streamEnds, now } = this.#world;
    const source = sourceOf(this.#world, this.#host, to.address);
    const local = { address: source?.known ?? ANY, port: fromPort ?? randomPort() };
    const path = new StreamPath(this.#world, { local, peer: { ...to } });
    const there = path.begin(this.#host);
    const target = there && streamEnds.listening(there.server);
    const isHeard = there !== undefined && path.answer(target === undefined ? 'refuses' : 'accepts');
    this.#unanswered.add(id);
    schedule.at(after(now(), isHeard ? path.delayUs(EMPTY_SEGMENT_OCTETS) : LOST_US), () => {
      if (this.#host.life !== life || !this.#unanswered.delete(id)) return;
      if (isHeard && target !== undefined)
        return this.#connect(id, to, { target, fromPort, through: { path, local, seen: there.client } });
      this.#host.because(isHeard ? NET_RULES.streamRefused : NET_RULES.streamLost);
      this.#tell(id, 'reset');
    });
  }

  #connect(id: StreamId, to: Endpoint, way: Way): void {
    const { fromPort, tls, through } = way;
    const source = sourceOf(this.#world, this.#host, to.address);
    const socket = openSocket(way, source);
    const stream = this.#add(id, { socket, peer: to, side: 'client', localPort: 0 });
    stream.path = through?.path;
    // Node binds in the next tick; whoever accepts us later must know which of the scenario's hosts this is.
    process.nextTick(() => {
      const real = localOf(socket);
      if (real === undefined) return;
      socket.once('close', () => {
        this.#world.streamEnds.hangUp(real);
      });
      if (through !== undefined) {
        const { path, seen } = through;
        return this.#world.streamEnds.call(real, { known: seen, conversation: undefined, path });
      }
      const known = { address: source?.known ?? real.address, port: fromPort ?? real.port };
      const conversation = converse(this.#world, this.#host, { client: known, server: to }, 'client');
      stream.conversation = conversation;
      if (this.#world.streamEnds.isOutside(to)) tapPeer(stream);
      this.#world.streamEnds.call(real, { known, conversation });
    });
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      const real = localOf(socket);
      if (this.#streams.get(id) !== stream || real === undefined) return;
      const local = { address: source?.known ?? real.address, port: fromPort ?? real.port };
      this.#open(stream, through?.local ?? local);
    });
  }

  #add(id: StreamId, given: Pick<Stream, 'socket' | 'peer' | 'side' | 'localPort'>): Stream {
    const { socket } = given;
    const stream: Stream = {
      id,
      ...given,
      crossingOctets: 0,
      arrivesAt: toInstant(0),
      conversation: undefined,
      path: undefined,
      peerClosed: false,
      closed: false,
    };
    this.#streams.set(id, stream);
    socket.on('data', (octets: Buffer) => {
      this.#peers.touch(stream);
      if (this.#streams.get(id) === stream)
        this.#host.handle({ kind: 'stream', event: 'octets', stream: id, octets: plain(octets) });
    });
    socket.on('end', () => {
      if (this.#streams.get(id) !== stream) return;
      stream.peerClosed = true;
      if (stream.closed) this.#streams.delete(id);
      this.#tell(id, 'closed');
    });
    // The reason is the same to a service: the stream is gone. `close` follows.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.#peers.remove(stream);
      if (this.#streams.get(id) === stream) this.#fail(stream);
    });
    socket.setTimeout(this.#world.connections.idleUs / MILLISECOND, () => {
      this.#give(stream, LIMIT_RULES.connectionIdle);
    });
    return stream;
  }

  /** Ends the connection that was quiet longest where there are too many, of one source or of all. */
  #makeRoom(address: Ip): void {
    const yielding = this.#peers.yielding(address, this.#world.connections);
    if (yielding === undefined) return;
    const { stream, to } = yielding;
    this.#world.counts.streamsRefused++;
    this.#give(stream, to === 'all' ? LIMIT_RULES.connections : LIMIT_RULES.connectionsOfSource);
  }

  /** A router on the way lets no more of it pass: repeated for nothing, until it is given up. */
  #lose(stream: Stream): void {
    stream.closed = true;
    this.#world.schedule.at(after(this.#world.now(), LOST_US), () => {
      if (this.#streams.get(stream.id) !== stream) return;
      this.#host.because(NET_RULES.streamLost);
      this.#fail(stream);
    });
  }

  #cut(stream: Stream): void {
    this.#world.counts.streamsCut++;
    this.#give(stream, LIMIT_RULES.unsent);
  }

  /** Gives a connection up by one of our limits. */
  #give(stream: Stream, rule: Rule): void {
    this.#host.because(rule, this.#world.tap.explains ? formatEndpoint(stream.peer) : undefined);
    this.#peers.remove(stream);
    // The service may be done with it, while the kernel waits for a peer that does not read.
    if (this.#streams.get(stream.id) === stream) this.#fail(stream);
    else stream.socket.resetAndDestroy();
  }

  #open(stream: Stream, local: Endpoint): void {
    stream.conversation?.open();
    this.#trace(stream.id, 'opened');
    this.#host.handle({ kind: 'stream', event: 'opened', stream: stream.id, local, peer: stream.peer });
  }

  /** Gone without our asking; told in an input of its own. */
  #fail(stream: Stream): void {
    this.#streams.delete(stream.id);
    stream.conversation?.reset(stream.side);
    stream.path?.reset(stream.side);
    abandon(stream.socket);
    const { life } = this.#host;
    this.#world.schedule.at(this.#world.now(), () => {
      if (this.#host.life === life) this.#tell(stream.id, 'reset');
    });
  }

  #tell(id: StreamId, event: 'closed' | 'reset'): void {
    this.#trace(id, event);
    this.#host.handle({ kind: 'stream', event, stream: id });
  }

  #trace(id: StreamId, event: 'opened' | 'closed' | 'reset'): void {
    const { tap, now } = this.#world;
    for (const listener of tap.listeners) listener.stream?.(now(), this.#host.spec, id, event);
  }

  /** Does it when the octets have crossed what is acted here, in the order written. */
  #cross(stream: Stream, octets: number, arrive: () => void): void {
    const length = octets + EMPTY_SEGMENT_OCTETS;
    const delayUs = stream.path?.delayUs(length) ?? this.#delay(stream.peer.address, length) ?? 0;
    const now = this.#world.now();
    if (delayUs === 0 && stream.arrivesAt <= now) {
      arrive();
      return;
    }
    stream.arrivesAt = toInstant(Math.max(stream.arrivesAt, now + delayUs));
    this.#world.schedule.at(stream.arrivesAt, arrive);
  }

  /** 0 where nothing is acted; undefined where no way leads. */
  #delay(to: Ip, octets: number): number | undefined {
    const { place, network } = this.#world;
    return place.isClosed ? network.streamDelay(this.#host, to, octets) : 0;
  }
}
