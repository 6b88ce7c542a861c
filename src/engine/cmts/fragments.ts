import type { Mac } from '../../core/address.ts';
import { CMTS } from '../../core/rules/cmts.ts';
import type { Effects } from '../../core/service.ts';
import type { MacMessage } from '../../codec/docsis/mac-message.ts';

/** REG-REQ-MPs in the making at one moment; the oldest gives way. */
const MODEMS_MAX = 256;
/** Octets of TLVs in one registration. */
const OCTETS_MAX = 16_384;

interface Started {
  octets: Uint8Array;
  next: number;
  total: number;
}

/** Puts the parts of REG-REQ-MPs together; they come in order. */
export class FragmentStore {
  readonly #started = new Map<Mac, Started>();

  /** The TLVs of all parts when this was the last, which are the caller's. */
  add(message: MacMessage, effects: Effects): Uint8Array | undefined {
    const { source, fragment, fragments, tlvsAt, end } = message;
    const started = fragment === 1 ? this.#start(source, fragments) : this.#started.get(source);
    const isNext = started !== undefined && started.next === fragment && started.total === fragments;
    if (!isNext || started.octets.length + end - tlvsAt > OCTETS_MAX || fragment > fragments) {
      effects.because(CMTS.fragmentLost);
      this.#started.delete(source);
      return undefined;
    }
    const octets = new Uint8Array(started.octets.length + end - tlvsAt);
    octets.set(started.octets);
    octets.set(message.octets.subarray(tlvsAt, end), started.octets.length);
    if (fragment === fragments) {
      this.#started.delete(source);
      return octets;
    }
    started.octets = octets;
    started.next = fragment + 1;
    return undefined;
  }

  #start(source: Mac, total: number): Started {
    this.#started.delete(source);
    for (const oldest of this.#started.keys()) {
      if (this.#started.size < MODEMS_MAX) break;
      this.#started.delete(oldest);
    }
    const started = { octets: new Uint8Array(0), next: 1, total };
    this.#started.set(source, started);
    return started;
  }
}
