/** What an entry of the wheel is, with what its three numbers mean. */
export const EVENT = {
  /** host */
  timer: 0,
  /** interface, frame */
  arrive: 1,
  /** segment, frame, 1 where the sender's partition reports it: a broadcast. */
  heard: 2,
  /** host, frame: to itself, without a segment. */
  local: 3,
  /** A neighbour that did not answer is due to be asked again, or given up. */
  resolve: 4,
  /** host */
  settle: 5,
  /** host: the next datagram leaves the queue before the service. */
  take: 6,
  /** number of the order that came from outside, other than a command */
  control: 7,
  /** number of the connection */
  retransmit: 8,
  /** interface, frame: the limiter before the host lets in what it held. */
  admit: 9,
  /** host, number of the command */
  command: 10,
} as const;

/** As in the digest; the words are those of `Fate`. */
export const FATES = ['delivered', 'lost', 'faulted', 'unheard', 'overflow', 'limited'] as const;
export const DELIVERED = 0;
export const LOST = 1;
export const FAULTED = 2;
export const UNHEARD = 3;
export const OVERFLOW = 4;
export const LIMITED = 5;
