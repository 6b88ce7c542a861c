import type { PlainFile } from '../../config/yaml-text.ts';
import type { Plain } from '../../core/service.ts';
import type { Origin } from '../notes.ts';

/** A value of a file of plain data, which knows its place: what is not there, or is something else, is undefined. */
export class Item {
  readonly value: Plain | undefined;
  readonly #file: PlainFile;
  readonly #name: string;
  readonly #path: readonly (string | number)[];

  constructor(
    file: PlainFile,
    name: string,
    value: Plain | undefined,
    path: readonly (string | number)[] = [],
  ) {
    this.value = value;
    this.#file = file;
    this.#name = name;
    this.#path = path;
  }

  get(key: string): Item {
    const { value } = this;
    const inside = isMap(value) && Object.hasOwn(value, key) ? value[key] : undefined;
    return new Item(this.#file, this.#name, inside, [...this.#path, key]);
  }

  get isThere(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** The file that it stands in. */
  get fileName(): string {
    return this.#name;
  }

  get text(): string | undefined {
    return typeof this.value === 'string' ? this.value : undefined;
  }

  /** A number, or a text of digits. */
  get number(): number | undefined {
    if (typeof this.value === 'number') return this.value;
    return typeof this.value === 'string' && /^-?\d+(\.\d+)?$/.test(this.value)
      ? Number(this.value)
      : undefined;
  }

  /** A text or a number, as it is written in a record. */
  get word(): string | undefined {
    return typeof this.value === 'number' ? String(this.value) : this.text;
  }

  get isTrue(): boolean {
    return this.value === true;
  }

  get list(): readonly Item[] {
    const { value } = this;
    if (!Array.isArray(value)) return [];
    return value.map((one: Plain, index) => new Item(this.#file, this.#name, one, [...this.#path, index]));
  }

  /** The items of a list, or the one that stands in its place. */
  get oneOrMany(): readonly Item[] {
    return Array.isArray(this.value) ? this.list : this.isThere ? [this] : [];
  }

  /** Names and values of a map. */
  get entries(): readonly (readonly [string, Item])[] {
    return isMap(this.value) ? Object.keys(this.value).map((key) => [key, this.get(key)] as const) : [];
  }

  get origin(): Origin {
    return { file: this.#name, ...this.#file.placeOf(this.#path) };
  }
}

/** All files of one zone. */
export interface ZoneFiles {
  readonly files: readonly Item[];
  /** The zone's name without the root's dot; undefined: by what the files say. */
  readonly apex: string | undefined;
}

function isMap(value: Plain | undefined): value is Readonly<Record<string, Plain>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
