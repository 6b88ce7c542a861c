import type { Fate } from '../../core/driver.ts';
import type { Sighting } from './sighting.ts';

/** One packet that proves something, small enough to keep for every client: its number in the trace, when and where. */
export interface Mark {
  readonly number: number;
  readonly at: number;
  readonly sender: string;
  readonly receiver: string | undefined;
  readonly segment: string;
  readonly fate: Fate;
}

/** One kind of message of one client on one leg: how often it was sent and arrived, and the packets to show for it. */
export class Track {
  /** Datagrams, however many segments each crossed. */
  sent = 0;
  arrived = 0;
  first: Mark;
  /** The last one as it was sent, and the last crossing of any: where it was seen last. */
  last: Mark;
  end: Mark;
  #packet: number;

  constructor(sighting: Sighting, mark: Mark, arrived: boolean) {
    this.first = mark;
    this.last = mark;
    this.end = mark;
    this.sent = 1;
    this.arrived = arrived ? 1 : 0;
    this.#packet = sighting.packet;
  }

  note(sighting: Sighting, mark: Mark, arrived: boolean): void {
    if (sighting.packet !== this.#packet) {
      this.#packet = sighting.packet;
      this.sent++;
      this.last = mark;
    }
    if (arrived) this.arrived++;
    this.end = mark;
  }
}

export function markOf({ at, sender, receiver, segment, fate }: Sighting, number: number): Mark {
  return { number, at, sender: sender.name, receiver: receiver?.name, segment, fate };
}
