import { connect, type Socket } from 'node:net';
import type { Endpoint, Ip } from '../../core/address.ts';
import { formatEndpoint, formatIp, isIpv4 } from '../../core/address.ts';
import type { Rule } from '../../core/rules.ts';
import { LIMIT_RULES } from '../../core/rules/limit.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import type { StreamId } from '../../core/service.ts';
import { after, MILLISECOND, toInstant } from '../../core/time.ts';
import type { RealHost } from './host.ts';
import { Conversation, type Side } from './conversation.ts';
import { Listener } from './listener.ts';
import { Peers } from './peers.ts';
import type { Seat } from './place.ts';
import { type Hop, hopsTo, wayTo } from './routing.ts';
import { localOf, type Stream, tapPeer, unsentOf } from './stream.ts';
import { secured } from './tls.ts';
import { plain } from './udp.ts';
import { type TcpWant, tcpWants } from './wants.ts';
import type { World } from './world.ts';
import { fromKernelText } from './zones.ts';

/** A SYN or a FIN with its headers. */
const EMPTY_SEGMENT_OCTETS = 58;

/** Where a connection leaves from. */
interface Source extends Seat {
  /** The kernel's port for one of the scenario's. */
  port(port: number): number | undefined;
}

interface Seated {
  readonly listener: Listener;
  readonly known: Endpoint;
}

/** The streams of one host: its listening sockets and its connections. */
export class Streams {
  readonly #world: World;
  readonly #host: RealHost;
  readonly #listeners = new Map<string, Seated>();
  /** Names of those that are being opened. */
  readonly #opening = new Set<string>();
  readonly #streams = new Map<StreamId, Stream>();
  readonly #peers = new Peers<Stream>();
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
    let count = 0;
    for (const { socket, closed } of this.#streams.values())
      if (closed ? !socket.writableFinished : socket.writableLength > 0) count++;
    return count;
  }

  get count(): number {
    return this.#streams.size;
  }

  reserve(): StreamId {
    return ++this.#made;
  }

  connect(id: StreamId, to: Endpoint, fromPort: number | undefined): void {
    const { life } = this.#host;
    const delayUs = this.#delay(to.address, EMPTY_SEGMENT_OCTETS);
    const target = this.#world.streamEnds.listening(to) ?? (this.#world.place.isClosed ? undefined : to);
    this.#world.schedule.at(after(this.#world.now(), delayUs ?? 0), () => {
      if (this.#host.life !== life) return;
      if (delayUs === undefined || target === undefined) {
        this.#host.because(delayUs === undefined ? NET_RULES.noRoute : NET_RULES.streamRefused);
        this.#tell(id, 'reset');
      } else this.#connect(id, to, { target, fromPort });
    });
  }

  write(id: StreamId, octets: Uint8Array): void {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.closed || octets.length === 0) return;
    const { counts, connections } = this.#world;
    if (unsentOf(stream) + octets.length > connections.unsentOctets) return this.#cut(stream);
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
      else stream.socket.write(octets, sent);
      this.#peers.touch(stream);
    });
    // All of them together: who makes us hold the most goes first.
    if (counts.unsentOctets <= connections.unsentOctetsTotal) return;
    const [most = stream] = [...this.#streams.values()].sort((a, b) => unsentOf(b) - unsentOf(a));
    this.#cut(most);
  }

  close(id: StreamId): void {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.closed) return;
    stream.closed = true;
    this.#cross(stream, 0, () => {
      stream.conversation?.finish(stream.side);
      stream.socket.end();
    });
    if (stream.peerClosed) this.#streams.delete(id);
  }

  reset(id: StreamId): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    stream.conversation?.reset(stream.side);
    stream.socket.resetAndDestroy();
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

  #accept(socket: Socket, local: Endpoint): void {
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
    const shown = secured(socket, local.port, this.#host.spec.tls);
    const stream = this.#add(this.reserve(), { socket: shown, peer, side: 'server', localPort: local.port });
    this.#peers.add(stream, address);
    stream.conversation = caller?.conversation ?? this.#converse({ client: peer, server: local }, 'server');
    if (caller === undefined) tapPeer(stream);
    this.#open(stream, local);
  }

  #connect(
    id: StreamId,
    to: Endpoint,
    way: { readonly target: Endpoint; readonly fromPort: number | undefined },
  ): void {
    const { target, fromPort } = way;
    const source = this.#source(to.address);
    const localPort = fromPort === undefined ? undefined : source?.port(fromPort);
    const socket = connect({
      host: formatIp(target.address),
      port: target.port,
      allowHalfOpen: true,
      noDelay: true,
      ...(source === undefined ? {} : { localAddress: formatIp(source.bind) }),
      ...(localPort === undefined ? {} : { localPort }),
    });
    const stream = this.#add(id, { socket, peer: to, side: 'client', localPort: 0 });
    // Node binds in the next tick; whoever accepts us later must know which of the scenario's hosts this is.
    process.nextTick(() => {
      const real = localOf(socket);
      if (real === undefined) return;
      const known = { address: source?.known ?? real.address, port: fromPort ?? real.port };
      const conversation = this.#converse({ client: known, server: to }, 'client');
      stream.conversation = conversation;
      if (this.#world.streamEnds.listening(to) === undefined) tapPeer(stream);
      this.#world.streamEnds.call(real, { known, conversation });
      socket.once('close', () => {
        this.#world.streamEnds.hangUp(real);
      });
    });
    socket.once('connect', () => {
      const real = localOf(socket);
      if (this.#streams.get(id) !== stream || real === undefined) return;
      this.#open(stream, { address: source?.known ?? real.address, port: fromPort ?? real.port });
    });
  }

  /** The address to connect from: the one the scenario's routes choose, where it has a seat of its own. */
  #source(to: Ip): Source | undefined {
    const own = this.#host.interfaces.find((candidate) => candidate.has(to)) ?? wayTo(this.#host, to)?.out;
    if (own === undefined) return undefined;
    const address = own.has(to) ? to : own.sourceFor(to);
    const { place } = this.#world;
    const seat = place.seats(own, address)[0];
    if (seat === undefined || isIpv4(seat.bind) !== isIpv4(to)) return undefined;
    return { ...seat, port: (port) => place.port(own, address, port) };
  }

  #add(id: StreamId, given: Pick<Stream, 'socket' | 'peer' | 'side' | 'localPort'>): Stream {
    const { socket } = given;
    const stream: Stream = {
      id,
      ...given,
      crossingOctets: 0,
      arrivesAt: toInstant(0),
      conversation: undefined,
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

  /** Undefined where nobody sees frames. */
  #converse(ends: Readonly<Record<Side, Endpoint>>, own: Side): Conversation | undefined {
    if (!this.#world.tap.seesFrames) return undefined;
    const peer = own === 'client' ? ends.server : ends.client;
    const local = own === 'client' ? ends.client : ends.server;
    const [first] = this.#host.interfaces;
    const out = this.#host.interfaces.find((candidate) => candidate.has(local.address)) ?? first;
    if (out === undefined) return undefined;
    const outside: Hop = { medium: out.segment, sender: out, receiver: undefined };
    const there = hopsTo(this.#host, peer.address) ?? [outside];
    const back = there
      .map(({ medium, sender, receiver }) => ({ medium, sender: receiver, receiver: sender }))
      .reverse();
    const hops = own === 'client' ? { client: there, server: back } : { client: back, server: there };
    return new Conversation(this.#world, {
      client: { endpoint: ends.client, hops: hops.client },
      server: { endpoint: ends.server, hops: hops.server },
    });
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
    stream.socket.resetAndDestroy();
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
    const delayUs = this.#delay(stream.peer.address, octets + EMPTY_SEGMENT_OCTETS) ?? 0;
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
    if (!place.isClosed) return 0;
    return network.streamDelay(this.#host, to, octets);
  }
}
