import type { HostSpec, Trace } from '../../core/driver.ts';
import { assert } from '../../core/errors.ts';
import { DELIVERED, UNHEARD } from './events.ts';

/** For all who listen. */
export const EVERYBODY = -1;

/** Bits of an int32, but for its sign. */
const LISTENERS_MAX = 31;

/** Whom a frame or a reason is for: one bit a listener, by its place in the list. */
export class Audience {
  readonly #listeners: readonly Trace[];
  /** Those who hear of all packets. */
  readonly #whole: number;
  /** Whether some listener wants the packets of some hosts only. */
  readonly samples: boolean;
  /** Of those, the ones for whom the present input was: what it leads to is for them too. */
  cause = 0;

  constructor(listeners: readonly Trace[]) {
    assert(listeners.length <= LISTENERS_MAX, 'a run has no more listeners than an audience has bits');
    this.#listeners = listeners;
    this.#whole = bits(listeners, (listener) => listener.wants === undefined && hears(listener));
    this.samples = listeners.some((listener) => listener.wants !== undefined && hears(listener));
  }

  /** Whom the reasons that a host gives now are for, and what it sends now. */
  at(host: HostSpec): number {
    if (!this.samples) return EVERYBODY;
    return this.#whole | this.cause | bits(this.#listeners, (listener) => listener.wants?.(host) === true);
  }

  /** Whom a frame is for at the end of its crossing; `led` says for whom it was when it was made. */
  ofFrame(ends: { sender: HostSpec; receiver: HostSpec | undefined }, fate: number, led: number): number {
    if (!this.samples || (fate !== DELIVERED && fate !== UNHEARD)) return EVERYBODY;
    const { sender, receiver } = ends;
    const wanting = bits(
      this.#listeners,
      (listener) =>
        listener.wants?.(sender) === true || (receiver !== undefined && listener.wants?.(receiver) === true),
    );
    return this.#whole | led | wanting;
  }
}

function hears(listener: Trace): boolean {
  return listener.frame !== undefined || listener.because !== undefined;
}

function bits(listeners: readonly Trace[], holds: (listener: Trace) => boolean): number {
  let found = 0;
  for (let place = 0; place < listeners.length; place++) {
    const listener = listeners[place];
    if (listener !== undefined && holds(listener)) found |= 1 << place;
  }
  return found;
}
