import type { Ip } from '../../core/address.ts';
import type { ConnectionLimits } from '../../core/limits.ts';
import { sourceOf } from './source-limiter.ts';

/** Which connection makes room for a new one, and why. */
export interface Yielding<Stream> {
  readonly stream: Stream;
  readonly to: 'its source' | 'all';
}

/** The TCP peers of one host: those who connected to it, in the order of their last octet. */
export class Peers<Stream extends object> {
  /** Streams with their sources, that which was quiet longest first; so is each source's own set. */
  readonly #sources = new Map<Stream, string>();
  readonly #streams = new Map<string, Set<Stream>>();

  get count(): number {
    return this.#sources.size;
  }

  /** Who must go before a peer of this address may come: of its own source first, else of all. */
  yielding(address: Ip, { total, perSource }: ConnectionLimits): Yielding<Stream> | undefined {
    const own = this.#streams.get(sourceOf(address));
    if (own !== undefined && own.size >= perSource)
      for (const stream of own) return { stream, to: 'its source' };
    if (this.#sources.size >= total) for (const stream of this.#sources.keys()) return { stream, to: 'all' };
    return undefined;
  }

  add(stream: Stream, address: Ip): void {
    const source = sourceOf(address);
    this.#sources.set(stream, source);
    const own = this.#streams.get(source);
    if (own === undefined) this.#streams.set(source, new Set([stream]));
    else own.add(stream);
  }

  /** Octets came or went. */
  touch(stream: Stream): void {
    const source = this.#sources.get(stream);
    const own = source === undefined ? undefined : this.#streams.get(source);
    if (source === undefined || own === undefined) return;
    this.#sources.delete(stream);
    this.#sources.set(stream, source);
    own.delete(stream);
    own.add(stream);
  }

  remove(stream: Stream): void {
    const source = this.#sources.get(stream);
    if (source === undefined) return;
    this.#sources.delete(stream);
    const own = this.#streams.get(source);
    own?.delete(stream);
    if (own?.size === 0) this.#streams.delete(source);
  }
}
