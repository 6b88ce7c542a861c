import type { Ipv4 } from '../../core/address.ts';
import { parseIpv4 } from '../../core/address.ts';
import type { Notes, Origin } from '../notes.ts';
import type { Json } from './json.ts';

/** Keys that say nothing to a server. */
const SILENT: ReadonlySet<string> = new Set(['comment', 'user-context', 'id', '$schema']);

/** An object of which every key is either taken or told about: nothing is lost silently. */
export class KeaObject {
  readonly origin: Origin;
  readonly #entries: Extract<Json, { readonly kind: 'object' }>['entries'];
  readonly #notes: Notes;
  readonly #taken = new Set<string>(SILENT);

  constructor(json: Extract<Json, { readonly kind: 'object' }>, notes: Notes) {
    this.origin = json.origin;
    this.#entries = json.entries;
    this.#notes = notes;
  }

  has(key: string): boolean {
    return this.#entries.has(key);
  }

  /** The place of a key, or of the object when it has none. */
  place(key: string): Origin {
    return this.#entries.get(key)?.origin ?? this.origin;
  }

  text(key: string): string | undefined {
    const json = this.#take(key);
    if (json === undefined || json.kind === 'null') return undefined;
    if (json.kind === 'text') return json.text === '' ? undefined : json.text;
    if (json.kind === 'number') return String(json.number);
    this.#notes.warn(json.origin, `"${key}" was not taken over`, 'it is a text');
    return undefined;
  }

  number(key: string): number | undefined {
    const json = this.#take(key);
    if (json === undefined) return undefined;
    if (json.kind === 'number' && json.number >= 0) return json.number;
    this.#notes.warn(json.origin, `"${key}" was not taken over`, 'it is a number from 0');
    return undefined;
  }

  bool(key: string): boolean | undefined {
    const json = this.#take(key);
    if (json === undefined) return undefined;
    if (json.kind === 'bool') return json.value;
    this.#notes.warn(json.origin, `"${key}" was not taken over`, 'it is true or false');
    return undefined;
  }

  /** `0.0.0.0` is none. */
  address(key: string): Ipv4 | undefined {
    const place = this.place(key);
    const text = this.text(key);
    if (text === undefined || text === '0.0.0.0') return undefined;
    const address = parseIpv4(text);
    if (address === undefined)
      this.#notes.warn(place, `"${key}" was not taken over`, 'it is an IPv4 address');
    return address;
  }

  texts(key: string): readonly string[] {
    const json = this.#take(key);
    if (json?.kind === 'text') return [json.text];
    if (json?.kind !== 'list') return [];
    return json.items.flatMap((item) => (item.kind === 'text' ? [item.text] : []));
  }

  object(key: string): KeaObject | undefined {
    const json = this.#take(key);
    if (json === undefined) return undefined;
    if (json.kind === 'object') return new KeaObject(json, this.#notes);
    this.#notes.warn(json.origin, `"${key}" was not taken over`, 'it is an object');
    return undefined;
  }

  objects(key: string): readonly KeaObject[] {
    const json = this.#take(key);
    if (json === undefined) return [];
    if (json.kind !== 'list') {
      this.#notes.warn(json.origin, `"${key}" was not taken over`, 'it is a list of objects');
      return [];
    }
    return json.items.flatMap((item) => {
      if (item.kind === 'object') return [new KeaObject(item, this.#notes)];
      this.#notes.warn(item.origin, `an item of "${key}" was not taken over`, 'it is an object');
      return [];
    });
  }

  /** Keys that have no meaning here, each told once with what to do instead. */
  dismiss(reasons: Readonly<Record<string, string>>): void {
    for (const [key, hint] of Object.entries(reasons)) {
      const entry = this.#entries.get(key);
      if (entry === undefined || this.#taken.has(key)) continue;
      this.#taken.add(key);
      this.#notes.say(entry.origin, `"${key}" has no meaning here`, hint);
    }
  }

  /** Keys that would change what clients see, and are not taken over. */
  refuse(reasons: Readonly<Record<string, string>>): void {
    for (const [key, hint] of Object.entries(reasons)) {
      const entry = this.#entries.get(key);
      if (entry === undefined || this.#taken.has(key)) continue;
      this.#taken.add(key);
      this.#notes.warn(entry.origin, `"${key}" was not taken over`, hint);
    }
  }

  /** Tells of every key that nobody took. */
  done(): void {
    for (const [key, { origin }] of this.#entries)
      if (!this.#taken.has(key))
        this.#notes.warn(origin, `"${key}" was not taken over`, 'headend does not know it');
  }

  #take(key: string): Json | undefined {
    this.#taken.add(key);
    return this.#entries.get(key)?.value;
  }
}
