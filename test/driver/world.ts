import type { Driver, Topology, Trace } from '../../src/core/driver.ts';
import type { Effects, Input, Plain, Service } from '../../src/core/service.ts';
import { NEVER } from '../../src/core/time.ts';
import type { Instant } from '../../src/core/time.ts';

/** What a driver gives to the conformance suite: time passes by waiting in one, by running in the other. */
export interface World {
  readonly driver: Driver;
  /** Lets time pass until the condition holds, for 5 seconds at most; whether it came to hold. */
  until(condition: () => boolean): Promise<boolean>;
  /** Lets so much time pass. */
  pass(milliseconds: number): Promise<void>;
  /** From now on, the disk of a host refuses rows. */
  breakDisk(host: string): void;
  /** Frees all that the driver holds. */
  stop(): Promise<void>;
}

export type MakeWorld = (topology: Topology, trace: readonly Trace[]) => Promise<World>;

type Act = (input: Input, now: Instant, effects: Effects) => void;

/** A service by what it does, which remembers copies of what it was handed. */
export class Actor implements Service {
  readonly inputs: Input[] = [];
  readonly moments: Instant[] = [];
  wakeAt: Instant = NEVER;
  readonly #act: Act;

  constructor(act: Act = () => undefined) {
    this.#act = act;
  }

  handle(input: Input, now: Instant, effects: Effects): void {
    this.inputs.push(copyOf(input));
    this.moments.push(now);
    this.#act(input, now, effects);
  }

  deadline(): Instant {
    return this.wakeAt;
  }

  of<Kind extends Input['kind']>(kind: Kind): Extract<Input, { kind: Kind }>[] {
    return this.inputs.filter((input): input is Extract<Input, { kind: Kind }> => input.kind === kind);
  }

  count(kind: Input['kind']): number {
    return this.of(kind).length;
  }

  /** What streams brought, as words and octets joined. */
  streamed(): string[] {
    return this.of('stream').map((input) =>
      input.event === 'octets' ? `octets ${input.octets.length}` : input.event,
    );
  }

  received(): Uint8Array {
    const pieces = this.of('stream').flatMap((input) => (input.event === 'octets' ? [...input.octets] : []));
    return Uint8Array.from(pieces);
  }
}

/** The input is the driver's and is used again. */
function copyOf(input: Input): Input {
  if (input.kind === 'datagram' || input.kind === 'transit' || input.kind === 'packet')
    return { ...input, octets: input.octets.slice(), from: { ...input.from }, to: { ...input.to } };
  if (input.kind === 'mac-message') return { ...input, octets: input.octets.slice() };
  if (input.kind === 'stream' && input.event === 'octets') return { ...input, octets: input.octets.slice() };
  return input;
}

export interface Told {
  readonly host: string;
  readonly value: Plain;
}

/** Listens to what services answer to commands. */
export class Replies implements Trace {
  readonly told: Told[] = [];

  reply(_at: Instant, host: { readonly name: string }, _verb: string, value: Plain): void {
    this.told.push({ host: host.name, value });
  }
}

export const text = (octets: Uint8Array): string => String.fromCharCode(...octets);
export const octetsOf = (words: string): Uint8Array => Uint8Array.from(words, (char) => char.charCodeAt(0));
