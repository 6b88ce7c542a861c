import type { Socket } from 'node:net';
import type { Endpoint } from '../../core/address.ts';
import type { StreamId } from '../../core/service.ts';
import type { Instant } from '../../core/time.ts';
import type { StreamPath } from './stream-path.ts';
import type { Conversation, Side } from './conversation.ts';
import { fromKernelText } from './zones.ts';

/** One TCP connection of a host. */
export interface Stream {
  readonly id: StreamId;
  readonly socket: Socket;
  readonly peer: Endpoint;
  /** The port that the peer connected to; 0 for a connection of ours. */
  readonly localPort: number;
  /** What was written and still crosses the segments that are acted here. */
  crossingOctets: number;
  /** When what was written last has crossed them. */
  arrivesAt: Instant;
  readonly side: Side;
  /** Only where somebody sees frames. */
  conversation: Conversation | undefined;
  /** Only where routers on the way inspect; then there is no conversation. */
  path: StreamPath | undefined;
  peerClosed: boolean;
  closed: boolean;
}

/** What waits for the peer of a stream. */
export function unsentOf(stream: Stream | undefined): number {
  return stream === undefined ? 0 : stream.socket.writableLength + stream.crossingOctets;
}

/** A peer outside of the scenario: what it sends is seen when it comes. */
export function tapPeer({ socket, side, conversation }: Stream): void {
  if (conversation === undefined) return;
  const peer = side === 'client' ? 'server' : 'client';
  socket.on('data', (octets: Buffer) => {
    conversation.octets(peer, octets);
  });
  socket.on('end', () => {
    conversation.finish(peer);
  });
}

/** Node would wait for a connection that is being made, to reset it then. */
export function abandon(socket: Socket): void {
  if (socket.connecting) socket.destroy();
  else socket.resetAndDestroy();
}

/** Our end of a socket; undefined where it has none yet. */
export function localOf(socket: Socket): Endpoint | undefined {
  const address = fromKernelText(socket.localAddress ?? '');
  return address === undefined || socket.localPort === undefined
    ? undefined
    : { address, port: socket.localPort };
}
