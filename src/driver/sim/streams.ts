import { ANY, formatEndpoint } from '../../core/address.ts';
import type { Endpoint } from '../../core/address.ts';
import { drawAt } from '../../core/random.ts';
import { NET_RULES } from '../../core/rules/net.ts';
import type { StreamId } from '../../core/service.ts';
import { SECOND } from '../../core/time.ts';
import { TcpFlag } from '../../codec/frame/tcp.ts';
import { Connection, sequenceLength } from './connection.ts';
import { EVENT } from './events.ts';
import { TCP } from './frames.ts';
import type { Frame } from './frames.ts';
import type { Output } from './output.ts';
import { MAXIMUM_SEGMENT_SIZE, WINDOW_OCTETS } from './segment-octets.ts';
import type { InputHandler, Shard } from './shard.ts';

const { ack: ACK, fin: FIN, psh: PSH, rst: RST, syn: SYN } = TcpFlag;
const TTL = 64;
const RESENDS_MAX = 6;
/** RFC 9293 §3.6.1 says four minutes; long enough here for any FIN that is sent again. */
const LINGER_US = 30 * SECOND;
const PORT_DICE = 0x74637070;
const SEQUENCE_DICE = 0x74637073;
const NO_OCTETS = new Uint8Array(0);

/** How a stream is opened: from which port, and whether TLS is on it. */
export interface Way {
  readonly fromPort: number | undefined;
  readonly isTls: boolean;
}

/**
 * Ordered octet streams: a small TCP, whose segments cross the network like all else, so that a handshake costs a round trip
 * and a loss costs time. No congestion control: senders are limited by the window alone.
 */
export class Streams {
  readonly #shard: Shard;
  readonly #output: Output;
  readonly #handler: InputHandler;
  readonly #byId = new Map<StreamId, Connection>();
  readonly #byEnds = new Map<string, Connection>();
  #made = 0;
  #drawn = 0;

  constructor(shard: Shard, output: Output, handler: InputHandler) {
    this.#shard = shard;
    this.#output = output;
    this.#handler = handler;
  }

  /** A number for a stream that `connect` will open. */
  reserve(): StreamId {
    return ++this.#made;
  }

  /** A port that is given and has a connection to the same peer is given up for another one. */
  connect(host: number, id: StreamId, peer: Endpoint, { fromPort, isTls }: Way): void {
    const key = this.#shard.plant.hosts.diceKey(host);
    const address = this.#output.sourceFor(host, peer.address) ?? ANY;
    let local = { address, port: fromPort ?? 0 };
    while (local.port === 0 || this.#byEnds.has(keyOf(host, local, peer)))
      local = { address, port: 49152 + (drawAt(key ^ PORT_DICE, ++this.#drawn) % 16384) };
    const sequence = drawAt(key ^ SEQUENCE_DICE, ++this.#drawn) | 0;
    const start = { state: 'syn-sent', sequence, at: this.#shard.now } as const;
    const connection = new Connection(id, { host, local, peer: { ...peer } }, start);
    connection.isTls = isTls;
    this.#add(connection);
    this.#sendTracked(connection, SYN, NO_OCTETS);
  }

  write(host: number, id: StreamId, octets: Uint8Array): void {
    const connection = this.#own(host, id);
    if (connection === undefined || connection.sending !== 'open') return;
    for (let at = 0; at < octets.length; at += MAXIMUM_SEGMENT_SIZE)
      connection.waiting.push(octets.slice(at, at + MAXIMUM_SEGMENT_SIZE));
    this.#pump(connection);
  }

  unsent(host: number, id: StreamId): number {
    const waiting = this.#own(host, id)?.waiting ?? [];
    return waiting.reduce((sum, octets) => sum + octets.length, 0);
  }

  close(host: number, id: StreamId): void {
    const connection = this.#own(host, id);
    if (connection === undefined || connection.sending !== 'open') return;
    connection.sending = 'closing';
    this.#pump(connection);
  }

  reset(host: number, id: StreamId): void {
    const connection = this.#own(host, id);
    if (connection === undefined) return;
    this.#remove(connection);
    if (connection.state !== 'syn-sent') this.#send(connection, RST | ACK, connection.sendNext, NO_OCTETS);
  }

  /** A segment has arrived at its host; the frame stays with the caller. */
  receive(host: number, frame: Frame): void {
    const local = { address: frame.to, port: frame.toPort };
    const peer = { address: frame.from, port: frame.fromPort };
    const connection = this.#byEnds.get(keyOf(host, local, peer));
    if (connection === undefined) {
      this.#receiveUnknown(host, local, peer, frame);
      return;
    }
    if ((frame.flags & RST) !== 0) {
      this.#receiveReset(connection, frame);
      return;
    }
    if (connection.state === 'syn-sent') this.#receiveSynAck(connection, frame);
    else this.#receiveSegment(connection, frame);
    if (connection.owesAcknowledgment && this.#byId.has(connection.id))
      this.#send(connection, ACK, connection.sendNext, NO_OCTETS);
    this.#retire(connection);
  }

  /** The moment in the queue for a connection has come. */
  wake(id: StreamId): void {
    const connection = this.#byId.get(id);
    if (connection === undefined) return;
    connection.isArmed = false;
    if (connection.resendAt === Infinity) return;
    if (this.#shard.now < connection.resendAt) this.#arm(connection);
    else if (connection.state === 'lingering') this.#remove(connection);
    else if (connection.state === 'securing') {
      connection.resendAt = Infinity;
      this.#open(connection);
    } else this.#resend(connection);
  }

  /** The host is down: nobody there keeps its streams any more. Gives those that its service knows. */
  forget(host: number): readonly StreamId[] {
    const known: StreamId[] = [];
    for (const connection of this.#byId.values()) {
      if (connection.host !== host) continue;
      this.#remove(connection);
      if (connection.state !== 'lingering' && connection.state !== 'syn-received') known.push(connection.id);
    }
    return known;
  }

  #receiveUnknown(host: number, local: Endpoint, peer: Endpoint, frame: Frame): void {
    const { plant, now } = this.#shard;
    const { flags, sequence, octets } = frame;
    if ((flags & RST) !== 0) return;
    const opens = (flags & (SYN | ACK)) === SYN;
    if (opens && plant.spec(host).tcpPorts.includes(local.port)) {
      const ours = drawAt(plant.hosts.diceKey(host) ^ SEQUENCE_DICE, ++this.#drawn) | 0;
      const start = { state: 'syn-received', sequence: ours, at: now } as const;
      const connection = new Connection(this.reserve(), { host, local, peer }, start);
      connection.receiveNext = (sequence + 1) | 0;
      this.#add(connection);
      this.#sendTracked(connection, SYN | ACK, NO_OCTETS);
      return;
    }
    if (opens) this.#shard.because(host, NET_RULES.streamRefused);
    // RFC 9293 §3.5.2, group 1.
    const isAcknowledging = (flags & ACK) !== 0;
    const answer = this.#frame({ local, peer }, NO_OCTETS);
    answer.flags = isAcknowledging ? RST : RST | ACK;
    answer.sequence = isAcknowledging ? frame.acknowledgment : 0;
    answer.acknowledgment = isAcknowledging ? 0 : (sequence + sequenceLength(flags, octets.length)) | 0;
    this.#output.originate(host, answer, local.address);
  }

  /** RFC 9293 §3.5.3: one that cannot be about this connection is ignored. */
  #receiveReset(connection: Connection, frame: Frame): void {
    const isAbout =
      connection.state === 'syn-sent'
        ? frame.acknowledgment === connection.sendNext
        : frame.sequence === connection.receiveNext;
    if (!isAbout) return;
    this.#remove(connection);
    if (connection.state !== 'lingering' && connection.state !== 'syn-received')
      this.#tell(connection, 'reset');
  }

  #receiveSynAck(connection: Connection, frame: Frame): void {
    if ((frame.flags & (SYN | ACK)) !== (SYN | ACK) || frame.acknowledgment !== connection.sendNext) return;
    connection.receiveNext = (frame.sequence + 1) | 0;
    connection.owesAcknowledgment = true;
    this.#takeAcknowledgment(connection, frame);
    if (!connection.isTls) return this.#open(connection);
    // RFC 8446 §2: one more round trip. What it says is not acted.
    connection.state = 'securing';
    connection.resendAt = 2 * this.#shard.now - connection.openedAt;
    // Earlier than the moment that the queue holds for its SYN.
    this.#shard.wheel.push(connection.resendAt, EVENT.retransmit, connection.id, 0);
  }

  #receiveSegment(connection: Connection, frame: Frame): void {
    if ((frame.flags & SYN) !== 0) {
      // Our answer to the SYN was lost, or our acknowledgment of the other's.
      if (connection.state === 'syn-received') this.#resendAll(connection);
      else connection.owesAcknowledgment = true;
      return;
    }
    if ((frame.flags & ACK) === 0) return;
    this.#takeAcknowledgment(connection, frame);
    if (connection.state === 'syn-received') {
      if (connection.unacknowledged.length > 0) return;
      this.#open(connection);
    }
    this.#takeOctets(connection, frame);
  }

  #open(connection: Connection): void {
    const { id, local, peer, host } = connection;
    connection.measure(this.#shard.now);
    connection.tries = 0;
    connection.state = 'open';
    this.#trace(connection, 'opened');
    this.#handler.handle(host, { kind: 'stream', event: 'opened', stream: id, local, peer });
    if (this.#byId.has(id)) this.#pump(connection);
  }

  #takeAcknowledgment(connection: Connection, frame: Frame): void {
    if (!connection.acknowledge(frame.acknowledgment)) return;
    connection.tries = 0;
    connection.resendAt =
      connection.unacknowledged.length === 0 ? Infinity : this.#shard.now + connection.timeoutUs;
    if (connection.resendAt !== Infinity) this.#arm(connection);
    if (connection.state === 'open') this.#pump(connection);
  }

  #takeOctets(connection: Connection, frame: Frame): void {
    const { octets, flags, sequence } = frame;
    if (octets.length === 0 && (flags & FIN) === 0) return;
    if (connection.state === 'securing') return this.#breakOff(connection);
    connection.owesAcknowledgment = true;
    // What is not next is sent again: by the other side's timer when it is ahead, for nothing when it is behind.
    if (sequence !== connection.receiveNext || connection.peerHasClosed) return;
    connection.receiveNext = (sequence + sequenceLength(flags, octets.length)) | 0;
    const { host, id } = connection;
    if (octets.length > 0)
      this.#handler.handle(host, { kind: 'stream', event: 'octets', stream: id, octets });
    if ((flags & FIN) === 0 || !this.#byId.has(id)) return;
    connection.peerHasClosed = true;
    this.#tell(connection, 'closed');
  }

  /** A peer that speaks, or ends, before TLS is there does not speak TLS. */
  #breakOff(connection: Connection): void {
    this.#remove(connection);
    this.#send(connection, RST | ACK, connection.sendNext, NO_OCTETS);
    this.#tell(connection, 'reset');
  }

  /** Sends what the window lets through, then the FIN. */
  #pump(connection: Connection): void {
    if (connection.state !== 'open') return;
    const { waiting } = connection;
    while (waiting.length > 0 && connection.inFlight + waiting[0]!.length <= WINDOW_OCTETS)
      this.#sendTracked(connection, ACK | PSH, waiting.shift()!);
    if (waiting.length > 0 || connection.sending !== 'closing') return;
    connection.sending = 'closed';
    this.#sendTracked(connection, ACK | FIN, NO_OCTETS);
  }

  #sendTracked(connection: Connection, flags: number, octets: Uint8Array): void {
    const sequence = connection.sendNext;
    connection.sendNext = (sequence + sequenceLength(flags, octets.length)) | 0;
    connection.unacknowledged.push({ sequence, flags, octets });
    if (connection.resendAt === Infinity) connection.resendAt = this.#shard.now + connection.timeoutUs;
    this.#arm(connection);
    this.#send(connection, flags, sequence, octets);
  }

  #resend(connection: Connection): void {
    if (connection.tries === RESENDS_MAX) {
      this.#shard.because(connection.host, NET_RULES.streamLost);
      this.#remove(connection);
      if (connection.state !== 'syn-received') this.#tell(connection, 'reset');
      return;
    }
    connection.tries++;
    // RFC 6298 §5.5.
    connection.timeoutUs *= 2;
    connection.resendAt = this.#shard.now + connection.timeoutUs;
    this.#arm(connection);
    this.#resendAll(connection);
  }

  /** Our receivers keep nothing that is out of order, so all behind a gap is sent again. */
  #resendAll(connection: Connection): void {
    for (const { sequence, flags, octets } of connection.unacknowledged)
      this.#send(connection, flags, sequence, octets);
  }

  #send(connection: Connection, flags: number, sequence: number, octets: Uint8Array): void {
    const frame = this.#frame(connection, octets);
    frame.flags = flags;
    frame.sequence = sequence;
    frame.acknowledgment = (flags & ACK) === 0 ? 0 : connection.receiveNext;
    connection.owesAcknowledgment = false;
    this.#output.originate(connection.host, frame, connection.local.address);
  }

  #frame({ local, peer }: { local: Endpoint; peer: Endpoint }, octets: Uint8Array): Frame {
    const frame = this.#shard.pool.take(octets, octets.length);
    frame.kind = TCP;
    frame.packet = this.#shard.nextPacket();
    frame.ttl = TTL;
    frame.fromPort = local.port;
    frame.to = peer.address;
    frame.toPort = peer.port;
    return frame;
  }

  #arm(connection: Connection): void {
    if (connection.isArmed) return;
    connection.isArmed = true;
    this.#shard.wheel.push(connection.resendAt, EVENT.retransmit, connection.id, 0);
  }

  #retire(connection: Connection): void {
    if (connection.state !== 'open' || !connection.isFinished || !this.#byId.has(connection.id)) return;
    connection.state = 'lingering';
    connection.resendAt = this.#shard.now + LINGER_US;
    this.#arm(connection);
  }

  #tell(connection: Connection, event: 'closed' | 'reset'): void {
    this.#trace(connection, event);
    this.#handler.handle(connection.host, { kind: 'stream', event, stream: connection.id });
  }

  #trace(connection: Connection, event: 'opened' | 'closed' | 'reset'): void {
    const { tracer, now } = this.#shard;
    if (tracer.wantsStreams) tracer.stream(now, connection.host, connection.id, event);
  }

  #own(host: number, id: StreamId): Connection | undefined {
    const connection = this.#byId.get(id);
    return connection?.host === host && connection.state !== 'lingering' ? connection : undefined;
  }

  #add(connection: Connection): void {
    this.#byId.set(connection.id, connection);
    this.#byEnds.set(keyOf(connection.host, connection.local, connection.peer), connection);
  }

  #remove(connection: Connection): void {
    this.#byId.delete(connection.id);
    this.#byEnds.delete(keyOf(connection.host, connection.local, connection.peer));
  }
}

function keyOf(host: number, local: Endpoint, peer: Endpoint): string {
  return `${host} ${formatEndpoint(local)} ${formatEndpoint(peer)}`;
}
